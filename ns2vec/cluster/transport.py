"""Members of a fleet as actors of Ray: their data for each other stays in Ray's object stores."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from ns2vec.exceptions import Ns2vecError
from ns2vec.training.sharded.member import LogRelay, Member
from ns2vec.training.sharded.transport import LostMemberError

#: Names of Ray's errors that mean that a process or its results no longer exist.
LOST = ("RayActorError", "ActorUnavailableError", "NodeDiedError", "ObjectLostError", "WorkerCrashedError")


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


class WorkerTracebackError(Ns2vecError):
    """The exception of a worker's process, as the cause of this one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"\n{self.text}"


class Actors:
    """The transport of Ray.

    Parameters
    ----------
    ray : module
    options : dict
        Options of the actors: ``num_cpus``, ``resources``, ``memory``, ``runtime_env`` ...
    """

    def __init__(self, ray: Any, options: dict[str, Any]) -> None:
        self.ray = ray
        # Ray must not restart an actor: a new one would have none of the weights
        self.host = ray.remote(max_restarts=0, max_task_retries=0, **options)(Host)
        self.lost = tuple(getattr(ray.exceptions, name) for name in LOST)

    def hire(self) -> Any:
        """As `Transport.hire`."""
        return self.host.remote()

    def dismiss(self, member: Any) -> None:
        """As `Transport.dismiss`."""
        if self.ray.is_initialized():
            self.ray.kill(member)

    def call(self, member: Any, method: str, *arguments: Any, n_values: int = 1) -> list[Any]:
        """As `Transport.call`."""
        try:
            found = member.call.options(num_returns=n_values).remote(method, *arguments)
        except self.lost as error:
            raise LostMemberError(str(error)) from error
        return [found][:n_values] if n_values < 2 else list(found)

    def put(self, value: Any) -> Any:
        """As `Transport.put`."""
        return self.ray.put(value)

    def wait(self, futures: Sequence[Any], seconds: float) -> bool:
        """As `Transport.wait`; a failed result is available, too."""
        waiting = list(dict.fromkeys(futures))
        n = len(waiting)
        ready, _ = self.ray.wait(waiting, num_returns=n, timeout=seconds, fetch_local=False)
        return len(ready) == n

    def get(self, futures: Sequence[Any]) -> list[Any]:
        """As `Transport.get`."""
        try:
            found: list[Any] = self.ray.get(list(futures))
            return found
        except self.ray.exceptions.RayError as error:
            raise self.translated(error) from traceback_of(error)

    def translated(self, error: Any) -> BaseException:
        """The exception of the worker; `LostMemberError` if it raised none, because it no longer exists."""
        cause = getattr(error, "cause", None)
        if isinstance(error, self.lost) or isinstance(cause, self.lost):
            return LostMemberError(str(error).partition("\n")[0])
        found: BaseException = cause if isinstance(cause, BaseException) else error
        return found

    def dumps(self, value: Any) -> bytes:
        """As `Transport.dumps`; also for classes and functions of the user's script."""
        found: bytes = self.ray.cloudpickle.dumps(value)
        return found


def traceback_of(error: Any) -> WorkerTracebackError | None:
    """The worker's traceback, to be shown above that of the caller."""
    return None if getattr(error, "cause", None) is None else WorkerTracebackError(str(error))
