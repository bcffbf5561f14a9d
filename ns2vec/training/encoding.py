"""Ids of a corpus kept from counting to training, and from epoch to epoch.

Ids of files are kept while neither the files nor the vocabulary change, those of lists of lists during a run
in which no callback could change them. Other iterables are read again in each epoch, because walks and
shufflers yield something new each time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any

from ns2vec._typing import Int32Array
from ns2vec.corpus import Chunk, Corpus, EncodedCorpus
from ns2vec.corpus.ranges import PlaceReader, SpreadCorpus
from ns2vec.training.worker import Worker


class EncodedCache:
    """The encoded corpus of a model, if any, and what it is valid for."""

    def __init__(self) -> None:
        self.encoded: EncodedCorpus | None = None
        self.remap: Int32Array | None = None
        self.valid_for: Hashable = None
        self.stream: Corpus | None = None

    def keep(
        self,
        corpus: Corpus,
        fingerprint: Hashable,
        encoded: EncodedCorpus,
        remap: Int32Array | None,
        key_to_index: dict[Any, int],
        chunk_words: int,
    ) -> None:
        """Keep ids; `remap` maps them to rows, None if they are rows.

        `fingerprint` is that of `corpus` from before it was read: a file that has changed since then is
        read again.
        """
        self.clear()
        self.encoded, self.remap = encoded, remap
        # a stream has no fingerprint: its ids are valid for this object only
        self.stream = corpus if fingerprint is None else None
        self.valid_for = (fingerprint, vocabulary_mark(key_to_index), chunk_words)

    def clear(self) -> None:
        """Release the memory and the temporary file."""
        if self.encoded is not None:
            self.encoded.close()
        self.encoded = self.remap = self.valid_for = self.stream = None

    def chunks(
        self, corpus: Corpus, key_to_index: dict[Any, int], chunk_words: int, memory: int
    ) -> Iterator[Chunk]:
        """Chunks of one epoch: kept ids, or read again and (for files) kept for the next epoch."""
        fingerprint = corpus.fingerprint()
        encoded, remap = self.encoded, self.remap
        is_same = fingerprint is not None or corpus is self.stream
        if (
            encoded is not None
            and is_same
            and self.valid_for == (fingerprint, vocabulary_mark(key_to_index), chunk_words)
        ):
            return (encoded.chunk(i, remap) for i in range(encoded.n_chunks))
        if fingerprint is None or memory == 0:
            return corpus.chunks(key_to_index, chunk_words=chunk_words)
        return self.reading(corpus, fingerprint, key_to_index, chunk_words, memory)

    def reading(
        self,
        corpus: Corpus,
        fingerprint: Hashable,
        key_to_index: dict[Any, int],
        chunk_words: int,
        memory: int,
    ) -> Iterator[Chunk]:
        """Pass chunks on and keep their ids once all have been read."""
        self.clear()
        encoded = EncodedCorpus(memory)
        for chunk in corpus.chunks(key_to_index, chunk_words=chunk_words):
            encoded.append(chunk.words, chunk.n_words, chunk.n_sentences)
            yield chunk
        self.keep(corpus, fingerprint, encoded, None, key_to_index, chunk_words)


def vocabulary_mark(key_to_index: dict[Any, int]) -> Hashable:
    """Return a hash of the keys and their rows, on which kept ids depend (40 ms for a million keys)."""
    return hash((tuple(key_to_index), tuple(key_to_index.values())))


class ChunkFeed:
    """Chunks of ids of a corpus, for a run."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.kept: list[Chunk] | None = None  # of an epoch, if the next ones are the same

    def jobs(self, run: Any) -> Iterator[Chunk]:
        """Chunks of one epoch."""
        if self.kept is not None:
            return iter(self.kept)
        if self.corpus.is_fixed and not any(observer.may_change_corpus for observer in run.observers):
            return self.keeping(run)
        return self.read(run)

    def keeping(self, run: Any) -> Iterator[Chunk]:
        """Pass chunks on, and keep them for the next epochs if that takes no more than `corpus_memory`."""
        kept: list[Chunk] = []
        room = run.config.corpus_memory
        for chunk in self.read(run):
            room -= chunk.n_bytes
            if room >= 0:
                kept.append(chunk)
            yield chunk
        if room >= 0 and self.corpus.is_fixed:
            self.kept = kept

    def read(self, run: Any) -> Iterator[Chunk]:
        """Chunks of one epoch, read or kept in encoded form by the model."""
        core, config = run.core, run.config
        if isinstance(self.corpus, SpreadCorpus):
            return self.corpus.chunks(core.wv.key_to_index, chunk_words=config.batch_words)
        found: Iterator[Chunk] = core.encoded.chunks(
            self.corpus, core.wv.key_to_index, config.batch_words, config.corpus_memory
        )
        return found

    def job_of(self, run: Any, worker: Worker) -> Callable[[Chunk], tuple[int, int, float]]:
        """Train a chunk at the learning rate of its place in the run."""
        return partial(train_chunk, run, worker)

    def remote(self, run: Any) -> RemoteChunks:
        """The object that trains its chunks in another process."""
        if not isinstance(self.corpus, SpreadCorpus):
            return RemoteChunks()
        config = run.config
        return RemoteChunks(self.corpus.reader_for(run.core.wv.key_to_index, config.corpus_memory))


class RemoteChunks:
    """Trains chunks in a process that has no corpus: chunks that it is given, or reads from their source.

    Parameters
    ----------
    reader : PlaceReader, optional
    """

    def __init__(self, reader: PlaceReader | None = None) -> None:
        self.reader = reader

    def train(self, run: Any, worker: Worker, chunk: Any) -> tuple[int, int, float]:
        """Train a chunk; return (words trained, words read, loss)."""
        if self.reader is None:
            return train_chunk(run, worker, chunk)
        worker.begin(run.progress(chunk))
        return worker.train(self.reader.read(chunk), run.rate(chunk), chunk.index)


def train_chunk(run: Any, worker: Worker, chunk: Chunk) -> tuple[int, int, float]:
    """Train a chunk; return (words trained, words read, loss)."""
    worker.begin(run.progress(chunk))
    rate = run.rate(chunk)
    return worker.train(chunk.words, rate, chunk.index, chunk.remap, chunk.tags, chunk.tag_offsets)
