"""Text in files or in one open stream, read by the C scanner."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ns2vec._files import explain, is_remote, strip_compression
from ns2vec._typing import Int32Array, PathLike, Sentences, Token
from ns2vec.corpus._scan import Scanner
from ns2vec.corpus.base import Corpus, Found, OnProgress, Scan, exact_dict, numbered
from ns2vec.corpus.chunks import CHUNK_WORDS, MAX_SENTENCE_WORDS, Chunk
from ns2vec.corpus.encoded import EncodedCorpus
from ns2vec.corpus.opening import (
    NOUN,
    Reader,
    check_path,
    decoding_error,
    is_seekable,
    open_binary,
    source_name,
)
from ns2vec.corpus.parts import PART_BYTES, feed_in_parts
from ns2vec.exceptions import CorpusError


@dataclass(frozen=True)
class Splitting:
    """How text is split into sentences of words.

    Attributes
    ----------
    unicode_blanks : bool
        Words end at the blanks of ``str.split()``; otherwise at those of ``bytes.split()``.
    newline_ends : bool
        A newline ends the sentence; otherwise it is a blank.
    max_sentence_words : int
        Longer sentences are split; with 0, none is, and blank lines are sentences, too.
    line_limit : int
        Lines to read from each file; -1 is all.
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


class FileCorpus(Corpus):
    r"""Text in files or in one open stream, read by the C scanner.

    Parameters
    ----------
    reader : iterable
        Yields the same sentences in Python.
    sources : list
        Paths, or one open file. A stream that cannot be rewound can be read only once.
    splitting : Splitting

    Raises
    ------
    OSError
        If a local path does not exist or is not accessible.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.corpus import open_corpus
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "corpus.txt")
    ...     with open(path, "w") as out:
    ...         _ = out.write("the cat sat\n")
    ...     corpus = open_corpus(path)
    ...     type(corpus).__name__, [list(words) for _, words in corpus.codes()]
    ('FileCorpus', [['the', 'cat', 'sat']])
    """

    def __init__(self, reader: Sentences, sources: Sequence[Any], splitting: Splitting) -> None:
        self.reader = reader
        self.sources = list(sources)
        self.splitting = splitting
        self._stream = None if isinstance(self.sources[0], (str, os.PathLike)) else self.sources[0]
        self._consumed = False
        self._n_words = 0  # at the time of counting
        if self._stream is not None:
            self.passes = None if is_seekable(self._stream) else 1
        else:
            self.passes = None if all(map(_can_be_reopened, self.sources)) else 1

    @property
    def name(self) -> str:
        """The name of the corpus in messages."""
        first = source_name(self.sources[0])
        return first if len(self.sources) == 1 else f"{first} and {len(self.sources) - 1} more files"

    @property
    def no_words(self) -> str:
        """What to report if there are no words."""
        return f"{self.name}: no words in it; expected words separated by spaces"

    def fingerprint(self) -> Hashable | None:
        """Return real path, inode, size and time of each local file, and the splitting; otherwise None."""
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
        self._n_words = scanner.n_words
        return Scan(
            scanner.tokens(), scanner.counts(), scanner.n_words, scanner.n_sentences, encoded, self.no_words
        )

    def codes(self, *, chunk_words: int = CHUNK_WORDS) -> Iterator[tuple[Int32Array, Sequence[str]]]:
        """Tokenise the text without a vocabulary: yield codes of words, and the growing list of words by
        code.

        Parameters
        ----------
        chunk_words : int
            Words after which a chunk ends with its sentence.

        Yields
        ------
        codes : ndarray of shape (n,), int32
        words : sequence of str
        """
        scanner = self.splitting.scanner(chunk_words)
        tokens = scanner.tokens()
        for words, _, _ in self._chunks(scanner):
            yield words, tokens
        self._n_words = scanner.n_words

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Tokenise and encode the text with a fixed vocabulary; see `Corpus.chunks`.

        Raises
        ------
        CorpusError
            For the reasons listed in `scan`, or if the text has been emptied since.
        """
        scanner = self.splitting.scanner(chunk_words, vocabulary=exact_dict(key_to_index))
        return numbered(self._chunks(scanner))

    def _chunks(self, scanner: Scanner) -> Iterator[Found]:
        for _ in self._feed(scanner):
            yield from scanner.take()
        if self._n_words > 0 and scanner.n_words == 0:
            raise CorpusError(
                f"{self.name}: {self._n_words} words were counted, but there are none now: has it "
                "been emptied?"
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
                f"{self.name} can be read only once and has been read: give a file, or keep the encoded "
                "text with corpus_memory > 0"
            )
        self._consumed = True

    def _feed_by(self, workers: int, scanner: Scanner) -> Generator[float | None, None, None]:
        """Feed all sources with as many threads as there is work for."""
        n_threads = min(workers, self._plain_bytes() // PART_BYTES)
        if n_threads < 2:
            return self._feed(scanner)
        self._begin_pass()
        return feed_in_parts(scanner, self.sources, partial(self.splitting.scanner, in_parts=True), n_threads)

    def _plain_bytes(self) -> int:
        """Bytes of text if several threads can read it at once, otherwise 0."""
        if self._stream is not None or self.splitting.line_limit >= 0:
            return 0
        return sum(map(_plain_size, self.sources)) if all(map(_plain_size, self.sources)) else 0

    def _feed(self, scanner: Scanner) -> Generator[float | None, None, None]:
        """Feed all sources; after each block and at the end, yield the part of the text that was read."""
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


def _can_be_reopened(path: PathLike) -> bool:
    """True for regular files and URLs; a pipe or a terminal can be read only once.

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


def _feed_blocks(scanner: Scanner, reader: Reader) -> Generator[float | None, None, None]:
    while not scanner.stopped and (block := reader.read()):
        scanner.feed(block)
        yield reader.fraction()
