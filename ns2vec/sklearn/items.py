"""Recommendations for the rows of a matrix of users and items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ns2vec._options import number, whole
from ns2vec._typing import Float32Array, Int32Array
from ns2vec.exceptions import ConfigError
from ns2vec.recommend import Interactions, MatrixFactorization
from ns2vec.recommend.serving import fold_in, history_map, scores_of, top_items
from ns2vec.sklearn.text import check_places, seed_of
from ns2vec.training import Observer


class ItemRecommender(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """`ns2vec.recommend.MatrixFactorization` as an estimator: X has users as rows and items as columns.

    A row is the history of a user, who may be new: its vector is computed from the items in it, and nothing
    is trained for it.

    Parameters
    ----------
    loss : {"bpr", "warp", "logistic", "softmax"}
    vector_size, epochs, learning_rate, regularization, negatives, sampler
        As in `ns2vec.recommend.MatrixFactorization`.
    n_items : int
        How many items `recommend` returns.
    hidden : float
        Share of the items of each row that `score` hides and looks for.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    recommender_ : MatrixFactorization
        The recommender; its items are column numbers.
    item_vectors_ : ndarray of shape (n_features, D), float32
    item_bias_ : ndarray of shape (n_features,), float32

    References
    ----------
    Rendle et al. 2009, arXiv:1205.2618, for ``loss="bpr"``.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sklearn import ItemRecommender
    >>> X = np.zeros((40, 6))
    >>> X[::2, ::2] = X[1::2, 1::2] = 1  # some take even items, others odd ones
    >>> X[0, 4] = 0
    >>> ItemRecommender(vector_size=8, n_items=1, random_state=1).fit(X).recommend(X[:1])
    array([[4]], dtype=int32)
    >>> model = ItemRecommender(vector_size=8, n_items=1, random_state=1).fit(X)
    >>> model.decision_function(X[:1]).shape, model.transform(X[:1]).shape, 0 <= model.score(X) <= 1
    ((1, 6), (1, 8), True)
    """

    def __init__(
        self, loss: str = "bpr", *, vector_size: int = 64, epochs: int | None = None,
        learning_rate: float | None = None, regularization: float | None = None, negatives: int | None = None,
        sampler: Any = None, n_items: int = 10, hidden: float = 0.2, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.loss, self.vector_size, self.epochs, self.learning_rate = (
            loss,
            vector_size,
            epochs,
            learning_rate,
        )
        self.regularization, self.negatives, self.sampler = regularization, negatives, sampler
        self.n_items, self.hidden, self.random_state = n_items, hidden, random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []  # vectors are float32
        return tags

    @property
    def _n_features_out(self) -> int:
        return int(self.item_vectors_.shape[1])

    def fit(self, X: Any, y: Any = None, *, callbacks: Iterable[Observer] = ()) -> ItemRecommender:
        """Train on a matrix, shape (n_users, n_items).

        A value above 0 means that a user has chosen an item; one below 0, that it was shown and not chosen.

        Parameters
        ----------
        X : sparse matrix or array of shape (n_users, n_items)
        y : ignored
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`.

        Returns
        -------
        self
        """
        rows = validate_data(self, X, accept_sparse="csr", dtype=np.float64)
        check_places(rows)
        taken = sparse.coo_matrix(rows)
        options = self.get_params(deep=False)
        seed = seed_of(options.pop("random_state"))
        whole("n_items", options.pop("n_items"), 1)
        number("hidden", options.pop("hidden"), 0.0, 1.0)
        users, items = (list(range(n)) for n in rows.shape)
        data = Interactions(taken.row, taken.col, users, items, taken.data)
        self.recommender_ = MatrixFactorization(**options, seed=seed, progress=False).fit(
            data, callbacks=callbacks
        )
        user_vectors, self.item_vectors_, self.item_bias_ = self.recommender_.factors()
        self.history_map_ = history_map(user_vectors, self.item_vectors_, data.known())
        return self

    def _histories(self, X: Any) -> tuple[Any, Any]:
        """Items that rows have seen, and those that they have chosen, each as a CSR matrix."""
        check_is_fitted(self)
        rows = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        check_places(rows)
        met = sparse.csr_matrix(rows)
        met.eliminate_zeros()
        met.sort_indices()
        taken = met.multiply(met > 0).tocsr()
        taken.eliminate_zeros()
        return met, taken

    def _vectors(self, taken: Any) -> Float32Array:
        found = np.empty((taken.shape[0], self._n_features_out), dtype=np.float32)
        for row, (start, end) in enumerate(zip(taken.indptr, taken.indptr[1:], strict=False)):
            found[row] = fold_in(taken.indices[start:end], self.item_vectors_, self.history_map_)
        return found

    def transform(self, X: Any) -> Float32Array:
        """Return the vectors of histories, shape (n, D).

        Parameters
        ----------
        X : sparse matrix or array of shape (n, n_items)
            Histories.

        Returns
        -------
        ndarray of shape (n, D), float32
        """
        return self._vectors(self._histories(X)[1])

    def decision_function(self, X: Any) -> Float32Array:
        """Return the scores of all items, shape (n, n_items), including those in the history.

        Parameters
        ----------
        X : sparse matrix or array of shape (n, n_items)
            Histories.

        Returns
        -------
        ndarray of shape (n, n_items), float32
        """
        return scores_of(self.transform(X), self.item_vectors_, self.item_bias_)

    def recommend(self, X: Any) -> Int32Array:
        """Return columns of the best items not in the history, shape (n, `n_items`); -1 where none is left.

        Parameters
        ----------
        X : sparse matrix or array of shape (n, n_items)
            Histories.

        Returns
        -------
        ndarray of shape (n, `n_items`), int32
        """
        return self._best(*self._histories(X))

    def _best(self, met: Any, taken: Any) -> Int32Array:
        seen = met.indptr.astype(np.int64), met.indices.astype(np.int32)
        best = top_items(self._vectors(taken), self.item_vectors_, self.item_bias_, self.n_items, seen=seen)
        return best[0]

    def score(self, X: Any, y: Any = None) -> float:
        """Return the share of hidden items that `recommend` finds, on average over rows.

        In each row with two items or more, the share `hidden` of them is hidden, but at least one.

        Parameters
        ----------
        X : sparse matrix or array of shape (n, n_items)
            Histories.
        y : ignored

        Returns
        -------
        float

        Raises
        ------
        ConfigError
            If no row has two items.
        """
        met, taken = self._histories(X)
        rng = np.random.default_rng(0)
        hidden = []
        for row, (start, end) in enumerate(zip(taken.indptr, taken.indptr[1:], strict=False)):
            n = min(max(1, round(self.hidden * (end - start))), end - start - 1)
            hidden += [(row, column) for column in rng.permutation(taken.indices[start:end])[:n]]
        if not hidden:
            raise ConfigError(
                "score needs rows with two items or more: one is hidden and the others are used to find it"
            )
        rows, columns = np.array(hidden).T
        left, known = met.tolil(), taken.tolil()
        left[rows, columns] = known[rows, columns] = 0
        best = self._best(left.tocsr(), known.tocsr())
        is_found = (best[rows] == columns[:, np.newaxis]).any(axis=1)
        counts = np.bincount(rows)
        return float((np.bincount(rows, weights=is_found)[counts > 0] / counts[counts > 0]).mean())
