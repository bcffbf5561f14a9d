"""Estimators keep scikit-learn's rules, and learn."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

from joblib import Parallel, delayed
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
from ns2vec.exceptions import ConfigError, CorpusError, DivergenceError
from ns2vec.ledger import RunLedger, open_run
from ns2vec.sampling import Pool
from ns2vec.sklearn import (
    DocumentVectorizer,
    ItemRecommender,
    NegativeSamplingClassifier,
    PairAnomalyScorer,
    TextClassifier,
)

SMALL = {"vector_size": 8, "alpha": 0.5, "epochs": 10, "bucket": 100, "random_state": 1}
ESTIMATORS = [
    *(NegativeSamplingClassifier(loss, random_state=1) for loss in ("softmax", "sampled_softmax", "ns")),
    TextClassifier(random_state=1),
    DocumentVectorizer(random_state=1),
    ItemRecommender(vector_size=8, epochs=5, random_state=1),
    PairAnomalyScorer(random_state=1),
]
TEXTS = ["wave ship", "cloud bird", "salt ship", "star cloud"] * 15
LABELS = np.array(["sea", "sky"] * 30)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", SkipTestWarning)  # texts are no tables

    @parametrize_with_checks(ESTIMATORS)
    def test_the_rules_of_scikit_learn(estimator, check):
        check(estimator)


PAIRS = np.array([["a", "b"], ["a", "c"], ["d", "b"], ["d", "c"]] * 20)
TAKEN = np.kron(np.eye(2), np.ones((10, 4)))
WATCHED = {
    "dense features": (NegativeSamplingClassifier("ns", random_state=1), (TAKEN, TAKEN[:, 0])),
    "sparse features": (
        NegativeSamplingClassifier("ns", sampler="uniform", random_state=1),
        (sparse.csr_matrix(TAKEN), TAKEN[:, 0]),
    ),
    "texts": (TextClassifier(**SMALL), (TEXTS, LABELS)),
    "documents": (DocumentVectorizer(vector_size=8, random_state=1), (TEXTS,)),
    "doc2vec": (DocumentVectorizer(vector_size=8, weighting="doc2vec", random_state=1), (TEXTS,)),
    "items": (ItemRecommender(vector_size=8, epochs=5, random_state=1), (TAKEN,)),
    "pairs": (PairAnomalyScorer(vector_size=8, epochs=5, random_state=1), (PAIRS,)),
}


@pytest.mark.parametrize("name", WATCHED)
def test_a_ledger_watches_and_changes_nothing(name, tmp_path):
    estimator, data = WATCHED[name]
    ledger = RunLedger(tmp_path)
    watched = clone(estimator).fit(*data, callbacks=[ledger])
    plain = clone(estimator).fit(*data)
    ask = "transform" if hasattr(plain, "transform") else "decision_function"
    ask = "predict_proba" if name == "texts" else ask
    assert np.array_equal(getattr(watched, ask)(data[0]), getattr(plain, ask)(data[0]))
    run = open_run(ledger.folder)
    assert (run.status, len(run.epochs)) == ("finished", estimator.epochs)
    assert run.vocabulary and all(side["n_keys"] > 0 for side in run.vocabulary)


def test_vectors_that_are_there_already_cannot_be_watched(tmp_path):
    vectors = DocumentVectorizer(vector_size=8, random_state=1).fit(TEXTS).vectors_
    with pytest.raises(ConfigError, match="vectors are trained already"):
        DocumentVectorizer(vectors).fit(TEXTS, callbacks=[RunLedger(tmp_path)])
    assert list(tmp_path.iterdir()) == []


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


DIGITS = load_digits(return_X_y=True)
PAIRS = [(f"card{i % 7}", f"shop{i % 5}") for i in range(200)]
FITTED = [
    (TextClassifier(**SMALL), (TEXTS, LABELS), "predict_proba"),
    (DocumentVectorizer(vector_size=8, random_state=1), (TEXTS,), "transform"),
    (NegativeSamplingClassifier(epochs=5, random_state=1), DIGITS, "predict_proba"),
    (NegativeSamplingClassifier("ns", epochs=5), (sparse.csr_matrix(DIGITS[0]), DIGITS[1]), "predict_proba"),
    (ItemRecommender(vector_size=8, epochs=5, random_state=1), (DIGITS[0],), "recommend"),
    (PairAnomalyScorer(vector_size=8, epochs=5, random_state=1), (PAIRS,), "score_samples"),
]


def test_what_was_fitted_pickles_clones_and_answers_in_two_processes():
    """The answers of two other processes, and of a clone that is trained again, are the same to the byte."""
    models = [clone(model).set_params(random_state=1).fit(*data) for model, data, _ in FITTED]
    names = [(data[0][:20], name) for _, data, name in FITTED]
    answers = [getattr(model, name)(X) for model, (X, name) in zip(models, names, strict=True)]
    asked = zip([pickle.loads(pickle.dumps(model)) for model in models], names, strict=True)
    elsewhere = Parallel(n_jobs=2)(delayed(getattr(model, name))(X) for model, (X, name) in asked)
    again = [clone(model).fit(*data) for model, (_, data, _) in zip(models, FITTED, strict=True)]
    anew = [getattr(model, name)(X) for model, (X, name) in zip(again, names, strict=True)]
    for answer, *others in zip(answers, elsewhere, anew, strict=True):
        assert [other.tobytes() for other in others] == [answer.tobytes()] * 2


def test_tables_with_names_go_in_and_come_out():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(DIGITS[0][:200], columns=[f"pixel{i}" for i in range(64)])
    recommender = ItemRecommender(vector_size=4, epochs=2).set_output(transform="pandas").fit(table)
    assert recommender.feature_names_in_[0] == "pixel0"
    assert recommender.transform(table).columns[0] == "itemrecommender0"
    documents = DocumentVectorizer(vector_size=4, epochs=1).set_output(transform="pandas")
    assert documents.fit_transform(TEXTS).columns[3] == "documentvectorizer3"
    pairs = pandas.DataFrame(PAIRS, columns=["card", "shop"])
    assert PairAnomalyScorer(epochs=1).fit(pairs).feature_names_in_.tolist() == ["card", "shop"]


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


def test_texts_have_vectors_of_their_own():
    rng = np.random.default_rng(0)
    topics = rng.integers(0, 2, 300)
    texts = [" ".join(f"word{word}" for word in rng.integers(0, 60, 20) + 60 * topic) for topic in topics]
    vectorizer = DocumentVectorizer(weighting="doc2vec", vector_size=16, epochs=20, random_state=1)
    pipeline = make_pipeline(vectorizer, LogisticRegression(C=100)).fit(texts[:200], topics[:200])
    assert pipeline.score(texts[200:], topics[200:]) > 0.95
    again = pickle.loads(pickle.dumps(vectorizer))
    assert again.transform(texts[:2]).tobytes() == vectorizer.transform(texts[:2]).tobytes()
    with pytest.raises(ConfigError, match="leave out vectors"):
        DocumentVectorizer(KeyedVectors(2), weighting="doc2vec").fit(texts)


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
    X, y = DIGITS
    model = NegativeSamplingClassifier(loss, negative=3, random_state=1).fit(X[:1200], y[:1200])
    assert f1_score(y[1200:], model.predict(X[1200:]), average="macro") > 0.89
    assert model.predict_proba(X[:5]).sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("loss", ["softmax", "sampled_softmax", "ns"])
def test_sparse_features_are_as_good_as_dense_ones(loss):
    X, y = DIGITS
    dense = NegativeSamplingClassifier(loss, negative=3, random_state=1).fit(X[:1200], y[:1200])
    model = NegativeSamplingClassifier(loss, negative=3, random_state=1)
    model.fit(sparse.csr_matrix(X[:1200]), y[:1200])
    assert model.score(sparse.csr_matrix(X[1200:]), y[1200:]) > dense.score(X[1200:], y[1200:]) - 0.02


@pytest.mark.parametrize("loss", ["softmax", "sampled_softmax", "ns"])
def test_weights_that_run_away_are_told_with_sparse_features_too(loss, caplog):
    X, y = DIGITS
    for features, advice in ((X, "lower alpha"), (sparse.csr_matrix(X), "lower alpha: 1.0 is usual")):
        with pytest.raises(DivergenceError, match=f"training diverged: numbers of .*{advice}"):
            NegativeSamplingClassifier(loss, epochs=3, alpha=1e8, random_state=1).fit(features, y)
        caplog.clear()
        NegativeSamplingClassifier(loss, epochs=3, alpha=1e4, random_state=1).fit(features, y)
        assert "training is diverging: numbers of" in caplog.text and advice in caplog.text
        assert "rollback" not in caplog.text
        caplog.clear()
        NegativeSamplingClassifier(loss, epochs=3, random_state=1).fit(features, y)
        assert "diverging" not in caplog.text


def test_sparse_features_stay_sparse():
    """A dense array of these would take 80 gigabytes."""
    n, n_features = 20_000, 1_000_000
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    columns = np.column_stack(
        [rng.integers(0, 50, (n, 2)) + 500_000 * y[:, None], rng.integers(0, n_features, (n, 3))]
    )
    X = sparse.csr_matrix(
        (np.ones(5 * n), (np.repeat(np.arange(n), 5), columns.ravel())), shape=(n, n_features)
    )
    model = NegativeSamplingClassifier(epochs=2, random_state=1).fit(X[:15_000], y[:15_000])
    assert model.score(X[15_000:], y[15_000:]) > 0.95


def test_what_sparse_features_cannot_do_is_said():
    X, y = DIGITS
    for sampler in ("dynamic", "batch", Pool({0: [1, 2]})):
        with pytest.raises(ConfigError, match="one distribution for all classes"):
            NegativeSamplingClassifier(sampler=sampler).fit(sparse.csr_matrix(X), y)
    for features in (X, sparse.csr_matrix(X)):
        with pytest.raises(ConfigError, match="loss must be"):
            NegativeSamplingClassifier("hs").fit(features, y)
        for loss in ("ns", "sampled_softmax"):
            with pytest.raises(ConfigError, match="negative must be a whole number of at least 1"):
                NegativeSamplingClassifier(loss, negative=0).fit(features, y)


@pytest.mark.parametrize("place", [-1, 64])
def test_places_outside_of_a_sparse_table_are_refused(place):
    X, y = DIGITS
    model = NegativeSamplingClassifier(epochs=1, random_state=1).fit(X, y)
    for ask in (lambda rows: model.fit(rows, y), model.predict):
        outside = sparse.csr_matrix(X)
        outside.indices[0] = place
        with pytest.raises(ValueError, match="indices must be"):
            ask(outside)
