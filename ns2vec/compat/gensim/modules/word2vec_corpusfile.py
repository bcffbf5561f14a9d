"""The names of ``gensim.models.word2vec_corpusfile`` that read text."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import Any

from ns2vec._files import explain
from ns2vec._options import whole
from ns2vec._typing import PathLike
from ns2vec.compat.gensim.modules.utils import any2utf8

CORPUSFILE_VERSION = 1
MAX_WORDS_IN_BATCH = 10000


class CythonLineSentence:
    r"""The lines of a plain file as lists of words, which are bytes; it is pickled as its path.

    Parameters
    ----------
    source : path
    offset : int
        Position of the first byte.
    max_sentence_length : int
        Longer lines are split into parts of this many words when the object is iterated.

    Raises
    ------
    OSError
        While reading, if the file cannot be opened.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.compat.gensim.modules.word2vec_corpusfile import CythonLineSentence
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "text")
    ...     with open(path, "w") as out:
    ...         _ = out.write("one two three\n\nfour\n")
    ...     list(CythonLineSentence(path, max_sentence_length=2))
    [[b'one', b'two'], [b'three'], [b'four']]
    """

    def __init__(
        self, source: PathLike, offset: int = 0, max_sentence_length: int = MAX_WORDS_IN_BATCH
    ) -> None:
        self.source = source if isinstance(source, bytes) else any2utf8(str(source))
        self.offset = whole("offset", offset)
        self.max_sentence_length = whole("max_sentence_length", max_sentence_length, 1)
        self.max_words_in_batch = self.max_sentence_length
        self._stream: BufferedReader | None = None
        self._closer: Any = None
        self._parts: Iterator[list[bytes]] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.source, self.offset, self.max_sentence_length)

    def _open(self) -> BufferedReader:
        name = self.source.decode("utf8")
        try:
            stream = open(name, "rb")  # noqa: SIM115 - closed by who asked for it
        except OSError as error:
            raise explain(error, name, "corpus file") from error
        stream.seek(self.offset)
        return stream

    def _opened(self) -> BufferedReader:
        """Return the stream for reading line by line, which is open as long as the object exists."""
        if self._stream is None:
            self._stream = self._open()
            self._closer = weakref.finalize(self, self._stream.close)
        return self._stream

    def is_eof(self) -> bool:
        """Whether all lines have been read."""
        return not self._opened().peek(1)

    def read_sentence(self) -> list[bytes]:
        """Return the words of the next line; none for a blank one, and after the last."""
        return self._opened().readline().split()

    def reset(self) -> None:
        """Begin at `offset` again."""
        if self._closer is not None:
            self._closer()
        self._stream = self._parts = None

    def _sentences(self, lines: Iterable[bytes]) -> Iterator[list[bytes]]:
        for line in lines:
            words = line.split()
            for start in range(0, len(words), self.max_sentence_length):
                yield words[start : start + self.max_sentence_length]

    def __iter__(self) -> Iterator[list[bytes]]:
        with self._open() as lines:
            yield from self._sentences(lines)

    def next_batch(self) -> list[list[bytes]]:
        """Return the next sentences until they have `max_words_in_batch` words; none after the last."""
        if self._parts is None:
            self._parts = self._sentences(iter(self._opened().readline, b""))
        batch: list[list[bytes]] = []
        n_words = 0
        while n_words < self.max_words_in_batch and (part := next(self._parts, None)):
            batch.append(part)
            n_words += len(part)
        return batch
