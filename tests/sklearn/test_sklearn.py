"""Estimators keep scikit-learn's rules, and learn."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from ns2vec import KeyedVectors
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.sklearn import DocumentVectorizer, NegativeSamplingClassifier, TextClassifier

SMALL = {"vector_size": 8, "alpha": 0.5, "epochs": 10, "bucket": 100, "random_state": 1}
ESTIMATORS = [
    *(NegativeSamplingClassifier(loss, random_state=1) for loss in ("softmax", "sampled_softmax", "ns")),
    TextClassifier(random_state=1),
    DocumentVectorizer(random_state=1),
]
TEXTS = ["wave ship", "cloud bird", "salt ship", "star cloud"] * 15
LABELS = np.array(["sea", "sky"] * 30)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", SkipTestWarning)  # texts are no tables

    @parametrize_with_checks(ESTIMATORS)
    def test_the_rules_of_scikit_learn(estimator, check):
        check(estimator)


def test_text_in_a_grid_search_over_a_pipeline():
    grid = GridSearchCV(
        make_pipeline(TextClassifier(**SMALL)),
        {"textclassifier__word_ngrams": [1, 2]},
        cv=3,
        n_jobs=2,
    )
    assert grid.fit(TEXTS, LABELS).best_score_ == 1.0
    model = grid.best_estimator_[0]
    again = pickle.loads(pickle.dumps(model))
    assert again.predict_proba(TEXTS).tobytes() == model.predict_proba(TEXTS).tobytes()
    same = clone(model).fit(TEXTS, LABELS)
    assert same.predict_proba(TEXTS).tobytes() == model.predict_proba(TEXTS).tobytes()
    assert same.predict(["ship", "star"]).tolist() == ["sea", "sky"]


def test_class_weights_are_named_by_the_labels():
    texts, labels = ["wave"] * 100, ["sea"] * 70 + ["sky"] * 30
    model = TextClassifier(class_weight={"sky": 5.0}, **SMALL).fit(texts, labels)
    assert model.predict(["wave"]).tolist() == ["sky"]
    with pytest.raises(ConfigError, match="'moon', which no text has"):
        TextClassifier(class_weight={"moon": 5.0}, **SMALL).fit(texts, labels)
    for bad, reason in (("one text", "put it into a list"), ([], "0 samples"), ([1.5], "as str, got float")):
        with pytest.raises(CorpusError, match=reason):
            TextClassifier(**SMALL).fit(bad, ["sea"])


@pytest.mark.parametrize("weighting", ["mean", "sif", "tfidf"])
def test_documents_have_vectors_by_which_they_are_told_apart(weighting):
    vectors, texts = KeyedVectors(8), [f"the {text} is" for text in TEXTS]
    words = sorted({word for text in texts for word in text.split()})
    vectors.add_vectors(words, np.random.default_rng(0).normal(0.3, 1, (len(words), 8)).astype(np.float32))
    pipeline = make_pipeline(DocumentVectorizer(vectors, weighting=weighting), LogisticRegression(C=100))
    assert pipeline.fit(texts, LABELS).score(texts, LABELS) == 1.0
    assert pipeline[0].get_feature_names_out()[0] == "documentvectorizer0"
    assert not pipeline[0].transform(["unknown"]).any()
    assert pipeline[0].transform(texts[:1]) == pytest.approx(pipeline[0].transform(texts)[:1])


def test_rare_words_count_more_and_given_vectors_are_taken():
    vectors = KeyedVectors(2)
    vectors.add_vectors(["the", "cat"], np.eye(2, dtype=np.float32))
    texts = ["the cat", "the", "the", "the"]
    plain = DocumentVectorizer(vectors).fit(texts).transform(["the cat"])
    assert plain.tolist() == [[0.5, 0.5]]
    weighted = DocumentVectorizer(vectors, weighting="tfidf").fit(texts).transform(["the cat"])
    assert weighted[0, 1] == pytest.approx((1 + np.log(5 / 2)) / (2 + np.log(5 / 2)))
    with pytest.raises(ConfigError, match="weighting must be"):
        DocumentVectorizer(weighting="max").fit(texts)


@pytest.mark.parametrize("loss", ["softmax", "sampled_softmax", "ns"])
def test_digits_are_read_with_few_negatives_as_with_all(loss):
    X, y = load_digits(return_X_y=True)
    model = NegativeSamplingClassifier(loss, negative=3, random_state=1).fit(X[:1200], y[:1200])
    assert f1_score(y[1200:], model.predict(X[1200:]), average="macro") > 0.89
    assert model.predict_proba(X[:5]).sum(axis=1) == pytest.approx(1.0)


def test_sparse_features_are_as_good_as_dense_ones():
    X, y = load_digits(return_X_y=True)
    dense = NegativeSamplingClassifier(random_state=1, epochs=10).fit(X, y)
    model = NegativeSamplingClassifier(random_state=1, epochs=10).fit(sparse.csr_matrix(X), y)
    assert model.score(sparse.csr_matrix(X), y) == pytest.approx(dense.score(X, y), abs=0.02)
    with pytest.raises(ConfigError, match="loss must be"):
        NegativeSamplingClassifier("hs").fit(X, y)
