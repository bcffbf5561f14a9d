"""Every kind of input behind one interface: `open_corpus` and `open_corpus_file`.

::

    LineSentence, PathLineSentences, Text8Corpus, paths, open files  -> FileCorpus      (C scanner)
    lists, generators, any other iterable, subclasses of the readers -> IterableCorpus  (C dict look-ups)

Both make the same chunks of the same sentences.
"""

from __future__ import annotations

import logging
import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any, TypeAlias

import numpy as np

from ns2vec._files import explain, is_remote, strip_compression
from ns2vec._options import shown
from ns2vec._typing import Int32Array, Int64Array, PathLike, Sentences, Token
from ns2vec.corpus._scan import Scanner
from ns2vec.corpus._sentences import SentenceCounter, SentenceEncoder, as_tokens
from ns2vec.corpus.chunks import CHUNK_WORDS, MAX_SENTENCE_WORDS, Chunk
from ns2vec.corpus.encoded import EncodedCorpus
from ns2vec.corpus.opening import (
    NOUN,
    Reader,
    check_errors,
    check_path,
    decoding_error,
    is_seekable,
    open_binary,
    source_name,
)
from ns2vec.corpus.parts import PART_BYTES, feed_in_parts
from ns2vec.corpus.readers import AsciiLines, LineSentence, PathLineSentences, Text8Corpus
from ns2vec.exceptions import CorpusError
from ns2vec.vocab.checks import check_token
from ns2vec.vocab.trim import TrimRule, keep_word

logger = logging.getLogger(__name__)

OnProgress: TypeAlias = Callable[[int, int, "float | None"], object]
"""Called with words and sentences so far, and the part of the input that was read, if known."""

_Found: TypeAlias = tuple[Int32Array, int, int]  # ids of a chunk, its words and its sentences
_SENTENCES_PER_REPORT = 10_000
_ENDED: Any = object()


def _ignore(n_words: int, n_sentences: int, fraction: float | None) -> None:
    pass


@dataclass
class Scan:
    """What one pass over a corpus found.

    Attributes
    ----------
    tokens : sequence of length n
        The distinct tokens in order of first appearance; for files they are decoded on access.
    counts : int64 array of shape (n,)
        How often each appears.
    n_words, n_sentences : int
    encoded : EncodedCorpus, optional
        The corpus as indices into `tokens`; None for iterables and with ``memory_limit=0``.
    no_words : str
        What to say to the user where there are none.
    """

    tokens: Sequence[Token]
    counts: Int64Array
    n_words: int
    n_sentences: int
    encoded: EncodedCorpus | None = None
    no_words: str = "the corpus has no words: expected sentences that are lists of tokens"


@dataclass(frozen=True)
class Splitting:
    """How text becomes sentences of words.

    Attributes
    ----------
    unicode_blanks : bool
        Words end at the blanks of ``str.split()``, or else of ``bytes.split()``.
    newline_ends : bool
        A newline ends the sentence, or else is a blank.
    max_sentence_words : int
        Longer sentences come in parts; with 0 none does, and blank lines are sentences, too.
    line_limit : int
        Lines to read of each file; -1 is all.
    errors : {"strict", "replace", "ignore"}
        Policy for bytes that are not UTF-8.
    """

    unicode_blanks: bool = True
    newline_ends: bool = True
    max_sentence_words: int = MAX_SENTENCE_WORDS
    line_limit: int = -1
    errors: str = "strict"

    def scanner(self, chunk_words: int = 1, **options: Any) -> Scanner:
        """Return a new scanner that splits like this; options are those of `Scanner`."""
        return Scanner(chunk_words=chunk_words, **vars(self), **options)


class Corpus(ABC):
    """A corpus that can be counted and read in chunks.

    Attributes
    ----------
    passes : int or None
        How often it can be read: 1 for a once-only iterator or stream, None for no limit.
    """

    passes: int | None = None

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        """Do what `scan` says; for the kinds of corpora that do not say it otherwise."""
        raise NotImplementedError

    def length(self) -> int | None:
        """Return the number of sentences if it is known without reading them."""
        return None

    def fingerprint(self) -> Hashable | None:
        """Return what changes when the content may have changed; None if that cannot be told."""
        return None

    def scan(
        self,
        *,
        chunk_words: int = CHUNK_WORDS,
        memory_limit: int = 0,
        workers: int = 1,
        on_progress: OnProgress = _ignore,
    ) -> Scan:
        """Read the corpus once: count the tokens and, where that saves a pass, keep it encoded.

        Parameters
        ----------
        chunk_words : int
            Words after which a chunk ends with its sentence.
        memory_limit : int
            Bytes of ids to keep in memory, the rest goes to a temporary file; 0 keeps nothing.
        workers : int
            Threads that may read; what is found is the same for any number.
        on_progress : callable(n_words, n_sentences, fraction), optional

        Raises
        ------
        CorpusError
            If text is not UTF-8 under ``errors="strict"``, a token is a missing value (None, NaN), a
            compressed file is damaged, or the temporary file cannot be written.
        OSError
            If a file cannot be opened or read.
        TypeError
            If a sentence is not iterable or a token not hashable.
        """
        return self._scan(chunk_words, memory_limit, workers, on_progress)

    def scan_sequential(
        self,
        *,
        max_vocab_size: int | None,
        trim_rule: TrimRule | None = None,
        on_progress: OnProgress = _ignore,
    ) -> Scan:
        """Count in plain Python, dropping rare tokens whenever there are more than `max_vocab_size`.

        Parameters
        ----------
        max_vocab_size : int or None
            After a sentence that leaves more tokens than this, those seen fewer times than a floor
            go, and the floor rises by one: gensim's rule, which ends far below the limit.
        trim_rule : callable(word, count, min_count), optional
            Asked for each token when there is pruning to do; its `min_count` is the floor.
        on_progress : callable(n_words, n_sentences, fraction), optional

        Raises
        ------
        CorpusError
            If a token is a missing value; names the sentence by number.
        """
        counts: dict[Token, int] = {}
        floor = 1
        n_words = n_sentences = 0
        for number, sentence in enumerate(self.sentences()):
            tokens = as_tokens(sentence, number)
            for token in tokens:
                if token not in counts and type(token) is not str:
                    check_token(token, number)
                counts[token] = counts.get(token, 0) + 1
            n_words += len(tokens)
            n_sentences += 1
            if max_vocab_size and len(counts) > max_vocab_size:
                for token, n in list(counts.items()):
                    if not keep_word(token, n, floor, trim_rule):
                        del counts[token]
                floor += 1
            if n_sentences % _SENTENCES_PER_REPORT == 0:
                on_progress(n_words, n_sentences, None)
        totals = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
        return Scan(list(counts), totals, n_words, n_sentences)

    @abstractmethod
    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Read the corpus once, encoded as rows of a vocabulary.

        Parameters
        ----------
        key_to_index : dict of token -> row
            Other tokens become `UNKNOWN`.
        chunk_words : int
            Words after which a chunk ends with its sentence.
        """

    @abstractmethod
    def sentences(self) -> Iterator[Sequence[Token]]:
        """Read the corpus once as plain sequences of tokens."""


class FileCorpus(Corpus):
    """Text in files or in one open stream, read by the C scanner.

    Parameters
    ----------
    reader : iterable
        Yields the same sentences in Python.
    sources : list
        Paths, or one open file. A stream that cannot be rewound can be read once.
    splitting : Splitting

    Raises
    ------
    OSError
        If a local path does not exist or may not be looked at.
    """

    def __init__(self, reader: Sentences, sources: Sequence[Any], splitting: Splitting) -> None:
        self.reader = reader
        self.sources = list(sources)
        self.splitting = splitting
        self._stream = None if isinstance(self.sources[0], (str, os.PathLike)) else self.sources[0]
        self._consumed = False
        self._n_words = 0  # when they were counted
        if self._stream is not None:
            self.passes = None if is_seekable(self._stream) else 1
        else:
            self.passes = None if all(map(_can_be_reopened, self.sources)) else 1

    @property
    def name(self) -> str:
        """What to call the corpus in a message."""
        first = source_name(self.sources[0])
        return first if len(self.sources) == 1 else f"{first} and {len(self.sources) - 1} more files"

    def fingerprint(self) -> Hashable | None:
        """Return real path, inode, size and time of each local file, and the splitting; else None."""
        if self._stream is not None or self.passes is not None or any(map(is_remote, self.sources)):
            return None
        files = []
        for path in self.sources:
            status = os.stat(path)
            files.append((os.path.realpath(path), status.st_ino, status.st_size, status.st_mtime_ns))
        return (tuple(files), self.splitting)

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        scanner = self.splitting.scanner(chunk_words)
        encoded = EncodedCorpus(memory_limit) if memory_limit > 0 else None
        try:
            for fraction in self._feed_by(workers, scanner):
                for words, n_words, n_sentences in scanner.take(encoded is not None):
                    if encoded is not None:
                        encoded.append(words, n_words, n_sentences)
                on_progress(scanner.n_words, scanner.n_sentences, fraction)
        except BaseException:
            if encoded is not None:
                encoded.close()
            raise
        no_words = f"{self.name}: no words in it; expected words separated by blanks"
        self._n_words = scanner.n_words
        return Scan(
            scanner.tokens(), scanner.counts(), scanner.n_words, scanner.n_sentences, encoded, no_words
        )

    def codes(self, *, chunk_words: int = CHUNK_WORDS) -> Iterator[tuple[Int32Array, Sequence[str]]]:
        """Tokenise the text without a vocabulary: yield codes of words, and the words by code, which grow."""
        scanner = self.splitting.scanner(chunk_words)
        tokens = scanner.tokens()
        for _ in self._feed(scanner):
            for words, _, _ in scanner.take():
                yield words, tokens

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Tokenise and encode the text with a fixed vocabulary; see `Corpus.chunks`.

        Raises
        ------
        CorpusError
            Of the kinds that `scan` names, or if the text has been emptied since.
        """
        scanner = self.splitting.scanner(chunk_words, vocabulary=_exact_dict(key_to_index))
        yield from _numbered(found for _ in self._feed(scanner) for found in scanner.take())
        if self._n_words > 0 and scanner.n_words == 0:
            raise CorpusError(
                f"{self.name}: {self._n_words} words when they were counted, and none now: was it emptied?"
            )

    def sentences(self) -> Iterator[Sequence[Token]]:
        """Read the text with the Python reader; see `Corpus.sentences`."""
        self._begin_pass()
        return iter(self.reader)

    def _begin_pass(self) -> None:
        if self.passes is None:
            return
        if self._consumed:
            raise CorpusError(
                f"{self.name} can be read once only and has been read: give a file, or keep the encoded "
                "text with corpus_memory > 0"
            )
        self._consumed = True

    def _feed_by(self, workers: int, scanner: Scanner) -> Generator[float | None, None, None]:
        """Feed all sources with as many threads as have something to do."""
        n_threads = min(workers, self._plain_bytes() // PART_BYTES)
        if n_threads < 2:
            return self._feed(scanner)
        self._begin_pass()
        return feed_in_parts(scanner, self.sources, partial(self.splitting.scanner, in_parts=True), n_threads)

    def _plain_bytes(self) -> int:
        """Bytes of text if it can be read from several places at once, else 0."""
        if self._stream is not None or self.splitting.line_limit >= 0:
            return 0
        return sum(map(_plain_size, self.sources)) if all(map(_plain_size, self.sources)) else 0

    def _feed(self, scanner: Scanner) -> Generator[float | None, None, None]:
        """Feed all sources; yield after each block, and when the corpus has ended, the part read."""
        self._begin_pass()
        for number, source in enumerate(self.sources):
            try:
                for fraction in self._feed_source(scanner, source):
                    yield None if fraction is None else (number + fraction) / len(self.sources)
            except UnicodeDecodeError as error:
                raise decoding_error(error, source_name(source), scanner.n_lines + 1) from error
        scanner.finish()
        yield 1.0

    def _feed_source(self, scanner: Scanner, source: Any) -> Generator[float | None, None, None]:
        scanner.open()
        if self._stream is not None:
            if self.passes is None:
                source.seek(0)
            yield from _feed_blocks(scanner, Reader(source, source_name(source)))
        else:
            with open_binary(source) as reader:
                yield from _feed_blocks(scanner, reader)
        scanner.close()


class IterableCorpus(Corpus):
    """Sentences from any iterable, iterated exactly once per pass and never kept.

    Parameters
    ----------
    iterable : iterable of sequences of hashable tokens

    Raises
    ------
    TypeError
        If it is not iterable. While reading: if a sentence is not, or a token is not hashable.
    """

    whole = False  # long sentences come in parts, and empty ones go

    def __init__(self, iterable: Sentences) -> None:
        if not _is_iterable(iterable):
            raise TypeError(
                f"expected a corpus, an iterable of lists of words or a path, got {shown(iterable)} "
                f"of type {type(iterable).__name__}"
            )
        self.iterable = iterable
        self.passes = 1 if _is_once_only(iterable) else None
        self._n_sentences = self._n_words = 0  # of the last pass
        self._warned = False

    def length(self) -> int | None:
        """Return what ``len`` says, if the iterable has one; see `Corpus.length`."""
        try:
            return len(self.iterable) if isinstance(self.iterable, Sized) else None
        except TypeError:  # it passes on a length that what it wraps does not have
            return None

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        counter = SentenceCounter(check_token)
        first, rest = self._begin()
        for sentence in first:
            counter.add(sentence)
        while counter.fill(rest, _SENTENCES_PER_REPORT - counter.n_sentences % _SENTENCES_PER_REPORT):
            on_progress(counter.n_words, counter.n_sentences, None)
        on_progress(counter.n_words, counter.n_sentences, 1.0)
        self._n_sentences, self._n_words = counter.n_sentences, counter.n_words
        return Scan(counter.tokens(), counter.counts(), counter.n_words, counter.n_sentences)

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Encode the sentences of one pass; see `Corpus.chunks`.

        Raises
        ------
        CorpusError
            If the iterable yields nothing, or sentences without words, although it had some in an earlier
            pass.
        """
        encoder = SentenceEncoder(_exact_dict(key_to_index), chunk_words=chunk_words, whole=self.whole)
        first, rest = self._begin()
        n_words = 0
        for chunk in _numbered(_encoded(encoder, first, rest)):
            n_words += chunk.n_words
            yield chunk
        self._check_pass(first, encoder.n_sentences, n_words)

    def _check_pass(self, first: list[Any], n_sentences: int, n_words: int) -> None:
        """Refuse what is used up: the iterable, or each of the sentences."""
        if n_sentences == 0 and self._n_sentences > 0:
            raise CorpusError(
                f"the {type(self.iterable).__name__} yielded {self._n_sentences} sentences in an earlier "
                "pass and none in this one: give a list, or a class whose __iter__ starts again"
            )
        # a sentence that is its own iterator was read elsewhere, when the words were counted
        had_words = self._n_words > 0 or (n_sentences > 0 and isinstance(first[0], Iterator))
        if n_sentences > 0 and n_words == 0 and had_words:
            remedy = "give the same sentences in each pass"
            if isinstance(first[0], Iterator):
                remedy = f"a {type(first[0]).__name__} can be read once; make each sentence a list of words"
            raise CorpusError(
                f"all {n_sentences} sentences are empty in this pass and had words in an earlier: {remedy}"
            )
        self._n_sentences, self._n_words = n_sentences, n_words

    def sentences(self) -> Iterator[Sequence[Token]]:
        """Iterate once over the sentences as they are; see `Corpus.sentences`."""
        first, rest = self._begin()
        yield from first
        while (sentence := next(rest, _ENDED)) is not _ENDED:
            yield sentence

    def _begin(self) -> tuple[list[Any], Iterator[Any]]:
        """Start a pass: the first sentence, if there is one, and the iterator of the others."""
        rest = iter(self.iterable)
        first = next(rest, _ENDED)
        if isinstance(first, str) and not self._warned:
            self._warned = True
            logger.warning(
                "Each 'sentences' item should be a list of words (usually unicode strings). "
                "First item here is instead plain %s.",
                type(first),
            )
        return [] if first is _ENDED else [first], rest


def _encoded(encoder: SentenceEncoder, first: list[Any], rest: Iterator[Any]) -> Iterator[_Found]:
    """Yield the chunks of the first sentence, if there is one, and the others."""
    for sentence in first:
        encoder.add(sentence)
    while encoder.fill(rest):
        yield from encoder.take()
    encoder.finish()
    yield from encoder.take()


def _numbered(chunks: Iterable[_Found]) -> Iterator[Chunk]:
    """Number the chunks of one epoch, and their words and sentences."""
    words_before = sentences_before = 0
    for index, (words, n_words, n_sentences) in enumerate(chunks):
        yield Chunk(index, words, n_words, n_sentences, words_before, sentences_before)
        words_before += n_words
        sentences_before += n_sentences


def open_corpus(corpus: Any, *, errors: str = "strict") -> Corpus:
    """Return the corpus behind what a user gives.

    Parameters
    ----------
    corpus : reader, path, open file or iterable
        `LineSentence`, `PathLineSentences` or `Text8Corpus` (these classes, not subclasses); the
        path of a text file, of a folder of them, or a URL, compressed or not; a file object; or
        any iterable of sequences of hashable tokens.
    errors : {"strict", "replace", "ignore"}
        For paths and open files: what to do with bytes that are not UTF-8. Readers have their own.

    Raises
    ------
    FileNotFoundError, CorpusError
        If a path does not exist; if a folder holds no files.
    TypeError
        If it is not iterable.

    Examples
    --------
    >>> from ns2vec.corpus import open_corpus
    >>> corpus = open_corpus([["a", "b"], ["b"]])
    >>> scan = corpus.scan()
    >>> list(scan.tokens), scan.counts.tolist(), scan.n_words, scan.n_sentences
    (['a', 'b'], [1, 2], 3, 2)
    >>> [chunk.words.tolist() for chunk in corpus.chunks({"b": 0})]
    [[-2, 0, -1, 0, -1]]
    """
    check_errors(errors)
    if isinstance(corpus, Corpus):
        return corpus
    if isinstance(corpus, (str, os.PathLike)):
        corpus = _reader_of_path(os.fspath(corpus), errors)
    elif is_stream(corpus):
        corpus = LineSentence(corpus, errors=errors)
    return _file_corpus(corpus) or IterableCorpus(corpus)


def open_corpus_file(path: Any) -> FileCorpus:
    """Return the corpus for gensim's ``corpus_file=``: one uncompressed local file, ASCII blanks.

    Raises
    ------
    TypeError
        As gensim: if there is no such file, or its suffix says that it is compressed.

    Examples
    --------
    >>> from ns2vec.corpus import open_corpus_file
    >>> open_corpus_file("no/such/file")
    Traceback (most recent call last):
    ...
    TypeError: corpus_file must be the path of a text file, got 'no/such/file'; check the path
    """
    if not isinstance(path, (str, os.PathLike)) or not os.path.isfile(path):
        raise TypeError(f"corpus_file must be the path of a text file, got {shown(path)}; check the path")
    name = os.fspath(path)
    if strip_compression(name)[1]:
        raise TypeError(
            f"corpus_file must be uncompressed, got {name!r}; decompress it, or give the path as the corpus"
        )
    return FileCorpus(AsciiLines(name), [name], Splitting(unicode_blanks=False))


def _reader_of_path(path: str, errors: str) -> LineSentence | PathLineSentences:
    if not is_remote(path) and os.path.isdir(path):
        return PathLineSentences(path, errors=errors)
    return LineSentence(path, errors=errors)


def _file_corpus(reader: Any) -> FileCorpus | None:
    """Return the fast corpus for exactly the three readers over something with bytes; else None."""
    if type(reader) is Text8Corpus:
        splitting = Splitting(True, False, reader.max_sentence_length, -1, reader.errors)
        return FileCorpus(reader, [reader.fname], splitting)
    if type(reader) is LineSentence:
        sources: list[Any] = [reader.source]
        if not isinstance(reader.source, (str, os.PathLike)) and not is_stream(reader.source):
            return None
    elif type(reader) is PathLineSentences:
        sources = list(reader.input_files)
    else:
        return None
    limit = -1 if reader.limit is None else reader.limit
    splitting = Splitting(True, True, reader.max_sentence_length, limit, reader.errors)
    return FileCorpus(reader, sources, splitting)


def _can_be_reopened(path: PathLike) -> bool:
    """True for regular files and URLs; a pipe or a terminal gives its text once.

    Raises
    ------
    OSError
        If a local path does not exist.
    """
    check_path(path)
    if is_remote(path):
        return True
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise explain(error, os.fspath(path), NOUN) from error
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _plain_size(path: PathLike) -> int:
    """Bytes of an uncompressed regular file, 0 for anything else."""
    if is_remote(path) or strip_compression(path)[1] or not os.path.isfile(path):
        return 0
    return os.path.getsize(path)


def is_stream(value: Any) -> bool:
    """Whether it is an open file."""
    return callable(getattr(value, "read", None)) and callable(getattr(value, "readline", None))


def _is_iterable(value: Any) -> bool:
    if isinstance(value, (bytes, bytearray)):
        return False
    return hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__")


def _is_once_only(iterable: Any) -> bool:
    """True for generators, `map`, `zip` ...: iterators that no class of the user restarts.

    An iterator with a length, or with an ``__iter__`` of its own, may start again there. This
    does not call ``__iter__``: a class may count its passes.
    """
    if not isinstance(iterable, Iterator) or hasattr(type(iterable), "__len__"):
        return False
    begin = type(iterable).__iter__
    return not isinstance(begin, FunctionType) or begin in (Iterator.__iter__, Generator.__iter__)


def _exact_dict(mapping: dict[Any, int]) -> dict[Any, int]:
    return mapping if type(mapping) is dict else dict(mapping)


def _feed_blocks(scanner: Scanner, reader: Reader) -> Generator[float | None, None, None]:
    while not scanner.stopped and (block := reader.read()):
        scanner.feed(block)
        yield reader.fraction()
