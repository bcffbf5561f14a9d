"""Synthetic text looks like the corpus, and the real kernels train it."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.calculator import calibration
from ns2vec.calculator.shape import shape_of_corpus, shape_of_counts
from ns2vec.corpus import END, UNKNOWN, open_corpus


@pytest.mark.statistical
def test_synthetic_text_is_like_the_corpus(config, sentences):
    options = config(batch_words=500)
    shape = shape_of_corpus(open_corpus(sentences * 20), options)
    chunks = calibration.synthetic_chunks(shape, options, len(shape.counts))
    ids = np.concatenate([chunk.words for chunk in chunks])
    assert (
        sum(chunk.n_words for chunk in chunks) == (ids != END).sum() == pytest.approx(shape.n_words, rel=0.02)
    )
    assert sum(chunk.n_sentences for chunk in chunks) == (ids == END).sum()
    for chunk in chunks:
        assert chunk.words[-1] == END
        assert (chunk.words == END).sum() == chunk.n_sentences
        assert chunk.n_words < 500 + shape.lengths.max()
    assert all(chunk.n_words >= 500 - shape.lengths.max() for chunk in chunks[:-1])
    found = np.bincount(ids[ids >= 0], minlength=len(shape.counts))
    np.testing.assert_allclose(found[:5], shape.counts[:5], rtol=0.1)
    assert found.sum() == pytest.approx(shape.counts.sum(), rel=0.02)


def test_words_beyond_the_rows_come_as_others(config):
    shape = shape_of_counts([50] * 100 + [1] * 400, config(), sentence_words=10)
    (chunk,) = calibration.synthetic_chunks(shape, config(), 10)
    assert set(chunk.words.tolist()) == {END, UNKNOWN, *range(10)}


@pytest.mark.parametrize("options", [{}, {"sg": False}, {"hs": True, "negative": 0}, {"workers": 2}])
def test_speed_is_measured_with_the_options_of_the_run(config, options):
    shape = shape_of_counts(np.arange(1000, 0, -1), config(**options))
    found = calibration.measure_speed(shape, config(**options), seconds=0.01)
    assert found.words_per_second > 0
    assert found.setup_seconds > 0
    assert found.n_rows == len(shape.counts)


def test_a_huge_vocabulary_is_measured_in_part(config, monkeypatch):
    monkeypatch.setattr(calibration, "MATRIX_BYTES", 4 * 20 * 50)
    shape = shape_of_counts(np.arange(1000, 0, -1), config())
    assert calibration.measure_speed(shape, config(), seconds=0.0).n_rows == 50


def test_training_goes_on_until_the_time_is_over(config):
    shape = shape_of_counts([5, 5, 5], config(sample=0), sentence_words=5)
    chunks = calibration.synthetic_chunks(shape, config(), 3)
    network = calibration.make_network(shape.counts, config())
    assert calibration.train_for(network, config(), chunks, 0.0).n_words == 15
    before = network.inputs.rows.array.copy()
    assert calibration.train_for(network, config(), chunks, 0.05).n_words > 15
    assert (network.inputs.rows.array != before).any()


@pytest.mark.parametrize(
    ("options", "n_workers"),
    [({"objective": "softmax"}, 1), ({}, 3), ({"hs": True, "negative": 0}, 3)],
    ids=str,
)
def test_as_many_threads_are_measured_as_train(config, monkeypatch, options, n_workers):
    """The full softmax has one updater, whatever `workers` is."""
    started = []
    monkeypatch.setattr(calibration, "run_workers", lambda jobs, make, n, *_: started.append(n))
    chosen = config(workers=3, **options)
    network = calibration.make_network(np.array([5, 5, 5]), chosen)
    calibration.train_for(network, chosen, [], 0.0)
    assert started == [n_workers]
