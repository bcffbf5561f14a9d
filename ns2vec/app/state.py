"""What the server holds: models by name, the token, who may ask and how much."""

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
        Of a body: of questions, and of vectors that are sent.
    seconds : float
        How long an answer may take.
    n_heavy, max_waiting : int
        Requests that compute at once, and that may wait for it.
    max_models : int
        Models that are held at once.
    """

    json_bytes: int = 8 * MIB
    upload_bytes: int = 512 * MIB
    seconds: float = 30.0
    n_heavy: int = 2
    max_waiting: int = 32
    max_models: int = 8

    def body_bytes(self, path: str) -> int:
        """Bytes that the body of a request to this path may have."""
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
        Held meanwhile.
    values : list
        The value, when it is there.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[Any] = field(default_factory=list)


@dataclass
class HeldModel:
    """A model that can be looked at.

    Attributes
    ----------
    name : str
    vectors : KeyedVectors
    source : str
        Where it comes from, for people.
    cache : dict
        What was computed from it: maps, clusters.
    searches : mapping, weak in its keys
        What answers questions to it, by event loop; touched by that loop only.
    """

    name: str
    vectors: KeyedVectors
    source: str
    cache: dict[Any, Computed] = field(default_factory=dict)
    searches: weakref.WeakKeyDictionary[Any, Any] = field(default_factory=weakref.WeakKeyDictionary)

    def once(self, key: Any, compute: Callable[[], Any]) -> Any:
        """Return what is in the cache under a key; who comes first computes it, others wait."""
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
        How many are held.

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
        """Hold a model under a name; one of that name is replaced.

        Parameters
        ----------
        name : str
            What pages and questions call it.
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
            If there is no room, or the vectors are none.
        """
        if not len(vectors):
            raise ConfigError(f"model {name!r} has no vectors")
        vectors.fill_norms()  # once, and not within the first question
        made = HeldModel(name, vectors, source)
        with self._lock:
            if name not in self._held and len(self._held) >= self.most:
                raise ConfigError(f"{self.most} models are open already: close one first")
            self._held[name] = made
        return made

    def remove(self, name: str) -> None:
        """Let go of a model.

        Parameters
        ----------
        name : str
            What it was put under.

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
    """What the server holds.

    Attributes
    ----------
    models : ModelStore
    runs : Path or None
        Folder of the run ledgers.
    token : str
        Needed for everything that changes something; drawn at random unless given.
    read_only : bool
        Nothing can be changed.
    hosts : frozenset of str
        What the server may be called in the Host header, without port.
    limits : Limits
    n_streams : int
        Pages that follow a run now.

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
        """What to call the server, for messages."""
        return f"ask for {' or '.join(sorted(self.hosts))}"
