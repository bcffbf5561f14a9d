"""Custom samplers: a C function called without the GIL, or a Python function that fills blocks."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ns2vec._callable import check_low_level
from ns2vec._typing import Float32Array, Int32Array
from ns2vec.exceptions import ConfigError
from ns2vec.sampling._draws import UserDraws
from ns2vec.sampling.base import BlockFunction, NoiseData, Sampler, Source, log_float32

DRAW_PROTOTYPE = (
    "int f(void *user_data, int32_t centre, int32_t context, const float *hidden, int k, int32_t *rows, "
    "float *log_q, uint64_t *rng)"
)


def optional_log_q(probabilities: npt.ArrayLike | None, n_words: int) -> Float32Array | None:
    """Log of the probabilities that were given with a function."""
    if probabilities is None:
        return None
    weights = np.asarray(probabilities, dtype=np.float64)
    if weights.shape != (n_words,) or not (weights >= 0).all() or not weights.sum() > 0:
        raise ConfigError(f"probabilities must be {n_words} numbers of at least 0, got shape {weights.shape}")
    return log_float32(weights / weights.sum())


class LowLevel(Sampler):
    """A function in machine code (numba cfunc, ctypes, Cython), which the training threads call directly.

    Parameters
    ----------
    function : scipy.LowLevelCallable
        ``int f(void *user_data, int32_t centre, int32_t context, const float *hidden, int k,
        int32_t *rows, float *log_q, uint64_t *rng)``: writes at most k rows and returns how many.
        `context` is -1 under window sharing and for CBOW. `hidden` is NULL unless `wants_hidden`.
        `log_q` is NULL unless the objective needs probabilities and `tells_log_q`; then it has k + 1
        entries, the last for the centre. `rng` is the state of the chunk's stream: the function draws
        its random numbers from it alone, so that runs repeat. All threads call the function concurrently.
        A row outside the vocabulary ends training with an error.
    probabilities : array_like of shape (V,), optional
        Probability that a draw is each row, if one distribution serves all windows; objectives with offsets
        then use it.
    tells_log_q : bool
        The function fills `log_q` itself.
    wants_hidden : bool
        Pass the input vector (``stride`` floats: D rounded up to 16): the context's row under pair
        sharing, else the mean of the window's rows, one window old.
    on_collision, exclude
        See `Sampler`.

    References
    ----------
    The interface: ``ns2vec/_cy/sampler.h``.

    Examples
    --------
    >>> from ctypes import CFUNCTYPE, POINTER, c_float, c_int, c_int32, c_uint64, c_void_p
    >>> from scipy import LowLevelCallable
    >>> from ns2vec.sampling import LowLevel, NoiseData
    >>> @CFUNCTYPE(c_int, c_void_p, c_int32, c_int32, POINTER(c_float), c_int,
    ...            POINTER(c_int32), POINTER(c_float), POINTER(c_uint64))
    ... def always_the_last(user_data, centre, context, hidden, k, rows, log_q, rng):
    ...     for i in range(k):
    ...         rows[i] = 2
    ...     return k
    >>> bound = LowLevel(LowLevelCallable(always_the_last)).bind(NoiseData.of_counts([3, 2, 1]))
    >>> bound.sample(4).tolist()
    [2, 2, 2, 2]
    """

    name: ClassVar[str] = "low_level"

    def __init__(
        self,
        function: Any,
        probabilities: npt.ArrayLike | None = None,
        *,
        tells_log_q: bool = False,
        wants_hidden: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        check_low_level(function, "int", ("*", "int", "int", "*", "int", *"***"), DRAW_PROTOTYPE)
        self.function, self.probabilities = function, probabilities
        self.tells_log_q, self.wants_hidden = tells_log_q, wants_hidden

    def source(self, data: NoiseData) -> Source:
        """Return a source that calls the function."""
        log_q = optional_log_q(self.probabilities, data.n_words)
        draws = UserDraws(self.function, data.n_words, log_q, tells=self.tells_log_q)
        return Source(draws, log_q=log_q, wants_hidden=self.wants_hidden)

    def state_dict(self) -> dict[str, Any]:
        """Raise: machine code cannot be saved, so the sampler must be given again when training continues."""
        raise ConfigError("a LowLevelCallable cannot be saved: pass sampler= again after loading")


class FromCallable(Sampler):
    """A Python function that fills a block of rows for each chunk of text.

    Parameters
    ----------
    function : callable
        ``function(n, generator)`` returns n rows; `generator` is a numpy Generator seeded for the chunk, so
        runs repeat if the function draws from it alone. It is called with the GIL, once per chunk and never
        for a single pair; rows that are not needed are dropped, and rows are used again if collisions need
        more than n.
    probabilities : array_like of shape (V,), optional
        Probability that a draw is each row; objectives with offsets need it.
    on_collision, exclude
        See `Sampler`.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.sampling import FromCallable
    >>> sampler = FromCallable(lambda n, generator: generator.integers(0, 3, n))
    >>> model = Word2Vec([["a", "b", "c"]] * 20, min_count=1, vector_size=8, sampler=sampler)
    >>> len(model.wv)
    3
    >>> import numpy as np
    >>> FromCallable(lambda n, rng: rng.integers(0, 3, n)).checked(3, 5, np.random.default_rng(1)).shape
    (5,)
    """

    name: ClassVar[str] = "callable"

    def __init__(
        self, function: BlockFunction, probabilities: npt.ArrayLike | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        if not callable(function):
            raise ConfigError(f"expected a function of (n, generator), got {type(function).__name__}")
        self.function, self.probabilities = function, probabilities

    def source(self, data: NoiseData) -> Source:
        """Return a source that calls the function once per chunk."""
        block = partial(self.checked, data.n_words)
        return Source(block=block, log_q=optional_log_q(self.probabilities, data.n_words))

    def checked(self, n_words: int, n: int, generator: np.random.Generator) -> Int32Array:
        """Call the function; return n rows of the vocabulary, or raise an error that says what it returned.

        Parameters
        ----------
        n_words, n : int
        generator : numpy.random.Generator

        Returns
        -------
        ndarray of shape (n,), int32

        Raises
        ------
        ConfigError
            If the result is not n rows of the vocabulary.
        """
        rows = np.asarray(self.function(n, generator))
        if rows.shape != (n,) or rows.dtype.kind not in "iu":
            raise ConfigError(
                f"the sampler must return {n} whole numbers, got shape {rows.shape} of {rows.dtype}"
            )
        if n and not 0 <= rows.min() <= rows.max() < n_words:
            raise ConfigError(
                f"the sampler must return rows from 0 to {n_words - 1}, got {rows.min()} to {rows.max()}"
            )
        return np.ascontiguousarray(rows, dtype=np.int32)

    def state_dict(self) -> dict[str, Any]:
        """Raise: a Python function is not data."""
        raise ConfigError("a Python function cannot be saved: pass sampler= again after loading")
