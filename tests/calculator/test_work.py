"""Expected pairs by enumeration, and what the oracle really does with each objective."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from ns2vec import reference
from ns2vec.calculator.calibration import make_network
from ns2vec.calculator.shape import CorpusShape, shape_of_corpus
from ns2vec.calculator.work import OUTPUTS, expect_windows, outputs_of
from ns2vec.corpus import open_corpus
from ns2vec.objectives import OBJECTIVES, Objective
from ns2vec.reference import targets
from ns2vec.reference.samplers import draw_static


def shape_with(lengths, n_sentences, kept):
    lengths = np.array(lengths)
    n_words = int(lengths @ n_sentences)
    counts = np.array([n_words])
    return CorpusShape(counts, 1, n_words, lengths, np.array(n_sentences, float), np.array(kept), 0)


def enumerate_fates(n, q, window, shrink):
    """Words, windows and pairs over all 2^n ways to drop words of one sentence, and all shrinkages."""
    totals = np.zeros(3)
    for fate in product([0, 1], repeat=n):
        length = sum(fate)
        probability = q**length * (1 - q) ** (n - length)
        reaches = range(1, window + 1) if shrink else [window]
        pairs = np.mean(
            [sum(min(t, reach) + min(length - 1 - t, reach) for t in range(length)) for reach in reaches]
        )
        totals += probability * np.array([length, length if length > 1 else 0, pairs])
    return totals


@pytest.mark.parametrize("shrink", [True, False])
@pytest.mark.parametrize("window", [1, 3, 12])
@pytest.mark.parametrize("q", [0.0, 0.3, 1.0])
def test_expectations_are_exact(config, q, window, shrink):
    shape = shape_with([1, 2, 5, 9], [4, 3, 2, 1], [q] * 4)
    expected = sum(
        times * enumerate_fates(n, q, window, shrink) for n, times in [(1, 4), (2, 3), (5, 2), (9, 1)]
    )
    found = expect_windows(shape, config(window=window, shrink_windows=shrink))
    np.testing.assert_allclose([found.n_trained, found.n_windows, found.n_pairs], expected, atol=1e-9)


class Counted:
    """Counts what the oracle's blocks and draws come to; the rows stay as they are, which takes less."""

    def __init__(self, monkeypatch):
        self.n_scored = self.n_drawn = 0.0
        draw_set = targets.Sampled.draw_set

        def count_block(inputs, outputs, labels, weights, *link):
            self.n_scored += len(inputs) * weights.sum()
            return 0.0

        def count_noise(*arguments):
            drawn = draw_set(*arguments)
            self.n_drawn += sum(drawn.weights[1:])
            return drawn

        monkeypatch.setattr(targets, "block_loss", count_block)
        monkeypatch.setattr(targets, "block_step", lambda inputs, outputs, *_: (0 * inputs, 0 * outputs))
        monkeypatch.setattr(targets.Sampled, "draw_set", count_noise)


OPTIONS = {
    "negative_sampling": {"negative": 4},
    "nce": {"objective": "nce", "negative": 4},
    "sampled_softmax": {"objective": "sampled_softmax", "negative": 4},
    "softmax": {"objective": "softmax"},
    "hierarchical_softmax": {"hs": True, "negative": 0},
}


def test_every_objective_is_compared_with_the_oracle():
    assert set(OPTIONS) <= set(OBJECTIVES)
    assert {OBJECTIVES[name].outputs for name in OPTIONS} == set(OUTPUTS)


def test_an_objective_of_another_package_needs_no_entry(config, sentences, monkeypatch):
    monkeypatch.setitem(OBJECTIVES._entries, "own", type("Own", (Objective,), {"link": "softmax"}))
    shape = shape_of_corpus(open_corpus(sentences), config())
    works = [
        outputs_of(shape, options, expect_windows(shape, options))
        for options in (config(objective="own", negative=4), config(negative=4))
    ]
    assert works[0] == works[1]


# only what draws knows of sharing
LOOPS = [
    (name, sharing, sg)
    for name, options in OPTIONS.items()
    for sharing in ("window", "pair")[: 2 if options.get("negative") else 1]
    for sg in (True, False)
]


@pytest.mark.statistical
@pytest.mark.parametrize(("objective", "sharing", "sg"), LOOPS)
def test_the_oracle_does_the_expected_work(config, sentences, monkeypatch, objective, sharing, sg):
    options = config(sg=sg, negative_sharing=sharing, **OPTIONS[objective])
    sentences = sentences[:250]
    corpus = open_corpus(sentences)
    shape = shape_of_corpus(corpus, options)
    spec = options.spec(len(shape.counts))
    assert [target.objective.name for target in spec.targets] == [objective]
    expected = expect_windows(shape, options)
    (work,) = outputs_of(shape, options, expected)
    network = make_network(shape.counts, options)
    outputs = reference.Side(network.goals[0].padded.astype(float))
    if objective == "softmax":
        target = reference.All(outputs)
    elif network.bound is not None:
        draw = draw_static(network.bound.source.alias)
        target = reference.Sampled(outputs, draw=draw, negative=options.negative)
    else:
        tree = network.huffman
        target = reference.Path(outputs, [(tree.point(v), tree.code(v)) for v in range(len(shape.counts))])
    model = reference.Model(
        reference.Side(network.inputs.rows.padded.astype(float)), [target], keep=network.keep,
        window=options.window, negative_sharing=sharing, pooled=spec.pooled,
    )  # fmt: skip
    counted = Counted(monkeypatch)
    keys = {word: row for row, word in enumerate(vocabulary_of(sentences))}
    rows = [[keys.get(word, -2) for word in sentence] for sentence in sentences]
    n_trained, _ = reference.train_chunk(model, rows, 0.01)
    assert n_trained == pytest.approx(expected.n_trained, rel=0.02)
    assert counted.n_scored == pytest.approx(work.n_scored, rel=0.03)
    assert counted.n_drawn == pytest.approx(work.n_drawn, rel=0.03)


def vocabulary_of(sentences):
    from ns2vec.vocab import build_vocabulary

    scan = open_corpus(sentences).scan()
    return build_vocabulary(scan.tokens, scan.counts, min_count=2)[0].index_to_key


def test_both_objectives_add_up(config, sentences):
    shape = shape_of_corpus(open_corpus(sentences), config())
    both = config(hs=True, negative=4)
    expected = expect_windows(shape, both)
    found = {work.matrix: work.n_scored for work in outputs_of(shape, both, expected)}
    assert set(found) == {"syn1neg", "syn1"}
    assert found["syn1neg"] == pytest.approx(5 * expected.n_pairs)


def test_sharing_saves_draws_and_no_scores(config, sentences):
    shape = shape_of_corpus(open_corpus(sentences), config())
    expected = expect_windows(shape, config())
    (window,) = outputs_of(shape, config(negative=7), expected)
    (pair,) = outputs_of(shape, config(negative=7, negative_sharing="pair"), expected)
    assert window.n_drawn == pytest.approx(7 * expected.n_windows)
    assert pair.n_drawn == pytest.approx(7 * expected.n_pairs)
    assert window.n_scored == pair.n_scored == pytest.approx(8 * expected.n_pairs)
