"""Batches, pools and mixtures: what they draw and what they say of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.sampling import Batch, Cached, FromCallable, Mixed, NoiseData, Pool, Random, Uniform, Unigram

N_DRAWS = 1_000_000


def agrees(bound, **key):
    """p-value of a million draws under the sampler's own log q."""
    n_words = bound.data.n_words
    q = np.exp(bound.log_q(np.arange(n_words), **key))
    assert q.sum() == pytest.approx(1.0, abs=1e-6)
    drawn = np.bincount(bound.sample(N_DRAWS, seed=5, **key), minlength=n_words)
    assert not drawn[q == 0].any()
    return chisquare(drawn[q > 0], q[q > 0] / q.sum() * N_DRAWS).pvalue


MIXTURES = {
    "static": Mixed(unigram=0.7, uniform=0.2, log_uniform=0.1),
    "weights that do not sum to 1": Mixed(random=3, uniform=1),
    "with lists": Mixed([(Pool({0: [1, 2, 9], 3: [4]}), 0.4), (Uniform(), 0.6)]),
    "with forbidden words": Mixed([(Pool({0: [0, 1]}, kind="forbidden"), 0.5), (Unigram(), 0.5)]),
    "nested": Mixed([(Mixed(uniform=0.5, random=0.5), 0.5), (Unigram(exponent=0), 0.5)]),
}


@pytest.mark.statistical
@pytest.mark.parametrize("name", MIXTURES)
@pytest.mark.parametrize("centre", [0, 3, 5])
def test_log_q_of_a_mixture_agrees_with_its_histogram(data, name, centre):
    assert agrees(MIXTURES[name].bind(data), centre=centre) > 1e-3


def test_log_q_of_a_mixture_by_hand(data):
    bound = Mixed(random=3, uniform=1).bind(data)
    share = data.counts / data.counts.sum()
    np.testing.assert_allclose(np.exp(bound.log_q(np.arange(10))), 0.75 * share + 0.025, rtol=1e-5)


@pytest.mark.statistical
@pytest.mark.parametrize("centre", [0, 2, 7])
@pytest.mark.parametrize("kind", ["allowed", "forbidden"])
def test_lists_draw_with_the_probability_they_say(data, kind, centre):
    lists = {0: [3, 5, 9], 2: [0, 1, 2]}
    assert agrees(Pool(lists, kind=kind).bind(data), centre=centre) > 1e-3


def test_probabilities_of_lists_by_hand(data):
    allowed = Pool({0: [3, 5, 9]}).bind(data)
    np.testing.assert_allclose(np.exp(allowed.log_q([3, 5, 9])), 1 / 3)
    assert allowed.log_q([0]) == -np.inf
    np.testing.assert_allclose(np.exp(allowed.log_q(np.arange(10), centre=1)), data.noise, rtol=1e-5)
    forbidden = Pool({0: [3, 5, 9]}, kind="forbidden").bind(data)
    rest = 1 - data.noise[[3, 5, 9]].sum()
    np.testing.assert_allclose(np.exp(forbidden.log_q([0, 1])), data.noise[:2] / rest, rtol=1e-5)


def test_explicit_negatives_come_once_each(data):
    bound = Pool({0: [3, 5, 7, 9], 1: [2, 4]}, kind="explicit").bind(data)
    drawn = [bound.sample(3, seed=seed).tolist() for seed in range(2000)]
    assert all(len(set(rows)) == 3 for rows in drawn)
    assert chisquare(np.bincount(np.ravel(drawn), minlength=10)[[3, 5, 7, 9]]).pvalue > 1e-3
    assert bound.sample(9, centre=1).tolist() == [2, 4]
    np.testing.assert_allclose(np.exp(bound.log_q([3], k=3)), 1 / 4)
    np.testing.assert_allclose(np.exp(bound.log_q([2], centre=1, k=8)), 1 / 8)  # once among 8


def test_a_key_of_its_own_and_none(data):
    """Keyed on the context, and asked for a whole window: there is no key, so the fallback draws."""
    bound = Pool({3: [1]}, key="context", fallback=Uniform()).bind(data)
    assert set(bound.sample(100, context=3).tolist()) == {1}
    assert len(set(bound.sample(1000).tolist())) == 10
    np.testing.assert_allclose(np.exp(bound.log_q([5])), 0.1, rtol=1e-6)
    assert bound.source.needs_pairs


def test_what_a_fallback_needs_is_needed(data):
    inner = Pool({3: [1]}, key="context")
    assert Pool({0: [2]}, fallback=inner).bind(data).source.needs_pairs
    assert Mixed([(inner, 0.5), (Uniform(), 0.5)]).bind(data).source.needs_pairs


def test_a_fallback_that_looks_at_the_model_is_steered(data):
    bound = Pool({0: [2]}, fallback=Cached(anneal="rise")).bind(data)
    (steering,) = bound.source.steering
    steering.before(0.25)
    assert bound.report()["hardness"] == 0.25


def test_a_list_that_forbids_everything_draws_nothing(data):
    bound = Pool({0: range(10)}, kind="forbidden").bind(data)
    assert bound.sample(5).tolist() == []
    assert (bound.log_q(np.arange(10)) == -np.inf).all()
    nearly = Pool({0: range(1, 10)}, kind="forbidden").bind(data)
    assert set(nearly.sample(50).tolist()) == {0}
    assert nearly.log_q([0]) == pytest.approx(0.0, abs=1e-5)


@pytest.mark.statistical
def test_batches_draw_their_positions_alike(data):
    batch = np.array([0, 0, 0, 4, 7, 7])
    drawn = np.bincount(Batch().bind(data).sample(N_DRAWS, batch=batch, seed=2), minlength=10)
    assert chisquare(drawn[[0, 4, 7]], np.array([3, 1, 2]) / 6 * N_DRAWS).pvalue > 1e-3
    assert drawn.sum() == N_DRAWS


def test_log_q_of_a_batch_is_the_share_among_trained_words(data):
    kept = np.linspace(0.1, 1.0, 10)
    thinned = NoiseData(data.counts, data.noise, kept)
    share = data.counts * kept
    np.testing.assert_allclose(
        np.exp(Batch().bind(thinned).log_q(np.arange(10))), share / share.sum(), rtol=1e-5
    )
    np.testing.assert_allclose(
        np.exp(Batch(pool=8).bind(thinned).log_q(np.arange(10))), data.noise, rtol=1e-5
    )


def test_a_pool_larger_than_the_vocabulary(sentences):
    model = Word2Vec(sentences, min_count=1, vector_size=8, sampler="batch:size=5,pool=1000", sg=1)
    assert np.isfinite(model.wv.vectors).all()
    assert model.syn1neg.any()


def test_lists_from_a_file(write_text, named_data):
    path = write_text("a b c\n\nd a\n", "lists.txt")
    pool = Pool(path)
    assert pool.lists == {"a": ["b", "c"], "d": ["a"]}
    assert set(pool.bind(named_data).sample(50, centre=0).tolist()) == {1, 2}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Pool(None), "pool needs lists"),
        (lambda: Pool({}, kind="perhaps"), "kind must be one of allowed, forbidden, explicit"),
        (lambda: Pool({}, key="both"), "key centre or context, got 'allowed' and 'both'"),
        (lambda: Mixed(), "mixed needs samplers with positive weights"),
        (lambda: Mixed(unigram=-1), "positive weights"),
        (lambda: Mixed(unigram="half"), "positive weights"),
        (lambda: Mixed(dice=1), "unknown sampler 'dice'"),
        (lambda: Batch(size=0), "size must be a whole number of at least 1"),
        (lambda: Batch(size="big"), "size must be a whole number of at least 1, got 'big'"),
        (lambda: Batch(pool=1.5), "pool must be a whole number of at least 0, got 1.5"),
    ],
)
def test_options_that_cannot_work(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


@pytest.mark.parametrize(
    ("sampler", "message"),
    [
        (Pool({"x": ["y"]}), "pool: none of its 1 words is in the vocabulary"),
        (Pool({"a": "bcd"}), "expected a list of words for 'a', got the text 'bcd'"),
        (Pool({"a": ["b"]}, fallback=Batch()), "pool cannot fall back on Batch"),
        (
            Pool({"a": ["b"]}, kind="forbidden", fallback=Pool({"a": ["c"]})),
            "needs a fallback with one distribution",
        ),
        (Mixed([(FromCallable(lambda n, generator: n), 1.0)]), "mixed cannot hold a Python function"),
        (Mixed([(Batch(5), 1.0), (Batch(6), 1.0)]), "in-batch samplers of one size"),
        (Mixed([(Batch(pool=6), 1.0)]), "no shared pool"),
    ],
    ids=str,
)
def test_combinations_that_cannot_work(named_data, sampler, message):
    with pytest.raises(ConfigError, match=message):
        sampler.bind(named_data)


def test_rows_outside_the_vocabulary(data):
    with pytest.raises(ConfigError, match="row 10 is outside the vocabulary of 10 words"):
        Pool({0: [10]}).bind(data)


def test_a_pool_by_context_needs_pairs(sentences):
    sampler = Pool({"a": ["b"]}, key="context")
    with pytest.raises(ConfigError, match="needs sg=1 and negative_sharing='pair'"):
        Word2Vec(sentences, min_count=1, vector_size=8, sampler=sampler, sg=1)
    model = Word2Vec(sentences, min_count=1, vector_size=8, sampler=sampler, sg=1, negative_sharing="pair")
    assert model.syn1neg.any()


def test_mixed_takes_samplers_and_names_alike(data):
    by_name, by_object = Mixed(random=0.5, uniform=0.5), Mixed([(Random(), 1), (Uniform(), 1)])
    assert by_name.bind(data).sample(100).tolist() == by_object.bind(data).sample(100).tolist()
