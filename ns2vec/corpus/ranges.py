"""Text files of which each of several processes reads a part, with the same result as reading all of it.

A file is cut at newlines into ranges of bytes. Counting a range gives its words, in order of
appearance, and the number of words in each line. When these are merged in the order of the
text, words are in the order of a single pass, and the lengths of the lines determine where chunks begin: at
which byte, and after how many sentences of the line there. Then any process can read any chunk by itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any, TypeAlias

import numpy as np

from ns2vec._files import is_remote, open_raw, strip_compression
from ns2vec._magic import N_BYTES
from ns2vec._typing import Int32Array, Int64Array, PathLike
from ns2vec.corpus._scan import Scanner
from ns2vec.corpus.base import Corpus, OnProgress, Scan, exact_dict
from ns2vec.corpus.chunks import CHUNK_WORDS, END, MAX_SENTENCE_WORDS
from ns2vec.corpus.files import FileCorpus, Splitting
from ns2vec.corpus.opening import NOUN, decoding_error, refuse_stranger
from ns2vec.exceptions import CorpusError

RANGE_BYTES = 1 << 24
WHOLE = 2**62  # words of an endless chunk
_BLOCK = 1 << 16

#: ``run_all(function, items)`` returns the result of the function for each item, in the order of the items.
RunAll: TypeAlias = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


# ---- one range ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ByteRange:
    """Lines of a file: those that begin at byte `start` or after it, and before `end`.

    Attributes
    ----------
    number : int
        Of the file in its corpus.
    path : path
    start, end : int
    splitting : Splitting
    """

    number: int
    path: PathLike
    start: int
    end: int
    splitting: Splitting


@dataclass(frozen=True)
class RangeCount:
    """The contents of a range.

    Attributes
    ----------
    number : int
        Of the file in its corpus.
    words : bytes
        The distinct words, UTF-8 with blanks between them, in order of first appearance.
    counts : ndarray of shape (n,), int64
        Count of each word.
    line_words : ndarray of shape (n_lines,), int32
        Words of each line.
    line_ends : ndarray of shape (n_lines,), int64
        The byte after each line.
    start : int
        The first byte of the first line.
    """

    number: int
    words: bytes
    counts: Int64Array
    line_words: Int32Array
    line_ends: Int64Array
    start: int


def line_begin(stream: IO[bytes], at: int) -> int:
    """The first byte at or after `at` that begins a line; the byte after the file if there is none."""
    if at == 0:
        return 0
    stream.seek(at - 1)
    place = at - 1
    while block := stream.read(_BLOCK):
        found = block.find(b"\n")
        if found >= 0:
            return place + found + 1
        place += len(block)
    return place


def count_range(of: ByteRange) -> RangeCount:
    """Count the words of a range, and of each of its lines.

    Raises
    ------
    CorpusError
        If it is not UTF-8 under ``errors="strict"``, or not text at all.
    OSError
        If the file cannot be read.
    """
    with open_raw(of.path, noun=NOUN, damaged=CorpusError) as stream:
        if of.start == 0:
            refuse_stranger(stream.read(N_BYTES), os.fspath(of.path))
        start, end = line_begin(stream, of.start), line_begin(stream, of.end)
        stream.seek(start)
        text = stream.read(end - start)
    # one sentence of any length per line, even if empty: so its ends are those of the lines
    scanner = replace(of.splitting, max_sentence_words=0).scanner(WHOLE)
    codes = scanned(scanner, [(start, text)], f"{os.fspath(of.path)} from byte {start}")
    ends = np.flatnonzero(codes == END)
    line_words = np.diff(ends, prepend=-1) - 1
    line_ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")) + 1 + start
    if len(line_ends) < len(line_words):  # the last line of a file may lack a newline
        line_ends = np.append(line_ends, end)
    words = " ".join(scanner.tokens()).encode("utf-8")
    return RangeCount(
        of.number, words, scanner.counts(), line_words.astype(np.int32),
        line_ends[: len(line_words)].astype(np.int64), start,
    )  # fmt: skip


def scanned(scanner: Scanner, texts: Iterable[tuple[int, bytes]], name: str) -> Int32Array:
    """Codes of texts, each with its first byte in the file.

    Raises
    ------
    CorpusError
        If one is not UTF-8 under ``errors="strict"``.
    """
    try:
        for start, text in texts:
            scanner.open(continued=start > 0)
            scanner.feed(text)
            scanner.close()
        scanner.finish()
    except UnicodeDecodeError as error:
        raise decoding_error(error, name, scanner.n_lines + 1) from error
    found = [codes for codes, _, _ in scanner.take()]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int32)


# ---- chunks by their position ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlacedChunk:
    """A chunk that has not been read yet.

    Attributes
    ----------
    index, n_words, n_sentences, words_before, sentences_before : int
        As in `ns2vec.corpus.Chunk`.
    first : tuple of int
        Number of the file and first byte of its first line, and the number of earlier sentences of this line.
    last : tuple of int
        Number of the file with its last line, and the byte after this line.
    reader : PlaceReader or None
        Reads it in this process.
    """

    index: int
    n_words: int
    n_sentences: int
    words_before: int
    sentences_before: int
    first: tuple[int, int, int]
    last: tuple[int, int]
    reader: PlaceReader | None = None

    def alone(self) -> PlacedChunk:
        """A copy for another process."""
        return replace(self, reader=None)

    def rows(self) -> Int32Array:
        """Rows of the vocabulary, as `ns2vec.corpus.Chunk.rows`."""
        if self.reader is None:
            raise RuntimeError("a chunk from another process has no reader")
        return self.reader.read(self)


class PlaceReader:
    """Reads chunks from their files.

    Parameters
    ----------
    paths : sequence of paths
    splitting : Splitting
    key_to_index : dict of token -> row
    memory : int
        Bytes of ids to keep, so that the next epoch need not read them again.
    """

    def __init__(
        self, paths: Sequence[PathLike], splitting: Splitting, key_to_index: dict[Any, int], memory: int = 0
    ) -> None:
        self.paths, self.splitting, self.key_to_index = paths, splitting, key_to_index
        self.memory = self.left = memory
        self.scanner: Scanner | None = None
        self.kept: dict[int, Int32Array] = {}

    def __reduce__(self) -> Any:
        return PlaceReader, (self.paths, self.splitting, self.key_to_index, self.memory)

    def read(self, chunk: PlacedChunk) -> Int32Array:
        """Rows of a chunk, with `END` after each sentence.

        Raises
        ------
        CorpusError
            If it is no longer there.
        """
        if chunk.index in self.kept:
            return self.kept[chunk.index]
        if self.scanner is None:
            self.scanner = self.splitting.scanner(WHOLE, vocabulary=exact_dict(self.key_to_index))
        name = os.fspath(self.paths[chunk.first[0]])
        rows = scanned(self.scanner, self.texts(chunk), f"{name} from byte {chunk.first[1]}")
        ends = np.flatnonzero(rows == END) + 1
        skipped = chunk.first[2]
        if len(ends) < skipped + chunk.n_sentences:
            raise CorpusError(
                f"{name} changed while it was being trained on: leave it unchanged and start again"
            )
        begin = ends[skipped - 1] if skipped else 0
        found: Int32Array = rows[begin : ends[skipped + chunk.n_sentences - 1]].copy()
        if found.nbytes <= self.left:
            self.kept[chunk.index] = found
            self.left -= found.nbytes
        return found

    def texts(self, chunk: PlacedChunk) -> Iterator[tuple[int, bytes]]:
        """The bytes of a chunk, one text for each file."""
        number, start, _ = chunk.first
        for at in range(number, chunk.last[0] + 1):
            with open_raw(self.paths[at], noun=NOUN, damaged=CorpusError) as stream:
                begin = start if at == number else 0
                stream.seek(begin)
                yield begin, stream.read(chunk.last[1] - begin if at == chunk.last[0] else -1)


class Cutter:
    """Computes the beginnings and ends of chunks from the words of each line.

    Parameters
    ----------
    chunk_words, max_sentence_words : int
        As in `ns2vec.corpus._chunker.h`; no sentence is longer than a piece.

    Attributes
    ----------
    chunks : list of PlacedChunk
    """

    def __init__(self, chunk_words: int, max_sentence_words: int) -> None:
        self.chunk_words, self.max_sentence_words = chunk_words, max_sentence_words
        self.chunks: list[PlacedChunk] = []
        self.n_words = self.n_sentences = 0  # in the finished chunks
        self.first: tuple[int, int, int] | None = None  # of the open one
        self.last = (0, 0)
        self.open_words = self.open_sentences = 0

    def add(self, number: int, start: int, line_ends: Int64Array, line_words: Int32Array) -> None:
        """Add the next lines of the text, which are in file `number` from byte `start` on."""
        begins = np.append(start, line_ends[:-1])
        per_line = -(-line_words.astype(np.int64) // self.max_sentence_words)
        line = np.repeat(np.arange(len(line_words)), per_line)  # of each sentence
        nth = np.arange(len(line)) - np.repeat(np.cumsum(per_line) - per_line, per_line)
        words = np.minimum(line_words[line] - nth * self.max_sentence_words, self.max_sentence_words)
        behind = np.cumsum(words)  # in these lines up to each sentence
        at = 0
        while at < len(line):
            if self.first is None:
                self.first = (number, int(begins[line[at]]), int(nth[at]))
            before = int(behind[at] - words[at])
            end = int(np.searchsorted(behind, before + self.chunk_words - self.open_words))
            last = min(end, len(line) - 1)
            self.open_words += int(behind[last]) - before
            self.open_sentences += last + 1 - at
            self.last = (number, int(line_ends[line[last]]))
            at = last + 1
            if end == last:
                self.close()

    def close(self) -> None:
        """End the open chunk, if there is one."""
        if self.first is None:
            return
        self.chunks.append(
            PlacedChunk(
                len(self.chunks), self.open_words, self.open_sentences, self.n_words, self.n_sentences,
                self.first, self.last,
            )
        )  # fmt: skip
        self.n_words += self.open_words
        self.n_sentences += self.open_sentences
        self.first, self.open_words, self.open_sentences = None, 0, 0


# ---- the corpus --------------------------------------------------------------------------------------


def can_be_spread(corpus: Corpus) -> bool:
    """Whether any range of bytes of a corpus can be read by itself: plain files, one sentence per line."""
    if type(corpus) is not FileCorpus or corpus._stream is not None or corpus.passes is not None:
        return False
    splitting = corpus.splitting
    lines = splitting.newline_ends and splitting.line_limit < 0
    return (
        lines
        and 0 < splitting.max_sentence_words <= MAX_SENTENCE_WORDS
        and not any(strip_compression(path)[1] for path in corpus.sources)
    )


def n_bytes_of(path: PathLike) -> int:
    """Size of a file, or of the content of an address."""
    if not is_remote(path):
        return os.path.getsize(path)
    with open_raw(path, noun=NOUN, damaged=CorpusError) as stream:
        return stream.seek(0, os.SEEK_END)


class SpreadCorpus(FileCorpus):
    r"""Text in plain files whose ranges are counted, and whose chunks are read, by other processes.

    Parameters
    ----------
    corpus : FileCorpus
        One that `can_be_spread`.
    run_all : callable
        ``run_all(function, items)`` returns the result of the function for each item, in the order of the
        items.
    range_bytes : int, optional
        Size of a range; by default `RANGE_BYTES`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from ns2vec.corpus import open_corpus
    >>> from ns2vec.corpus.ranges import SpreadCorpus
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "text.txt")
    ...     _ = path.write_text("b a b\nc b\n")
    ...     corpus = SpreadCorpus(open_corpus(path), map, range_bytes=4)
    ...     scan = corpus.scan(chunk_words=3)
    ...     chunks = [chunk.rows().tolist() for chunk in corpus.chunks({"b": 0}, chunk_words=3)]
    >>> list(scan.tokens), scan.counts.tolist(), scan.n_words
    (['b', 'a', 'c'], [3, 1, 1], 5)
    >>> chunks
    [[0, -2, 0, -1], [-2, 0, -1]]
    """

    def __init__(self, corpus: FileCorpus, run_all: RunAll, range_bytes: int | None = None) -> None:
        super().__init__(corpus.reader, corpus.sources, corpus.splitting)
        self.run_all, self.range_bytes = run_all, range_bytes or RANGE_BYTES
        self.places: list[PlacedChunk] = []
        self.places_of: Any = None  # the arguments that they were computed for

    def ranges(self) -> Iterator[ByteRange]:
        """All ranges, in the order of the text."""
        for number, path in enumerate(self.sources):
            n_bytes = n_bytes_of(path)
            for start in range(0, n_bytes, self.range_bytes):
                end = min(start + self.range_bytes, n_bytes)
                yield ByteRange(number, path, start, end, self.splitting)

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        mark = (chunk_words, self.fingerprint())
        cutter = Cutter(chunk_words, self.splitting.max_sentence_words)
        ranges = list(self.ranges())
        counts: dict[str, int] = {}
        for n_done, found in enumerate(self.run_all(count_range, ranges), 1):
            cutter.add(found.number, found.start, found.line_ends, found.line_words)
            for word, n in zip(found.words.decode("utf-8").split(" "), found.counts.tolist(), strict=False):
                counts[word] = counts.get(word, 0) + n
            n_words = cutter.n_words + cutter.open_words
            on_progress(n_words, cutter.n_sentences + cutter.open_sentences, n_done / len(ranges))
        cutter.close()
        self.places, self.places_of = cutter.chunks, mark
        self._n_words = cutter.n_words
        totals = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
        return Scan([*counts], totals, cutter.n_words, cutter.n_sentences, None, self.no_words)

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Any]:
        """Positions of the chunks; the ids of a chunk are read when they are needed.

        Raises
        ------
        CorpusError
            As `FileCorpus.chunks`.
        """
        n_words = self._n_words
        if self.places_of != (chunk_words, self.fingerprint()):
            self.scan(chunk_words=chunk_words)
        if n_words > 0 and not self.places:
            raise CorpusError(
                f"{self.name}: {n_words} words were counted, but there are none now: has it been emptied?"
            )
        reader = self.reader_for(key_to_index, 0)
        return (replace(chunk, reader=reader) for chunk in self.places)

    def reader_for(self, key_to_index: dict[Any, int], memory: int) -> PlaceReader:
        """The reader of chunks for a vocabulary, in this process or another."""
        return PlaceReader(self.sources, self.splitting, key_to_index, memory)
