"""Members of a fleet as actors of Ray: what they give each other stays in Ray's object stores."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import ray
from ray import cloudpickle
from ray.exceptions import (
    ActorUnavailableError,
    NodeDiedError,
    ObjectLostError,
    RayActorError,
    RayError,
    RayTaskError,
    WorkerCrashedError,
)

from ns2vec.exceptions import Ns2vecError
from ns2vec.training.sharded.member import LogRelay, Member
from ns2vec.training.sharded.transport import MemberLost

LOST = (RayActorError, ActorUnavailableError, NodeDiedError, ObjectLostError, WorkerCrashedError)


class Host:
    """The actor: a process with one member in it."""

    def __init__(self) -> None:
        relay = LogRelay()
        logger = logging.getLogger("ns2vec")
        logger.addHandler(relay)
        logger.propagate = False
        self.member = Member(relay)

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method of the member."""
        return getattr(self.member, method)(*arguments)


class WorkerTraceback(Ns2vecError):
    """What a worker's process says about the exception that this is the cause of."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"\n{self.text}"


class Actors:
    """The transport of Ray.

    Parameters
    ----------
    options : dict
        Of the actors: ``num_cpus``, ``resources``, ``memory``, ``runtime_env`` ...
    """

    def __init__(self, options: dict[str, Any]) -> None:
        # Ray is not to restart an actor: a new one would have none of the weights
        self.host = ray.remote(max_restarts=0, max_task_retries=0, **options)(Host)

    def hire(self) -> Any:
        """As `Transport.hire`."""
        return self.host.remote()

    def dismiss(self, member: Any) -> None:
        """As `Transport.dismiss`."""
        if ray.is_initialized():
            ray.kill(member)

    def call(self, member: Any, method: str, *arguments: Any, n_values: int = 1) -> list[Any]:
        """As `Transport.call`."""
        try:
            found = member.call.options(num_returns=n_values).remote(method, *arguments)
        except LOST as error:
            raise MemberLost(str(error)) from error
        return [found][:n_values] if n_values < 2 else list(found)

    def put(self, value: Any) -> Any:
        """As `Transport.put`."""
        return ray.put(value)

    def wait(self, futures: Sequence[Any], seconds: float) -> bool:
        """As `Transport.wait`; one that has failed is there."""
        futures = list(dict.fromkeys(futures))
        ready, _ = ray.wait(futures, num_returns=len(futures), timeout=seconds, fetch_local=False)
        return len(ready) == len(futures)

    def get(self, futures: Sequence[Any]) -> list[Any]:
        """As `Transport.get`."""
        try:
            found: list[Any] = ray.get(list(futures))
            return found
        except RayError as error:
            raise translated(error) from cause_of(error)

    def dumps(self, value: Any) -> bytes:
        """As `Transport.dumps`: also classes and functions of the user's script."""
        found: bytes = cloudpickle.dumps(value)
        return found


def translated(error: RayError) -> BaseException:
    """What the worker raised; `MemberLost` where it raised nothing, because it is no more."""
    cause = getattr(error, "cause", None)
    if isinstance(error, LOST) or isinstance(cause, LOST):
        return MemberLost(str(error).partition("\n")[0])
    if isinstance(error, RayTaskError) and isinstance(cause, BaseException):
        return cause
    return error


def cause_of(error: RayError) -> BaseException | None:
    """The worker's traceback, to stand above that of the caller."""
    text = getattr(error, "traceback_str", None)
    return WorkerTraceback(text) if text else None
