"""Samplers that look at the model: choices, bounds, chances, and what they do in training."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import chisquare, spearmanr

from ns2vec import Word2Vec, _kernels
from ns2vec.exceptions import ConfigError
from ns2vec.objectives import OBJECTIVES
from ns2vec.reference.aware import cosine
from ns2vec.sampling import (
    Adaptive,
    Cached,
    Dynamic,
    Hard,
    NoiseData,
    SelfAdversarial,
    Uniform,
    Warp,
    make_sampler,
)
from ns2vec.training.network import make_noise

N_WORDS = 60


@pytest.fixture
def draw_sets():
    """Return ``draw_sets(sampler, n_sets)``: what is drawn for a random model, and the model."""

    def draw(sampler, n_sets=2000, negative=5, seed=1, n_words=N_WORDS, hot_rows=0, centre=None):
        rng = np.random.default_rng(seed)
        inputs, outputs = rng.standard_normal((2, n_words, 16)).astype(np.float32)
        bound = sampler.bind(NoiseData.of_counts(np.arange(n_words, 0, -1) * 5))
        for steering in bound.source.steering:
            steering.attach(outputs, 16)
        noise = make_noise(bound, OBJECTIVES["negative_sampling"])
        kernel = _kernels.Kernel(
            inputs, [_kernels.Sampled(outputs, noise, negative)], seed=seed, hot_rows=hot_rows
        )
        work = _kernels.Workspace(kernel, n_sets)
        centres, contexts = rng.integers(0, n_words, (2, n_sets)).astype(np.int32)
        if centre is not None:
            centres[:], contexts[:] = centre
        rows, weights, _ = kernel.draw(centres, contexts=contexts, work=work)
        return SimpleNamespace(
            centres=centres, contexts=contexts, rows=rows[:, 1:], weights=weights[:, 1:], inputs=inputs,
            outputs=outputs, counts=work.take_counts(), bound=bound,
        )  # fmt: skip

    return draw


def hits_of(drawn, n_words=N_WORDS):
    """How often each row was drawn."""
    here = drawn.rows >= 0
    return np.bincount(drawn.rows[here], drawn.weights[here], n_words)


def scores_of(drawn, s):
    return drawn.outputs @ drawn.inputs[drawn.contexts[s]]


def test_dynamic_prefers_high_scores(draw_sets):
    """The mean rank of the best of m of n random rows is n / (m + 1)."""
    for m in (1, 4, 16):
        drawn = draw_sets(Dynamic(m=m, base="uniform"), negative=1)
        ranks = [
            (scores_of(drawn, s) > scores_of(drawn, s)[row]).sum() for s, row in enumerate(drawn.rows[:, 0])
        ]
        assert np.mean(ranks) == pytest.approx(N_WORDS / (m + 1), abs=1.5)


def test_best_of_m_by_chance(draw_sets):
    """P(best is the row of rank r) = ((n - r)^m - (n - r - 1)^m) / n^m, the centre being no candidate."""
    drawn = draw_sets(Dynamic(m=3, base="uniform"), n_sets=20_000, centre=(4, 9))
    scores = drawn.outputs @ drawn.inputs[9]
    order = [row for row in np.argsort(-scores) if row != 4]
    left = np.arange(len(order), -1, -1) / len(order)
    expected = left[:-1] ** 3 - left[1:] ** 3
    hits = hits_of(drawn)[order]
    assert hits_of(drawn)[4] == 0
    assert chisquare(hits, expected * hits.sum()).pvalue > 1e-3


def test_one_of_the_best_by_chance(draw_sets):
    """The second of two as often as the first: DNS(2, 2) is the base itself, without the centre."""
    drawn = draw_sets(Dynamic(m=2, top=2, base="uniform"), n_sets=20_000, centre=(4, 9))
    hits = np.delete(hits_of(drawn), 4)
    assert chisquare(hits).pvalue > 1e-3


def test_softmax_by_chance(draw_sets):
    """With all of two rows as candidates: P = q_a q_b pairs, then exp(score / T)."""
    temperature, m = 2.0, 2
    drawn = draw_sets(
        Dynamic(m=m, temperature=temperature, base="uniform"), n_sets=20_000, n_words=4, centre=(3, 1)
    )
    e = np.exp(drawn.outputs[:3] @ drawn.inputs[1] / temperature)
    expected = np.array([sum(e[a] / (e[a] + e[b]) for b in range(3)) for a in range(3)]) * 2 / 9
    hits = hits_of(drawn, 4)
    assert hits[3] == 0
    assert expected.sum() == pytest.approx(1.0)
    assert chisquare(hits[:3], expected * hits.sum()).pvalue > 1e-3


def test_ranks_by_chance(draw_sets):
    """AOBPR: factors by |h| sigma, ranks by exp(-r / lambda), summed over the factors."""
    drawn = draw_sets(Adaptive(form="rank", scale=0.1, base="uniform"), n_sets=20_000, centre=(4, 9))
    hidden, outputs = drawn.inputs[9].astype(np.float64), drawn.outputs.astype(np.float64)
    shares = np.abs(hidden) * outputs.std(axis=0)
    chances = np.exp(-np.arange(N_WORDS) / 6.0)
    expected = np.zeros(N_WORDS)
    for f, share in enumerate(shares / shares.sum()):
        expected[np.argsort(-np.sign(hidden[f]) * outputs[:, f])] += share * chances / chances.sum()
    expected[4] = 0.0
    hits = hits_of(drawn)
    kept = np.delete(expected / expected.sum() * hits.sum(), 4)
    assert chisquare(np.delete(hits, 4), kept).pvalue > 1e-3


def test_a_pool_is_drawn_from_evenly(draw_sets):
    drawn = draw_sets(Cached(size=8, extra=60, every=60_000), n_sets=20_000, centre=(4, 9))
    pool = drawn.bound.source.draws.rows[4]
    hits = hits_of(drawn)
    assert len(set(pool.tolist())) == 8
    assert set(np.flatnonzero(hits)) == set(pool.tolist())
    assert chisquare(hits[pool]).pvalue > 1e-3


MARGINS = [
    Hard(m=20, near="input", margin=0.05, duplicates=1.0),
    Hard(m=30, near="input", margin=0.5, first=1, last=12),
    Hard(m=20, margin=0.4),
    Hard(m=20, margin=0.05, duplicates=0.3),
]


@pytest.mark.parametrize("sampler", MARGINS, ids=str)
def test_no_negative_above_the_bound(draw_sets, sampler):
    """A hundred thousand draws."""
    drawn = draw_sets(sampler, n_sets=40_000)
    assert (drawn.rows >= 0).sum() > 100_000
    shown = drawn.inputs[drawn.contexts].astype(np.float64)
    scores = np.einsum("nd,nkd->nk", shown, drawn.outputs.astype(np.float64)[drawn.rows])
    seen = np.einsum("nd,nd->n", shown, drawn.outputs.astype(np.float64)[drawn.centres])
    units = drawn.inputs / np.linalg.norm(drawn.inputs, axis=1, keepdims=True)
    cosines = np.einsum("nd,nkd->nk", units[drawn.centres], units[drawn.rows])
    here = drawn.rows >= 0
    if sampler.near == "input":
        bound = seen - sampler.margin * np.abs(seen)
        assert (scores <= bound[:, None] + 1e-5)[here].all()
    else:
        assert (cosines <= 1.0 - sampler.margin + 1e-6)[here].all()
    assert (cosines <= sampler.duplicates + 1e-6)[here].all()
    assert (drawn.weights[here] == 1).all()


def test_near_duplicates_of_the_positive_are_left_out(draw_sets):
    """Without the bound the nearest rows come, with it they do not."""
    free, bound = (
        draw_sets(Hard(m=60, near="positive", margin=0.0, duplicates=limit)) for limit in (1.0, 0.3)
    )

    def highest(drawn):
        pairs = zip(drawn.centres, drawn.rows, strict=True)
        return max(
            cosine(drawn.inputs[c], drawn.inputs[row]) for c, rows in pairs for row in rows if row >= 0
        )

    assert highest(free) > 0.5
    assert highest(bound) <= 0.3 + 1e-6


def test_short_sets_are_counted(draw_sets):
    drawn = draw_sets(Hard(m=8, near="positive", margin=0.9))
    short = (drawn.rows < 0).any(axis=1).sum()
    assert 0 < short == drawn.counts["n_short"]


def test_self_adversarial_weights(draw_sets):
    """K times the softmax of alpha times the scores; a row that was drawn twice has two shares."""
    drawn = draw_sets(SelfAdversarial(alpha=0.8))
    np.testing.assert_allclose(drawn.weights.sum(axis=1), 5.0, rtol=1e-5)
    for s in range(200):
        here = drawn.rows[s] >= 0
        if here.all():
            expected = np.exp(0.8 * scores_of(drawn, s)[drawn.rows[s]])
            np.testing.assert_allclose(drawn.weights[s], 5 * expected / expected.sum(), rtol=1e-4)


def test_warp_tells_the_rank_of_the_positive(draw_sets):
    """Weights against log ranks among all negatives, by brute force (Weston et al. 2011)."""
    drawn = draw_sets(Warp(tries=300), n_sets=300, negative=40, n_words=400)
    ranks = []
    for s, centre in enumerate(drawn.centres):
        scores = scores_of(drawn, s)
        violators = np.delete(scores > scores[centre] - 1.0, centre)
        ranks.append(violators.sum())
        here = drawn.rows[s] >= 0
        assert (scores[drawn.rows[s, here]] > scores[centre] - 1.001).all()
    found = np.where(drawn.rows >= 0, drawn.weights, 0.0).sum(axis=1) / 40
    assert spearmanr(found, ranks).statistic > 0.9
    assert drawn.counts["n_scores"] > 300 * 40


def test_warp_in_a_small_catalogue_has_weights_of_at_least_0(draw_sets):
    drawn = draw_sets(Warp(tries=50), n_words=2, negative=3)
    assert (drawn.weights[drawn.rows >= 0] == 0.0).all()  # log of rank 1
    assert np.isfinite(drawn.weights).all()


AWARE = ["dynamic", "hard", "hard:near=input", "adaptive:start=1", "adaptive:form=rank", "cached", "warp"]


@pytest.mark.parametrize("name", [*AWARE, "self_adversarial"])
def test_centres_and_excluded_words_never_come(draw_sets, name):
    sampler = make_sampler(name)
    sampler.exclude = {word: [0, 1, 2, (word + 1) % N_WORDS] for word in range(N_WORDS)}
    drawn = draw_sets(sampler)
    assert (drawn.rows >= 0).any()
    assert not (drawn.rows == drawn.centres[:, None]).any()
    assert not np.isin(drawn.rows, [0, 1, 2]).any()
    assert not (drawn.rows == (drawn.centres[:, None] + 1) % N_WORDS).any()


@pytest.mark.parametrize("name", [*AWARE, "self_adversarial"])
def test_hot_rows_are_seen_where_the_thread_keeps_them(draw_sets, name):
    """Copies hold the same numbers here, so the same rows are chosen; reading beside them would not."""
    plain, hot = (draw_sets(make_sampler(name), hot_rows=n) for n in (0, 25))
    np.testing.assert_array_equal(plain.rows, hot.rows)
    np.testing.assert_array_equal(plain.weights, hot.weights)


@pytest.mark.parametrize("name", [name for name in AWARE if "adaptive" not in name])
def test_hardness_of_nothing_is_the_base(draw_sets, name):
    def tame(sampler):
        sampler.annealed.until = 1e-9
        return sampler

    sampler = make_sampler(name)
    bound = sampler.bind(NoiseData.of_counts([3, 2, 1]))
    bound.source.steering[0].before(1.0)
    assert bound.source.draws.hardness == 1.0
    tame(sampler)
    bound.source.steering[0].before(0.5)
    assert bound.source.draws.hardness == 0.0


def test_hardness_is_checked():
    draws = Dynamic().bind(NoiseData.of_counts([3, 2, 1])).source.draws
    with pytest.raises(ValueError, match=r"hardness must be from 0 to 1, got 1\.5"):
        draws.hardness = 1.5


def test_draws_without_a_model_say_so():
    bound = Dynamic().bind(NoiseData.of_counts([3, 2, 1]))
    with pytest.raises(ConfigError, match="looks at the model: it draws in training only"):
        bound.sample(3)
    assert set(bound.source.draws.sample(50, centre=0).tolist()) == {1, 2}


def test_rank_lists_are_checked():
    draws = Adaptive(form="rank").bind(NoiseData.of_counts([3, 2, 1])).source.draws
    ones = np.ones(2, np.float32)
    with pytest.raises(ValueError, match=r"lists must have shape \(D, 3\)"):
        draws.set_lists(np.zeros((2, 4), np.int32), ones)
    with pytest.raises(ValueError, match="lists must hold rows below 3"):
        draws.set_lists(np.full((2, 3), 3, np.int32), ones)
    draws.set_lists(np.zeros((2, 3), np.int32), ones)
    with pytest.raises(ValueError, match=r"lists had shape \(2, 3\)"):
        draws.set_lists(np.zeros((1, 3), np.int32), ones[:1])


# ---- in training -------------------------------------------------------------------------------

TRAINED = [*AWARE, "self_adversarial", "dynamic:m=4,anneal=linear", "cached:clusters=16"]


@pytest.fixture(scope="module")
def planted():
    """Sentences of words of one of eight topics."""
    rng = np.random.default_rng(7)
    topics = rng.integers(0, 8, 3000)
    shares = 1.0 / np.arange(1, 41)
    words = [rng.choice(40, 12, p=shares / shares.sum()) for _ in topics]
    return [[f"t{topic}w{word}" for word in drawn] for topic, drawn in zip(topics, words, strict=True)]


def purity(wv):
    """Share of the ten nearest words that are of the same topic, for words seen often enough."""
    words = [word for word in wv.index_to_key if wv.get_vecattr(word, "count") > 30]
    found = [[near[:2] == word[:2] for near, _ in wv.most_similar(word, topn=10)] for word in words]
    return float(np.mean(found))


def train(sentences, sampler, **options):
    settings = {"vector_size": 24, "sg": 1, "min_count": 1, "workers": 1, "epochs": 8, "sample": 0, "seed": 3}
    return Word2Vec(sentences, sampler=sampler, **settings | options)


@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("sampler", TRAINED)
def test_topics_are_learnt(planted, sampler, sharing):
    # of each pair there are several draws in place of one of a window
    model = train(planted[: 1500 if sharing == "window" else 700], sampler, negative_sharing=sharing)
    assert purity(model.wv) > 0.6
    report = model.bound_sampler().report()
    assert report["sets"] > 0
    assert 0.0 <= report["short_sets"] < 1.0


def test_runs_repeat(planted):
    for sampler in TRAINED:
        first, second = (train(planted[:200], sampler, epochs=2).wv.vectors for _ in range(2))
        np.testing.assert_array_equal(first, second)


def test_two_threads_train_too(planted):
    for sampler in TRAINED:
        model = train(planted[:600], sampler, workers=2, epochs=2, batch_words=500)
        assert np.isfinite(model.wv.vectors).all()


def test_report_counts_scores(planted):
    report = train(planted[:300], Dynamic(m=8), epochs=1).bound_sampler().report()
    assert report["scores_per_set"] == pytest.approx(40.0)
    report = train(planted[:300], Cached(size=8, extra=24, every=4), epochs=1).bound_sampler().report()
    assert 0.7 < report["hit_rate"] < 0.76
    assert 1.2 < report["staleness"] < 1.5
    assert 8 < report["refresh_cost"] <= 24
    assert report["scores_per_set"] < 8


def test_annealing_ends_at_the_base(planted):
    report = train(planted[:300], "dynamic:anneal=linear", batch_words=200).bound_sampler().report()
    assert 0.0 <= report["hardness"] < 0.2
    assert 5 < report["scores_per_set"] < 35
    stopped = train(planted[:300], "dynamic:until=0.5", batch_words=200).bound_sampler().report()
    assert stopped["hardness"] == 0.0
    assert stopped["scores_per_set"] == pytest.approx(20.0, abs=8)


def test_adaptive_gets_harder_while_the_loss_falls(planted):
    """In the first epoch most intervals are better than the one before."""
    sampler = "adaptive:interval=6000,step=0.2"
    report = train(planted, sampler, batch_words=500, epochs=1).bound_sampler().report()
    assert report["hardness"] > 0.3
    assert report["scores_per_set"] > 8


def test_adaptive_sorts_its_ranks_again(planted):
    report = train(planted[:600], "adaptive:form=rank", batch_words=500).bound_sampler().report()
    assert report["sorts"] > 5


def test_hard_negatives_are_near_the_positive(planted, draw_trained):
    """On trained vectors, by at least 0.2 of cosine over uniform."""
    model = train(planted, "unigram")
    uniform = draw_trained(model, Uniform())
    # words of one topic are near-duplicates here
    for options, least in (({}, 0.2), ({"near": "input"}, 0.1)):
        hard = Hard(margin=0.0, duplicates=1.0, **options)
        assert draw_trained(model, hard) - uniform >= least, hard


@pytest.fixture
def draw_trained():
    """Return ``draw(model, sampler)``: mean cosine between negatives and positives of a trained model."""

    def draw(model, sampler):
        made = model._make_network()
        made.words.bound = sampler.bind(model.bound_sampler().data)
        kernel = made.kernel(model._config())
        rng = np.random.default_rng(2)
        centres = rng.integers(0, len(model.wv), 3000).astype(np.int32)
        # a context of the same topic, as in a sentence
        words = np.array([word[:2] for word in model.wv.index_to_key])
        contexts = np.array([rng.choice(np.flatnonzero(words == words[c])) for c in centres], np.int32)
        rows, weights, _ = kernel.draw(
            centres, contexts=contexts, work=_kernels.Workspace(kernel, len(centres))
        )
        units = model.wv.get_normed_vectors()
        cosines = np.einsum("nd,nkd->nk", units[centres], units[rows[:, 1:]])
        return float(np.average(cosines, weights=weights[:, 1:]))

    return draw


def test_cached_is_as_good_as_dynamic_for_a_third_of_the_work(planted):
    """Of the purity of topics at least 97 %, for at most a third of the scoring."""
    dynamic, cached = (train(planted, sampler) for sampler in ("dynamic:m=8", "cached"))
    assert purity(cached.wv) >= 0.97 * purity(dynamic.wv)
    work = [model.bound_sampler().report()["scores_per_set"] for model in (cached, dynamic)]
    assert work[0] <= work[1] / 3
