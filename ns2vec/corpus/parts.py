"""Plain text files read by several threads at once, with the same result as by one.

The text is cut at blanks into parts of about `PART_BYTES`. A thread takes the next part, tokenises
and counts it with its own scanner; the caller merges the parts in the order of the
text (`_parts.h`), so codes, counts, chunks and the first error are the same for any number of
threads. No more parts are read ahead than needed to keep the threads busy.
"""

from __future__ import annotations

import os
import re
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from ns2vec._ahead import map_ahead
from ns2vec._magic import N_BYTES
from ns2vec._typing import PathLike
from ns2vec.corpus._scan import Part, Scanner
from ns2vec.corpus.opening import decoding_error, open_binary, refuse_stranger, source_name

PART_BYTES = 1 << 21
_PARTS_AHEAD = 4
_BLANK = re.compile(rb"[\t-\r ]")


class OpenFile:
    """A plain file that stays open as long as this object is used."""

    def __init__(self, path: PathLike) -> None:
        with open_binary(path) as reader:
            self.descriptor = os.dup(reader.stream.fileno())
            refuse_stranger(os.pread(self.descriptor, N_BYTES, 0), os.fspath(path))
        weakref.finalize(self, os.close, self.descriptor)
        self.n_bytes = os.fstat(self.descriptor).st_size

    def blank_behind(self, at: int) -> int | None:
        """Offset of the first blank at or after `at`, None if there is none."""
        while block := os.pread(self.descriptor, 1 << 12, at):
            if found := _BLANK.search(block):
                return at + found.start()
            at += len(block)
        return None


@dataclass(frozen=True)
class Stretch:
    """Bytes start .. end of a file (to its end, if `end` is None); no word crosses its borders."""

    number: int
    file: OpenFile
    start: int
    end: int | None

    def blocks(self) -> Iterator[bytes]:
        """Read it in a few blocks, because threads wait for each other between two of them."""
        at = self.start
        while self.end is None or at < self.end:
            n = PART_BYTES if self.end is None else min(PART_BYTES, self.end - at)
            block = os.pread(self.file.descriptor, n, at)
            if not block:
                return
            yield block
            at += len(block)

    def fraction(self) -> float:
        """Share of the file up to its end."""
        return 1.0 if self.end is None else min(1.0, self.end / max(self.file.n_bytes, 1))


def stretches(paths: Sequence[PathLike]) -> Iterator[Stretch | OSError]:
    """Split files, in order; an OSError replaces the rest."""
    try:
        for number, path in enumerate(paths):
            file = OpenFile(path)
            start: int | None = 0
            while start is not None:
                end = file.blank_behind(start + PART_BYTES)
                yield Stretch(number, file, start, end)
                start = end
    except OSError as error:
        yield error


def read_stretch(
    stretch: Stretch | OSError, idle: deque[Scanner]
) -> tuple[Stretch, Part, UnicodeDecodeError | None]:
    """Read with an idle scanner; return what was read of the stretch, and the error that stopped it.

    Stretches are begun in order, so each scanner gets its stretches in order.
    """
    if isinstance(stretch, OSError):
        raise stretch
    scanner = idle.popleft()
    error = None
    try:
        scanner.open(continued=stretch.start > 0)
        for block in stretch.blocks():
            scanner.feed(block)
        scanner.close()
    except UnicodeDecodeError as met:
        error = met
    part = scanner.take_part()
    idle.append(scanner)
    return stretch, part, error


def feed_in_parts(
    scanner: Scanner, paths: Sequence[PathLike], make_reader: Callable[[], Scanner], n_threads: int
) -> Generator[float, None, None]:
    """Feed plain files to a scanner by `n_threads`; from time to time, yield the part of the text that was
    read.

    Parameters
    ----------
    scanner : Scanner
    paths : sequence of paths of regular, uncompressed files
    make_reader : callable
        Returns a scanner with ``in_parts`` that splits as `scanner` does.
    n_threads : int

    Raises
    ------
    CorpusError
        If a file is not UTF-8 under ``errors="strict"``: for the first such place in the text.
    OSError
        If a file cannot be opened or read.
    """
    readers = [make_reader() for _ in range(n_threads)]
    read = partial(read_stretch, idle=deque(readers))
    n_ahead = n_threads + min(n_threads, _PARTS_AHEAD) - 1
    with closing(map_ahead(read, stretches(paths), n_threads, n_ahead)) as readings:
        for stretch, part, error in readings:
            if stretch.start == 0:
                scanner.open()
            scanner.merge(part)
            if error is not None:
                name = source_name(paths[stretch.number])
                raise decoding_error(error, name, scanner.n_lines + 1) from error
            if stretch.end is None:
                scanner.close()
            yield (stretch.number + stretch.fraction()) / len(paths)
    for reader in readers:
        scanner.merge(reader.take_part(end=True))
    scanner.finish()
    yield 1.0
