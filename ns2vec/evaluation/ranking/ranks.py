"""The ranks of the items that a user chose among all items that could have been recommended.

Everything in this package follows from these ranks and from the lists of the first k. They are
computed block by block, so that memory is limited to a block of users.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ns2vec._options import whole
from ns2vec._typing import Float32Array, Float64Array, FloatArray, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.similarity import top_k
from ns2vec.similarity.products import products

#: Rows of users -> scores of all items, shape (users, items).
Scorer: TypeAlias = Callable[[Int32Array], FloatArray]

BLOCK_SCORES = 1 << 22  # scores in memory at once: 16 MiB


@dataclass(frozen=True)
class Factors:
    """Vectors of users and items whose products are the scores.

    Attributes
    ----------
    users : ndarray of shape (n_users, D)
    items : ndarray of shape (n_items, D)
    bias : ndarray of shape (n_items,), optional

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking import Factors
    >>> Factors(np.eye(2), np.eye(2), np.array([0.5, 0]))(np.array([1])).tolist()
    [[0.5, 1.0]]
    """

    users: FloatArray
    items: FloatArray
    bias: FloatArray | None = None

    def __call__(self, rows: Int32Array) -> FloatArray:
        """Return the scores of all items for some users, shape (b, n_items)."""
        scores = products(self.users[rows], self.items.T)
        return scores if self.bias is None else np.asarray(scores + self.bias)


def popularity(known: Any) -> Factors:
    """Score each item by the number of users who know it: the baseline for every model.

    Parameters
    ----------
    known : sparse matrix of shape (n_users, n_items)

    Returns
    -------
    Factors

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_matrix
    >>> from ns2vec.evaluation.ranking import popularity
    >>> popularity(csr_matrix([[1, 0], [1, 2]]))(np.array([0])).tolist()
    [[2.0, 1.0]]
    """
    n_users, n_items = known.shape
    nothing = np.zeros((n_users, 0), dtype=np.float32)
    return Factors(nothing, np.zeros((n_items, 0), dtype=np.float32), n_users_of(known).astype(np.float32))


def n_users_of(known: Any) -> Int64Array:
    """Return how many users know each item, shape (n_items,)."""
    return np.bincount(cells(known).indices, minlength=known.shape[1])


def cells(matrix: Any) -> Any:
    """Return a sparse matrix in CSR form, with only cells above 0, and each cell once, in order."""
    found = sparse.csr_matrix(matrix)
    found.sum_duplicates()
    if found.nnz and not found.data.min() > 0:
        found = found.multiply(found > 0).tocsr()
    found.sort_indices()
    return found


@dataclass(frozen=True)
class RankingQuestion:
    """The question: which items did each user choose, of those that the user does not know yet?

    Attributes
    ----------
    known, wanted : sparse matrix in CSR form, shape (n_users, n_candidates)
    candidates : ndarray of shape (n_candidates,), or None
        Rows of the items to rank; None: all.
    n_left_out : int
        Choices that cannot be found: they are known, or are not candidates.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> from ns2vec.evaluation.ranking import RankingQuestion
    >>> question = RankingQuestion.of(csr_matrix([[1, 0, 0]]), csr_matrix([[0, 0, 1]]))
    >>> question.wanted_by(0).tolist(), question.n_left_out
    ([2], 0)
    """

    known: Any
    wanted: Any
    candidates: Int64Array | None
    n_left_out: int

    @classmethod
    def of(cls, known: Any, wanted: Any, candidates: npt.ArrayLike | None = None) -> RankingQuestion:
        """Check and prepare matrices of shape (n_users, n_items).

        Parameters
        ----------
        known, wanted : sparse matrix of shape (n_users, n_items)
        candidates : array_like of int, optional
            Rows of the items to rank; by default all.

        Returns
        -------
        RankingQuestion

        Raises
        ------
        ConfigError
            If the shapes differ, a candidate is not an item, or no user has anything to find.
        """
        if known.shape != wanted.shape:
            raise ConfigError(
                f"expected matrices of the same users and items, got shapes {known.shape} and {wanted.shape}"
            )
        known, wanted = cells(known), cells(wanted)
        n_wanted, columns = wanted.nnz, None
        if candidates is not None:
            columns = np.unique(np.asarray(candidates, dtype=np.int64))
            if not len(columns) or columns[0] < 0 or columns[-1] >= known.shape[1]:
                raise ConfigError(
                    f"expected candidates among the rows 0 to {known.shape[1] - 1} of the items"
                )
            known, wanted = known[:, columns], wanted[:, columns]
        wanted = cells(wanted.astype(bool) > known.astype(bool))
        if not wanted.nnz:
            raise ConfigError("no user has an item to find that is not yet known; is this the right split?")
        return cls(known, wanted, columns, n_wanted - wanted.nnz)

    @cached_property
    def users(self) -> Int32Array:
        """Rows of the users who have something to find."""
        return np.flatnonzero(np.diff(self.wanted.indptr)).astype(np.int32)

    def wanted_by(self, user: int) -> Int32Array:
        """Return the candidates that a user is to find, ascending.

        Parameters
        ----------
        user : int
            Row.

        Returns
        -------
        ndarray, int32
        """
        start, end = self.wanted.indptr[user : user + 2]
        found: Int32Array = self.wanted.indices[start:end]
        return found


@dataclass(frozen=True)
class Ranks:
    """The ranks of the wanted items in the lists of their users.

    Attributes
    ----------
    users : ndarray of shape (n,), int32
        Rows of the users with something to find.
    offsets : ndarray of shape (n + 1,), int64
    ranks : ndarray, int64
        User i finds the items at the places ``ranks[offsets[i]:offsets[i + 1]]``, ascending, from 1.
    auc : ndarray of shape (n,), float64
        Share of pairs of a wanted and another item in the right order, a tie counting a half; NaN if
        there is no other item.
    shown : dict of int to ndarray of shape (n_candidates,), int64
        k -> how often each candidate is among the first k.
    """

    users: Int32Array
    offsets: Int64Array
    ranks: Int64Array
    auc: Float64Array
    shown: dict[int, Int64Array]


def find_ranks(scorer: Scorer, question: RankingQuestion, ks: Sequence[int] = (), *, seed: int = 1) -> Ranks:
    """Rank all candidates that a user does not know, for all users of the question.

    Parameters
    ----------
    scorer : callable
        Given rows of users, int32 of shape (b,), it returns finite scores of shape (b, n_items).
    question : RankingQuestion
    ks : sequence of int, optional
        Lengths of the lists to count.
    seed : int, optional
        Equal scores are in random order, drawn for each user.

    Returns
    -------
    Ranks

    Raises
    ------
    ConfigError
        If the scores have another shape, or are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_matrix
    >>> from ns2vec.evaluation.ranking import Factors, RankingQuestion, find_ranks
    >>> scores = Factors(np.ones((1, 1)), np.array([[4.0], [3.0], [2.0], [1.0]]))
    >>> find_ranks(scores, RankingQuestion.of(csr_matrix([[1, 0, 0, 0]]), csr_matrix([[0, 0, 1, 0]]))).ranks
    array([2])
    """
    ks = tuple(whole("k", k, 1) for k in ks)
    users, n_candidates = question.users, question.known.shape[1]
    shown = {k: np.zeros(n_candidates, dtype=np.int64) for k in ks}
    auc = np.empty(len(users))
    ranks = []
    for number, (user, scores) in enumerate(score_blocks(scorer, question)):
        one = _List(scores, seed, user)
        places, middles = one.places(question.wanted_by(user))
        ranks.append(np.sort(places))
        auc[number] = _auc(middles, int((scores > -np.inf).sum()))
        best = one.best(max(ks, default=0))
        for k in ks:
            shown[k][best[:k]] += 1
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in ranks])])
    return Ranks(users, offsets.astype(np.int64), np.concatenate(ranks), auc, shown)


def score_blocks(scorer: Scorer, question: RankingQuestion) -> Iterator[tuple[int, Float32Array]]:
    """Yield each user with something to find, and the scores of all candidates, -inf for known ones.

    Raises
    ------
    ConfigError
        If the scores have another shape, or are not finite.
    """
    step = max(1, BLOCK_SCORES // question.known.shape[1])
    for start in range(0, len(question.users), step):
        rows = question.users[start : start + step]
        yield from zip(rows.tolist(), _scores(scorer, question, rows), strict=True)


def _scores(scorer: Scorer, question: RankingQuestion, rows: Int32Array) -> Float32Array:
    given = np.asarray(scorer(rows))
    columns = question.candidates
    width = given.shape[1] if given.ndim == 2 else -1
    if given.shape != (len(rows), width) or (columns is None and width != question.known.shape[1]):
        expected = f"({len(rows)}, {'n_items' if columns is not None else question.known.shape[1]})"
        raise ConfigError(f"expected scores of shape {expected}, got {given.shape}")
    block = np.array(given if columns is None else given[:, columns], dtype=np.float32)
    if not np.isfinite(block).all():
        user = rows[np.flatnonzero(~np.isfinite(block).all(axis=1))[0]]
        raise ConfigError(f"the scores of the user in row {user} are not all finite; has training diverged?")
    known = question.known[rows]
    block[np.repeat(np.arange(len(rows)), np.diff(known.indptr)), known.indices] = -np.inf
    return block


class _List:
    """The candidates of one user; equal scores are in random order, which is drawn when it is needed."""

    def __init__(self, scores: Float32Array, seed: int, user: int) -> None:
        self.scores, self.seed = scores, [seed, user]
        self._keys: Float64Array | None = None

    @property
    def keys(self) -> Float64Array:
        if self._keys is None:
            self._keys = np.random.default_rng(self.seed).random(len(self.scores))
        return self._keys

    def places(self, wanted: Int32Array) -> tuple[Int64Array, Float64Array]:
        """Return the ranks of some candidates, and the mean ranks of all candidates with equal scores."""
        places = np.empty(len(wanted), dtype=np.int64)
        middles = np.empty(len(wanted))
        for number, item in enumerate(wanted):
            score = self.scores[item]
            n_above = np.count_nonzero(self.scores > score)
            n_equal = np.count_nonzero(self.scores == score)
            places[number] = n_above + 1
            middles[number] = n_above + (n_equal + 1) / 2
            if n_equal > 1:
                equal = np.flatnonzero(self.scores == score)
                places[number] += np.count_nonzero(self.keys[equal] < self.keys[item])
        return places, middles

    def best(self, k: int) -> npt.NDArray[np.intp]:
        """Return the first k candidates, fewer if all others are known."""
        found = top_k(self.scores, k)
        scores = self.scores[found]
        found, scores = found[scores > -np.inf], scores[scores > -np.inf]
        if not len(found):
            return found
        if (scores[1:] == scores[:-1]).any() or np.count_nonzero(self.scores >= scores[-1]) > len(found):
            rivals = np.flatnonzero(self.scores >= scores[-1])
            found = rivals[np.lexsort((self.keys[rivals], -self.scores[rivals]))[:k]]
        return found


def _auc(middles: Float64Array, n_ranked: int) -> float:
    """Return the area under the curve from the sum of the mid-ranks (Mann and Whitney 1947)."""
    n_wanted = len(middles)
    n_others = n_ranked - n_wanted
    n_before = middles.sum() - n_wanted * (n_wanted + 1) / 2
    return 1 - n_before / (n_wanted * n_others) if n_others else math.nan
