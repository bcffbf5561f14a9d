"""The rounds of an epoch, trained by threads of this process or by the members of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ns2vec.exceptions import ConfigError
from ns2vec.training.loop import Tally
from ns2vec.training.sharded.fleet import current_fleet
from ns2vec.training.sharded.members import Members
from ns2vec.training.sharded.merges import MERGES
from ns2vec.training.sharded.rounds import Round, ShardRound, chunks_of_round, rounds_of
from ns2vec.training.sharded.threads import Threads

if TYPE_CHECKING:
    from ns2vec.training.network import Network
    from ns2vec.training.run import Run


class Backend(Protocol):
    """Trains rounds: from the weights of a network, and into them."""

    def begin(self) -> None:
        """Called before rounds: the weights may have been set since the last ones."""
        ...

    def train(
        self, shards: list[ShardRound], progress: float, tick: Callable[[], None]
    ) -> KeyboardInterrupt | None:
        """Train and merge a round, and fill in the tallies of its shards.

        The weights are those of the beginning of the round until all of its shards are trained. Ctrl-C is
        held back until they are merged, and returned; a second one is raised, and discards the round.
        """
        ...

    def end(self) -> None:
        """Called after rounds, unless one of them was discarded."""
        ...


def check_can_be_sharded(run: Run, network: Network) -> None:
    """Refuse what cannot give the same result with any workers.

    Raises
    ------
    ConfigError
        If draws of the sampler depend on earlier draws, or jobs are given to the user's code.
    """
    if any(one.gathers for one in network.steering()):
        sampler = network.bound.sampler if network.bound is not None else None
        raise ConfigError(
            f"{sampler!r} draws according to what all threads have drawn before, which "
            f"shards={run.config.shards} "
            "cannot repeat: use a sampler that does not (sampler='unigram'), or shards=None"
        )
    if why := getattr(run.feed, "not_sharded", ""):
        raise ConfigError(f"shards={run.config.shards} is not possible: {why}; use shards=None")


class Shards:
    """Trains the rounds of an epoch.

    Parameters
    ----------
    run : Run
        With a current epoch.
    network : Network
        The weights that rounds start from and end in.
    """

    def __init__(self, run: Run, network: Network) -> None:
        config = run.config
        check_can_be_sharded(run, network)
        self.run, self.n_shards = run, int(config.shards or 1)
        rule = MERGES[config.shard_merge]
        self.rate_factor = rule.rate_factor(self.n_shards)
        self.n_chunks = chunks_of_round(run.plan.total_words, config)
        fleet = current_fleet()
        self.backend: Backend = (
            Threads(run, network, rule, self.n_shards) if fleet is None else Members(run, network, fleet)
        )

    @property
    def jobs_of_round(self) -> int:
        """Chunks that are trained between two merges."""
        return self.n_shards * self.n_chunks

    def rounds(self, jobs: Iterator[Any]) -> Iterator[Round]:
        """The jobs of an epoch as rounds."""
        return rounds_of(jobs, self.n_shards, self.n_chunks)

    def work(self, rounds: Iterator[Round], tally: Tally) -> None:
        """Train rounds, one after another; Ctrl-C takes effect after the current one."""
        self.backend.begin()
        for made in rounds:
            held = self.train_round(made, tally)
            if held is not None:
                raise held
        self.backend.end()

    def train_round(self, made: Round, tally: Tally) -> KeyboardInterrupt | None:
        """Train and merge a round; return an interrupt that came in the meantime."""
        shards = [ShardRound(shard, made.of_shard(shard)) for shard in range(self.n_shards)]
        tick = partial(self.run.tell, "on_chunk", tally)
        held = self.backend.train(shards, self.run.progress(made.jobs[0]), tick)
        self.count(made, shards, tally)
        return held

    def count(self, made: Round, shards: list[ShardRound], tally: Tally) -> None:
        """Add up a round in the order of the text, so that a float64 sum is the same with any workers."""
        tallies = [iter(one.tallies) for one in shards]
        for job in made.jobs:
            n_trained, n_words, loss = next(tallies[job.index % self.n_shards])
            tally.add(n_trained, n_words, job.n_sentences, loss)
