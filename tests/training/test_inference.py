"""Scores, probabilities and perplexity of trained models."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import FromCallable, Pool

SMALL = {"vector_size": 20, "min_count": 1, "sample": 0, "workers": 1, "epochs": 10, "alpha": 0.05}
NAMES = [*OBJECTIVES, "both"]


@pytest.fixture(scope="module")
def models(sentences):
    """Return ``models(objective, sg)``, each trained once."""
    trained = {}

    def model_of(objective, sg):
        if (objective, sg) not in trained:
            options = {"hs": 1} if objective == "both" else {"objective": objective}
            trained[objective, sg] = Word2Vec(sentences, **SMALL, sg=sg, **options)
        return trained[objective, sg]

    return model_of


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("objective", NAMES)
def test_probabilities_are_a_distribution_that_has_learned(models, objective, sg):
    """Words of the context's own topic are the likelier ones."""
    model = models(objective, sg)
    shares = model.predict_proba(["fruit1", "fruit2", "unknown"])
    assert shares.shape == (20,)
    assert shares.sum() == pytest.approx(1.0, abs=1e-6)
    of_topic = sum(shares[model.wv.key_to_index[f"fruit{i}"]] for i in range(10))
    assert of_topic > 0.8


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("objective", NAMES)
def test_perplexity_falls_from_the_vocabulary_to_the_topic(models, sentences, objective, sg):
    """Twenty words without knowledge, ten when the topic is known."""
    untrained = Word2Vec(**SMALL, sg=sg)
    untrained.build_vocab(sentences)
    assert untrained.perplexity(sentences[:50]) == pytest.approx(20.0, rel=0.02)
    assert 8.0 < models(objective, sg).perplexity(sentences[:50]) < 13.0


def test_perplexity_is_the_mean_over_windows(models):
    model = models("softmax", 1)
    pair = ["fruit1", "tool3"]
    shares = [model.predict_proba([a])[model.wv.key_to_index[b]] for a, b in (pair, pair[::-1])]
    assert model.perplexity([pair, ["fruit1"], []]) == pytest.approx(np.exp(-np.log(shares).mean()))
    cbow = models("softmax", 0)
    three = ["fruit1", "fruit2", "fruit3"]
    around = [[w for w in three if w != centre] for centre in three]
    logs = [
        np.log(cbow.predict_proba(a)[cbow.wv.key_to_index[c]]) for a, c in zip(around, three, strict=True)
    ]
    assert cbow.perplexity([three]) == pytest.approx(np.exp(-np.mean(logs)))


def test_perplexity_in_blocks(models, sentences, monkeypatch):
    model = models("nce", 1)
    whole = model.perplexity(sentences[:20])
    monkeypatch.setattr("ns2vec.training.inference.BLOCK_SCORES", 20 * 7)
    assert model.perplexity(sentences[:20]) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("given", [[], [["fruit1"]], [["unknown", "words"]]])
def test_perplexity_of_nothing(models, given):
    with pytest.raises(VocabularyError, match="needs a sentence with two words"):
        models("nce", 1).perplexity(given)


# ---- scores --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", [name for name in OBJECTIVES if name != "hierarchical_softmax"])
def test_relation_scores(models, objective):
    model = models(objective, 1)
    friends, strangers = [f"fruit{i}" for i in range(2, 8)], [f"tool{i}" for i in range(6)]
    raw = model.relation_score("fruit1", friends + strangers, calibrated=False)
    rows = [model.wv.key_to_index[word] for word in friends + strangers]
    np.testing.assert_allclose(raw, model.syn1neg[rows].astype(float) @ model.wv["fruit1"], rtol=1e-6)
    assert raw[:6].mean() - raw[6:].mean() > 2
    # calibrated scores are log probabilities up to one constant
    calibrated = model.relation_score("fruit1", friends + strangers)
    constant = np.log(model.predict_proba(["fruit1"])[rows]) - calibrated
    np.testing.assert_allclose(constant, constant[0], atol=1e-9)


def test_calibration_adds_the_noise_back(models):
    model = models("negative_sampling", 1)
    others = ["fruit2", "tool3"]
    rows = [model.wv.key_to_index[word] for word in others]
    difference = model.relation_score("fruit1", others) - model.relation_score(
        "fruit1", others, calibrated=False
    )
    np.testing.assert_allclose(difference, model.bound_sampler().log_q(rows))


@pytest.mark.parametrize("objective", ["nce", "sampled_softmax"])
def test_calibration_needs_no_noise_distribution_where_training_took_it_out(sentences, objective):
    sampler = Pool({"fruit1": ["fruit1", "tool3"]})
    model = Word2Vec(sentences[:50], **SMALL, objective=objective, sampler=sampler)
    assert model.predict_proba(["fruit1"]).sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "sampler",
    [Pool({"fruit1": ["tool3"]}), FromCallable(lambda n, generator: generator.integers(0, 20, n))],
    ids=str,
)
def test_negative_sampling_without_a_noise_distribution_cannot_be_calibrated(sentences, sampler):
    model = Word2Vec(sentences[:50], **SMALL, sampler=sampler)
    for ask in (
        lambda: model.predict_proba(["fruit1"]),
        lambda: model.perplexity(sentences[:5]),
        lambda: model.relation_score("fruit1", ["tool1"]),
    ):
        with pytest.raises(ConfigError, match="no single noise distribution to calibrate with"):
            ask()
    assert np.isfinite(model.relation_score("fruit1", ["tool1"], calibrated=False)).all()


def test_hierarchical_softmax_alone_has_no_scores_of_words(models):
    model = models("hierarchical_softmax", 1)
    with pytest.raises(ConfigError, match="relation_score needs output vectors of words"):
        model.relation_score("fruit1", ["tool1"])
    with pytest.raises(RuntimeError, match="predict_output_word needs output vectors of words"):
        model.predict_output_word(["fruit1"])


def test_unknown_words(models):
    model = models("nce", 1)
    with pytest.raises(KeyError):
        model.relation_score("unknown", ["fruit1"])
    with pytest.raises(KeyError):
        model.relation_score("fruit1", ["unknown"])
    with pytest.raises(VocabularyError, match=r"none of \['unknown'\] is in the vocabulary"):
        model.predict_proba(["unknown"])


def test_gensims_prediction_is_the_softmax_of_raw_scores(models, caplog):
    model = models("negative_sampling", 0)
    best = model.predict_output_word(["fruit1", "fruit2", "unknown"], topn=20)
    hidden = (model.wv["fruit1"] + model.wv["fruit2"]) / 2
    shares = np.exp(model.syn1neg @ hidden)
    shares /= shares.sum()
    assert [word for word, _ in best] == [
        model.wv.index_to_key[row] for row in np.argsort(-shares, kind="stable")
    ]
    np.testing.assert_allclose([share for _, share in best], np.sort(shares)[::-1], rtol=1e-5)
    assert len(model.predict_output_word(["fruit1"])) == 10
    with caplog.at_level("WARNING", logger="ns2vec"):
        assert model.predict_output_word(["unknown"]) is None
    assert "All the input context words are out-of-vocabulary" in caplog.text
