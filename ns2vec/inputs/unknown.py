"""Vectors of unknown words: means of their n-grams' rows, some of which may not be stored.

A row of a bucket that no word of the vocabulary uses keeps its random initial value; it need not be stored,
because it follows from the seed. Rows are float32 numbers uniform in [-1, 1) / D in the order of the stream,
as if all rows were filled at once (and as gensim fills them).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.inputs._rows import write_seeded
from ns2vec.inputs.subwords import Bags, BucketRows, Ngrams, mean_rows, word_bags


def seeded_rows(rows: npt.ArrayLike, vector_size: int, seed: int) -> Float32Array:
    """Return some rows of a matrix as its seed initializes them.

    Parameters
    ----------
    rows : ndarray of shape (n,), int
        Numbers of the rows, in any order.
    vector_size : int
        D.
    seed : int

    Returns
    -------
    ndarray of shape (n, D), float32

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.inputs import seeded_rows
    >>> every = seeded_rows(range(1000), 3, seed=1)
    >>> np.array_equal(seeded_rows([7, 999, 7], 3, seed=1), every[[7, 999, 7]])
    True
    """
    numbers = np.ascontiguousarray(rows, dtype=np.int64)
    found = np.empty((len(numbers), vector_size), dtype=np.float32)
    write_seeded(*_start_of(seed), numbers, found)
    return found


@functools.lru_cache(maxsize=64)
def _start_of(seed: int) -> tuple[int, int, int, int]:
    """Return the initial state of NumPy's generator, and its increment, as upper and lower halves."""
    state: Any = np.random.PCG64(seed).state
    halves = [divmod(state["state"][name], 1 << 64) for name in ("state", "inc")]
    return (*halves[0], *halves[1])


def unknown_vectors(
    words: Sequence[str | bytes],
    ngrams: Ngrams,
    matrix: Float32Array,
    *,
    numbered: BucketRows | None = None,
    rows_of: Callable[[Int32Array], Float32Array] | None = None,
) -> Float32Array:
    """Return the means of the rows of words' n-grams, all words in one call.

    Parameters
    ----------
    words : list of str or bytes
    ngrams : Ngrams
    matrix : ndarray of shape (n_rows, D), float32
        The rows of n-grams.
    numbered : BucketRows, optional
        The row of each bucket; by default, bucket h has row h.
    rows_of : callable, optional
        Returns the rows of buckets without a row in the matrix, shape (n, D); by default, such n-grams are
        left out.

    Returns
    -------
    ndarray of shape (n, D), float32
        Zeros for a word without n-grams.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.inputs import BucketRows, Ngrams, unknown_vectors
    >>> rows = np.arange(2000, dtype=np.float32).reshape(1000, 2)
    >>> unknown_vectors(["at", ""], Ngrams(3, 3, 1000), rows).tolist()
    [[280.0, 281.0], [0.0, 0.0]]
    >>> unknown_vectors(["at"], Ngrams(3, 3, 1000), rows[[174]], numbered=BucketRows(1000, [174])).tolist()
    [[348.0, 349.0]]
    """
    if numbered is None:
        return mean_rows(word_bags(words, ngrams, first_word=None), matrix)
    if rows_of is None:
        known = word_bags(words, ngrams, first_word=None, numbered=numbered, is_growing=False)
        return mean_rows(known, matrix)
    bags = word_bags(words, ngrams, first_word=None)
    rows = numbered.rows(bags.rows)
    without, places = np.unique(bags.rows[rows < 0], return_inverse=True)
    rows[rows < 0] = len(matrix) + places
    return mean_rows(Bags(bags.offsets, rows), matrix, rows_of(without))
