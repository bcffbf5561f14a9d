"""fastText's classifiers: read as fastText reads them, and written so that it does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ns2vec import FastText
from ns2vec.classify import Classifier, load_fasttext_classifier, save_fasttext_classifier
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.fasttext import save_facebook_model

RECORDED = Path(__file__).parent / "recorded"
SAID = json.loads((RECORDED / "predictions.json").read_text("utf-8"))
LINES = SAID["lines"]
ADDED = 1e-5  # fastText, to each probability, or at each step of a tree


@pytest.mark.parametrize("name", SAID["found"])
def test_probabilities_are_those_that_fasttext_gave(name):
    model = load_fasttext_classifier(RECORDED / name)
    found = [dict(row) for row in model.top_k(LINES, k=-1)]
    for ours, theirs in zip(found, SAID["found"][name], strict=True):
        for label, p in theirs.items():
            assert ours[label.removeprefix("__label__")] + ADDED == pytest.approx(p, abs=2.5 * ADDED)


def test_a_rounded_classifier_that_was_read_is_written_as_it_was(tmp_path):
    model = load_fasttext_classifier(RECORDED / "softmax.ftz")
    save_fasttext_classifier(model, tmp_path / "again.ftz")
    again = load_fasttext_classifier(tmp_path / "again.ftz")
    assert again.quantized["inputs"].packed() == model.quantized["inputs"].packed()
    assert again.predict_proba(LINES).tobytes() == model.predict_proba(LINES).tobytes()


@pytest.mark.parametrize("name", ["softmax.bin", "hs.bin"])
def test_a_classifier_that_was_read_is_written_with_its_bytes(name, tmp_path):
    model = load_fasttext_classifier(RECORDED / name)
    save_fasttext_classifier(model, tmp_path / name)
    again = load_fasttext_classifier(tmp_path / name)
    assert again.labels == model.labels
    assert again.predict_proba(LINES).tobytes() == model.predict_proba(LINES).tobytes()


@pytest.mark.parametrize("loss", ["softmax", "hs", "ova"])
def test_our_own_comes_back_from_a_file_of_fasttext(loss, tmp_path):
    texts = ["the plum", "an apple pie", "a saw", "the hammer"] * 10
    model = Classifier(loss=loss, vector_size=6, word_ngrams=2, min_n=2, max_n=3, bucket=500, alpha=0.5)
    model.fit(texts, ["fruit", "fruit", "tool", "tool"] * 10)
    save_fasttext_classifier(model, tmp_path / "model.bin")
    found = load_fasttext_classifier(tmp_path / "model.bin")
    lines = [*texts, "an unknown pear", ""]
    assert found.labels == model.labels
    np.testing.assert_allclose(found.predict_proba(lines), model.predict_proba(lines), atol=1e-6)
    found.partial_fit(["a pear", "a sieve"] * 40, ["fruit", "kitchen"] * 40, epochs=10)
    assert found.labels == ["tool", "fruit", "kitchen"]
    assert loss == "hs" or found.predict(["a sieve"]) == ["kitchen"]


def test_what_cannot_be_read_or_written_is_refused(tmp_path):
    vectors = FastText([["a", "b"]] * 5, min_count=1, vector_size=4, bucket=10)
    save_facebook_model(vectors, tmp_path / "vectors.bin")
    with pytest.raises(FormatError, match="expected a classifier, found cbow"):
        load_fasttext_classifier(tmp_path / "vectors.bin")
    model = Classifier(loss="nce", vector_size=4).fit(["x", "y"], [1, 2])
    with pytest.raises(ConfigError, match="not 'nce'"):
        save_fasttext_classifier(model, tmp_path / "model.bin")
    pruned = load_fasttext_classifier(RECORDED / "softmax.ftz")
    pruned.partial_fit(["x"], [pruned.labels[0]])
    with pytest.raises(ConfigError, match="pruned n-grams only with quantized matrices: call quantize"):
        save_fasttext_classifier(pruned, tmp_path / "model.bin")
