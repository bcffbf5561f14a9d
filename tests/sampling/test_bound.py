"""Bound samplers, and the model's own noise."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.sampling import Batch, Sampler, Source, Uniform, Unigram


@pytest.mark.parametrize("options", [{"centre": 10}, {"centre": -1}, {"context": 10}, {"context": -2}])
def test_keys_outside_the_vocabulary(data, options):
    bound = Unigram().bind(data)
    for ask in (lambda: bound.sample(1, **options), lambda: bound.log_q([0], **options)):
        with pytest.raises(ValueError, match="centre must be one of 10 rows"):
            ask()


def test_rows_outside_the_vocabulary_have_no_probability(data):
    assert Unigram().bind(data).log_q([-1, 10, 2**31 - 1]).tolist() == [-np.inf] * 3


def test_seeds_repeat_and_differ(data):
    bound = Unigram().bind(data)
    assert bound.sample(50, seed=3).tolist() == bound.sample(50, seed=3).tolist()
    assert bound.sample(50, seed=3).tolist() != bound.sample(50, seed=4).tolist()
    assert bound.sample(0).tolist() == []
    with pytest.raises(ValueError, match="n must be at least 0, got -1"):
        bound.sample(-1)


def test_a_batch_that_is_not_given_has_nothing_to_draw(data):
    assert Batch().bind(data).sample(5).tolist() == []


def test_a_sampler_without_a_way_to_draw(data):
    class Idle(Sampler):
        def source(self, data):
            return Source()

    with pytest.raises(ConfigError, match="has no function to draw with"):
        Idle().bind(data).sample(1)
    with pytest.raises(ConfigError, match="does not know its probabilities"):
        Idle().bind(data).log_q([0])


# ---- the model's sampler ------------------------------------------------------------------------------

SMALL = {"min_count": 1, "vector_size": 8, "sample": 0, "workers": 1, "sg": 1}


def test_a_model_knows_its_sampler(sentences):
    model = Word2Vec(**SMALL, ns_exponent=0.5)
    with pytest.raises(VocabularyError, match="call build_vocab"):
        model.bound_sampler()
    model.build_vocab(sentences)
    counts = np.sqrt(model.wv.expandos["count"])
    np.testing.assert_allclose(
        np.exp(model.bound_sampler().log_q(np.arange(4))), counts / counts.sum(), rtol=1e-6
    )
    assert model.bound_sampler() is model.bound_sampler()
    model.sampler = "uniform"
    np.testing.assert_allclose(np.exp(model.bound_sampler().log_q([3])), 0.25, rtol=1e-6)


def test_hierarchical_softmax_alone_has_a_noise_distribution_too(sentences):
    model = Word2Vec(sentences, **SMALL, hs=1, negative=0)
    assert len(model.bound_sampler().sample(5)) == 5


@pytest.mark.parametrize("sampler", ["unigram", "mixed:unigram=0.5,uniform=0.5", "batch:pool=5"])
def test_a_cumulative_table_of_the_users_own_is_drawn_from(sentences, sampler):
    """All noise on the last word."""
    model = Word2Vec(**SMALL, sampler=sampler)
    model.build_vocab(sentences)
    model.cum_table = np.array([0, 0, 0, 2**31 - 1], np.uint32)
    q = np.exp(model.bound_sampler().log_q([0, 3]))
    np.testing.assert_allclose(q, [0.125, 0.625] if "mixed" in sampler else [0.0, 1.0], rtol=1e-6)
    before = model.syn1neg.copy()
    model.train(sentences, total_examples=len(sentences), epochs=1)
    assert not np.array_equal(model.syn1neg, before)
    model.make_cum_table()
    np.testing.assert_allclose(np.exp(model.bound_sampler().log_q(np.arange(4))).sum(), 1.0, rtol=1e-6)
    assert np.exp(model.bound_sampler().log_q([0])) > 0.15


def test_a_cumulative_table_of_another_vocabulary(sentences):
    model = Word2Vec(**SMALL)
    model.build_vocab(sentences)
    model.cum_table = np.array([1, 2], np.uint32)
    with pytest.raises(ConfigError, match=r"cum_table must have one entry per word, \(4,\), got \(2,\)"):
        model.train(sentences, total_examples=1, epochs=1)


def test_filter_and_collisions_through_the_model(sentences):
    """What is excluded never becomes a negative: its output row stays where the positives put it."""
    everything = {word: list("abcd") for word in "abcd"}
    plain = Word2Vec(sentences, **SMALL, sampler=Uniform())
    filtered = Word2Vec(sentences, **SMALL, sampler=Uniform(exclude=everything))
    scores = [model.wv.vectors @ model.syn1neg.T for model in (plain, filtered)]
    # without negatives nothing pushes a score down
    assert scores[1].min() > scores[0].min()
    assert (scores[1] > 0).mean() > 0.9
