"""Counted memory beside the formula, and how both grow with the vocabulary."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.comparison.memory import count_batch_memory, expected_batch_memory, scratch_formula
from ns2vec.evaluation.facts import facts_corpus
from ns2vec.training.config import TrainingConfig

WORDS = 60_000


@cache
def sentences_of(n_types: int) -> list[list[str]]:
    """Text with so many words to know."""
    return list(facts_corpus(n_types, n_words=WORDS).sentences())


def memory(n_types: int, objective: str, **options):
    """(counted, formula) of a trained model."""
    corpus = sentences_of(n_types)
    model = Word2Vec(
        min_count=1, vector_size=16, workers=1, epochs=1, alpha=0.05, sample=0, objective=objective, **options
    )
    model.build_vocab(corpus[:2000])
    model.train(corpus[:200], total_examples=200, epochs=1)
    network, config = model._make_network(), model._config()
    kernel = network.kernel(config)
    rng = np.random.default_rng(1)
    index = model.wv.key_to_index
    chosen = [[index[word] for word in corpus[int(number)]] for number in rng.integers(2000, size=60)]
    windows = [(np.array(rows, dtype=np.int32), int(rng.integers(len(rows)))) for rows in chosen]
    log_q = model.bound_sampler().source.log_q if objective == "negative_sampling" else None
    expected = expected_batch_memory(
        kernel, 20_000, windows, objective=objective, counts=np.asarray(model.wv.expandos["count"]),
        q=None if log_q is None else np.exp(log_q.astype(np.float64)), vector_size=16,
    )  # fmt: skip
    return count_batch_memory(network, kernel, 20_000, windows), expected, len(model.wv)


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "softmax"])
def test_counter_and_formula_agree(objective, sharing, sg):
    counted, expected, _ = memory(700, objective, sg=sg, negative_sharing=sharing)
    assert counted.scratch == pytest.approx(expected.scratch, rel=0.05)
    assert counted.window == pytest.approx(expected.window, rel=0.05)


def test_only_the_full_softmax_grows_with_the_vocabulary():
    rows = {}
    for objective in ("softmax", "negative_sampling"):
        (small, _, n_small), (large, _, n_large) = (memory(size, objective, sg=1) for size in (700, 4000))
        rows[objective] = large.window / small.window
    assert rows["softmax"] == pytest.approx(n_large / n_small, rel=0.05)
    assert rows["negative_sampling"] < 1.2


def test_hot_rows_are_in_the_formula():
    counts = np.arange(5000, 0, -1)
    from ns2vec.calculator.calibration import make_network

    config = TrainingConfig(workers=2, sg=True, hs=True, negative=0)
    network = make_network(counts, config)
    cold, hot = (network.kernel(config, n_words) for n_words in (0, 10**9))
    copies = 2 * 2 * hot.hot_rows * hot.stride * 4
    assert hot.hot_rows > 0
    assert scratch_formula(hot, 1000) - scratch_formula(cold, 1000) == copies
