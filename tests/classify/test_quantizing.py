"""Rounded classifiers: small, nearly as good, and the same in fastText's files."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ns2vec.classify import Classifier, load_fasttext_classifier, save_fasttext_classifier
from ns2vec.classify.lines import END_OF_LINE
from ns2vec.exceptions import ConfigError, VocabularyError

RNG = np.random.default_rng(5)
WORDS = {label: [f"{label}{i}" for i in range(100)] for label in ("plum", "saw", "tern")}
LABELS = RNG.choice([*WORDS], 400).tolist()
TEXTS = [" ".join(RNG.choice(WORDS[label], 4)) for label in LABELS]


def trained(**options):
    options = {
        "vector_size": 16,
        "epochs": 10,
        "alpha": 0.5,
        "word_ngrams": 2,
        "bucket": 3000,
        "progress": False,
    } | options
    return Classifier(**options).fit(TEXTS, LABELS)


def accuracy(model):
    return np.mean([a == b for a, b in zip(model.predict(TEXTS), LABELS, strict=True)])


def test_an_eighth_of_the_bytes_is_nearly_as_good(tmp_path):
    model = trained()
    model.save(tmp_path / "model.ns2v")
    before = (tmp_path / "model.ns2v").stat().st_size
    for options in ({"width": 8}, {"keep": len(model._core.inputs.rows) // 2}):
        small = model.quantize(**options)
        save_fasttext_classifier(small, tmp_path / "small.ftz")
        assert (tmp_path / "small.ftz").stat().st_size < before / 3  # centroids are most of so small a file
        assert accuracy(small) > accuracy(model) - 0.01
    assert not model.quantized


@pytest.mark.parametrize("loss", ["softmax", "hs", "ova"])
@pytest.mark.parametrize("options", [{"outputs": True}, {"keep": 500, "has_lengths": True, "width": 3}])
def test_a_rounded_classifier_comes_back_from_its_file(loss, options, tmp_path):
    small = trained(loss=loss, min_n=2, max_n=3).quantize(**options)
    save_fasttext_classifier(small, tmp_path / "small.ftz")
    found = load_fasttext_classifier(tmp_path / "small.ftz")
    lines = [*TEXTS[:50], "an unknown plum7", ""]
    places = [found.labels.index(label) for label in small.labels]
    np.testing.assert_allclose(found.predict_proba(lines)[:, places], small.predict_proba(lines), atol=1e-6)
    save_fasttext_classifier(found, tmp_path / "again.ftz")
    assert (tmp_path / "again.ftz").read_bytes() == (tmp_path / "small.ftz").read_bytes()


def test_the_longest_rows_and_the_end_of_a_line_are_kept():
    model = trained(min_count=1)
    small = model.quantize(keep=100, width=1)
    rows = model._core.inputs.rows
    assert len(small._core.inputs.rows) == 100 and END_OF_LINE in small.wv
    least = np.sort(np.linalg.norm(rows, axis=1))[-99]
    for word in small.wv.index_to_key:
        assert word == END_OF_LINE or np.linalg.norm(model.wv[word]) >= least
    order = [model.wv.key_to_index[word] for word in small.wv.index_to_key]
    assert (
        order == sorted(order)
        and small._core.inputs.counts.tolist() == model._core.inputs.counts[order].tolist()
    )


def test_what_is_trained_on_is_not_rounded_any_more():
    small = trained().quantize()
    assert small.quantized and not copy.deepcopy(small).quantized
    small.partial_fit(["new words"], ["plum"])
    assert not small.quantized and "words" in small.wv
    assert not trained().quantize().fit(TEXTS, LABELS).quantized


def test_without_n_grams_only_words_are_rounded(tmp_path):
    small = trained(word_ngrams=1).quantize(keep=300)
    save_fasttext_classifier(small, tmp_path / "small.ftz")
    assert load_fasttext_classifier(tmp_path / "small.ftz").predict(TEXTS) == small.predict(TEXTS)
    with pytest.raises(VocabularyError, match="call fit"):
        Classifier().quantize()
    for wrong in ({"width": 0}, {"keep": 0}, {"seed": -1}):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            small.quantize(**wrong)


def test_fasttext_finds_the_same_labels(tmp_path):
    fasttext = pytest.importorskip("fasttext", reason="pip install ns2vec[test-fasttext]")
    for options in ({}, {"keep": 500, "has_lengths": True, "outputs": True}):
        small = trained(min_n=2, max_n=4).quantize(**options)
        save_fasttext_classifier(small, tmp_path / "small.ftz")
        theirs = fasttext.load_model(str(tmp_path / "small.ftz"))
        for line, row in zip(TEXTS[:50], small.top_k(TEXTS[:50]), strict=True):
            ((p, label),) = theirs.f.predict(f"{line}\n", 1, 0.0, "strict")
            assert label == f"__label__{row[0][0]}"
            assert p == pytest.approx(row[0][1] + 1e-5, abs=3e-5)
