"""A noise distribution, draws from it, and a test whether they fit it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ns2vec._options import number, whole
from ns2vec._typing import Float64Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.sampling import SAMPLERS, BoundSampler, NoiseData, StaticSampler, make_sampler, noise_distribution

LEAST_EXPECTED = 5.0  # in a cell of the chi-square test (Cochran 1954)
MOST_DRAWS = 2_000_000
EXPONENTS = (-5.0, 5.0)


def static_names() -> list[str]:
    """Names of the samplers that draw from one distribution and need no model."""
    return [name for name, made in SAMPLERS.items() if issubclass(made, StaticSampler)]


@dataclass(frozen=True)
class ChiSquare:
    """Whether draws fit a distribution.

    Attributes
    ----------
    statistic : float
    degrees : int
        Number of cells minus one; words expected fewer than five times share a cell.
    p_value : float
        Probability that draws from this distribution differ from it at least as much.
    """

    statistic: float
    degrees: int
    p_value: float


def chi_square(drawn: Int64Array, probabilities: Float64Array) -> ChiSquare | None:
    """Test draws against a distribution (Pearson 1900); None if there is only one cell.

    Parameters
    ----------
    drawn : ndarray of shape (V,), int64
        How often each word was drawn.
    probabilities : ndarray of shape (V,)
        They sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.app.drawing import chi_square
    >>> found = chi_square(np.array([60, 40]), np.array([0.5, 0.5]))
    >>> found.statistic, found.degrees, round(found.p_value, 4)
    (4.0, 1, 0.0455)
    """
    from scipy.special import chdtrc

    expected = probabilities * drawn.sum()
    is_large = expected >= LEAST_EXPECTED
    cells = [(drawn[is_large], expected[is_large])]
    if (rest := expected[~is_large].sum()) > 0:
        cells.append((drawn[~is_large].sum(keepdims=True), np.array([rest])))
    seen, wanted = (np.concatenate(parts).astype(np.float64) for parts in zip(*cells, strict=True))
    if len(seen) < 2:
        return None
    statistic = float(((seen - wanted) ** 2 / wanted).sum())
    return ChiSquare(statistic, len(seen) - 1, float(chdtrc(len(seen) - 1, statistic)))


@dataclass(frozen=True)
class NoiseDraws:
    """A distribution of noise words, and draws from it.

    Attributes
    ----------
    words : list of str
    counts : ndarray of shape (V,), int64
    shares, probabilities : ndarray of shape (V,), float64
        Of the corpus, and of the sampler.
    drawn : ndarray of shape (V,), int64
    test : ChiSquare or None
    report : dict of str to float
        What `BoundSampler.report` says.
    """

    words: list[str]
    counts: Int64Array
    shares: Float64Array
    probabilities: Float64Array
    drawn: Int64Array
    test: ChiSquare | None
    report: dict[str, float]


def noise_of(
    counts: Mapping[str, int], *, exponent: Any = 0.75, sampler: str = "unigram", n_draws: Any = 0,
    seed: Any = 1, positives: Mapping[str, Iterable[str]] | None = None,
) -> NoiseDraws:  # fmt: skip
    """Bind a sampler to counts, and draw from it.

    Parameters
    ----------
    counts : mapping of word -> count
    exponent : float
        Of the model's noise distribution.
    sampler : str
        A name of `static_names`, with its options after a colon.
    n_draws, seed : int
    positives : mapping of words to words, optional
        Draws of these are false negatives.

    Raises
    ------
    ConfigError
        If a value is invalid; the message begins with its name.
    """
    n_draws, seed = whole("n_draws", n_draws, 0, MOST_DRAWS), whole("seed", seed, 0, 2**53)
    words = list(counts)
    rows = {word: row for row, word in enumerate(words)}
    data = NoiseData.of_counts(list(counts.values()), number("exponent", exponent, *EXPONENTS), rows)
    bound = bind(sampler, data)
    log_q = bound.source.log_q
    if log_q is None:
        raise ConfigError(f"sampler must be one of {', '.join(static_names())}: {sampler!r} needs a model")
    probabilities = np.exp(log_q.astype(np.float64))
    probabilities /= probabilities.sum()
    if sampler == "unigram":
        probabilities = data.noise  # as float64 has it
    drawn = (
        np.bincount(bound.sample(n_draws, seed=seed), minlength=len(words))
        if n_draws
        else np.zeros(len(words), dtype=np.int64)
    )
    return NoiseDraws(
        words=words,
        counts=data.counts,
        shares=noise_distribution(data.counts, 1.0),
        probabilities=probabilities,
        drawn=drawn,
        test=chi_square(drawn, probabilities) if n_draws else None,
        report=bound.report(positives=positives),
    )


def bind(sampler: str, data: NoiseData) -> BoundSampler:
    """Make a static sampler from its name.

    Raises
    ------
    ConfigError
        If there is no sampler of that name, or it looks at the model.
    """
    if sampler.partition(":")[0] not in static_names():
        raise ConfigError(f"sampler must be one of {', '.join(static_names())}, got {sampler!r}")
    try:
        return make_sampler(sampler).bind(data)
    except ConfigError as error:
        raise ConfigError(f"sampler cannot be {sampler!r}: {error}") from None
