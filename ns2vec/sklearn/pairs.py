"""How surprising a pair is: which card pays at which merchant, which user logs in from which machine."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.base import OutlierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ns2vec._options import flag, number, whole
from ns2vec._typing import Float64Array, Int32Array
from ns2vec.classify.units import LOSSES
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.objectives import Objective
from ns2vec.probability import log_normalised
from ns2vec.sampling import make_sampler
from ns2vec.sklearn.text import TextInput, seed_of
from ns2vec.training import EmbeddingCore, Observer, Plan, Spec, TargetSpec, TrainingConfig
from ns2vec.training.callbacks import checked_observers
from ns2vec.training.pairs import PairFeed, Pairs
from ns2vec.training.units import Units
from ns2vec.vocab import build_vocabulary

SAMPLED = ("ns", "nce", "sampled_softmax")
BLOCK_SCORES = 1 << 22  # in memory at once: 32 MiB
LEAST_HELD_OUT = 20  # pairs for fitting two numbers
MOST_FOR_OFFSET = 10_000  # pairs for estimating `offset_`
CHUNKS, CHUNK_PAIRS = 20, (10, 5000)
NEVER = -50.0  # log probability of what a sampler never draws
UNKNOWN = -1


class PairAnomalyScorer(OutlierMixin, TextInput):
    """How surprising pairs of keys are, given the pairs that were seen: -log P(second | first), calibrated.

    Both sides get vectors by learning to distinguish the pairs that were seen from pairs whose second key is
    replaced by a negative. Scores are then calibrated on held-out pairs: they are scaled, and second keys are
    weighted by how often they occur, so that these pairs become as probable as possible (a temperature, as in
    Guo et al. 2017, and a prior). So any sampler may be used, including those that look at the model.

    Parameters
    ----------
    loss : {"ns", "nce", "sampled_softmax"}
        See `ns2vec.classify.Classifier`.
    vector_size : int
    negative : int
        Negatives for each pair.
    sampler : str, Sampler or callable
        How negatives are drawn: ``"unigram"``, ``"log_uniform"``, ``"uniform"``, ``"dynamic:m=4"`` ...;
        second keys are its words.
    ns_exponent : float
        Exponent of the counts of second keys in the default sampler.
    epochs : int
    alpha : float
        Learning rate at the start; it falls to zero.
    relative : bool
        Measure surprise relative to that of the second key alone, by log P(second | first) / P(second): then
        a second key that is rare everywhere is no anomaly.
    held_out : float
        Share of the pairs to hold out for calibration; 0: scores stay as they were learned.
    contamination : float
        Share of the pairs of `fit` that `predict` calls outliers, estimated from at most 10,000 of them.
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    first_keys_, second_keys_ : list
    first_vectors_, second_vectors_ : ndarray of shape (n_keys, D), float32
    second_bias_ : ndarray of shape (n_seconds,), float32
    calibration_ : tuple of float
        Factors of the scores and of the logarithms of the shares of second keys.
    offset_ : float
        The score below which a pair is an outlier.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sklearn import PairAnomalyScorer
    >>> rng = np.random.default_rng(0)
    >>> cards, shops = rng.integers(0, 40, 2000), rng.integers(0, 10, 2000)
    >>> seen = np.column_stack([cards, 2 * shops + cards % 2])  # even cards pay at even shops
    >>> scorer = PairAnomalyScorer(vector_size=8, random_state=1).fit(seen)
    >>> usual, strange = scorer.surprise([(4, 6), (4, 7)])
    >>> bool(usual + 1 < strange)
    True
    >>> scorer.predict([(4, 7)]).tolist(), scorer.score_samples([(4, 7)]) == -strange
    ([-1], array([ True]))
    >>> bool(scorer.decision_function([(4, 7)])[0] < 0), bool(scorer.score(seen) < 0)
    (True, True)
    """

    def __init__(
        self, loss: str = "ns", *, vector_size: int = 32, negative: int = 5, sampler: Any = "unigram",
        ns_exponent: float = 0.75, epochs: int = 30, alpha: float = 0.05, relative: bool = False,
        held_out: float = 0.1, contamination: float = 0.01, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.loss, self.vector_size, self.negative, self.sampler = loss, vector_size, negative, sampler
        self.ns_exponent, self.epochs, self.alpha, self.relative = ns_exponent, epochs, alpha, relative
        self.held_out, self.contamination, self.random_state = held_out, contamination, random_state

    # ---- learning ----

    def fit(self, X: Any, y: Any = None, *, callbacks: Iterable[Observer] = ()) -> PairAnomalyScorer:
        """Train on the pairs that were seen, shape (n, 2), each as often as it was seen.

        Parameters
        ----------
        X : array_like of shape (n, 2)
        y : ignored
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`.

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If an option has a value that cannot work.
        CorpusError
            If X is not pairs of keys, or there is nothing to distinguish.
        """
        if self.loss not in SAMPLED:
            raise ConfigError(f"loss must be one of {', '.join(SAMPLED)}, got {self.loss!r}")
        whole("negative", self.negative, 1)
        share = number("held_out", self.held_out, 0.0, 0.5)
        outliers = number("contamination", self.contamination, 0.0, 0.5)
        flag("relative", self.relative)
        watching = checked_observers(callbacks)
        pairs = self._columns(X, reset=True)
        (first_rows, firsts), (second_rows, seconds) = (numbered(each) for each in pairs)
        self.first_keys_, self.second_keys_ = list(first_rows), list(second_rows)
        self._rows = first_rows, second_rows
        if len(self.second_keys_) < 2:
            raise CorpusError("all pairs have the same second key: there is nothing to distinguish")
        seed = seed_of(self.random_state)
        order = np.random.default_rng([seed, len(firsts)]).permutation(len(firsts))
        n_held = int(share * len(firsts))
        held, kept = order[:n_held], np.sort(order[n_held:])
        self._train(firsts[kept], seconds[kept], np.bincount(seconds), seed, watching)
        self._is_trained = np.bincount(firsts[kept], minlength=len(self.first_keys_)) > 0
        most = max(LEAST_HELD_OUT, BLOCK_SCORES // len(self.second_keys_))
        held = held[self._is_trained[firsts[held]]][:most]
        self.calibration_ = (1.0, 0.0)
        if len(held) >= LEAST_HELD_OUT:
            self.calibration_ = fitted(self._scores(firsts[held]), self._log_share, seconds[held])
        some = order[:MOST_FOR_OFFSET]
        self.offset_ = float(np.quantile(-self._surprise(firsts[some], seconds[some]), outliers))
        return self

    def _train(
        self, firsts: Int32Array, seconds: Int32Array, counts: Any, seed: int, watching: list[Observer]
    ) -> None:
        """Vectors of both sides."""
        config = TrainingConfig(
            vector_size=self.vector_size, epochs=self.epochs, alpha=self.alpha, min_alpha=0.0,
            negative=self.negative, sampler=make_sampler(self.sampler), ns_exponent=self.ns_exponent,
            sample=0.0, workers=1, seed=seed,
            batch_words=int(np.clip(len(firsts) // CHUNKS, *CHUNK_PAIRS)),
        )  # fmt: skip
        sides = [Units(KeyedVectors(config.vector_size), name) for name in ("firsts", "seconds")]
        n_firsts = np.bincount(firsts, minlength=len(self.first_keys_))
        for units, keys, n_each in zip(
            sides, (self.first_keys_, self.second_keys_), (n_firsts, counts), strict=True
        ):
            units.take(build_vocabulary(keys, n_each, min_count=0, sorted_vocab=False)[0])
        core = EmbeddingCore(config, sides[0], outputs=sides[1], spec=partial(spec_of, LOSSES[self.loss]))
        core.begin(seed)
        pairs = Pairs(firsts, seconds)
        plan = Plan(config.epochs, config.alpha, 0.0, len(pairs), None)
        core.fit(PairFeed(pairs), plan, watching, model=self)
        self.first_vectors_, self.second_vectors_ = core.wv.vectors.copy(), core.output("seconds").copy()
        self.second_bias_ = core.output("seconds_bias").copy()
        log_q = core.sampler().source.log_q  # None for a sampler that looks at the model
        self._noise = np.zeros(len(counts)) if log_q is None else np.maximum(log_q.astype(np.float64), NEVER)
        self._n_pairs = int(counts.sum())
        self._log_share = np.log(counts / counts.sum())

    # ---- queries ----

    def surprise(self, X: Any) -> Float64Array:
        """Return the surprise of pairs in nats, shape (n,): the larger, the stranger.

        For an unknown first key, only the frequency of the second key counts; an unknown second key has the
        probability that the next pair brings something new, 1 / (n + 1) after n pairs (Laplace).

        Parameters
        ----------
        X : array_like of shape (n, 2)

        Returns
        -------
        ndarray of shape (n,), float64
        """
        check_is_fitted(self)
        columns = self._columns(X, reset=False)
        return self._surprise(*(places(*side) for side in zip(columns, self._rows, strict=True)))

    def score_samples(self, X: Any) -> Float64Array:
        """Return how usual pairs are, shape (n,): the negative of their surprise.

        Parameters
        ----------
        X : array_like of shape (n, 2)

        Returns
        -------
        ndarray of shape (n,), float64
        """
        return -self.surprise(X)

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of `score_samples`, which a grid search maximises.

        Parameters
        ----------
        X : array_like of shape (n, 2)
        y : ignored

        Returns
        -------
        float
        """
        return float(self.score_samples(X).mean())

    def decision_function(self, X: Any) -> Float64Array:
        """Return `score_samples` minus `offset_`, shape (n,): outliers are below zero.

        Parameters
        ----------
        X : array_like of shape (n, 2)

        Returns
        -------
        ndarray of shape (n,), float64
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> npt.NDArray[np.int64]:
        """Return 1 for usual pairs and -1 for outliers, shape (n,).

        Parameters
        ----------
        X : array_like of shape (n, 2)

        Returns
        -------
        ndarray of shape (n,), int64
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _columns(self, X: Any, *, reset: bool) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """First and second keys, unchanged."""
        found = np.empty((0, 0), dtype=object) if isinstance(X, str) else np.asarray(X, dtype=object)
        if found.ndim != 2 or found.shape[1] != 2 or not len(found):
            raise CorpusError(f"expected pairs of keys, shape (n, 2) with n > 0, got shape {np.shape(X)}")
        if hasattr(X, "columns"):
            validate_data(self, X, reset=reset, skip_check_array=True)
        for place, pair in enumerate(found.tolist()):
            if any(key is None or key != key for key in pair):
                raise CorpusError(f"pair {place} lacks a key, it is {tuple(pair)!r}: leave it out")
        return found[:, 0], found[:, 1]

    def _scores(self, firsts: npt.NDArray[Any]) -> Float64Array:
        """Scores of all second keys in the form of the loss, shape (n, n_seconds)."""
        objective = LOSSES[self.loss]
        products = self.first_vectors_[firsts].astype(np.float64) @ self.second_vectors_.T.astype(np.float64)
        return np.asarray(objective.logits(products + self.second_bias_, self._noise))

    def _surprise(self, firsts: npt.NDArray[Any], seconds: npt.NDArray[Any]) -> Float64Array:
        stretch, weight = self.calibration_
        is_new = seconds == UNKNOWN
        log_share = np.where(is_new, -np.log(self._n_pairs + 1.0), self._log_share[seconds])
        found = log_share.copy()
        asked = np.flatnonzero(~is_new & (firsts != UNKNOWN))
        asked = asked[self._is_trained[firsts[asked]]]
        step = max(1, BLOCK_SCORES // len(self._log_share))
        for start in range(0, len(asked), step):
            some = asked[start : start + step]
            distinct, rows = np.unique(firsts[some], return_inverse=True)
            logits = stretch * self._scores(distinct) + weight * self._log_share
            found[some] = log_normalised(logits)[rows, seconds[some]]
        return np.asarray(log_share - found if self.relative else -found)


def spec_of(objective: type[Objective], config: TrainingConfig, n_seconds: int) -> Spec:
    """The spec: each first key predicts its second key."""
    return Spec((TargetSpec("seconds", objective, bias=True),), reader="pairs")


def numbered(column: npt.NDArray[Any]) -> tuple[dict[Any, int], Int32Array]:
    """Numbers of keys in order of first appearance, and those of the column.

    Raises
    ------
    CorpusError
        If a key is not hashable.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sklearn.pairs import numbered
    >>> numbered(np.array(["b", "a", "b"]))
    ({'b': 0, 'a': 1}, array([0, 1, 0], dtype=int32))
    """
    keys: dict[Any, int] = {}
    try:
        found = [keys.setdefault(key, len(keys)) for key in column.tolist()]
    except TypeError as error:
        raise CorpusError(f"keys must be hashable, as str, int and tuples are: {error}") from None
    return keys, np.array(found, dtype=np.int32)


def places(column: npt.NDArray[Any], known: dict[Any, int]) -> npt.NDArray[np.int64]:
    """Number of each key, -1 for unknown ones."""
    return np.array([known.get(key, UNKNOWN) for key in column.tolist()], dtype=np.int64)


def fitted(scores: Float64Array, log_share: Float64Array, right: npt.NDArray[Any]) -> tuple[float, float]:
    """Factors of scores and log shares that maximise the probability of the right ones.

    Parameters
    ----------
    scores : ndarray of shape (n, V)
    log_share : ndarray of shape (V,)
    right : ndarray of shape (n,), int
    """
    rows = np.arange(len(right))

    def loss(factors: Float64Array) -> tuple[float, Float64Array]:
        log_p = log_normalised(factors[0] * scores + factors[1] * log_share)
        p = np.exp(log_p)
        slopes = (p * scores).sum(axis=1) - scores[rows, right], p @ log_share - log_share[right]
        return float(-log_p[rows, right].mean()), np.array([slope.mean() for slope in slopes])

    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.0, None), (None, None)]
    )
    return float(found.x[0]), float(found.x[1])
