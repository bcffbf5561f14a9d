"""Dropping some occurrences of frequent words (Mikolov et al. 2013, arXiv:1310.4546, section 2.3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array, Int64Array

ALWAYS = 2**32 - 1


def keep_probabilities(counts: Int64Array, sample: float, n_words: int | None = None) -> Float64Array:
    """Probability that an occurrence of each word is trained, as in word2vec.c.

    Parameters
    ----------
    counts : ndarray of shape (V,)
    sample : float
        t as a share of all words; from 1 on, a count; 0 keeps all words.
    n_words : int, optional
        Number of all words, if `counts` are those of some.

    Returns
    -------
    ndarray of shape (V,), float64
        min(1, (sqrt(c / t) + 1) * t / c).
    """
    counts = np.asarray(counts, dtype=np.float64)
    if sample == 0:
        return np.ones(counts.shape)
    ratio = threshold_of(counts.sum() if n_words is None else n_words, sample) / np.maximum(counts, 1.0)
    probabilities: Float64Array = np.minimum(np.sqrt(ratio) + ratio, 1.0)
    return probabilities


def threshold_of(n_words: float, sample: float) -> float:
    """The t of the formula: a count; a word loses occurrences if it is at least 2.618 times as frequent."""
    # from 1 on, `sample` is the count up to which words are always kept, where p(c) = 1
    return sample * float(n_words) if sample < 1.0 else float(int(sample * (3 + np.sqrt(5)) / 2))


def keep_thresholds(counts: Int64Array, sample: float) -> npt.NDArray[np.uint32]:
    """Thresholds of `sample_int`: a word is kept if a 32-bit draw is not above its threshold.

    Parameters
    ----------
    counts : ndarray of shape (V,)
    sample : float

    Returns
    -------
    ndarray of shape (V,), uint32

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.vocab import keep_thresholds
    >>> (keep_thresholds(np.array([10000, 10]), 1e-3) / 2**32).round(3).tolist()
    [0.033, 1.0]
    """
    return (keep_probabilities(counts, sample) * ALWAYS).astype(np.uint32)


def expected_kept(counts: Int64Array, sample: float, n_words: int | None = None) -> tuple[int, int]:
    """How many words are downsampled, and how many occurrences of these words are expected to remain."""
    probabilities = keep_probabilities(counts, sample, n_words)
    return int((probabilities < 1.0).sum()), int((probabilities * counts).sum())
