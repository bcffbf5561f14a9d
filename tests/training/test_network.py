"""What an epoch trains, and what it costs: threads, memory, loss bounds."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.calculator.calibration import make_network
from ns2vec.objectives import OBJECTIVES
from ns2vec.training.config import TrainingConfig

SMALL = {"vector_size": 20, "min_count": 1, "sample": 0, "sg": 1, "epochs": 2, "batch_words": 100}


# ---- the full softmax -----------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_full_softmax_repeats_itself_with_any_number_of_workers(sentences, workers):
    """It has one updater, so nothing races."""
    runs = [Word2Vec(sentences, **SMALL, objective="softmax", workers=workers) for _ in range(3)]
    assert runs[0].wv.vectors.tobytes() == runs[1].wv.vectors.tobytes() == runs[2].wv.vectors.tobytes()
    alone = Word2Vec(sentences, **SMALL, objective="softmax", workers=1)
    assert runs[0].wv.vectors.tobytes() == alone.wv.vectors.tobytes()


# ---- memory -------------------------------------------------------------------------------------------

ROW = 112 * 4  # 100 floats, padded


@pytest.mark.parametrize(
    ("options", "has_copies"),
    [
        ({}, False),
        ({"sg": False}, False),
        ({"negative": 0, "hs": True}, True),
        ({"negative": 0, "hs": True, "sg": False}, True),
        ({"negative": 0, "hs": True, "workers": 1}, False),
        ({"hs": True}, False),
    ],
)
def test_workers_copy_hot_rows_with_hierarchical_softmax_alone(options, has_copies):
    config = TrainingConfig(**{"sg": True, "workers": 2, **options})
    network = make_network(np.arange(5000, 0, -1), config)
    assert [network.kernel(config, n_words).hot_rows > 0 for n_words in (0, 10**9)] == [False, has_copies]


@pytest.mark.parametrize(
    ("objective", "parts"),
    [
        (None, {"vectors", "syn1neg"}),
        ("negative_sampling", {"vectors", "syn1neg"}),
        ("nce", {"vectors", "syn1neg"}),
        ("sampled_softmax", {"vectors", "syn1neg"}),
        ("softmax", {"vectors", "syn1neg", "scores"}),
        ("hierarchical_softmax", {"vectors", "syn1"}),
    ],
)
def test_estimated_memory_of_each_objective(objective, parts):
    report = Word2Vec(objective=objective).estimate_memory(1000)
    assert set(report) == parts | {"vocab", "total"}
    assert {report[name] for name in parts - {"scores"}} == {1000 * ROW}
    assert report.get("scores", 0) == (10 * 1000 * 4 if objective == "softmax" else 0)
    assert report["total"] == sum(report.values()) - report["total"]


def test_every_objective_is_estimated_as_it_is_made(sentences):
    for objective in OBJECTIVES:
        model = Word2Vec(sentences[:10], **SMALL, objective=objective, workers=1)
        report = model.estimate_memory()
        for name in ("syn1", "syn1neg"):
            assert hasattr(model, name) == (name in report)


# ---- the loss of a model that knows nothing -------------------------------------------------------------


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("sampler", ["unigram", "uniform", "log_uniform", "batch:size=50", "mixed:unigram=1"])
@pytest.mark.parametrize("objective", [*OBJECTIVES, "both"])
def test_its_bound_holds_for_an_untrained_model(sentences, objective, sampler, sg):
    """Rate almost zero: output rows stay zero. The guard compares with this, so it must not be below."""
    options = {"hs": 1} if objective == "both" else {"objective": objective}
    model = Word2Vec(**(SMALL | {"sg": sg, "epochs": 1}), sampler=sampler, workers=1, **options)
    model.build_vocab(sentences)
    bound = model._make_network().loss_of_nothing(model._config())
    trained, _ = model.train(
        sentences,
        total_examples=len(sentences),
        epochs=1,
        start_alpha=1e-9,
        end_alpha=1e-9,
        compute_loss=True,
    )
    per_word = model.get_latest_training_loss() / trained
    assert per_word <= bound * (1 + 1e-6)
    assert bound < 8 * per_word  # and says something


def test_it_is_unknown_for_probabilities_of_the_users_own():
    model = Word2Vec(
        sg=1, objective="nce", sampler={"name": "pool", "options": {"lists": {"a": ["b"]}}}, min_count=1
    )
    model.build_vocab([["a", "b", "c"]])
    assert model._make_network().loss_of_nothing(model._config()) == float("inf")
