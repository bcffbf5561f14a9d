"""The base class of samplers: from a vocabulary to rows that serve as negatives.

A `Sampler` holds options only and can be used for any number of models. `Sampler.bind` binds it to a
vocabulary; the result is in `ns2vec.sampling.bound`.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._registry import Registry
from ns2vec._typing import Float32Array, Float64Array, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.sampling._draws import Draws
from ns2vec.sampling.bound import BoundSampler
from ns2vec.sampling.noise import noise_distribution
from ns2vec.sampling.steering import Steering

#: Policies for a draw that cannot be a negative of its window (the centre itself, or excluded).
COLLISIONS = ("redraw", "skip", "keep")

#: ``function(n, rng) -> n rows``: a custom source of negatives, see `FromCallable`.
BlockFunction: TypeAlias = Callable[[int, np.random.Generator], npt.ArrayLike]
Lists: TypeAlias = Mapping[Any, Iterable[Any]]

#: Name -> class of samplers; other packages add theirs in the entry-point group of this name.
SAMPLERS: Registry[type[Sampler]] = Registry("sampler", group="ns2vec.samplers")


def log_float32(probabilities: npt.ArrayLike) -> Float32Array:
    """Natural logarithm in float32; of 0 it is -inf."""
    with np.errstate(divide="ignore"):
        logs: Float32Array = np.log(np.asarray(probabilities, dtype=np.float64)).astype(np.float32)
    return logs


@dataclass(frozen=True)
class NoiseData:
    """What a sampler may know of a model's vocabulary.

    Attributes
    ----------
    counts : ndarray of shape (V,), int64
    noise : ndarray of shape (V,), float64
        The model's own noise distribution: count ** ns_exponent, or the `cum_table` that you have set.
    kept : ndarray of shape (V,), float64
        Probability that an occurrence of each word survives subsampling.
    key_to_index : mapping
        Row of each word.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData
    >>> NoiseData.of_counts([10000, 500, 200]).noise.round(6).tolist()
    [0.862872, 0.091238, 0.04589]
    """

    counts: Int64Array
    noise: Float64Array
    kept: Float64Array
    key_to_index: Mapping[Any, int] = field(default_factory=dict)

    @classmethod
    def of_counts(
        cls, counts: npt.ArrayLike, ns_exponent: float = 0.75, key_to_index: Mapping[Any, int] | None = None
    ) -> NoiseData:
        """Return the data of a vocabulary without subsampling.

        Parameters
        ----------
        counts : array_like of shape (V,), int
        ns_exponent : float
        key_to_index : mapping, optional

        Returns
        -------
        NoiseData
        """
        rows = np.asarray(counts, dtype=np.int64)
        return cls(rows, noise_distribution(rows, ns_exponent), np.ones(len(rows)), key_to_index or {})

    @property
    def n_words(self) -> int:
        """V."""
        return len(self.counts)

    def lists_to_csr(self, lists: Lists, what: str) -> tuple[Int64Array, Int32Array]:
        """Turn ``{word: words}`` into offsets (V + 1,) and ascending rows (n,); unknown words are left out.

        Words are keys of the vocabulary, or rows where there are no keys.

        Parameters
        ----------
        lists : mapping of key -> iterable of keys
        what : str
            What they are, for messages.

        Returns
        -------
        offsets : ndarray of shape (V + 1,), int64
        rows : ndarray of shape (n,), int32

        Raises
        ------
        ConfigError
            If a row is outside the vocabulary, no word of `lists` is in it, or a list is a str.

        Examples
        --------
        >>> from ns2vec.sampling import NoiseData
        >>> offsets, rows = NoiseData.of_counts([3, 2, 1]).lists_to_csr({0: [2, 1]}, "lists")
        >>> offsets.tolist(), rows.tolist()
        ([0, 2, 2, 2], [1, 2])
        """
        found: dict[int, Int32Array] = {}
        for key, members in lists.items():
            if isinstance(members, str):
                raise ConfigError(f"{what}: expected a list of words for {key!r}, got the text {members!r}")
            row = self.row_of(key)
            if row is not None:
                rows = {found_row for member in members if (found_row := self.row_of(member)) is not None}
                found[row] = np.array(sorted(rows), dtype=np.int32)
        if lists and not found:
            raise ConfigError(f"{what}: none of its {len(lists)} words is in the vocabulary")
        offsets = np.zeros(self.n_words + 1, dtype=np.int64)
        for row, rows_of_key in found.items():
            offsets[row + 1] = len(rows_of_key)
        np.cumsum(offsets, out=offsets)
        pieces = [found[row] for row in sorted(found)]
        return offsets, np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)

    def row_of(self, key: Any) -> int | None:
        """Return the row of a key (a row stays as it is), or None for a word that is not in the vocabulary.

        Parameters
        ----------
        key : str or int

        Returns
        -------
        int or None

        Raises
        ------
        ConfigError
            If a row is outside the vocabulary.

        Examples
        --------
        >>> from ns2vec.sampling import NoiseData
        >>> NoiseData.of_counts([3, 2], key_to_index={"tea": 0, "milk": 1}).row_of("milk")
        1
        """
        if key in self.key_to_index:
            return int(self.key_to_index[key])
        if not isinstance(key, int | np.integer) or self.key_to_index:
            return None
        if not 0 <= key < self.n_words:
            raise ConfigError(f"row {key} is outside the vocabulary of {self.n_words} words")
        return int(key)


@dataclass(frozen=True)
class Source:
    """How a bound sampler draws, for the kernels.

    Attributes
    ----------
    draws : Draws or None
        The sampler in C; None for a Python function.
    alias : ndarray of shape (V, 2), uint32, or None
        Lets the kernels inline the draws, without a call.
    is_uniform : bool
        Likewise, without a table.
    log_q : ndarray of shape (V,), float32, or None
        Log probability of each row if one distribution serves all windows.
    block : callable or None
        ``block(n, generator) -> n rows``, called once per chunk.
    batch_words, pool_size : int
        For samplers that draw from the batch of a window.
    wants_hidden : bool
    needs_pairs : bool
        The key is the context word, so each (context, centre) pair needs negatives of its own.
    steering : tuple of Steering
        Steerings for samplers that look at the model.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Uniform
    >>> source = Uniform().source(NoiseData.of_counts([3, 1]))
    >>> source.is_uniform, source.log_q.round(3).tolist()
    (True, [-0.693, -0.693])
    """

    draws: Draws | None = None
    alias: npt.NDArray[np.uint32] | None = None
    is_uniform: bool = False
    log_q: Float32Array | None = None
    block: BlockFunction | None = None
    batch_words: int = 0
    pool_size: int = 0
    wants_hidden: bool = False
    needs_pairs: bool = False
    steering: tuple[Steering, ...] = ()


class Sampler(ABC):
    """Base of the samplers: options, and their conversion to a `Source` for a vocabulary.

    Parameters
    ----------
    on_collision : {"redraw", "skip", "keep"}, optional
        What happens if the centre itself (or an excluded word) is drawn: it is drawn again, at most 16 times;
        left out; or, for the centre, kept as a negative. None takes what the objective needs.
    exclude : {"window"} or mapping, optional
        Filter for false negatives: the words of the window itself, or
        ``{word: words that are not negatives of it}``.

    Raises
    ------
    ConfigError
        If an option has an invalid value.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Unigram, make_sampler
    >>> sampler = Unigram(exponent=0.5, exclude="window")
    >>> sampler.options()["exponent"], make_sampler(sampler.state_dict()).options() == sampler.options()
    (0.5, True)
    >>> data = NoiseData.of_counts([100, 1])
    >>> sampler.source(data).log_q.shape, sampler.bind(data).sample(3).shape
    ((2,), (3,))
    """

    name: ClassVar[str] = ""

    def __init__(self, *, on_collision: str | None = None, exclude: str | Lists | None = None) -> None:
        if on_collision is not None and on_collision not in COLLISIONS:
            raise ConfigError(f"on_collision must be one of {', '.join(COLLISIONS)}, got {on_collision!r}")
        if isinstance(exclude, str) and exclude != "window":
            raise ConfigError(f"exclude must be 'window' or a mapping of words to words, got {exclude!r}")
        self.on_collision = on_collision
        self.exclude = exclude

    @abstractmethod
    def source(self, data: NoiseData) -> Source:
        """Return how to draw for this vocabulary.

        Parameters
        ----------
        data : NoiseData

        Returns
        -------
        Source
        """

    def bind(self, data: NoiseData) -> BoundSampler:
        """Bind the sampler to a vocabulary.

        Parameters
        ----------
        data : NoiseData

        Returns
        -------
        BoundSampler
        """
        return BoundSampler(self, data)

    def options(self) -> dict[str, Any]:
        """Return the arguments that make an equal sampler: the attributes named like the parameters."""
        return {name: getattr(self, name) for name in options_of(type(self)) if hasattr(self, name)}

    def state_dict(self) -> dict[str, Any]:
        """Return everything a saved model must keep: `ns2vec.sampling.make_sampler` restores it.

        Raises
        ------
        ConfigError
            If the class is not the one that `SAMPLERS` has under its `name`.
        """
        if self.name not in SAMPLERS or SAMPLERS[self.name] is not type(self):
            raise ConfigError(
                f"{type(self).__name__} cannot be saved: register it in SAMPLERS under its `name`"
            )
        return {"name": self.name, "options": plain(self.options())}

    def __repr__(self) -> str:
        given = {name: value for name, value in self.options().items() if value is not None}
        shown = [f"{name}={shown_option(value)}" for name, value in given.items()]
        return f"{type(self).__name__}({', '.join(shown)})"


def shown_option(value: Any) -> str:
    """Return an option for a representation, short and the same in every process."""
    if isinstance(value, Mapping):
        return f"<lists of {len(value)} words>"
    if callable(value) or type(value).__name__ == "LowLevelCallable":
        return f"<{getattr(value, '__qualname__', type(value).__name__)}>"
    return repr(value)


def options_of(made: Any) -> dict[str, Any]:
    """Options of a class of samplers with their defaults, its own before those of its bases.

    Examples
    --------
    >>> from ns2vec.sampling import Batch
    >>> from ns2vec.sampling.base import options_of
    >>> options_of(Batch)
    {'size': 1024, 'pool': 0, 'on_collision': None, 'exclude': None}
    """
    found: dict[str, Any] = {}
    for kind in getattr(made, "__mro__", ()):
        if "__init__" in vars(kind) and kind is not object:
            _, *parameters = inspect.signature(kind.__init__).parameters.values()
            named = [one for one in parameters if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)]
            found |= {one.name: one.default for one in named if one.name not in found}
            if not any(one.kind is one.VAR_KEYWORD for one in parameters):
                break  # the class accepts no other options
    return found


def plain(value: Any) -> Any:
    """Return options as data: samplers as their state, lists of words as lists."""
    if isinstance(value, Sampler):
        return value.state_dict()
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return [plain(entry) for entry in value]
