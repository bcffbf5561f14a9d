"""Linear classification of feature vectors into many classes, which are sampled in training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ns2vec._kernels import shuffled
from ns2vec._options import whole
from ns2vec._typing import Float32Array, Float64Array, Int32Array, Int64Array
from ns2vec.classify.units import LOSSES
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.probability import log_normalised
from ns2vec.sampling import NoiseData, make_sampler
from ns2vec.sklearn._sparse import train_rows
from ns2vec.sklearn.text import check_places, seed_of
from ns2vec.training import EmbeddingCore, Observer, Plan, Spec, TargetSpec, TrainingConfig
from ns2vec.training.callbacks import checked_observers
from ns2vec.training.guard import check_rows
from ns2vec.training.loop import Tally
from ns2vec.training.matrices import Rows, empty_rows
from ns2vec.training.pairs import PairFeed, Pairs
from ns2vec.training.run import LoopRun
from ns2vec.training.units import Units
from ns2vec.vocab import build_vocabulary

SAMPLED = ("sampled_softmax", "ns")
CHUNKS, CHUNK_PAIRS = 20, (10, 5000)
ADVICE = "lower alpha: 1.0 is usual"


class NegativeSamplingClassifier(ClassifierMixin, BaseEstimator):
    """A linear classifier for many classes: each example is compared with its class and a few others.

    Features are scaled to variance 1 (and dense ones shifted to mean 0) during training; `coef_` and
    `intercept_` are for the original features. Sparse matrices stay sparse: the time for an example is
    proportional to the number of its nonzero values.

    Parameters
    ----------
    loss : {"softmax", "sampled_softmax", "ns"}
        All classes; the class and negatives, with scores minus log(k q) (Jean et al. 2015); or a logistic
        decision between the class and negatives.
    negative : int
        Negatives for each example, at least 1; ``"softmax"`` has none.
    sampler : str, Sampler or callable
        How negatives are drawn; classes are its words. With sparse features, its distribution must be the
        same for every class and at any time: ``"unigram"``, ``"uniform"``, ``"log_uniform"`` ...
    ns_exponent : float
        Exponent of the counts of classes in the default sampler.
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
    >>> model = NegativeSamplingClassifier(random_state=1).fit(X, ["up"] * 20 + ["right"] * 20)
    >>> model.predict_proba(X).shape, model.decision_function(X).shape
    ((40, 2), (40,))
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

    def fit(self, X: Any, y: Any, *, callbacks: Iterable[Observer] = ()) -> NegativeSamplingClassifier:
        """Train on features, dense or sparse, and classes.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, n_features)
        y : array_like of shape (n,)
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`.

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If an option has a value that cannot work.
        DivergenceError
            If weights have grown beyond all sense: `alpha` is too large.
        ValueError
            If X contains NaN, infinity, or indices outside its shape.
        """
        if self.loss not in ("softmax", *SAMPLED):
            raise ConfigError(f"loss must be 'softmax', 'sampled_softmax' or 'ns', got {self.loss!r}")
        if self.loss in SAMPLED:
            whole("negative", self.negative, 1)
        watching = checked_observers(callbacks)
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_places(X)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        rows, centre, scale = scaled(X)
        learn = self._learn_sparse if sparse.issparse(rows) else self._learn_dense
        weights, bias, log_q = learn(rows, codes.astype(np.int32), np.bincount(codes), watching)
        self.coef_ = weights.astype(np.float64) / scale
        self.intercept_ = bias - self.coef_ @ centre
        if self.loss == "ns" and len(self.classes_) > 1 and log_q is not None:
            self.intercept_ = self.intercept_ + log_q
        return self

    def _learn_dense(
        self, rows: Any, codes: Int32Array, counts: Int64Array, watching: list[Observer]
    ) -> tuple[Any, Any, Any]:
        """Weights, biases, and the log of the noise distribution, if there is one."""
        core = self._core(rows, counts)
        if len(self.classes_) > 1:
            pairs = Pairs(np.arange(len(rows), dtype=np.int32), codes)
            plan = Plan(self.epochs, core.config.alpha, 0.0, len(pairs), None)
            core.fit(PairFeed(pairs), plan, watching, model=self)
        log_q = core.sampler().source.log_q if self.loss == "ns" else None
        return core.output("classes"), core.output("classes_bias"), log_q

    def _learn_sparse(
        self, rows: Any, codes: Int32Array, counts: Int64Array, watching: list[Observer]
    ) -> tuple[Any, Any, Any]:
        """The same without accessing zeros."""
        config, n_classes = self._config(*rows.shape), len(counts)
        weights, bias = np.zeros((n_classes, rows.shape[1]), np.float32), np.zeros(n_classes, np.float32)
        negatives = ClassDraws(config, counts) if self.loss in SAMPLED else None
        log_kq = np.zeros(n_classes, np.float32)
        if negatives is not None and self.loss == "sampled_softmax":
            log_kq = negatives.log_q + np.float32(np.log(config.negative))
        arrays = rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data.astype(np.float32)
        starts = range(0, len(codes), config.batch_words)
        trained = [
            Rows(name, array, *array.shape, is_read=True, may_be_packed=True)
            for name, array in (("coef_", weights), ("intercept_", bias[:, np.newaxis]))
        ]

        def train_epoch(run: LoopRun, tally: Tally) -> None:
            for place, start in enumerate(starts):
                end = min(start + config.batch_words, len(codes))
                order = shuffled(len(codes), start, end, seed=config.seed, epoch=run.epoch)
                labels = codes[order, np.newaxis]
                if negatives is not None:
                    labels = np.hstack([labels, negatives.draw(labels, [config.seed, run.epoch, start])])
                step = run.epoch * len(starts) + place
                run.last_alpha = config.alpha * (1.0 - step / (config.epochs * len(starts)))
                options = run.last_alpha, self.loss != "ns", negatives is None
                train_rows(*arrays, order, labels, log_kq, weights, bias, *options)
                tally.add(end - start, end - start, end - start, 0.0)
                run.tell("on_chunk", tally)
            check_rows(trained, run.last_alpha, ADVICE)

        if n_classes > 1:
            plan = Plan(config.epochs, config.alpha, 0.0, len(codes), None)
            classes = {"classes": (self.classes_.tolist(), counts)}
            LoopRun(plan, watching, train_epoch, model=self, sides=classes).train()
        return weights, bias, None if negatives is None else negatives.log_q

    def _config(self, n: int, size: int) -> TrainingConfig:
        return TrainingConfig(
            vector_size=size, epochs=self.epochs, alpha=self.alpha, min_alpha=0.0, negative=self.negative,
            sampler=make_sampler(self.sampler), ns_exponent=self.ns_exponent, sample=0.0, workers=1,
            seed=seed_of(self.random_state), batch_words=int(np.clip(n // CHUNKS, *CHUNK_PAIRS)),
        )  # fmt: skip

    def _core(self, rows: Any, counts: Any) -> EmbeddingCore:
        """Examples as inputs that are not changed, and classes that are trained."""
        size, config = rows.shape[1], self._config(*rows.shape)
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
        """Return the scores of the classes, shape (n, n_classes); with two classes, the lead of the second.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, n_features)

        Returns
        -------
        ndarray of shape (n, n_classes) or (n,), float64
        """
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def _scores(self, X: Any) -> Float64Array:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        check_places(X)
        return np.asarray(X @ self.coef_.T + self.intercept_)

    def predict_proba(self, X: Any) -> Float64Array:
        """Return the probabilities of the classes, shape (n, n_classes).

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, n_features)

        Returns
        -------
        ndarray of shape (n, n_classes), float64
        """
        return np.exp(log_normalised(self._scores(X)))

    def predict(self, X: Any) -> Any:
        """Return the most probable class of each example, shape (n,).

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, n_features)

        Returns
        -------
        ndarray of shape (n,)
        """
        scores = self._scores(X)
        return self.classes_[scores.argmax(axis=1)]


class ClassDraws:
    """Negatives from one distribution for all classes.

    Parameters
    ----------
    config : TrainingConfig
    counts : ndarray of shape (n_classes,), int64

    Attributes
    ----------
    log_q : ndarray of shape (n_classes,), float32

    Raises
    ------
    ConfigError
        If the sampler has more than one distribution, draws from a batch, or does not know its probabilities.
    """

    def __init__(self, config: TrainingConfig, counts: Int64Array) -> None:
        self.n_each = config.negative
        self.bound = make_sampler(config.sampler).bind(NoiseData.of_counts(counts, config.ns_exponent))
        log_q = self.bound.source.log_q
        if log_q is None or self.bound.source.batch_words or self.bound.filter is not None:
            raise ConfigError(
                f"sparse features need a sampler with one distribution for all classes, such as 'unigram', "
                f"'uniform' or 'log_uniform', got {config.sampler!r}: use one of these, or X.toarray()"
            )
        self.log_q: Float32Array = log_q

    def draw(self, labels: Int32Array, key: list[int]) -> Int32Array:
        """Draw other classes for each class, shape (n, 1): shape (n, k), -1 if too few were found."""
        seed = int(np.random.SeedSequence(key).generate_state(1)[0])
        n_drawn = 2 * self.n_each  # to have spares for those that hit the class itself
        drawn = self.bound.sample(len(labels) * n_drawn, seed=seed).reshape(-1, n_drawn)
        others: npt.NDArray[np.bool_] = drawn != labels
        places = np.argsort(~others, axis=1, kind="stable")[:, : self.n_each]
        is_other = np.take_along_axis(others, places, axis=1)
        found: Int32Array = np.where(is_other, np.take_along_axis(drawn, places, axis=1), np.int32(-1))
        return found


def scaled(X: Any) -> tuple[Any, Float64Array, Any]:
    """Rows of mean length 1, the values subtracted from features, and those that they were divided by."""
    is_sparse = sparse.issparse(X)
    if is_sparse:
        mean = np.asarray(X.mean(axis=0)).reshape(-1)
        spread = np.sqrt(np.maximum(np.asarray(X.multiply(X).mean(axis=0)).reshape(-1) - mean**2, 0.0))
        centre = np.zeros(X.shape[1])
    else:
        centre, spread = X.mean(axis=0), X.std(axis=0)
    scale = np.where(spread > 1e-12 * (1.0 + np.abs(centre)), spread, 1.0)
    rows = X.multiply(1.0 / scale).tocsr() if is_sparse else (X - centre) / scale
    squares = rows.multiply(rows).sum() if is_sparse else np.einsum("ij,ij->", rows, rows)
    length = np.sqrt(squares / rows.shape[0]) or 1.0
    if is_sparse:
        return rows / length, centre, scale * length
    padded = empty_rows(*X.shape)
    padded[:] = rows / length
    return padded, centre, scale * length
