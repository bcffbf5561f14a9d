"""Intrinsic health: what is wrong with vectors, without any questions.

- isotropy (Arora et al. 2016; Mu and Viswanath 2018): the partition function Z(c) = sum exp(c . v) over the
  eigenvectors c of V'V should not depend on c; min Z / max Z is 1 for vectors that point everywhere alike.
- the mean cosine of random pairs: far from 0, all vectors lie in a cone.
- the correlation of norm and frequency rank: lengths that mostly reflect counts.
- hubness (Radovanovic, Nanopoulos and Ivanovic 2010): the skewness of how often words are among the k nearest
  neighbours of others; hubs are neighbours of everything.
- dead rows: zeros, numbers that are not finite, copies of another row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._typing import Embedding, FloatArray, Int64Array
from ns2vec.evaluation.neighbours import nearest_rows
from ns2vec.evaluation.statistics import mean, spearman

__all__ = ["Health", "hub_counts", "isotropy", "measure_health"]

N_PAIRS = 20000
BLOCK_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Health:
    """What `measure_health` found.

    Attributes
    ----------
    n_words, vector_size : int
    isotropy : float
        In (0, 1]; 1 is isotropic.
    mean_cosine : float
        Mean cosine of random pairs.
    norm_rank_correlation : float
        Spearman correlation of a row's length with its number (rows are sorted by descending frequency).
    hubness : float
        Skewness of the neighbour counts; 0 without hubs.
    largest_hub : str
        The word that is most often a neighbour.
    n_zero, n_not_finite, n_duplicate : int
        Numbers of dead rows.
    n_sampled : int
        Number of rows, from the beginning, on which isotropy and hubness were measured.
    """

    n_words: int
    vector_size: int
    isotropy: float
    mean_cosine: float
    norm_rank_correlation: float
    hubness: float
    largest_hub: str
    n_zero: int
    n_not_finite: int
    n_duplicate: int
    n_sampled: int


def isotropy(vectors: FloatArray) -> float:
    """Return min Z(c) / max Z(c) over the unit eigenvectors c of V'V and their opposites, in (0, 1].

    Parameters
    ----------
    vectors : ndarray of shape (n, D)
        Rows of length 1.

    Returns
    -------
    float

    References
    ----------
    Mu and Viswanath 2018, "All-but-the-top", arXiv:1702.01417, section 2; Arora et al. 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.health import isotropy
    >>> isotropy(np.vstack([np.eye(3), -np.eye(3)]))
    1.0
    """
    wide = np.asarray(vectors, dtype=np.float64)
    _, directions = np.linalg.eigh(wide.T @ wide)
    projections = wide @ directions
    sums = np.concatenate([np.exp(projections).sum(axis=0), np.exp(-projections).sum(axis=0)])
    return float(sums.min() / sums.max())


def hub_counts(vectors: FloatArray, k: int = 10) -> Int64Array:
    """Return how often each row is among the k nearest neighbours of another one, shape (n,).

    Parameters
    ----------
    vectors : ndarray of shape (n, D)
    k : int

    Returns
    -------
    ndarray of shape (n,), int64

    References
    ----------
    Radovanović, Nanopoulos and Ivanović 2010, "Hubs in space", JMLR 11.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.health import hub_counts
    >>> hub_counts(np.array([[1.0, 0], [0.9, 0.1], [0, 1]]), k=1).tolist()
    [1, 2, 0]
    """
    counts = np.zeros(len(vectors), dtype=np.int64)
    for rows, _ in nearest_rows(vectors, np.arange(len(vectors)), k):
        counts[rows] += 1
    return counts


def _skewness(counts: npt.NDArray[Any]) -> float:
    centred = counts - counts.mean()
    spread = float(np.sqrt((centred**2).mean()))
    return float((centred**3).mean()) / spread**3 if spread else 0.0


def measure_health(embedding: Embedding, *, n_sampled: int = 5000, k: int = 10, seed: int = 1) -> Health:
    """Measure what vectors reveal without any questions.

    Parameters
    ----------
    embedding : Embedding
        Rows sorted by descending frequency, as trainers write them.
    n_sampled : int, optional
        Number of rows, from the beginning and without dead ones, for isotropy and hubness.
    k : int, optional
        Number of neighbours for hubness.
    seed : int, optional
        Seed of the random pairs.

    Returns
    -------
    Health

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.health import measure_health
    >>> vectors = np.vstack([np.random.default_rng(1).normal(size=(40, 4)), np.zeros((2, 4))])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=[f"w{i}" for i in range(42)], key_to_index={})
    >>> measure_health(toy).n_zero
    2
    """
    vectors = np.asarray(embedding.vectors)
    with np.errstate(invalid="ignore", over="ignore"):
        norms = similarity.row_norms(vectors)
    finite = np.isfinite(norms)
    alive = np.flatnonzero(finite & (norms > 0))
    rows = alive[:n_sampled]
    sample = vectors[rows]
    units = similarity.unit_rows(sample, norms[rows])
    counts = hub_counts(sample, min(k, max(0, len(rows) - 1))) if len(rows) > 1 else np.zeros(len(rows))
    rng = np.random.default_rng(seed)
    left, right = rng.choice(alive, (2, N_PAIRS)) if len(alive) else np.zeros((2, 0), dtype=np.intp)
    different = left != right
    left, right = left[different], right[different]
    cosines = np.einsum("ij,ij->i", vectors[left], vectors[right]) / (norms[left] * norms[right])
    return Health(
        n_words=len(vectors),
        vector_size=vectors.shape[1],
        isotropy=isotropy(units) if len(rows) else math.nan,
        mean_cosine=mean(cosines),
        norm_rank_correlation=spearman(norms[alive], alive),
        hubness=_skewness(counts) if len(counts) else math.nan,
        largest_hub=str(embedding.index_to_key[rows[int(counts.argmax())]]) if len(counts) else "",
        n_zero=int((norms == 0).sum()),
        n_not_finite=int((~finite).sum()),
        n_duplicate=_n_duplicates(vectors, alive),
        n_sampled=len(rows),
    )


def _n_duplicates(vectors: FloatArray, alive: npt.NDArray[np.intp]) -> int:
    """Return how many rows repeat an earlier one."""
    seen: set[int] = set()
    for start in range(0, len(alive), BLOCK_ROWS):
        # a 64-bit hash of the bytes: a collision among a million rows happens by chance once in 10**7 runs
        seen.update(hash(row.tobytes()) for row in vectors[alive[start : start + BLOCK_ROWS]])
    return len(alive) - len(seen)
