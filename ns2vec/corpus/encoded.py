"""The encoded corpus: 4 bytes per word, in memory up to a limit and then in a temporary file."""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array

import numpy as np

from ns2vec._platform import read_at
from ns2vec._typing import Int32Array
from ns2vec.corpus.chunks import Chunk
from ns2vec.exceptions import CorpusError


class EncodedCorpus:
    """The ids of a corpus, chunk by chunk, for any number of epochs.

    Parameters
    ----------
    memory_limit : int
        Bytes of ids to keep in memory. The first chunk that does not fit and all after it go
        to one file in ``tempfile.gettempdir()`` (set ``TMPDIR`` to move it), which is already unlinked
        when the first byte is written, so it disappears with the process.

    Attributes
    ----------
    n_words, n_sentences, n_chunks : int
    n_bytes_in_memory, n_bytes_on_disk : int

    Notes
    -----
    `append` is for one thread. Afterwards `chunk` may be called by any number of threads at once.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.corpus import EncodedCorpus
    >>> encoded = EncodedCorpus(memory_limit=0)
    >>> encoded.append(np.array([0, 1, -1], dtype=np.int32), n_words=2, n_sentences=1)
    >>> encoded.chunk(0).words.tolist(), encoded.n_bytes_on_disk
    ([0, 1, -1], 12)
    >>> encoded.close()
    """

    def __init__(self, memory_limit: int) -> None:
        self.memory_limit = memory_limit
        self.n_bytes_in_memory = 0
        self.n_bytes_on_disk = 0
        self._in_memory: list[Int32Array] = []
        self._offsets = array("q", [0])  # in ids, of the chunks on disk
        self._words = array("q", [0])  # raw words before chunk i
        self._sentences = array("q", [0])
        self._descriptor = -1  # no file
        self._closer: weakref.finalize[[], EncodedCorpus] | None = None
        self._closed = False

    @property
    def n_chunks(self) -> int:
        """Number of chunks appended."""
        return len(self._words) - 1

    @property
    def n_words(self) -> int:
        """Raw words of all chunks."""
        return self._words[-1]

    @property
    def n_sentences(self) -> int:
        """Sentences of all chunks."""
        return self._sentences[-1]

    def append(self, words: Int32Array, n_words: int, n_sentences: int) -> None:
        """Keep one more chunk.

        Parameters
        ----------
        words : int32 array of shape (n,), C-contiguous
            Kept without a copy if it fits into memory.
        n_words, n_sentences : int
            As in `Chunk`.

        Raises
        ------
        CorpusError
            If the temporary file cannot be created or written (for example: the disk is full).
        """
        if self._descriptor < 0 and self.n_bytes_in_memory + words.nbytes <= self.memory_limit:
            self._in_memory.append(words)
            self.n_bytes_in_memory += words.nbytes
        else:
            self._spill(words)
        self._words.append(self.n_words + n_words)
        self._sentences.append(self.n_sentences + n_sentences)

    def _spill(self, words: Int32Array) -> None:
        folder = "the folder for temporary files"
        try:
            folder = tempfile.gettempdir()
            if self._descriptor < 0:
                file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed with this object
                self._descriptor = file.fileno()
                self._closer = weakref.finalize(self, file.close)
            rest = words.view(np.uint8).data
            while len(rest):
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self.close()
            raise CorpusError(
                f"cannot write the encoded corpus to {folder} (after {self.n_bytes_on_disk:,} bytes): "
                f"{error.strerror or error}; set TMPDIR to a folder with room for 4 bytes per word, raise "
                "corpus_memory, or use corpus_memory=0 to read the text again in each epoch"
            ) from error
        self.n_bytes_on_disk += words.nbytes
        self._offsets.append(self._offsets[-1] + len(words))

    def chunk(self, index: int, remap: Int32Array | None = None) -> Chunk:
        """Return chunk `index`; safe to call from many threads at once.

        Parameters
        ----------
        index : int
            0 <= index < n_chunks.
        remap : int32 array, optional
            Passed on in the chunk.

        Returns
        -------
        Chunk

        Raises
        ------
        IndexError
            If there is no such chunk.
        ValueError
            If the corpus was closed.
        CorpusError
            If the temporary file cannot be read back.
        """
        if self._closed:
            raise ValueError("the encoded corpus was closed: scan the corpus again")
        if not 0 <= index < self.n_chunks:
            raise IndexError(f"chunk {index} of {self.n_chunks}")
        n_in_memory = len(self._in_memory)
        words = self._in_memory[index] if index < n_in_memory else self._read(index - n_in_memory)
        before, sentences = self._words[index], self._sentences[index]
        return Chunk(
            index=index,
            words=words,
            n_words=self._words[index + 1] - before,
            n_sentences=self._sentences[index + 1] - sentences,
            words_before=before,
            sentences_before=sentences,
            remap=remap,
        )

    def _read(self, number: int) -> Int32Array:
        start, end = self._offsets[number], self._offsets[number + 1]
        words = np.empty(end - start, dtype=np.int32)
        buffer = words.view(np.uint8).data
        n_read = 0
        while n_read < len(buffer):
            try:
                n = read_at(self._descriptor, buffer[n_read:], 4 * start + n_read)
            except OSError as error:
                raise CorpusError(f"cannot read the encoded corpus's temporary file: {error}") from error
            if n == 0:
                raise CorpusError(
                    f"the temporary file of the encoded corpus ends at byte {4 * start + n_read:,} of "
                    f"{self.n_bytes_on_disk:,}: was it truncated? train again, or raise corpus_memory"
                )
            n_read += n
        return words

    def close(self) -> None:
        """Release memory and disk space; no thread may be reading."""
        self._closed = True
        self._in_memory = []
        self._descriptor = -1
        if self._closer is not None:
            self._closer()
