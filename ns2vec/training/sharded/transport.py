"""How the driver of a cluster reaches its members: calls that return futures; members may be lost."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ns2vec.exceptions import Ns2vecError
from ns2vec.training.sharded.member import Member


class LostMemberError(Ns2vecError, ConnectionError):
    """A member has died or cannot be reached."""


class Transport(Protocol):
    """The operations of a kind of cluster.

    Futures may be passed to calls as arguments, which then get their values; calls to one member are executed
    in order.
    """

    def hire(self) -> Any:
        """Start one more member, and return a handle of it."""
        ...

    def dismiss(self, member: Any) -> None:
        """Dismiss a member."""
        ...

    def call(self, member: Any, method: str, *arguments: Any, n_values: int = 1) -> list[Any]:
        """Call a method of a `Member`; return futures, one for each value that it returns."""
        ...

    def put(self, value: Any) -> Any:
        """A value as a future, to be passed to several calls."""
        ...

    def wait(self, futures: Sequence[Any], seconds: float) -> bool:
        """Whether all of them are available, after at most this time."""
        ...

    def get(self, futures: Sequence[Any]) -> list[Any]:
        """Their values.

        Raises
        ------
        LostMemberError
            If one of them was expected from a member that is lost.
        BaseException
            The exception of the call, with its traceback.
        """
        ...

    def dumps(self, value: Any) -> bytes:
        """A value for another process, in a form that `pickle` reads."""
        ...


@dataclass
class Settled:
    """A future of `InProcess`: a value, or an exception."""

    value: Any = None
    error: BaseException | None = None
    member: int = 0


@dataclass
class InProcess:
    """Members that are objects of this process, one call after another: for tests, and to see what is sent.

    Attributes
    ----------
    members : dict of int to Member
        Those that are present.
    n_hired : int
    n_calls : int
        In total.
    lost_at : set of int
        Their member dies before these calls.
    late : set of int
        Members whose results are not available until they are removed from here.
    """

    members: dict[int, Member] = field(default_factory=dict)
    n_hired: int = 0
    n_calls: int = 0
    lost_at: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)

    def hire(self) -> int:
        """As `Transport.hire`."""
        self.n_hired += 1
        self.members[self.n_hired] = Member()
        return self.n_hired

    def dismiss(self, member: int) -> None:
        """As `Transport.dismiss`."""
        self.members.pop(member, None)

    def call(self, member: int, method: str, *arguments: Any, n_values: int = 1) -> list[Settled]:
        """As `Transport.call`; arguments go through `pickle`, as they would on the way to another process."""
        self.n_calls += 1
        if self.n_calls in self.lost_at:
            self.dismiss(member)
        try:
            values = [one.value for one in self.checked(arguments)]
            if member not in self.members:
                raise LostMemberError(f"member {member} is lost")
            found = getattr(self.members[member], method)(*pickle.loads(pickle.dumps(values)))
        except Exception as error:
            return [Settled(error=error, member=member) for _ in range(n_values)]
        values = found if n_values > 1 else [found]
        return [Settled(value, member=member) for value in values][:n_values]

    def checked(self, arguments: Sequence[Any]) -> list[Settled]:
        """Arguments as outcomes; raises the exception of one of them."""
        found = [one if isinstance(one, Settled) else Settled(one) for one in arguments]
        for one in found:
            if one.error is not None:
                raise one.error
        return found

    def put(self, value: Any) -> Settled:
        """As `Transport.put`."""
        return Settled(value)

    def wait(self, futures: Sequence[Settled], seconds: float) -> bool:
        """As `Transport.wait`: results of members that are late are not available."""
        return not any(one.member in self.late for one in futures)

    def get(self, futures: Sequence[Settled]) -> list[Any]:
        """As `Transport.get`."""
        return [one.value for one in self.checked(futures)]

    def dumps(self, value: Any) -> bytes:
        """As `Transport.dumps`."""
        return pickle.dumps(value)
