"""Single texts: the answers are those of many lines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ns2vec.classify import Classifier, prediction
from ns2vec.classify._likeliest import write_best
from ns2vec.classify._text import SingleAnswers, TextVectors
from ns2vec.classify.units import LOSSES
from ns2vec.exceptions import CorpusError, VocabularyError
from ns2vec.inputs._ngrams import encode_words
from ns2vec.inputs._words import WordTable

TEXTS = ["wave ship salt", "cloud bird über", "hill tree wave", "日本 語 star", "the  bird\tflies\x0b away"]
ODD = [
    "", "   ", "__label__a", "__label__a wave __label__b ship", "\ufeffwave ship", "wave\nship\r\n",
    "</s> wave </s>", "nobody knows these", "wave\x00ship wave\x00", "wave\u3000ship\x1c salt", "\ud800 wave",
    "a" * 3000, "wave " * 2000, "语" * 50 + " ship", "<wave> __label_ wave",
]  # fmt: skip
SMALL = {"vector_size": 9, "epochs": 5, "alpha": 0.5, "bucket": 500, "progress": False}


def trained(**options):
    return Classifier(**SMALL | options).fit([*TEXTS, "__label__x"] * 8, ["a", "b", "c", "b", "a", "c"] * 8)


def of_many(model, texts):
    """Vectors of texts in the way of many lines, each alone: only the first may have a byte order mark."""
    found = [prediction.line_vectors(model._units.rows, model._features(iter([text]))) for text in texts]
    return np.concatenate(found)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"word_ngrams": 2},
        {"min_n": 2, "max_n": 4},
        {"word_ngrams": 3, "min_n": 1, "max_n": 3},
        {"word_ngrams": 2, "prefix": "<"},
    ],
)
def test_vectors_are_those_of_many_lines_to_the_byte(options):
    model = trained(**{"prefix": "__label__"} | options)
    for made in (model, model.quantize(width=3, keep=8)):
        texts = [text for text in TEXTS + ODD if "\ud800" not in text]
        found = np.concatenate([made._single().vector(text) for text in texts])
        assert found.tobytes() == of_many(made, texts).tobytes()
        assert np.count_nonzero(found)


@pytest.mark.parametrize("loss", LOSSES)
def test_answers_are_those_of_many_lines(loss):
    model = trained(loss=loss, word_ngrams=2, min_n=2, max_n=3)
    for model.temperature in (1.0, 1.7):
        for text in TEXTS + ODD:
            twice = [text.removeprefix("\ufeff")] * 2
            assert model.predict([text]) == model.predict(twice)[:1]
            np.testing.assert_allclose(model.scores([text])[0], model.scores(twice)[1], rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(
                model.predict_proba([text]), model.predict_proba(twice)[:1], rtol=1e-5, atol=1e-6
            )
            for k in (1, 2):
                one, many = model.top_k([text], k=k)[0], model.top_k(twice, k=k)[0]
                assert [label for label, _ in one] == [label for label, _ in many]
                assert [p for _, p in one] == pytest.approx([p for _, p in many], rel=1e-5)
    assert (
        model.top_k(["wave"], threshold=1.1)
        == [[]]
        == model.top_k(["wave"], threshold={"a": 2, "b": 2, "c": 2})
    )
    assert model.predict([["wave", "ship"]]) == model.predict(["wave ship"])


def test_what_is_kept_follows_the_model():
    model = trained(loss="ns", word_ngrams=2)
    before = model._single()
    assert model._single() is before
    model.partial_fit(["sand dune"] * 40, ["d"] * 40, epochs=5)
    assert model._single() is not before
    for change in ({}, {"prefix": "wave"}, {"adds_noise": False}):
        vars(model).update(change)
        for text in (*TEXTS, "sand dune"):
            np.testing.assert_allclose(model.scores([text])[0], model.scores([text] * 2)[0], atol=1e-5)
    assert model.predict(["sand dune"]) == ["d"]
    model.fit(["wave", "hill"] * 20, ["e", "f"] * 20)
    assert model.predict(["hill"]) == ["f"]


def test_threads_get_the_same_answers():
    model = trained(loss="hs", word_ngrams=2, min_n=2, max_n=3)
    expected = [model.top_k([text]) for text in TEXTS]
    model._kept = model._search = None
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: model.top_k([text]), TEXTS * 50)) == expected * 50


def test_bad_input_is_told_as_for_many():
    with pytest.raises(VocabularyError, match="knows no labels yet"):
        Classifier(**SMALL).predict(["wave"])
    with pytest.raises(CorpusError, match="expected texts as str or lists of tokens, got a int"):
        trained().predict([3])


def test_arrays_that_do_not_fit_are_refused():
    rows, words = np.ones((2, 4), dtype=np.float32), WordTable(*encode_words(["a", "b"]))
    options = {"min_n": 0, "max_n": 0, "word_ngrams": 2, "skips": False, "prefix": b"#"}
    with pytest.raises(ValueError, match="expected a row for each of 3 words"):
        TextVectors(WordTable(*encode_words(["a", "b", "c"])), rows, None, **options)
    with pytest.raises(ValueError, match="expected room for 4 numbers, got 3"):
        TextVectors(words, rows, None, **options).write("a", np.empty(3, dtype=np.float32))
    beyond = TextVectors(words, rows, np.array([7], dtype=np.int32), **options)
    with pytest.raises(ValueError, match="a feature has row 8, but there are 2 rows"):
        beyond.write("a b", np.empty(4, dtype=np.float32))
    with pytest.raises(ValueError, match="at least one label"):
        write_best(rows[:, :0].copy(), False, np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.float32))


def answers_of(model):
    """What answers in one call, after a first text."""
    model.predict(["wave"])
    return model._quick


@pytest.mark.parametrize("loss", ["softmax", "ova"])
def test_one_call_finds_the_label_and_its_probability(loss):
    model = trained(loss=loss, word_ngrams=2, min_n=2, max_n=3)
    quick = answers_of(model)
    for temperature in (1.0, 0.4, 3.0):
        model.temperature = temperature
        for text in (text for text in TEXTS + ODD if "\ud800" not in text):
            chances = model.predict_proba([text.removeprefix("\ufeff")] * 2)[0]
            label, chance = quick.best((text,), temperature)
            assert label == quick.label([text]) == model.labels[int(chances.argmax())]
            assert chance == pytest.approx(float(chances.max()), rel=1e-6)
    for other in (["wave", "ship"], "wave", [], [3], [["wave"]], ["\ud800"], iter(["wave"])):
        assert quick.label(other) is None


def test_many_labels_are_all_compared():
    rng = np.random.default_rng(1)
    texts = [f"w{i}" for i in range(103)]
    model = Classifier(**SMALL | {"vector_size": 21}).fit(texts * 3, texts * 3)
    for n_labels in (103, 102, 101, 1):
        outputs = rng.standard_normal((n_labels, 21)).astype(np.float32)
        model._core.outputs.wv.index_to_key[:] = texts[:n_labels]
        vectors = model._single().vectors
        quick = SingleAnswers(
            vectors, outputs, texts[:n_labels], is_each=False, made_of=[], words=model.wv.key_to_index
        )
        for text in texts:
            scores = 7.0 * (model._single().vector(text) @ outputs.T)[0].astype(np.float64)
            label, chance = quick.best([text], 1 / 7)
            assert label == texts[int(scores.argmax())]
            assert chance == pytest.approx(1 / np.exp(scores - scores.max()).sum(), rel=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        lambda model: vars(model).update(prefix="wave"),
        lambda model: vars(model).update(loss="ova"),
        lambda model: model._core.matrices.update(outputs=model._core.output("outputs").copy()),
        lambda model: setattr(model._units, "rows", model._units.rows.copy()),
        lambda model: setattr(model._units.features, "skips", True),
        lambda model: model.labels.append("z"),
        lambda model: model.wv.key_to_index.update(z=0),
    ],
)
def test_another_model_is_not_answered_for(change):
    model = trained(word_ngrams=2)
    quick = answers_of(model)
    assert quick.label(["wave"]) is not None
    change(model)
    assert quick.label(["wave"]) is None


def test_no_other_loss_answers_in_one_call():
    assert answers_of(trained(loss="hs")) is None
    assert answers_of(trained(loss="ns")) is None
    with pytest.raises(ValueError, match="a vector of 9 numbers for each of 2 labels"):
        model = trained()
        SingleAnswers(
            model._single().vectors, model.wv.vectors[:3], ["a", "b"], is_each=False, made_of=[], words={}
        )
