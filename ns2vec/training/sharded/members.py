"""The rounds of an epoch on a cluster: members train shards, and the owners of the rows merge them.

A round is four calls; all but the first get the results of the previous ones without going through the
driver::

    train   each member trains its shards                       -> the rows that have changed
    share   each member finds out who owns which rows           -> for each owner, the changes in its rows
    merge   each member merges the rows that it owns            -> these rows
    apply   each member, and the driver, apply all of them

The driver's own weights are those of the last complete round. So whatever happens during a round, it can
be trained again, by the members that are present.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ns2vec.exceptions import ConfigError
from ns2vec.training.sharded.fleet import Fleet, Held, Seat, all_futures
from ns2vec.training.sharded.replicas import trained_arrays
from ns2vec.training.sharded.rounds import ShardRound
from ns2vec.training.sharded.transport import LostMemberError
from ns2vec.training.sharded.wire import Block, SentNetwork, apply_block, n_bytes

if TYPE_CHECKING:
    from ns2vec.training.network import Network
    from ns2vec.training.run import Run

logger = logging.getLogger(__name__)


class Members:
    """Trains rounds on the members of a fleet.

    Parameters
    ----------
    run : Run
        With a current epoch.
    network : Network
        The weights that rounds start from and end in.
    fleet : Fleet
    """

    def __init__(self, run: Run, network: Network, fleet: Fleet) -> None:
        self.run, self.fleet = run, fleet
        self.epoch = run.core.epochs_trained
        self.arrays = trained_arrays(network)
        self.blob, self.blob_name = self.packed(network)
        self.weights: Any = None  # a future, while a member needs them

    def packed(self, network: Network) -> tuple[Any, str]:
        """What members have to receive, as a future, and its name; the same as before if nothing has changed.

        Raises
        ------
        ConfigError
            If it cannot be sent.
        """
        run, transport = self.run, self.fleet.transport
        remote = getattr(run.feed, "remote", None)
        if remote is None:
            raise ConfigError(
                f"{type(run.feed).__name__} cannot be trained on a cluster: train it by threads"
            )
        try:
            blob = transport.dumps((SentNetwork.of(network), run.config, remote(run)))
        except (TypeError, AttributeError, ValueError, ImportError) as error:
            raise ConfigError(
                f"this model cannot be sent to workers: {error}; machine code and open files cannot be sent"
            ) from error
        name = hashlib.sha256(blob).hexdigest()
        if name not in self.fleet.blobs:
            self.fleet.blobs = {name: transport.put(blob)}
        return self.fleet.blobs[name], name

    # ---- weights ----

    def begin(self) -> None:
        """Find out whether the weights have been set since members received them."""
        if self.fleet.crc is None or self.fleet.crc != self.crc():
            self.outdate()

    def end(self) -> None:
        """Record which weights members have."""
        self.fleet.crc = self.crc()

    def outdate(self) -> None:
        """Send the weights to all members."""
        self.fleet.version += 1
        self.fleet.crc = None

    def crc(self) -> int:
        """CRC-32 of the weights and of their shapes."""
        found = 0
        for array in self.arrays:
            found = crc32(repr(array.shape).encode(), found)
            found = crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, found)
        return found

    def bring_up(self, seat: Seat) -> list[Any]:
        """Send a member what it needs for the next round; return the futures of the calls."""
        fleet, call = self.fleet, self.fleet.transport.call
        found = []
        if seat.blob != self.blob_name:
            found += call(seat.member, "learn", self.blob, logging.getLogger("ns2vec").getEffectiveLevel())
            seat.blob, seat.epoch, seat.version = self.blob_name, -1, -1
        is_new = seat.epoch != self.epoch
        if seat.version != fleet.version:
            if self.weights is None:
                self.weights = fleet.transport.put(self.arrays)
            found += call(seat.member, "take", fleet.version, self.weights)
            seat.version = fleet.version
            fleet.traffic["weights"] += sum(array.nbytes for array in self.arrays)
        if is_new:
            found += call(seat.member, "begin", self.epoch)
            seat.epoch = self.epoch
        return found

    # ---- rounds ----

    def train(
        self, shards: list[ShardRound], progress: float, tick: Callable[[], None]
    ) -> KeyboardInterrupt | None:
        """Train a round until it is complete; return an interrupt that came in the meantime."""
        fleet, held = self.fleet, Held(tick)
        while True:
            try:
                self.attempt(shards, progress, held)
            except LostMemberError:
                fleet.traffic["repeated"] += 1
                self.outdate()
                fleet.drop_lost(held)
                logger.warning("the round is trained again")
            except BaseException:
                self.outdate()
                raise
            else:
                fleet.traffic["rounds"] += 1
                fleet.n_losses = 0
                return held.interrupt

    def attempt(self, shards: list[ShardRound], progress: float, held: Held) -> None:
        """Train a round with the members that are present."""
        fleet, transport = self.fleet, self.fleet.transport
        seats = fleet.muster(held)
        ready = all_futures([self.bring_up(seat) for seat in seats])
        n, version = len(seats), fleet.version
        groups = neighbours([one for one in shards if one.jobs], n)
        owners = members_of(groups, len(shards))
        rate = self.run.rate(next(one for one in shards if one.jobs).jobs[0])
        told = [
            transport.call(seat.member, "train", version, self.work_of(mine), progress, n_values=2)
            for seat, mine in zip(seats, groups, strict=True)
        ]
        marks = [of_member for _, of_member in told]
        shared = [
            transport.call(seat.member, "share", fleet.wire, me, owners, rate, *marks, n_values=n + 1)
            for me, seat in enumerate(seats)
        ]
        merged_blocks = all_futures(
            [
                transport.call(seat.member, "merge", *(parts[1 + owner] for parts in shared))
                for owner, seat in enumerate(seats)
            ]
        )
        for seat in seats:
            # nobody waits for it: a failure is detected in the next round, by the version
            transport.call(seat.member, "apply", version + 1, *merged_blocks, n_values=0)
        reports, sent = [report for report, _ in told], [of_member[0] for of_member in shared]
        held.until(lambda seconds: transport.wait([*ready, *reports, *sent, *merged_blocks], seconds))
        transport.get(ready)
        fleet.traffic["changes"] += sum(transport.get(sent))
        self.commit(seats, shards, transport.get(reports), transport.get(merged_blocks))

    def work_of(self, shards: list[ShardRound]) -> list[Any]:
        """What a member receives of shards: jobs that can be sent, with their places in the run."""
        run = self.run
        return [
            (one.shard, [(alone(job), run.progress(job), run.rate(job)) for job in one.jobs])
            for one in shards
        ]

    def commit(
        self, seats: list[Seat], shards: list[ShardRound], reports: list[Any], blocks: list[Block]
    ) -> None:
        """A round is complete: apply its rows here, too."""
        fleet, traffic = self.fleet, self.fleet.traffic
        for block in blocks:
            apply_block(self.arrays, block)
        fleet.version += 1
        self.weights = None
        for seat in seats:
            seat.version = fleet.version
        of_shard = {shard: found for report in reports for shard, found in report["tallies"].items()}
        for one in shards:
            one.tallies = of_shard.get(one.shard, [])
        for report in reports:
            for record in report["records"]:
                logging.getLogger(record["name"]).handle(logging.makeLogRecord(record))
        traffic["merged"] += n_bytes(blocks) * (len(seats) - 1)


def neighbours(shards: list[ShardRound], n_members: int) -> list[list[ShardRound]]:
    """Which shards each member trains: consecutive ones, whose changes are merged with each other.

    Examples
    --------
    >>> from ns2vec.training.sharded.members import neighbours
    >>> neighbours([*range(8)], 3)
    [[0, 1], [2, 3, 4], [5, 6, 7]]
    """
    n = len(shards)
    return [shards[n * i // n_members : n * (i + 1) // n_members] for i in range(n_members)]


def members_of(groups: list[list[ShardRound]], n_shards: int) -> npt.NDArray[np.uint8]:
    """Which member has each shard; members without shards count with those before them."""
    found = np.zeros(n_shards, dtype=np.uint8)
    for member, group in enumerate(groups):
        found[[one.shard for one in group]] = member
    return np.maximum.accumulate(found)


def alone(job: Any) -> Any:
    """A job that can be sent: with nothing but its own data."""
    return job.alone() if hasattr(job, "alone") else job
