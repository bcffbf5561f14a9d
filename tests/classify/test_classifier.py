"""Classifier: options, weights, labels, thresholds, calibration, and bad input."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.classify import Classifier
from ns2vec.classify.units import LOSSES
from ns2vec.exceptions import ConfigError, CorpusError, VocabularyError

SMALL = {"vector_size": 12, "epochs": 10, "alpha": 0.5, "bucket": 1000, "progress": False}
WORDS = {"sea": ["wave", "ship", "salt"], "sky": ["cloud", "bird", "star"], "land": ["hill", "tree"]}


def planted(n=300, noise=0.0, seed=0):
    """Lines of words of their label, of which some have another label."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([*WORDS], n, p=[0.5, 0.3, 0.2]).tolist()
    texts = [" ".join([*rng.choice(WORDS[label], 2), rng.choice(["the", "a"])]) for label in labels]
    wrong = rng.random(n) < noise
    return texts, [
        rng.choice([*WORDS]).item() if w else label for w, label in zip(wrong, labels, strict=True)
    ]


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_learns_and_its_probabilities_are_some(loss):
    texts, labels = planted()
    model = Classifier(loss=loss, **SMALL).fit(texts, labels)
    found = model.predict_proba(texts)
    assert np.mean([a == b for a, b in zip(model.predict(texts), labels, strict=True)]) > 0.98
    assert found.dtype == np.float32 and ((found >= 0) & (found <= 1)).all()
    if loss != "ova":
        np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("loss", ["softmax", "ova", "ns", "hs"])
def test_a_line_may_have_several_labels(loss):
    rng = np.random.default_rng(1)
    chosen = [sorted(rng.choice([*WORDS], rng.integers(1, 3), replace=False).tolist()) for _ in range(400)]
    texts = [" ".join(WORDS[label][0] for label in each) for each in chosen]
    model = Classifier(loss=loss, **SMALL).fit(texts, chosen)
    found = model.top_k(["wave cloud", "hill"], k=2, threshold=0.3 if loss == "ova" else 0.2)
    assert [{label for label, _ in row} for row in found] == [{"sea", "sky"}, {"land"}]
    if loss == "ova":
        assert min(p for _, p in found[0]) > 0.8


def test_weights_of_classes_and_lines_move_the_balance():
    texts, labels = ["wave"] * 100, ["sea"] * 70 + ["sky"] * 30
    plain = Classifier(**SMALL).fit(texts, labels)
    heavy = Classifier(class_weight={"sky": 5.0}, **SMALL).fit(texts, labels)
    weighted = Classifier(**SMALL).fit(texts, labels, sample_weight=[1.0] * 70 + [5.0] * 30)
    balanced = Classifier(class_weight="balanced", **SMALL).fit(texts, labels)
    assert [model.predict(["wave"]) for model in (plain, heavy, weighted)] == [["sea"], ["sky"], ["sky"]]
    assert balanced.predict_proba(["wave"]).max() < 0.6
    left_out = Classifier(**SMALL).fit(texts, labels, sample_weight=[0.0] * 70 + [1.0] * 30)
    assert left_out.predict(["wave"]) == ["sky"]


def test_pretrained_vectors_make_unknown_words_known():
    vectors = KeyedVectors(2)
    vectors.add_vectors(["ship", "boat", "bird", "crow"], np.float32([[1, 0], [1, 0.1], [0, 1], [0.1, 1]]))
    texts, labels = ["ship", "bird"] * 40, ["sea", "sky"] * 40
    options = SMALL | {"vector_size": 2}
    model = Classifier(pretrained=vectors, freeze=True, **options).fit(texts, labels)
    assert model.predict(["boat", "crow"]) == ["sea", "sky"]
    assert model.wv["ship"].tolist() == [1, 0]
    moved = Classifier(pretrained=vectors, **options).fit(texts, labels)
    assert moved.wv["ship"].tolist() != [1, 0] and moved.wv["boat"].tolist() == pytest.approx([1, 0.1])
    with pytest.raises(ConfigError, match="vector_size must be that of the pretrained vectors, 2"):
        Classifier(pretrained=vectors, **SMALL)
    with pytest.raises(ConfigError, match="freeze=True needs pretrained"):
        Classifier(freeze=True)
    vectors.vectors[1, 1] = np.nan
    with pytest.raises(ConfigError, match="must be finite, got NaN"):
        Classifier(pretrained=vectors, **options)


def test_the_best_epoch_on_held_out_lines_is_kept():
    texts, labels = planted(noise=0.6, n=120)
    options = SMALL | {"epochs": 40, "alpha": 2.0, "word_ngrams": 3}
    held_out = planted(seed=9)
    short = Classifier(patience=2, **options).fit(texts, labels, validation=held_out)
    assert 2 < len(short.epoch_losses) < 40
    model = Classifier(patience=40, **options).fit(texts, labels, validation=held_out)
    last = Classifier(**options).fit(texts, labels)

    def accuracy(one):
        return np.mean([a == b for a, b in zip(one.predict(held_out[0]), held_out[1], strict=True)])

    assert accuracy(model) >= accuracy(last)


def test_calibration_makes_too_sure_probabilities_right():
    texts, labels = planted(noise=0.3, n=200)
    held_out = planted(noise=0.3, seed=4, n=1000)
    model = Classifier(**SMALL | {"epochs": 200, "alpha": 1.0, "word_ngrams": 3}).fit(texts, labels)

    def loss():
        found = model.predict_proba(held_out[0])
        return -np.log(
            [row[model.labels.index(label)] for row, label in zip(found, held_out[1], strict=True)]
        ).mean()

    before, best = loss(), model.predict(held_out[0])
    assert model.calibrate(*held_out) > 1.5
    assert loss() < 0.8 * before
    assert model.predict(held_out[0]) == best


@pytest.mark.parametrize("loss", ["softmax", "hs"])
def test_calibration_by_folds_is_near_to_that_by_many_held_out_lines(loss):
    texts, labels = planted(noise=0.3, n=200)
    model = Classifier(loss=loss, **SMALL | {"epochs": 40, "word_ngrams": 3}).fit(texts, labels)
    before = model.wv.vectors.copy()
    found = model.calibrate(texts, labels, folds=4)
    assert found == pytest.approx(model.calibrate(*planted(noise=0.3, seed=4, n=1000)), rel=0.25)
    assert found == model.calibrate(texts, labels, folds=4) > 1.1
    np.testing.assert_array_equal(model.wv.vectors, before)
    with pytest.raises(CorpusError, match="at least 4 lines with labels, one per fold, got 2"):
        model.calibrate(["wave", "cloud", "tree"], ["sea", "sky", []], folds=4)


def test_a_label_of_one_line_does_not_spoil_calibration_by_folds():
    texts, labels = planted(noise=0.2)
    model = Classifier(**SMALL).fit([*texts, "moon"], [*labels, "moon"])
    assert 0.1 < model.calibrate([*texts, "moon"], [*labels, "moon"], folds=3) < 10


def test_thresholds_may_differ_by_label():
    model = Classifier(**SMALL).fit(*planted())
    assert model.top_k(["wave"], k=3, threshold={"sea": 1.1, "sky": 1.1, "land": 0.0})[0][0][0] == "land"
    with pytest.raises(ConfigError, match="'moon', which the classifier does not know"):
        model.top_k(["wave"], threshold={"moon": 0.5})


def test_a_file_sorted_by_label_is_as_good_as_a_shuffled_one():
    texts, labels = planted(600)
    order = np.argsort(labels, kind="stable")
    model = Classifier(**SMALL).fit([texts[i] for i in order], [labels[i] for i in order])
    assert np.mean([a == b for a, b in zip(model.predict(texts), labels, strict=True)]) > 0.98


def test_bad_input_is_refused_or_has_a_defined_result(caplog):
    model = Classifier(**SMALL)
    with pytest.raises(VocabularyError, match="call fit"):
        model.predict(["wave"])
    with pytest.raises(CorpusError, match="no labels in 2 lines"):
        model.fit(["wave", "cloud"])
    with pytest.raises(ConfigError, match="prefix must be the str that labels"):
        Classifier(prefix="")
    with pytest.raises(ConfigError, match="class_weight names the label 'moon'"):
        Classifier(class_weight={"moon": 2.0}, **SMALL).fit(["wave"], ["sea"])
    for weights in ([1.0], [1.0, -1.0], [np.nan, 1.0]):
        with pytest.raises(ConfigError, match="sample_weight must be 2 finite numbers"):
            model.fit(["wave", "cloud"], ["sea", "sky"], sample_weight=weights)
        # nothing was learned, but all that was chosen has rows
        assert model.predict_proba(["wave", "wave cloud"]).shape == (2, len(model.labels)) == (2, 2)
    with caplog.at_level(logging.WARNING):
        model.fit(["__label__sea wave", "no label", "__label__sea"])
    assert "1 of 3 lines have no label" in caplog.text and "nothing to distinguish" in caplog.text
    assert model.predict(["", "unknown words", "__label__x"]) == ["sea"] * 3
    with pytest.raises(CorpusError, match="no held-out line has a label"):
        model.calibrate(["wave"], ["moon"])
    assert model.predict([]) == [] and model.predict_proba([]).shape == (0, 1)


def test_a_label_that_training_did_not_have_is_never_right():
    texts, labels = planted()
    model = Classifier(**SMALL).fit(texts, labels, validation=(["wave", "cloud"], ["moon", "sky"]))
    assert "moon" not in model.labels and model.predict(["cloud"]) == ["sky"]
    assert model.calibrate([*texts, "wave"], [*labels, "moon"]) > 0


def test_a_line_of_ten_megabytes_is_learned_and_labelled():
    line = "wave ship " * 1_000_000
    model = Classifier(**SMALL | {"epochs": 1}).fit([line, "cloud bird"] * 2, [1, 2] * 2)
    assert np.isfinite(model.wv.vectors).all()
    assert model.predict([line, ""])[0] == 1


@pytest.mark.parametrize("loss", ["softmax", "ns", "ova"])
def test_blocks_of_lines_are_answered_as_all_at_once(loss, monkeypatch):
    texts, labels = planted(60)
    model = Classifier(loss=loss, **SMALL).fit(texts, labels)
    answers = model.predict(texts), model.top_k(texts, k=2)
    monkeypatch.setattr("ns2vec.classify.prediction.BLOCK_SCORES", 7 * SMALL["vector_size"])
    assert model.predict(texts) == answers[0]
    for row, expected in zip(model.top_k(texts, k=2), answers[1], strict=True):
        assert [label for label, _ in row] == [label for label, _ in expected]
        np.testing.assert_allclose([p for _, p in row], [p for _, p in expected], rtol=1e-5)
