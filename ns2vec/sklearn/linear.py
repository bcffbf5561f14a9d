"""Linear classification of feature vectors into many classes, which are met by samples of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ns2vec._typing import Float64Array
from ns2vec.classify.units import LOSSES
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.probability import log_normalised
from ns2vec.sampling import make_sampler
from ns2vec.sklearn.text import seed_of
from ns2vec.training import EmbeddingCore, Plan, Spec, TargetSpec, TrainingConfig
from ns2vec.training.matrices import empty_rows
from ns2vec.training.pairs import PairFeed, Pairs
from ns2vec.training.units import Units
from ns2vec.vocab import build_vocabulary

SAMPLED = ("sampled_softmax", "ns")
CHUNKS, CHUNK_PAIRS = 20, (10, 5000)


class NegativeSamplingClassifier(ClassifierMixin, BaseEstimator):
    """A linear classifier for many classes: each example meets its class and a few others.

    Features are scaled to variance 1 (and dense ones moved to mean 0) while learning; `coef_` and
    `intercept_` are for features as they came. Sparse matrices are made dense, in float32.

    Parameters
    ----------
    loss : {"softmax", "sampled_softmax", "ns"}
        All classes; the class and negatives, with scores less log(k q) (Jean et al. 2015); or a logistic
        decision between class and negatives.
    negative : int
        Negatives of an example.
    sampler : str, Sampler or callable
        Where they come from; classes are its words.
    ns_exponent : float
        Of the counts of classes in the default sampler.
    epochs : int
    alpha : float
        Learning rate at the start, for examples of length 1.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (n_classes, n_features)
    intercept_ : ndarray of shape (n_classes,)

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sklearn import NegativeSamplingClassifier
    >>> X = np.repeat([[0.0, 1.0], [1.0, 0.0]], 20, axis=0)
    >>> NegativeSamplingClassifier(random_state=1).fit(X, ["up"] * 20 + ["right"] * 20).predict([[0, 2]])
    array(['up'], dtype='<U5')
    """

    def __init__(
        self, loss: str = "sampled_softmax", *, negative: int = 5, sampler: Any = "unigram",
        ns_exponent: float = 0.75, epochs: int = 50, alpha: float = 1.0, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.loss, self.negative, self.sampler, self.ns_exponent = loss, negative, sampler, ns_exponent
        self.epochs, self.alpha, self.random_state = epochs, alpha, random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X: Any, y: Any) -> NegativeSamplingClassifier:
        """Learn from features, dense or sparse, and classes."""
        if self.loss not in ("softmax", *SAMPLED):
            raise ConfigError(f"loss must be 'softmax', 'sampled_softmax' or 'ns', got {self.loss!r}")
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        rows, centre, scale = scaled(X)
        core = self._core(rows, np.bincount(codes))
        if len(self.classes_) > 1:
            pairs = Pairs(np.arange(len(rows), dtype=np.int32), codes.astype(np.int32))
            core.fit(PairFeed(pairs), Plan(self.epochs, core.config.alpha, 0.0, len(pairs), None))
        weights = core.output("classes").astype(np.float64)
        self.coef_ = weights / scale
        self.intercept_ = core.output("classes_bias") - self.coef_ @ centre
        if self.loss == "ns" and len(self.classes_) > 1:
            log_q = core.sampler().source.log_q
            self.intercept_ = self.intercept_ + (0.0 if log_q is None else log_q)
        return self

    def _core(self, rows: Any, counts: Any) -> EmbeddingCore:
        """Examples as inputs that stay as they are, and classes that are learned."""
        size = rows.shape[1]
        config = TrainingConfig(
            vector_size=size, epochs=self.epochs, alpha=self.alpha, min_alpha=0.0, negative=self.negative,
            sampler=make_sampler(self.sampler), ns_exponent=self.ns_exponent, sample=0.0, workers=1,
            seed=seed_of(self.random_state), batch_words=int(np.clip(len(rows) // CHUNKS, *CHUNK_PAIRS)),
        )  # fmt: skip
        examples, classes = (Units(KeyedVectors(size)) for _ in range(2))
        for units, n_each in ((examples, np.ones(len(rows), np.int64)), (classes, counts.astype(np.int64))):
            units.take(build_vocabulary([*range(len(n_each))], n_each, min_count=0, sorted_vocab=False)[0])
        target = TargetSpec("classes", LOSSES[self.loss], bias=True)
        spec = Spec((target,), reader="pairs", frozen=frozenset({"inputs"}))
        core = EmbeddingCore(config, examples, outputs=classes, spec=lambda config, n: spec)
        core.begin(config.seed)
        examples.wv.vectors = rows
        return core

    def decision_function(self, X: Any) -> Float64Array:
        """Scores of the classes, shape (n, n_classes); with two, the lead of the second."""
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def _scores(self, X: Any) -> Float64Array:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        return np.asarray(X @ self.coef_.T + self.intercept_)

    def predict_proba(self, X: Any) -> Float64Array:
        """Probabilities of the classes, shape (n, n_classes)."""
        return np.exp(log_normalised(self._scores(X)))

    def predict(self, X: Any) -> Any:
        """The most probable class of each example, shape (n,)."""
        scores = self._scores(X)
        return self.classes_[scores.argmax(axis=1)]


def scaled(X: Any) -> tuple[Any, Float64Array, Any]:
    """Rows of length 1 on average, what was taken away from features, and what they were divided by."""
    rows = empty_rows(*X.shape)
    if sparse.issparse(X):
        mean = np.asarray(X.mean(axis=0)).reshape(-1)
        spread = np.sqrt(np.maximum(np.asarray(X.multiply(X).mean(axis=0)).reshape(-1) - mean**2, 0.0))
        centre = np.zeros(X.shape[1])
    else:
        centre, spread = X.mean(axis=0), X.std(axis=0)
    scale = np.where(spread > 1e-12 * (1.0 + np.abs(centre)), spread, 1.0)
    dense = X.multiply(1.0 / scale).toarray() if sparse.issparse(X) else (X - centre) / scale
    length = np.sqrt(np.einsum("ij,ij->", dense, dense) / len(dense)) or 1.0
    rows[:] = dense / length
    return rows, centre, scale * length
