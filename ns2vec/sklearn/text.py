"""Texts for scikit-learn: their labels, and their vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ns2vec._typing import Float32Array, Float64Array
from ns2vec.classify import Classifier
from ns2vec.corpus.tagged import TaggedDocument
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.models.doc2vec import Doc2Vec
from ns2vec.models.word2vec import Word2Vec
from ns2vec.training import Observer
from ns2vec.training.callbacks import checked_observers

MOST_SEED = 2**31 - 1
WEIGHTINGS = ("mean", "sif", "tfidf", "doc2vec")


def checked_texts(texts: Any) -> list[str]:
    """Texts as a list.

    Raises
    ------
    CorpusError
        If they are a single text, not texts, or empty.
    """
    if isinstance(texts, str | bytes):
        raise CorpusError("expected several texts, got one: put it into a list")
    found = list(texts)
    if not found:
        raise CorpusError("expected texts, got 0 samples: give at least one")
    if wrong := next((text for text in found if not isinstance(text, str)), None):
        raise CorpusError(f"expected texts as str, got {type(wrong).__name__}: pass one column of text")
    return found


def seed_of(random_state: Any) -> int:
    """A seed, from a random state of scikit-learn."""
    if isinstance(random_state, int | np.integer) and random_state >= 0:
        return int(random_state)
    return int(check_random_state(random_state).randint(MOST_SEED))


def check_places(X: Any) -> None:
    """Refuse a sparse matrix with indices outside its shape: scipy reads and writes there.

    Raises
    ------
    ValueError
        If it has such indices.
    """
    if sparse.issparse(X):
        X.check_format(full_check=True)


class TextInput(BaseEstimator):
    """Base of estimators of texts or keys, not tables of numbers; it declares this to scikit-learn."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.input_tags.one_d_array = True
        return tags


class TextClassifier(ClassifierMixin, TextInput):
    """`ns2vec.classify.Classifier` as an estimator: X are texts, y their labels.

    Parameters
    ----------
    loss, vector_size, epochs, alpha, min_count, word_ngrams, min_n, max_n, bucket, negative, sampler
        As in `ns2vec.classify.Classifier`.
    class_weight : dict of label -> float, ``"balanced"``, or None
    random_state : int, RandomState or None
        The seed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    classifier_ : Classifier

    References
    ----------
    Joulin et al. 2016, arXiv:1607.01759.

    Examples
    --------
    >>> from ns2vec.sklearn import TextClassifier
    >>> texts = ["good film", "bad film"] * 30
    >>> TextClassifier(vector_size=8, alpha=0.5, random_state=1).fit(texts, [1, 0] * 30).predict(["good"])
    array([1])
    >>> model = TextClassifier(vector_size=8, alpha=0.5, random_state=1).fit(texts, [1, 0] * 30)
    >>> model.predict_proba(["good", "bad"]).shape
    (2, 2)
    """

    def __init__(
        self, loss: str = "softmax", *, vector_size: int = 100, epochs: int = 5, alpha: float = 0.1,
        min_count: int = 1, word_ngrams: int = 1, min_n: int = 0, max_n: int = 0, bucket: int = 2_000_000,
        negative: int = 5, sampler: Any = "unigram", class_weight: Any = None, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.loss, self.vector_size, self.epochs, self.alpha = loss, vector_size, epochs, alpha
        self.min_count, self.word_ngrams, self.min_n, self.max_n = min_count, word_ngrams, min_n, max_n
        self.bucket, self.negative, self.sampler = bucket, negative, sampler
        self.class_weight, self.random_state = class_weight, random_state

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, callbacks: Iterable[Observer] = ()
    ) -> TextClassifier:
        """Train on texts and their labels.

        Parameters
        ----------
        X : iterable of str
        y : array_like of shape (n,)
        sample_weight : array_like of shape (n,), optional
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`.

        Returns
        -------
        self
        """
        texts = checked_texts(X)
        check_classification_targets(y)
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        options = self.get_params(deep=False)
        seed = seed_of(options.pop("random_state"))
        if isinstance(self.class_weight, dict):
            options["class_weight"] = self._coded_weights()
        model = Classifier(**options, seed=seed, progress=False, prefix="\0")
        self.classifier_ = model.fit(texts, codes.tolist(), sample_weight=sample_weight, callbacks=callbacks)
        return self

    def _coded_weights(self) -> dict[int, float]:
        places = {label: place for place, label in enumerate(self.classes_.tolist())}
        if unknown := [label for label in self.class_weight if label not in places]:
            raise ConfigError(f"class_weight names the label {unknown[0]!r}, which no text has: leave it out")
        return {places[label]: weight for label, weight in self.class_weight.items()}

    def predict_proba(self, X: Any) -> Float32Array:
        """Return the probabilities of the classes, shape (n, n_classes).

        Parameters
        ----------
        X : iterable of str

        Returns
        -------
        ndarray of shape (n, n_classes), float32
        """
        check_is_fitted(self)
        found = np.empty((len(texts := checked_texts(X)), len(self.classes_)), dtype=np.float32)
        found[:, self.classifier_.labels] = self.classifier_.predict_proba(texts)
        return found

    def predict(self, X: Any) -> Any:
        """Return the most probable class of each text, shape (n,).

        Parameters
        ----------
        X : iterable of str

        Returns
        -------
        ndarray of shape (n,)
        """
        check_is_fitted(self)
        return self.classes_[self.classifier_.predict(checked_texts(X))]


class DocumentVectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, TextInput):
    """Vectors of texts: from the vectors of their words, or learned for each text.

    Parameters
    ----------
    vectors : KeyedVectors, optional
        Word vectors; those of `FastText` include unknown words. By default they are trained on the texts of
        `fit`.
    weighting : {"mean", "sif", "tfidf", "doc2vec"}
        All words count the same; frequent words count less, and what all texts have in common is removed
        (Arora et al. 2017, "A simple but tough-to-beat baseline for sentence embeddings"); weights by TF-IDF;
        or each text has its own vector, from which its words are predicted (PV-DBOW, Le & Mikolov 2014),
        which needs texts of several sentences to work well.
    smoothing : float
        For ``"sif"``: the weight of a word is smoothing / (smoothing + its share of all words).
    vector_size, epochs : int
        Options for vectors that are trained.
    random_state : int, RandomState or None
        The seed of training.

    Attributes
    ----------
    vectors_ : KeyedVectors
    weights_ : dict of str -> float
        The weights of words, if they differ.
    common_ : ndarray of shape (D,)
        The component that is removed; zeros except for ``"sif"``.
    model_ : Doc2Vec
        With ``"doc2vec"`` only.

    Examples
    --------
    >>> from ns2vec.sklearn import DocumentVectorizer
    >>> texts = ["the cat sat", "the dog sat"] * 20
    >>> DocumentVectorizer(vector_size=8, weighting="sif", random_state=1).fit_transform(texts).shape
    (40, 8)
    >>> vectorizer = DocumentVectorizer(vector_size=8, random_state=1).fit(texts)
    >>> vectorizer.transform(["the cat", "a fox"]).shape
    (2, 8)
    """

    def __init__(
        self, vectors: Any = None, *, weighting: str = "mean", smoothing: float = 1e-3,
        vector_size: int = 100, epochs: int = 10, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.vectors, self.weighting, self.smoothing = vectors, weighting, smoothing
        self.vector_size, self.epochs, self.random_state = vector_size, epochs, random_state

    def fit(self, X: Any, y: Any = None, *, callbacks: Iterable[Observer] = ()) -> DocumentVectorizer:
        """Train vectors if none were given, and compute the weights of words.

        Parameters
        ----------
        X : iterable of str
        y : ignored
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`.

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If `weighting` is unknown or does not go with `vectors`, or if there are callbacks but vectors
            were given, so that nothing is trained.
        """
        if self.weighting not in WEIGHTINGS:
            raise ConfigError(f"weighting must be one of {', '.join(WEIGHTINGS)}, got {self.weighting!r}")
        if self.weighting == "doc2vec" and self.vectors is not None:
            raise ConfigError("weighting='doc2vec' trains its own vectors of texts: leave out vectors")
        watching = checked_observers(callbacks)
        if watching and self.vectors is not None:
            raise ConfigError("callbacks watch training, and vectors are trained already: leave one out")
        texts = [text.split() for text in checked_texts(X)]
        self.vectors_ = self.vectors if self.vectors is not None else self._trained(texts, watching)
        counted = Counter(
            word for words in texts for word in (words if self.weighting == "sif" else {*words})
        )
        n_words = max(1, sum(counted.values()))
        if self.weighting == "sif":
            share = {word: count / n_words for word, count in counted.items()}
            self.weights_ = {word: self.smoothing / (self.smoothing + p) for word, p in share.items()}
        elif self.weighting == "tfidf":
            n = 1 + len(texts)
            self.weights_ = {word: 1.0 + np.log(n / (1 + count)) for word, count in counted.items()}
        else:
            self.weights_ = {}
        self.common_: Float64Array = np.zeros(self._n_features_out)
        if self.weighting == "sif":
            self.common_ = np.linalg.svd(self._means(texts), full_matrices=False)[2][0]
        return self

    def _trained(self, texts: Sequence[list[str]], watching: list[Observer]) -> Any:
        options: dict[str, Any] = {"vector_size": self.vector_size, "epochs": self.epochs, "min_count": 1}
        options |= {"workers": 1, "seed": seed_of(self.random_state), "progress": False}
        options["callbacks"] = watching
        if self.weighting != "doc2vec":
            return Word2Vec(texts, sg=1, **options).wv
        tagged = [TaggedDocument(words, [row]) for row, words in enumerate(texts)]
        self.model_ = Doc2Vec(tagged, dm=0, dbow_words=1, **options)
        return self.model_.wv

    @property
    def _n_features_out(self) -> int:
        size: int = self.vectors_.vector_size
        return size

    def _means(self, texts: Sequence[list[str]]) -> Float64Array:
        """Weighted means of the vectors of words, shape (n, D); zeros where none is known."""
        found = np.zeros((len(texts), self._n_features_out))
        rarest = max(self.weights_.values(), default=1.0)
        for row, words in zip(found, texts, strict=True):
            known = [word for word in words if word in self.vectors_]
            if known:
                weights = np.array([self.weights_.get(word, rarest) for word in known])
                row[:] = weights @ np.stack([self.vectors_[word] for word in known]) / weights.sum()
        return found

    def transform(self, X: Any) -> Float64Array:
        """Return the vectors of texts, shape (n, D).

        Parameters
        ----------
        X : iterable of str

        Returns
        -------
        ndarray of shape (n, D), float64
        """
        check_is_fitted(self)
        texts = [text.split() for text in checked_texts(X)]
        if self.weighting == "doc2vec":
            return self.model_.infer_vectors(texts).astype(np.float64)
        found = self._means(texts)
        return found - np.outer(found @ self.common_, self.common_)
