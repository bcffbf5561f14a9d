"""Documents with tags, the input of `Doc2Vec`.

`open_documents` and `open_document_file` turn an argument of the user into a corpus of words that also has
the tags of each document. A document is never split, and one without words is a document, too.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ns2vec._options import shown
from ns2vec._typing import PathLike
from ns2vec.corpus._sentences import as_tokens
from ns2vec.corpus.base import Scan
from ns2vec.corpus.chunks import Chunk
from ns2vec.corpus.files import FileCorpus, Splitting
from ns2vec.corpus.iterables import IterableCorpus
from ns2vec.corpus.readers import AsciiLines, LineSentence, brown_words, list_files
from ns2vec.corpus.sources import is_stream, open_corpus_file
from ns2vec.exceptions import CorpusError
from ns2vec.vocab.checks import check_token

logger = logging.getLogger(__name__)

MOST_ROWS = 2**31 - 1
"""Int tags are row numbers, which have 32 bits."""
Tag: TypeAlias = Any
"""A row number, or any hashable key."""


class TaggedDocument(NamedTuple):
    """Words of a document and its tags.

    Parameters
    ----------
    words : list of str
    tags : list of int or str
        Usually one, which is the document's own. Ints are row numbers: there are vectors of all up to
        the largest, so count from 0.

    Examples
    --------
    >>> from ns2vec import TaggedDocument
    >>> print(TaggedDocument(["good", "plot"], [0, "positive"]))
    TaggedDocument<['good', 'plot'], [0, 'positive']>
    """

    words: Any
    tags: Any

    def __str__(self) -> str:
        return f"{type(self).__name__}<{self.words}, {self.tags}>"


class Lines(LineSentence):
    """The words of every line, whatever its length; blank lines have none."""

    def _pieces(self, words: list[str]) -> list[list[str]]:
        return [words]


class AsciiWholeLines(Lines, AsciiLines):
    """The same, for ``corpus_file``."""


class TaggedLineDocument:
    r"""One document per line, words separated by blanks; the tag is the number of the line, from 0.

    Parameters
    ----------
    source : path or file object
        As for `LineSentence`.

    Examples
    --------
    >>> import io
    >>> from ns2vec.corpus.tagged import TaggedLineDocument
    >>> [tuple(document) for document in TaggedLineDocument(io.BytesIO(b"good plot\n\nbad end\n"))]
    [(['good', 'plot'], [0]), ([], [1]), (['bad', 'end'], [2])]
    """

    def __init__(self, source: Any) -> None:
        self.source = source

    def __iter__(self) -> Iterator[TaggedDocument]:
        return numbered(Lines(self.source))


class TaggedBrownCorpus:
    """The Brown corpus as `BrownCorpus` reads it; each sentence is tagged with its file and number.

    Parameters
    ----------
    dirname : path of the folder
    """

    def __init__(self, dirname: PathLike) -> None:
        self.dirname = dirname

    def __iter__(self) -> Iterator[TaggedDocument]:
        for path in list_files(self.dirname):
            for number, tokens in enumerate(Lines(path)):
                if words := brown_words(tokens):
                    yield TaggedDocument(words, [f"{path}_SENT_{number}"])


def numbered(lines: Iterable[list[str]]) -> Iterator[TaggedDocument]:
    """Tag each document with its number."""
    for number, words in enumerate(lines):
        yield TaggedDocument(words, [number])


class TagTally:
    """The tags of one pass.

    Attributes
    ----------
    largest : int
        The largest int, -1 if there is none.
    documents, words : dict of key -> int
        How many documents have a key, and how many words these have in total.
    """

    def __init__(self, largest: int = -1) -> None:
        self.largest = largest
        self.documents: dict[Any, int] = {}
        self.words: dict[Any, int] = {}

    def add(self, tags: Iterable[Tag], n_words: int, number: int) -> None:
        """Count the tags of document `number`.

        Raises
        ------
        TypeError, ValueError
            If they are not a list, or one cannot be a tag.
        """
        try:
            found = iter(tags)
        except TypeError:
            raise TypeError(
                f"document {number} has the tags {shown(tags)}, expected a list of them: [{shown(tags)}]"
            ) from None
        for tag in found:
            if isinstance(tag, int | np.integer):
                if not 0 <= tag < MOST_ROWS:
                    raise CorpusError(
                        f"document {number} has the tag {tag}, but int tags are row numbers, from 0 on: "
                        f"give str({tag}), which gets the next free row"
                    )
                self.largest = max(self.largest, int(tag))
            else:
                if type(tag) is not str:
                    check_token(tag, number)
                self.documents[tag] = self.documents.get(tag, 0) + 1
                self.words[tag] = self.words.get(tag, 0) + n_words

    def warn(self, n_documents: int) -> None:
        """Warn of tags that are probably a mistake."""
        n_rows = self.largest + 1 + len(self.documents)
        if self.largest >= n_documents:
            logger.warning(
                "Highest int doctag (%i) larger than count of documents (%i): vectors of all ints up to it "
                "are made, so count tags from 0",
                self.largest, n_documents,
            )  # fmt: skip
        elif n_rows > n_documents:
            logger.warning("More unique tags (%i) than documents (%i).", n_rows, n_documents)


class Documents(IterableCorpus):
    """Documents of an iterable; as a corpus, it contains their words.

    Parameters
    ----------
    iterable : iterable of objects with ``words`` and ``tags``
    """

    whole = True

    def __init__(self, iterable: Any) -> None:
        super().__init__(iterable)
        self.waiting: deque[Sequence[Tag]] = deque()  # tags of documents that are read, but in no chunk yet
        self.tally: TagTally | None = None

    def _begin(self) -> tuple[list[Any], Iterator[Any]]:
        self.waiting.clear()
        rest = self._words()
        return list(islice(rest, 1)), rest

    def _words(self) -> Iterator[list[Any]]:
        tally, wait = self.tally, self.waiting.append
        for number, document in enumerate(self.documents()):
            try:
                words, tags = document.words, document.tags
            except AttributeError:
                raise TypeError(
                    f"document {number} is {shown(document)} of type {type(document).__name__}, expected "
                    "an object with words and tags: TaggedDocument(words, [tag])"
                ) from None
            if type(words) is not list:
                words = self._as_list(words, number)
            if type(document) is not TaggedDocument:
                self._has_plain_items = False
            if tally is not None:
                tally.add(tags, len(words), number)
            else:
                wait(tags)
            yield words

    def _as_list(self, words: Any, number: int) -> list[Any]:
        """The words of a document that is not a list; for a str these are its letters, as in gensim."""
        if isinstance(words, str) and not self._warned:
            self._warned = True
            logger.warning(
                "Each 'words' should be a list of words (usually unicode strings). "
                "First 'words' here is instead plain %s.",
                type(words),
            )
        return as_tokens(words, number)

    def scan_with_tags(self, scan: Any) -> tuple[Scan, TagTally]:
        """Call `scan`, which reads this corpus once; count the tags in the same pass."""
        self.tally = tally = TagTally()
        try:
            return scan(), tally
        finally:
            self.tally = None

    def tags_of(self, chunk: Chunk) -> list[Sequence[Tag]]:
        """The tags of the documents of the chunk that was read last."""
        return [self.waiting.popleft() for _ in range(chunk.n_sentences)]

    def documents(self) -> Iterator[Any]:
        """The documents themselves, in one pass."""
        return iter(self.iterable)


class LineDocuments(FileCorpus):
    """The lines of a text, each a document whose tag is its number."""

    def scan_with_tags(self, scan: Any) -> tuple[Scan, TagTally]:
        """Call `scan`, which reads this corpus once; the tags follow from the number of lines."""
        found: Scan = scan()
        return found, TagTally(found.n_sentences - 1)

    def tags_of(self, chunk: Chunk) -> list[Sequence[Tag]]:
        """The tags of the documents of a chunk."""
        first = chunk.sentences_before
        return [(number,) for number in range(first, first + chunk.n_sentences)]

    def documents(self) -> Iterator[TaggedDocument]:
        """The documents themselves, in one pass."""
        lines: Iterator[Any] = self.sentences()
        return numbered(lines)


AnyDocuments: TypeAlias = Documents | LineDocuments


def open_documents(documents: Any) -> AnyDocuments:
    """Return the corpus for an argument of the user.

    Parameters
    ----------
    documents : iterable of documents, path or open file
        A text has one document per line, as `TaggedLineDocument` reads it.

    Raises
    ------
    FileNotFoundError, TypeError
        If a path does not exist; if it is not iterable.

    Examples
    --------
    >>> from ns2vec.corpus.tagged import TaggedDocument, open_documents
    >>> corpus = open_documents([TaggedDocument(["a", "b"], [0]), TaggedDocument([], ["empty"])])
    >>> chunk = next(corpus.chunks({"a": 0}))
    >>> chunk.words.tolist(), corpus.tags_of(chunk)
    ([0, -2, -1, -1], [[0], ['empty']])
    """
    if isinstance(documents, Documents | LineDocuments):
        return documents
    if isinstance(documents, str | os.PathLike) or is_stream(documents):
        documents = TaggedLineDocument(documents)
    if type(documents) is TaggedLineDocument:
        source = documents.source
        if isinstance(source, str | os.PathLike) or is_stream(source):
            return LineDocuments(Lines(source), [source], Splitting(max_sentence_words=0))
    return Documents(documents)


def open_document_file(path: Any) -> LineDocuments:
    """Return the corpus for gensim's ``corpus_file=``: one uncompressed local file, ASCII blanks.

    Raises
    ------
    TypeError
        If there is no such file, or its suffix says that it is compressed.
    """
    text = open_corpus_file(path)
    return LineDocuments(AsciiWholeLines(path), text.sources, replace(text.splitting, max_sentence_words=0))
