"""Which chunks form a round, and which shard trains which: determined by their numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ns2vec.training.config import TrainingConfig

ROUND_WORDS = 100_000  # per shard, at most
ROUNDS = 20  # per epoch, at least, as long as a round has a chunk for each shard


def chunks_of_round(n_words: int | None, config: TrainingConfig) -> int:
    """How many chunks each shard trains in a round.

    As many as have `ROUND_WORDS` words, and fewer if an epoch would have less than `ROUNDS` rounds.

    Parameters
    ----------
    n_words : int or None
        Words of an epoch, if known.
    config : TrainingConfig

    Examples
    --------
    >>> from ns2vec.training import TrainingConfig
    >>> from ns2vec.training.sharded.rounds import chunks_of_round
    >>> config = TrainingConfig(shards=4)
    >>> [chunks_of_round(n_words, config) for n_words in (100_000, 2_000_000, 20_000_000, None)]
    [1, 2, 10, 10]
    """
    most = ROUND_WORDS // config.batch_words
    if n_words is not None:
        most = min(most, n_words // (ROUNDS * (config.shards or 1) * config.batch_words))
    return max(1, most)


def examples_of_chunk(n_examples: int, config: TrainingConfig) -> int:
    """How many of `n_examples`, which can be split anywhere, form a chunk: `batch_words`, or fewer with
    shards.

    A small number of examples is split into smaller chunks, so that an epoch has `ROUNDS` rounds.

    Examples
    --------
    >>> from ns2vec.training import TrainingConfig
    >>> from ns2vec.training.sharded.rounds import examples_of_chunk
    >>> [examples_of_chunk(50_000, TrainingConfig(shards=shards)) for shards in (None, 4)]
    [10000, 625]
    """
    if config.shards is None:
        return config.batch_words
    return max(1, min(config.batch_words, n_examples // (ROUNDS * config.shards)))


@dataclass(frozen=True)
class Round:
    """Chunks that are trained from the same weights.

    Attributes
    ----------
    jobs : tuple
        In the order of the text; each has its number in the epoch as `index`.
    n_shards : int

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from ns2vec.training.sharded.rounds import Round
    >>> jobs = [SimpleNamespace(index=i) for i in range(6, 12)]
    >>> [[job.index for job in Round(tuple(jobs), 3).of_shard(s)] for s in range(3)]
    [[6, 9], [7, 10], [8, 11]]
    """

    jobs: tuple[Any, ...]
    n_shards: int

    def of_shard(self, shard: int) -> list[Any]:
        """The jobs of one shard, in this order."""
        return [job for job in self.jobs if job.index % self.n_shards == shard]


@dataclass
class ShardRound:
    """The jobs of a shard in a round, and their results.

    Attributes
    ----------
    shard : int
    jobs : list
        Its chunks, in their order.
    tallies : list of tuple
        (words trained, words read, loss) of each.
    """

    shard: int
    jobs: list[Any]
    tallies: list[tuple[int, int, float]] = field(default_factory=list)

    @property
    def n_sentences(self) -> int:
        """Words in all of its chunks."""
        return sum(job.n_sentences for job in self.jobs)


def rounds_of(jobs: Iterator[Any], n_shards: int, n_chunks: int) -> Iterator[Round]:
    """Split an epoch into rounds of `n_chunks` chunks for each shard; no job is requested before its round.

    A run that continues within an epoch begins with the number of its first job, and so with the same rounds.
    """
    size, found = n_shards * n_chunks, []
    for job in jobs:
        found.append(job)
        if job.index % size == size - 1:
            yield Round(tuple(found), n_shards)
            found = []
    if found:
        yield Round(tuple(found), n_shards)
