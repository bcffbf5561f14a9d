"""What a sampler prefers and leaves out, in four numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array, Int32Array, Int64Array
from ns2vec.sampling.noise import noise_distribution

if TYPE_CHECKING:
    from ns2vec.sampling.bound import BoundSampler


def sampler_report(
    bound: BoundSampler,
    *,
    target: npt.ArrayLike | None = None,
    positives: Mapping[Any, Iterable[Any]] | None = None,
    n_draws: int = 100_000,
    seed: int = 1,
) -> dict[str, float]:
    """Describe the distribution that a bound sampler draws from, over centres as frequent as in the corpus.

    Parameters
    ----------
    bound : BoundSampler
    target : array_like of shape (V,), optional
        A distribution to compare with; default the model's noise distribution.
    positives : mapping of words to words, optional
        True partners of each word (seen next to it, bought with it): draws of these are false negatives.
    n_draws : int
        Number of draws for figures without a closed form.
    seed : int

    Returns
    -------
    dict
        ``effective_support``: exp of the entropy, the number of equally likely rows with the same entropy;
        ``coverage``: share of the vocabulary that can be drawn (was drawn, where there is no closed form);
        ``kl_to_target``: Kullback-Leibler divergence from the target in nats; ``false_negative_rate``: share
        of draws that are the centre or one of its positives, after the sampler's own filter.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Uniform
    >>> report = Uniform().bind(NoiseData.of_counts([8, 1, 1])).report(target=[0.8, 0.1, 0.1])
    >>> round(report["effective_support"], 3), report["coverage"], round(report["kl_to_target"], 3)
    (3.0, 1.0, 0.511)
    """
    centres, drawn = draws_by_centre(bound, n_draws, seed)
    if bound.source.log_q is not None:
        q = np.exp(bound.source.log_q.astype(np.float64))
    else:
        counts = np.bincount(drawn, minlength=bound.data.n_words).astype(np.float64)
        q = counts / max(counts.sum(), 1.0)
    goal = bound.data.noise if target is None else np.asarray(target, dtype=np.float64)
    return {
        **shape_of(q, goal / goal.sum()),
        "false_negative_rate": false_negative_rate(bound, centres, drawn, positives),
    }


def closed_report(bound: BoundSampler) -> dict[str, float]:
    """Return the figures of `sampler_report` that need no draws; none if there is no closed form.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Uniform
    >>> from ns2vec.sampling.report import closed_report
    >>> closed_report(Uniform().bind(NoiseData.of_counts([8, 1, 1])))["coverage"]
    1.0
    """
    if bound.source.log_q is None:
        return {}
    q = np.exp(bound.source.log_q.astype(np.float64))
    return shape_of(q, bound.data.noise / bound.data.noise.sum())


def shape_of(q: Float64Array, goal: Float64Array) -> dict[str, float]:
    """How broad a distribution is, and its distance from another one."""
    seen = q > 0
    entropy = float(-(q[seen] * np.log(q[seen])).sum())
    with np.errstate(divide="ignore"):
        divergence = float((q[seen] * (np.log(q[seen]) - np.log(goal[seen]))).sum())
    return {
        "effective_support": float(np.exp(entropy)),
        "coverage": float(seen.mean()),
        "kl_to_target": divergence,
    }


def draws_by_centre(
    bound: BoundSampler, n_draws: int, seed: int, n_centres: int = 500
) -> tuple[Int64Array, Int64Array]:
    """Draws for centres (and contexts, and batches) that are drawn as often as words are trained."""
    data = bound.data
    generator = np.random.default_rng(seed)
    trained = noise_distribution(data.counts, 1.0) * data.kept
    trained /= trained.sum()
    centres = generator.choice(data.n_words, n_centres, p=trained)
    contexts = generator.choice(data.n_words, n_centres, p=trained)
    of_centre, drawn = [], []
    for number, (centre, context) in enumerate(zip(centres.tolist(), contexts.tolist(), strict=True)):
        members = None
        if bound.source.batch_words:
            from_noise = data.noise if bound.source.pool_size else trained
            size = bound.source.pool_size or bound.source.batch_words
            members = generator.choice(data.n_words, size, p=from_noise)
        rows = bound.sample(
            max(1, n_draws // n_centres), centre=centre, context=context, batch=members, seed=seed + number
        )
        of_centre.append(np.full(len(rows), centre))
        drawn.append(rows.astype(np.int64))
    return np.concatenate(of_centre), np.concatenate(drawn)


def false_negative_rate(
    bound: BoundSampler,
    centres: Int64Array,
    drawn: Int64Array,
    positives: Mapping[Any, Iterable[Any]] | None,
) -> float:
    """Share of the draws that are true of their centre and pass the sampler's filter."""
    n_words = bound.data.n_words
    pairs = centres * n_words + drawn
    wrong = drawn == centres if bound.sampler.on_collision == "keep" else np.zeros(len(drawn), dtype=bool)
    if positives:
        wrong |= np.isin(pairs, pairs_of_lists(*bound.data.lists_to_csr(positives, "positives"), n_words))
    if bound.filter is not None:
        wrong &= ~np.isin(pairs, pairs_of_lists(*bound.filter, n_words))
    return float(wrong.mean()) if len(wrong) else 0.0


def pairs_of_lists(offsets: Int64Array, rows: Int32Array, n_words: int) -> Int64Array:
    """One number for each (key, row) of lists in CSR form."""
    keys = np.repeat(np.arange(n_words), np.diff(offsets))
    return np.asarray(keys * n_words + rows)
