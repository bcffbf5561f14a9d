"""The members of a cluster: which are present, lost and replaced, and work that any of them can do."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ns2vec import _kernels
from ns2vec._build_info import __version__
from ns2vec._options import whole
from ns2vec.corpus import Corpus, FileCorpus
from ns2vec.corpus.portions import SpreadParts, parts_of
from ns2vec.corpus.ranges import SpreadCorpus, can_be_spread
from ns2vec.exceptions import ConfigError, Ns2vecError
from ns2vec.training.sharded._merge import MAX_SHARDS
from ns2vec.training.sharded.transport import LostMemberError, Transport

logger = logging.getLogger(__name__)

WIRES = ("float32", "bfloat16")
TICK_SECONDS = 0.1
PATIENCE_SECONDS = 30.0  # that work waits for a new member, if there are others
MOST_LOSSES = 20  # in succession, without any progress in between


class ClusterError(Ns2vecError, RuntimeError):
    """The cluster cannot continue."""


@dataclass(eq=False)
class Seat:
    """A member, and the state that it has.

    Attributes
    ----------
    member : object
        The transport's handle of it.
    facts : list
        Future of its `hello`.
    name : str
    blob : str
        The network that it has been sent.
    epoch, version : int
        Of its weights; -1: unknown.
    """

    member: Any
    facts: list[Any]
    name: str = "a member"
    blob: str = ""
    epoch: int = -1
    version: int = -1


class Held:
    """Waiting that holds back the first Ctrl-C; a second one is raised at once."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self.tick = tick
        self.interrupt: KeyboardInterrupt | None = None

    def until(self, is_done: Callable[[float], bool]) -> None:
        """Wait until ``is_done(seconds)``, which takes at most this long, returns True."""
        while True:
            try:
                if is_done(TICK_SECONDS):
                    return
                self.tick()
            except KeyboardInterrupt as interrupt:
                if self.interrupt is not None:
                    raise
                self.interrupt = interrupt


def no_tick() -> None:
    """Do nothing."""


class Fleet:
    """Members that train shards, as many as requested.

    Parameters
    ----------
    transport : Transport
    n_members : int
    wire : {"float32", "bfloat16"}
        How rows are sent.

    Attributes
    ----------
    n_wanted : int
        May be changed at any time: members join and leave between two rounds.
    version : int
        Of the weights: it increases whenever they change.
    crc : int or None
        Of the weights that all members have; None: unknown.
    traffic : dict of str to int
        Number of rounds trained, rounds repeated and members lost, and bytes sent of changes, of merged rows
        and of whole weights.
    """

    def __init__(self, transport: Transport, n_members: int, wire: str = "float32") -> None:
        if wire not in WIRES:
            raise ConfigError(f"wire must be one of {', '.join(map(repr, WIRES))}, got {wire!r}")
        self.transport, self.wire = transport, wire
        self.n_wanted = whole("workers", n_members, 1)
        self.seats: list[Seat] = []
        self.coming: list[Seat] = []
        self.version = 0
        self.crc: int | None = None
        self.blobs: dict[str, Any] = {}
        self.n_losses = 0
        self.traffic = dict.fromkeys(("rounds", "repeated", "lost", "changes", "merged", "weights"), 0)

    # ---- members ----

    def muster(self, held: Held) -> list[Seat]:
        """Have as many members as requested, or those that have arrived; at least one.

        Raises
        ------
        ClusterError
            If members are lost as fast as they arrive.
        ConfigError
            If a member has another version or instruction set.
        """
        n_wanted = min(self.n_wanted, MAX_SHARDS)  # more would have nothing to do
        while len(self.seats) + len(self.coming) > n_wanted and (self.coming or len(self.seats) > 1):
            self.release((self.coming or self.seats).pop())
        while len(self.seats) + len(self.coming) < n_wanted:
            member = self.transport.hire()
            self.coming.append(Seat(member, self.transport.call(member, "hello")))
        if self.coming:
            self.welcome(held)
        return self.seats

    def welcome(self, held: Held) -> None:
        """Admit members that have arrived; wait for the others as long as that is likely to help."""
        deadline = time.monotonic() + (PATIENCE_SECONDS if self.seats else 0.0)
        is_told = False

        def are_here(seconds: float) -> bool:
            nonlocal is_told
            facts = [future for seat in self.coming for future in seat.facts]
            if self.transport.wait(facts, seconds):
                return True
            if time.monotonic() < deadline:
                return False
            some = [seat for seat in self.coming if self.transport.wait(seat.facts, 0.0)]
            if not some and not self.seats and not is_told:
                is_told = True
                logger.warning("waiting for workers: the cluster has no free processor for one")
            return bool(some or self.seats)

        if not self.seats:
            deadline += PATIENCE_SECONDS
        held.until(are_here)
        for seat in [seat for seat in self.coming if self.transport.wait(seat.facts, 0.0)]:
            self.coming.remove(seat)
            try:
                self.let_in(seat)
            except LostMemberError:
                self.note_loss(seat)
        if self.coming:
            logger.warning(
                "%d workers have not arrived yet: continuing with %d", len(self.coming), len(self.seats)
            )
        if not self.seats:
            self.muster(held)

    def let_in(self, seat: Seat) -> None:
        """Admit a member that has arrived."""
        facts = self.transport.get(seat.facts)[0]
        ours = {"version": __version__, "isa": _kernels.ISA}
        for name, value in ours.items():
            if facts[name] != value:
                remedy = "install the same ns2vec" if name == "version" else "set NS2VEC_ISA alike everywhere"
                raise ConfigError(
                    f"a worker has {name} {facts[name]}, and the driver {value}, so their bytes may differ: "
                    + remedy
                )
        seat.name = f"worker {facts['pid']}"
        self.seats.append(seat)
        logger.info("%s has joined: %d of %d", seat.name, len(self.seats), self.n_wanted)

    def release(self, seat: Seat) -> None:
        """Dismiss a member."""
        self.transport.dismiss(seat.member)
        logger.info("%s leaves", seat.name)

    def note_loss(self, seat: Seat) -> None:
        """Count a member that is lost.

        Raises
        ------
        ClusterError
            If too many are lost.
        """
        self.traffic["lost"] += 1
        self.n_losses += 1
        self.transport.dismiss(seat.member)
        logger.warning("%s is lost and is being replaced", seat.name)
        if self.n_losses > MOST_LOSSES:
            raise ClusterError(
                f"{self.n_losses} workers were lost without progress in between: do they have enough "
                "memory, and is ns2vec installed where they run?"
            )

    def drop_lost(self, held: Held) -> None:
        """Find out which members are lost, and continue without them."""
        answers = [(seat, self.transport.call(seat.member, "hello")) for seat in self.seats]
        for seat, future in answers:
            seat.version = -1  # it is unknown how far the others came
            try:
                held.until(lambda seconds, future=future: self.transport.wait(future, seconds))  # type: ignore[misc]
                self.transport.get(future)
            except LostMemberError:
                self.seats.remove(seat)
                self.note_loss(seat)

    def close(self) -> None:
        """Dismiss all members."""
        for seat in [*self.seats, *self.coming]:
            self.transport.dismiss(seat.member)
        self.seats, self.coming, self.blobs = [], [], {}

    # ---- work that any of them can do ----

    def run_all(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Have members apply a function to each item; yield the results in the order of the items.

        Work of a lost member is repeated by others. Members have two items each at a time, so that no more
        results than that are held here.
        """
        held, waiting, left = Held(no_tick), deque[tuple[Any, Seat, list[Any]]](), deque(items)
        busy: dict[Seat, int] = {}
        shared = self.transport.put(function)
        while left or waiting:
            seats = self.muster(held)
            while left and len(waiting) < 2 * len(seats):
                seat = min(seats, key=lambda one: busy.get(one, 0))
                waiting.append(self.given(seat, shared, left.popleft()))
                busy[seat] = busy.get(seat, 0) + 1
            item, seat, future = waiting[0]
            held.until(lambda seconds, future=future: self.transport.wait(future, seconds))  # type: ignore[misc]
            if held.interrupt is not None:
                raise held.interrupt
            try:
                found = self.transport.get(future)[0]
            except LostMemberError:
                self.drop_lost(held)
                waiting[0] = self.given(self.muster(held)[0], shared, item)
                continue
            waiting.popleft()
            busy[seat] = max(0, busy.get(seat, 0) - 1)
            self.n_losses = 0
            yield found

    def given(self, seat: Seat, function: Any, item: Any) -> tuple[Any, Seat, list[Any]]:
        """An item that a member works on; the function is a future."""
        return item, seat, self.transport.call(seat.member, "do", function, item)

    def spread(self, corpus: Corpus) -> Corpus:
        """A corpus that members count and read, if each can read a part by itself."""
        if isinstance(corpus, FileCorpus) and can_be_spread(corpus):
            return SpreadCorpus(corpus, self.run_all)
        parts = parts_of(corpus)
        return corpus if parts is None else SpreadParts(parts, self.run_all)


# ---- the fleet of a ``with`` -------------------------------------------------------------------------

_CURRENT: ContextVar[Fleet | None] = ContextVar("ns2vec_fleet", default=None)


def current_fleet() -> Fleet | None:
    """The fleet that trains shards inside a ``with``; None: threads of this process."""
    return _CURRENT.get()


@contextmanager
def using(fleet: Fleet) -> Iterator[Fleet]:
    """Have a fleet train the shards of all models inside a ``with``."""
    token = _CURRENT.set(fleet)
    try:
        yield fleet
    finally:
        _CURRENT.reset(token)


def spread(corpus: Corpus) -> Corpus:
    """A corpus as the fleet of a ``with`` reads it; unchanged without a fleet."""
    fleet = current_fleet()
    return corpus if fleet is None else fleet.spread(corpus)


def all_futures(lists: Sequence[list[Any]]) -> list[Any]:
    """The futures of several calls."""
    return [future for futures in lists for future in futures]
