"""A sampler bound to one vocabulary: it draws, gives probabilities and reports.

It uses the same C functions as training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.sampling.report import sampler_report

if TYPE_CHECKING:
    from ns2vec.sampling.base import NoiseData, Sampler


class BoundSampler:
    """A sampler bound to one vocabulary.

    Parameters
    ----------
    sampler : Sampler
    data : NoiseData

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Unigram
    >>> bound = Unigram().bind(NoiseData.of_counts([10000, 500, 200]))
    >>> bound.sample(5, seed=3).tolist()
    [0, 0, 0, 0, 0]
    >>> bound.log_q([2]).round(4).tolist()
    [-3.0815]

    What it prefers, and its state after training, with which it continues in another process:

    >>> from ns2vec import Word2Vec
    >>> options = {"vector_size": 8, "min_count": 1, "sampler": "adaptive:m=4"}
    >>> bound = Word2Vec([["a", "b", "c"]] * 50, **options).bound_sampler()
    >>> isinstance(bound.report(), dict)
    True
    >>> bound.restore(bound.state(), n_dims=8)
    """

    def __init__(self, sampler: Sampler, data: NoiseData) -> None:
        self.sampler = sampler
        self.data = data
        self.source = sampler.source(data)
        self.filter: tuple[Int64Array, Int32Array] | None = None
        if sampler.exclude is not None and not isinstance(sampler.exclude, str):
            self.filter = data.lists_to_csr(sampler.exclude, "exclude")

    def sample(
        self, n: int, *, centre: int = 0, context: int = -1, batch: npt.ArrayLike | None = None, seed: int = 1
    ) -> Int32Array:
        """Draw rows as training does, before collisions and filters.

        Parameters
        ----------
        n : int
        centre, context : int
            Rows of the window's centre and (under pair sharing) of its context.
        batch : array_like of int, optional
            The words of the batch, for samplers that draw from it.
        seed : int

        Returns
        -------
        ndarray of shape (at most n,), int32

        Raises
        ------
        ConfigError
            If the sampler can draw only in training.
        """
        if self.source.block is not None:
            return np.asarray(self.source.block(n, np.random.default_rng(seed)), dtype=np.int32)
        if self.source.draws is None:
            raise ConfigError(f"the sampler {self.sampler!r} has no function to draw with")
        if self.source.wants_hidden:
            raise ConfigError(f"{self.sampler!r} looks at the model: it draws in training only")
        members = None if batch is None else np.ascontiguousarray(batch, dtype=np.int32)
        drawn: Int32Array = self.source.draws.sample(
            n, centre=centre, context=context, batch=members, seed=seed
        )
        return drawn

    def log_q(self, rows: npt.ArrayLike, *, centre: int = 0, context: int = -1, k: int = 1) -> Float64Array:
        """Return the log probability that a draw is each of `rows`, given the key.

        If the draws of a set depend on each other (explicit lists), it is the log of the expected share of a
        row among k of them.

        Parameters
        ----------
        rows : array_like of shape (n,), int
        centre, context : int
            Rows of the window's centre and input; -1: none.
        k : int
            Draws per set.

        Returns
        -------
        ndarray of shape (n,), float64

        Raises
        ------
        ConfigError
            If the sampler does not know it.
        """
        wanted = np.ascontiguousarray(rows, dtype=np.int32)
        if self.source.draws is None or not self.source.draws.tells:
            if self.source.log_q is None:
                raise ConfigError(f"{self.sampler!r} does not know its probabilities: give it log_q")
            return self.source.log_q[wanted].astype(np.float64)
        found: Float64Array = self.source.draws.log_q(wanted, centre=centre, context=context, k=k)
        return found

    def state(self) -> dict[str, Any]:
        """The state that the sampler has gathered in training: numbers and arrays by name, if any.

        See `Steering.state`; each name begins with the index of the steering in the source, as in
        ``"0.rows"``.
        """
        return {
            f"{place}.{name}": value
            for place, one in enumerate(self.source.steering)
            for name, value in one.state().items()
        }

    def restore(self, state: Mapping[str, Any], n_dims: int) -> None:
        """Continue from the result of `state` for the same sampler and vocabulary.

        Parameters
        ----------
        state : mapping
        n_dims : int
            D of the model.

        Raises
        ------
        ConfigError
            If the state is not one of this sampler.
        """
        for place, one in enumerate(self.source.steering):
            begin = f"{place}."
            own = {name.removeprefix(begin): value for name, value in state.items() if name.startswith(begin)}
            one.restore(own, n_dims)
        unknown = sorted(state.keys() - self.state().keys())
        if unknown:
            raise ConfigError(f"{unknown[0]} is unknown")

    def report(self, **options: Any) -> dict[str, float]:
        """Report what the sampler prefers and leaves out; see `ns2vec.sampling.report.sampler_report`.

        If it looks at the model, the report also says what its draws did in training: see `Steering.report`.

        Parameters
        ----------
        **options
            Options of `ns2vec.sampling.report.sampler_report`.

        Returns
        -------
        dict of str -> float
        """
        if self.source.steering:
            return {name: value for one in self.source.steering for name, value in one.report().items()}
        return sampler_report(self, **options)
