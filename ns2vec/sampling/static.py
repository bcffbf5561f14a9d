"""Static samplers: one distribution over the vocabulary for all windows.

Each is a class with one method, `StaticSampler.distribution`. The distribution becomes an alias table
(Walker 1977) from which the kernels draw inline, so all of them cost the same per draw.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from ns2vec._options import number
from ns2vec._typing import Float64Array
from ns2vec.exceptions import ConfigError
from ns2vec.sampling._draws import StaticDraws
from ns2vec.sampling.alias import build_alias_table
from ns2vec.sampling.base import SAMPLERS, NoiseData, Sampler, Source, log_float32
from ns2vec.sampling.noise import noise_distribution


class StaticSampler(Sampler):
    """Base of the static samplers: a subclass defines the probability of each row.

    Parameters
    ----------
    on_collision, exclude : optional
        See `Sampler`.

    Examples
    --------
    A sampler of one's own that never draws the most frequent word:

    >>> import numpy as np
    >>> from ns2vec.sampling import NoiseData, StaticSampler
    >>> class NotTheFirst(StaticSampler):
    ...     def distribution(self, data):
    ...         return np.where(np.arange(data.n_words) == 0, 0.0, data.noise)
    >>> bound = NotTheFirst().bind(NoiseData.of_counts([100, 50, 20]))
    >>> set(bound.sample(100).tolist()) == {1, 2}
    True
    """

    @abstractmethod
    def distribution(self, data: NoiseData) -> Float64Array:
        """Return the probability of each row, shape (V,), float64; they need not sum to 1.

        Parameters
        ----------
        data : NoiseData

        Returns
        -------
        ndarray of shape (V,), float64
        """

    def source(self, data: NoiseData) -> Source:
        """Return an alias table of the distribution."""
        weights = np.asarray(self.distribution(data), dtype=np.float64)
        if weights.shape != (data.n_words,):
            raise ConfigError(
                f"{type(self).__name__}.distribution must return shape ({data.n_words},), got {weights.shape}"
            )
        alias, log_q = build_alias_table(weights), log_float32(weights / weights.sum())
        return Source(StaticDraws(log_q, alias), alias=alias, log_q=log_q)


@SAMPLERS.entry("unigram")
class Unigram(StaticSampler):
    """In proportion to count ** exponent (Mikolov et al. 2013, arXiv:1310.4546, section 2.2).

    Parameters
    ----------
    exponent : float, optional
        None takes the model's `ns_exponent` (and its `cum_table`, if you have replaced it).
    on_collision, exclude
        See `Sampler`.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Unigram
    >>> Unigram(exponent=1.0).distribution(NoiseData.of_counts([3, 1])).tolist()
    [0.75, 0.25]
    """

    name: ClassVar[str] = "unigram"

    def __init__(self, exponent: float | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.exponent = None if exponent is None else number("exponent", exponent)

    def distribution(self, data: NoiseData) -> Float64Array:
        """Return count ** exponent, normalised."""
        return data.noise if self.exponent is None else noise_distribution(data.counts, self.exponent)


@SAMPLERS.entry("random")
class Random(StaticSampler):
    """Random words of the corpus, in proportion to count (Gantner et al. 2012, WBPR).

    Parameters
    ----------
    on_collision, exclude : optional
        See `Sampler`.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Random
    >>> Random().distribution(NoiseData.of_counts([3, 1])).tolist()
    [0.75, 0.25]
    """

    name: ClassVar[str] = "random"

    def distribution(self, data: NoiseData) -> Float64Array:
        """Return the share of each word in the corpus."""
        return noise_distribution(data.counts, 1.0)


@SAMPLERS.entry("uniform")
class Uniform(StaticSampler):
    """All words equally likely; needs no table.

    Parameters
    ----------
    on_collision, exclude : optional
        See `Sampler`.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Uniform
    >>> set(Uniform().bind(NoiseData.of_counts([100, 1])).sample(50).tolist())
    {0, 1}
    """

    name: ClassVar[str] = "uniform"

    def distribution(self, data: NoiseData) -> Float64Array:
        """Return 1 / V for each word."""
        return np.full(data.n_words, 1.0 / data.n_words)

    def source(self, data: NoiseData) -> Source:
        """Return a source that draws a row number."""
        log_q = log_float32(self.distribution(data))
        return Source(StaticDraws(log_q), is_uniform=True, log_q=log_q)


@SAMPLERS.entry("log_uniform")
class LogUniform(StaticSampler):
    """By frequency rank r = 0, 1, ...: log((r + 2) / (r + 1)) / log(V + 1), close to Zipf's law.

    Ranks come from the counts, so rows need not be sorted (as after a vocabulary update). Known from the
    sampled softmax of large vocabularies (Jean et al. 2015, arXiv:1412.2007).

    Parameters
    ----------
    on_collision, exclude : optional
        See `Sampler`.

    Examples
    --------
    >>> from ns2vec.sampling import LogUniform, NoiseData
    >>> LogUniform().distribution(NoiseData.of_counts([9, 5, 1])).round(3).tolist()
    [0.5, 0.292, 0.208]
    """

    name: ClassVar[str] = "log_uniform"

    def distribution(self, data: NoiseData) -> Float64Array:
        """Return the log-uniform probability of each row's rank."""
        ranks = np.empty(data.n_words, dtype=np.int64)
        ranks[np.argsort(-data.counts, kind="stable")] = np.arange(data.n_words)
        return np.asarray(np.log1p(1.0 / (ranks + 1.0)) / np.log(data.n_words + 1.0))
