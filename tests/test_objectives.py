"""What each objective learns: a planted joint distribution of word pairs, known in full."""

from __future__ import annotations

import ctypes
import itertools
from functools import cache

import numpy as np
import pytest
from scipy import LowLevelCallable
from scipy.special import expit

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.objectives import OBJECTIVES, SOFTMAX_MAX_WORDS, Objective, SampledSoftmax, choose_objective

# ---- the planted joint -------------------------------------------------------------------------------

N_WORDS = 60
N_SENTENCES = 200_000


class Uncorrected(SampledSoftmax):
    """Sampled softmax without its correction, to measure what the correction does."""

    name = "uncorrected"
    with_offsets = False


@pytest.fixture(autouse=True)
def uncorrected(monkeypatch):
    monkeypatch.setitem(OBJECTIVES._entries, "uncorrected", Uncorrected)


@cache
def planted_joint():
    """A symmetric joint distribution of 60 x 60 words, all positive, and sentences of two words from it."""
    rng = np.random.default_rng(7)
    frequency = 1 / np.sqrt(np.arange(1, N_WORDS + 1))
    taste = rng.normal(size=(N_WORDS, 8)) * 0.45
    joint = np.outer(frequency, frequency) * np.exp(taste @ taste.T)
    joint /= joint.sum()
    drawn = rng.choice(N_WORDS**2, N_SENTENCES, p=joint.ravel())
    names = np.array([f"w{i}" for i in range(N_WORDS)])
    return joint, list(zip(names[drawn // N_WORDS].tolist(), names[drawn % N_WORDS].tolist(), strict=True))


@cache
def trained(objective):
    """A model of the joint, and the joint in the order of its rows."""
    joint, sentences = planted_joint()
    model = Word2Vec(
        sentences, vector_size=60, window=1, sample=0, min_count=1, sg=1, objective=objective,
        epochs=3 if objective == "softmax" else 10,  # every word of each step: it learns, and costs, more
        alpha=0.1, negative=5, workers=1,
    )  # fmt: skip
    order = [int(word[1:]) for word in model.wv.index_to_key]
    return model, joint[np.ix_(order, order)]


def conditional(joint):
    return joint / joint.sum(axis=1, keepdims=True)


def kl_to_truth(joint, found):
    """Expected divergence of the found conditionals from the true ones, over true contexts, in nats."""
    return float((joint * np.log(conditional(joint) / found)).sum())


def calibrated(model):
    return np.array([model.predict_proba([word]) for word in model.wv.index_to_key])


def scores_of(model):
    return model.wv.vectors.astype(np.float64) @ model.syn1neg.T


def softmax_of(scores):
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("objective", "bound"),
    [("softmax", 0.01), ("nce", 0.01), ("sampled_softmax", 0.012), ("negative_sampling", 0.01)],
)
def test_probabilities_come_close_to_the_truth(objective, bound):
    """KL to the distribution that the sentences were drawn from (not to their own frequencies)."""
    model, joint = trained(objective)
    assert kl_to_truth(joint, calibrated(model)) <= bound


@pytest.mark.statistical
def test_nce_normalises_itself():
    model, joint = trained("nce")
    log_z = np.log(np.exp(scores_of(model)).sum(axis=1))
    assert abs(joint.sum(axis=1) @ log_z) <= 0.1


@pytest.mark.statistical
def test_the_correction_of_sampled_softmax_is_needed():
    """Without log q the scores tend to log P / q, so their softmax is far off."""
    found = {
        name: kl_to_truth(trained(name)[1], calibrated(trained(name)[0]))
        for name in ("sampled_softmax", "uncorrected")
    }
    assert found["sampled_softmax"] <= found["uncorrected"] / 3


@pytest.mark.statistical
def test_negative_sampling_needs_its_noise_back():
    model, joint = trained("negative_sampling")
    raw = kl_to_truth(joint, softmax_of(scores_of(model)))
    assert kl_to_truth(joint, calibrated(model)) < raw / 10
    assert raw > 0.05


@pytest.mark.statistical
def test_negative_sampling_scores_are_shifted_pmi():
    """Levy & Goldberg 2014: x.y = log P(w | c) / Pn(w) - log k."""
    model, joint = trained("negative_sampling")
    shifted = np.log(conditional(joint)) - model.bound_sampler().log_q(np.arange(N_WORDS)) - np.log(5)
    assert np.corrcoef(scores_of(model).ravel(), shifted.ravel())[0, 1] >= 0.98


# ---- hierarchical softmax ------------------------------------------------------------------------------


@pytest.mark.parametrize("sg", [0, 1])
def test_hierarchical_softmax_is_a_distribution(sg):
    sentences = planted_joint()[1][:20_000]
    model = Word2Vec(sentences, vector_size=20, min_count=1, sg=sg, hs=1, negative=0, workers=1)
    for words in (["w0"], ["w3", "w59"]):
        assert model.predict_proba(words).sum() == pytest.approx(1.0, abs=1e-6)
    assert model.perplexity(sentences[:2000]) < N_WORDS * 0.9


@pytest.mark.parametrize("sg", [0, 1])
def test_hierarchical_softmax_and_negative_sampling_train_together(sg):
    sentences = planted_joint()[1][:2000]
    options = {"vector_size": 20, "min_count": 1, "sg": sg, "workers": 1}
    both = Word2Vec(sentences, **options, hs=1, negative=5)
    alone = [Word2Vec(sentences, **options, hs=1, negative=0), Word2Vec(sentences, **options)]
    assert both.syn1.any()
    assert both.syn1neg.any()
    assert not hasattr(alone[0], "syn1neg")
    assert not hasattr(alone[1], "syn1")
    for other in alone:
        assert not np.array_equal(both.wv.vectors, other.wv.vectors)


# ---- choosing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_words", "expected"), [(SOFTMAX_MAX_WORDS, "softmax"), (SOFTMAX_MAX_WORDS + 1, "negative_sampling")]
)
def test_auto_is_decided_by_the_vocabulary(n_words, expected, caplog):
    sentences = [[str(i), str((i + 1) % n_words)] for i in range(n_words)]
    with caplog.at_level("INFO", logger="ns2vec"):
        auto = Word2Vec(sentences, min_count=1, vector_size=8, workers=1, objective="auto", negative=2)
    named = Word2Vec(sentences, min_count=1, vector_size=8, workers=1, objective=expected, negative=2)
    assert np.array_equal(auto.wv.vectors, named.wv.vectors)
    assert f"objective 'auto' is {expected}: the vocabulary has {n_words} words" in caplog.text


def test_an_objective_goes_before_hs(caplog):
    with caplog.at_level("WARNING", logger="ns2vec"):
        model = Word2Vec(hs=1, objective="nce")
    assert "hs=1 has no effect: objective='nce' is trained alone" in caplog.text
    assert model.hs == 0
    assert Word2Vec(objective="hierarchical_softmax", negative=5).negative == 0


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"outputs": "some"}, "outputs must be one of sampled, path, all, got 'some'"),
        ({"on_collision": "cry"}, "on_collision must be one of redraw, skip, keep, got 'cry'"),
        ({"link": "tanh"}, "link must be one of logistic, softmax, bpr, hinge, got 'tanh'"),
        ({"link": "logistic", "outputs": "all"}, "link must be one of softmax, got 'logistic'"),
        ({"link": "softmax", "outputs": "path"}, "link must be one of logistic, got 'softmax'"),
        ({"link": len}, r"expected a scipy\.LowLevelCallable"),
    ],
)
def test_an_objective_that_cannot_be_followed(monkeypatch, facts, message):
    monkeypatch.setitem(OBJECTIVES._entries, "wrong", type("Wrong", (Objective,), facts))
    with pytest.raises(ConfigError, match=message):
        choose_objective("wrong", 10)


def test_what_is_no_objective(monkeypatch):
    monkeypatch.setitem(OBJECTIVES._entries, "wrong", dict)
    with pytest.raises(ConfigError, match="objective 'wrong' must be a subclass of Objective"):
        choose_objective("wrong", 10)


# ---- a link of the user's own --------------------------------------------------------------------------

LINK = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p, ctypes.c_int, *[ctypes.POINTER(ctypes.c_float)] * 4)


def logistic_in_python(user_data, m, scores, labels, weights, offsets):
    """The built-in logistic link once more, offsets included."""
    loss = 0.0
    for j in range(m):
        score = scores[j] - (offsets[j] if offsets else 0.0)
        loss += weights[j] * (np.logaddexp(0.0, score) - labels[j] * score)
        scores[j] = (labels[j] - expit(score)) * weights[j]
    return loss


@pytest.mark.parametrize("backend", ["fused", "blas"])
@pytest.mark.parametrize("options", [{"sg": 0}, {"sg": 1}, {"sg": 1, "negative_sharing": "pair"}], ids=str)
@pytest.mark.parametrize("copied", ["negative_sampling", "nce"])
def test_a_link_in_machine_code_replaces_the_built_in(monkeypatch, copied, options, backend):
    link = LowLevelCallable(LINK(logistic_in_python))
    own = type("Own", (OBJECTIVES[copied],), {"name": "own", "link": link})
    monkeypatch.setitem(OBJECTIVES._entries, "own", own)
    sentences = [[a, b, c] for a, b, c in itertools.permutations("abcde", 3)]
    runs = [
        Word2Vec(
            sentences, min_count=1, vector_size=8, workers=1, epochs=1, objective=name, compute_loss=True,
            backend=backend, **options,
        )
        for name in (copied, "own")
    ]  # fmt: skip
    np.testing.assert_allclose(runs[1].wv.vectors, runs[0].wv.vectors, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(runs[1].syn1neg, runs[0].syn1neg, rtol=1e-4, atol=1e-6)
    assert runs[1].get_latest_training_loss() == pytest.approx(runs[0].get_latest_training_loss(), rel=1e-5)


def test_a_link_of_another_signature(monkeypatch):
    link = LowLevelCallable(ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(lambda x: x))
    monkeypatch.setitem(OBJECTIVES._entries, "own", type("Own", (Objective,), {"link": link}))
    with pytest.raises(ConfigError, match=r"expected a function double f\(void \*user_data, int m"):
        Word2Vec(objective="own")
