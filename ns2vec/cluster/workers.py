"""Workers on Ray, for the models that are trained inside a ``with`` block."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ns2vec._options import whole
from ns2vec.cluster.transport import Actors
from ns2vec.exceptions import ConfigError
from ns2vec.training.sharded.fleet import WIRES, Fleet, using

if TYPE_CHECKING:
    from typing_extensions import Self


class Ray:
    """Workers on Ray, which train the shards of every model that is trained inside a ``with`` block.

    Parameters
    ----------
    workers : int, optional
        Number of actors, each with one processor. None: one for each processor that the cluster has at the
        time.
    address : str, optional
        The cluster: ``"ray://host:10001"`` from outside, ``"host:6379"`` or ``"auto"`` from one of its
        machines. None: the cluster in ``RAY_ADDRESS``, or otherwise a new one on this machine, which ends
        with the ``with`` block. If Ray has already been started in this process, that cluster is used.
    wire : {"float32", "bfloat16"}
        How changed rows are sent. ``"bfloat16"`` rounds them to half the bytes: the vectors differ from those
        of ``"float32"``, but are again the same for any number of workers.
    actor_options : dict, optional
        Options of Ray's actors: ``num_cpus``, ``memory``, ``resources``, ``runtime_env`` ...
    **options
        Options of ``ray.init``: ``num_cpus``, ``object_store_memory``, ``runtime_env`` ...

    Attributes
    ----------
    traffic : dict of str to int
        What has happened: rounds trained, rounds repeated, workers lost, and bytes of changed rows
        (``changes``, to their owners), of merged rows (``merged``, to the other workers) and of complete
        ``weights``.

    Raises
    ------
    ImportError
        If Ray is not installed.
    ConfigError
        If an option has a value that cannot work.

    Examples
    --------
    ::

        from ns2vec import Word2Vec
        from ns2vec.cluster import Ray

        with Ray(workers=2) as cluster:
            model = Word2Vec("corpus.txt", shards=8)
        print(cluster.traffic["lost"], "workers were lost")

    Notes
    -----
    docs/scaling.md describes what is sent, what is replaced and what it costs.
    """

    def __init__(
        self,
        workers: int | None = None,
        address: str | None = None,
        *,
        wire: str = "float32",
        actor_options: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        if workers is not None:
            workers = whole("workers", workers, 1)
        if wire not in WIRES:
            raise ConfigError(f"wire must be one of {', '.join(map(repr, WIRES))}, got {wire!r}")
        imported()
        self.workers, self.address, self.wire = workers, address, wire
        self.actor_options = {"num_cpus": 1} | (actor_options or {})
        self.options = options
        self.fleet: Fleet | None = None
        self.stack = ExitStack()
        self.traffic_then: dict[str, int] = {}

    def __enter__(self) -> Self:
        ray = imported()
        if self.fleet is not None:
            raise ConfigError("this cluster is already in use: make another Ray for another with block")
        with ExitStack() as stack:
            if not ray.is_initialized():
                self.start(ray)
                stack.callback(ray.shutdown)
            n_workers = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            self.fleet = Fleet(Actors(ray, self.actor_options), n_workers, self.wire)
            stack.callback(self.fleet.close)
            stack.enter_context(using(self.fleet))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self.traffic_then = self.traffic
        self.fleet = None
        self.stack.close()

    def start(self, ray: Any) -> None:
        """Connect to a cluster, or start one on this machine; ``with`` calls it if Ray has not been started.

        Parameters
        ----------
        ray : module
            The ray package.

        Examples
        --------
        ::

            import ray
            from ns2vec.cluster import Ray

            Ray(workers=2).start(ray)
        """
        options: dict[str, Any] = {"logging_level": "warning", **self.options}
        address = self.address or os.environ.get("RAY_ADDRESS")
        if address:
            options["address"] = address
        else:
            # nothing of it is accessible from outside this machine
            options = {"include_dashboard": False, "num_cpus": self.workers, **options}
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(**options)

    def resize(self, workers: int) -> None:
        """Change the number of workers from the next round on; call it from any thread or callback.

        Parameters
        ----------
        workers : int
            Number of actors.

        Raises
        ------
        ConfigError
            If it is not a whole number of at least 1, or there is no ``with`` block.

        Examples
        --------
        ::

            from ns2vec import Word2Vec
            from ns2vec.cluster import Ray

            with Ray(workers=2) as cluster:
                model = Word2Vec("corpus.txt", shards=8)
                cluster.resize(4)
                other = Word2Vec("other.txt", shards=8)
        """
        if self.fleet is None:
            raise ConfigError("a cluster has workers only inside its with block")
        self.fleet.n_wanted = whole("workers", workers, 1)

    @property
    def traffic(self) -> dict[str, int]:
        """The traffic so far."""
        if self.fleet is None:
            return self.traffic_then
        return dict(self.fleet.traffic)


def imported() -> Any:
    """The ray package.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        import ray
    except ImportError:
        raise ImportError("ns2vec.cluster.Ray needs the ray package: pip install 'ns2vec[ray]'") from None
    return ray
