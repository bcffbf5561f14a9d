"""The state of the server: models by name, the token, allowed hosts and limits."""

from __future__ import annotations

import secrets
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import anyio

from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.keyedvectors import KeyedVectors

MIB = 1 << 20
UPLOADS = "/api/models/"


@dataclass
class Limits:
    """How much one request may ask for.

    Attributes
    ----------
    json_bytes, upload_bytes : int
        Maximum size of a body: of JSON, and of uploaded vectors.
    seconds : float
        Maximum time for an answer.
    n_heavy, max_waiting : int
        Number of requests that compute at once, and that may wait for their turn.
    max_models : int
        Maximum number of open models.
    """

    json_bytes: int = 8 * MIB
    upload_bytes: int = 512 * MIB
    seconds: float = 30.0
    n_heavy: int = 2
    max_waiting: int = 32
    max_models: int = 8

    def body_bytes(self, path: str) -> int:
        """Maximum number of bytes in the body of a request to this path."""
        return self.upload_bytes if path.startswith(UPLOADS) else self.json_bytes

    @cached_property
    def heavy(self) -> anyio.CapacityLimiter:
        """Lets `n_heavy` threads compute at once; made within the event loop."""
        return anyio.CapacityLimiter(self.n_heavy)


@dataclass
class Computed:
    """A value that is computed once.

    Attributes
    ----------
    lock : threading.Lock
        Held during the computation.
    values : list
        The value, once it is computed.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[Any] = field(default_factory=list)


@dataclass
class HeldModel:
    """An open model.

    Attributes
    ----------
    name : str
    vectors : KeyedVectors
    source : str
        Where it comes from, for people.
    cache : dict
        Values computed from it: maps, clusters.
    searches : mapping, weak in its keys
        The object that answers queries, by event loop; used by that loop only.
    """

    name: str
    vectors: KeyedVectors
    source: str
    cache: dict[Any, Computed] = field(default_factory=dict)
    searches: weakref.WeakKeyDictionary[Any, Any] = field(default_factory=weakref.WeakKeyDictionary)

    def once(self, key: Any, compute: Callable[[], Any]) -> Any:
        """Return the cached value of a key; the first caller computes it, others wait."""
        kept = self.cache.setdefault(key, Computed())
        with kept.lock:
            if not kept.values:
                kept.values.append(compute())
            return kept.values[0]


class ModelStore:
    """Models by name; safe to use from several threads.

    Parameters
    ----------
    models : mapping of str to KeyedVectors, optional
    most : int
        Maximum number of models.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec import KeyedVectors
    >>> from ns2vec.app import ModelStore
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["cat", "dog"], np.eye(2, dtype=np.float32))
    >>> store = ModelStore({"pets": kv})
    >>> store["pets"].vectors.index_to_key, len(store)
    (['cat', 'dog'], 1)
    >>> store.put("others", kv, source="others.bin").source
    'others.bin'
    >>> store.remove("pets")
    >>> [held.name for held in store]
    ['others']
    """

    def __init__(
        self, models: Mapping[str, KeyedVectors] | None = None, most: int = Limits.max_models
    ) -> None:
        self._held: dict[str, HeldModel] = {}
        self._lock = threading.Lock()
        self.most = most
        for name, vectors in (models or {}).items():
            self.put(name, vectors)

    def put(self, name: str, vectors: KeyedVectors, source: str = "") -> HeldModel:
        """Store a model under a name; a model of the same name is replaced.

        Parameters
        ----------
        name : str
            Its name in pages and requests.
        vectors : KeyedVectors
            Not copied.
        source : str
            Where it comes from, for people.

        Returns
        -------
        HeldModel
            The model as the store holds it, with ``name``, ``vectors`` and ``source``.

        Raises
        ------
        ConfigError
            If there are too many models, or there are no vectors.
        """
        if not len(vectors):
            raise ConfigError(f"model {name!r} has no vectors")
        vectors.fill_norms()  # here, and not in the first query
        made = HeldModel(name, vectors, source)
        with self._lock:
            if name not in self._held and len(self._held) >= self.most:
                raise ConfigError(f"{self.most} models are already open: close one first")
            self._held[name] = made
        return made

    def remove(self, name: str) -> None:
        """Remove a model.

        Parameters
        ----------
        name : str
            The name it was stored under.

        Raises
        ------
        VocabularyError
            If no model has that name.
        """
        with self._lock:
            if name not in self._held:
                raise VocabularyError(self._unknown(name))
            del self._held[name]

    def __getitem__(self, name: str) -> HeldModel:
        with self._lock:
            if name not in self._held:
                raise VocabularyError(self._unknown(name))
            return self._held[name]

    def __iter__(self) -> Iterator[HeldModel]:
        with self._lock:
            return iter(list(self._held.values()))

    def __len__(self) -> int:
        return len(self._held)

    def _unknown(self, name: str) -> str:
        known = ", ".join(map(repr, self._held))
        return f"no model is called {name!r}: " + (f"there is {known}" if known else "none is open")


@dataclass
class AppState:
    """The state of the server.

    Attributes
    ----------
    models : ModelStore
    runs : Path or None
        Folder of the run ledgers.
    token : str
        Needed for requests that make changes; random by default.
    read_only : bool
        Nothing can be changed.
    hosts : frozenset of str
        Allowed names of the server in the Host header, without port.
    limits : Limits
    n_streams : int
        Number of pages that are following a run.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec import KeyedVectors
    >>> from ns2vec.app import AppState, ModelStore, create_app
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["cat", "dog"], np.eye(2, dtype=np.float32))
    >>> state = AppState(ModelStore({"pets": kv}), read_only=True)
    >>> app = create_app(state)
    >>> state.hosts_text
    'ask for 127.0.0.1 or [::1] or localhost'
    """

    models: ModelStore = field(default_factory=ModelStore)
    runs: Path | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    read_only: bool = False
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    limits: Limits = field(default_factory=Limits)
    n_streams: int = 0

    @property
    def hosts_text(self) -> str:
        """The allowed names of the server, for messages."""
        return f"ask for {' or '.join(sorted(self.hosts))}"
