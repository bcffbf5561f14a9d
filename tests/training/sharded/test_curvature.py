"""What the merge knows of the curvature of the loss: which rows meet, how often, and what is made of it."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Doc2Vec, TaggedDocument, Word2Vec
from ns2vec.recommend import MatrixFactorization
from ns2vec.training.sharded.curvature import LOGISTIC, ONE_OF_ALL, Curvature
from ns2vec.training.sharded.replicas import Replica

SENTENCES = [[f"w{i % 5}", f"w{i % 7}", f"w{i % 11}"] for i in range(60)]
SMALL = {"vector_size": 4, "min_count": 1, "epochs": 1, "workers": 1, "sample": 0, "window": 2}


def network_of(model):
    """A network, and the options that it is trained with."""
    core = model._ready()
    return core.network(), core.config


def made(family=Word2Vec, corpus=SENTENCES, **options):
    return network_of(family(corpus, **(SMALL | options)))


DOCUMENTS = [TaggedDocument(words, [i % 9]) for i, words in enumerate(SENTENCES)]
AROUND = 3.0  # contexts of a word, on average, if windows shrink to 1 or 2
NEGATIVE = 1.0 + 5.0


@pytest.mark.parametrize(
    ("options", "of_input", "of_output"),
    [
        ({"sg": 1}, (AROUND, "set"), AROUND),
        ({"sg": 1, "shrink_windows": False}, (4.0, "set"), 4.0),
        ({"sg": 1, "negative_sharing": "pair"}, (AROUND, "set"), 1.0),
        ({"sg": 0}, (AROUND, "set"), 1.0),
        ({"sg": 0, "cbow_mean": 0}, (AROUND, "set"), AROUND**2),
        ({"sg": 0, "cbow_update": "corrected"}, (1.0, "share"), 1.0),
    ],
)
def test_rows_of_words_meet_those_around_them(options, of_input, of_output):
    found = Curvature(*made(**options))
    [[inputs], [outputs]] = found.meetings
    assert (inputs.other, inputs.factor, inputs.per) == (1, of_input[0] * LOGISTIC, of_input[1])
    assert (outputs.other, outputs.factor, outputs.per) == (0, of_output * LOGISTIC, "touch")
    assert found.set_sizes == {1: NEGATIVE}


def test_tags_share_what_their_documents_meet_and_other_widths_are_unknown():
    tags = Curvature(*made(Doc2Vec, DOCUMENTS, dm=0))
    assert [[one.per for one in met] for met in tags.meetings] == [[], ["touch"], ["share"]]
    both = Curvature(*made(Doc2Vec, DOCUMENTS, dm=1))
    assert [[one.per for one in met] for met in both.meetings] == [["set"], ["touch", "touch"], ["share"]]
    wide = Curvature(*made(Doc2Vec, DOCUMENTS, dm=1, dm_concat=1, dm_tag_count=1))
    assert wide.meetings == [None, None, None]


def test_a_softmax_over_all_outputs_counts_the_right_ones():
    found = Curvature(*made(objective="softmax", sg=1))
    assert found.meetings[0][0].factor == AROUND * ONE_OF_ALL
    assert found.set_sizes == {1: 1.0}


def touches_after_a_chunk(network, config, words=(0, 1, 2, 0, -1)):
    """How often the rows of each side have been trained."""
    replica = Replica(network, config, 0)
    replica.worker.train(np.array(words, np.int32), 0.1, 0)
    return [touches.astype(np.float32) for touches in replica.touches]


def test_chunks_count_how_often_they_train_rows():
    network, config = made(sg=1, hs=1, negative=3)
    inputs, nodes, words = touches_after_a_chunk(network, config)
    assert inputs[:4].tolist() == [2, 1, 1, 0]
    n_paths, n_nodes = 4, np.diff(network.huffman.offsets)[[0, 1, 2, 0]].sum()
    assert (nodes.max(), nodes.sum()) == (n_paths, n_nodes)
    assert 4 * 2 <= words.sum() <= 4 * (1 + 3)
    assert Curvature(network, config).set_sizes == {2: 4.0}
    _, right = touches_after_a_chunk(*made(sg=1, objective="softmax"))
    assert right[:4].tolist() == [2, 1, 1, 0]


def test_a_round_knows_the_curvature_of_each_matrix():
    network, config = made(sg=1)
    counts = [touches * 10 for touches in touches_after_a_chunk(network, config)]
    bases = [side.rows.padded for side in (network.inputs, network.goals[0].side)]
    inputs, outputs = Curvature(network, config).methods(bases, counts, 0.05)
    assert (inputs.rule, outputs.rule) == ("sequential", "sequential")
    x = bases[0][:, :4]
    mean = np.einsum("r,ri,rj->ij", counts[0] / counts[0].sum(), x, x)
    expected = 0.05 * AROUND * LOGISTIC * np.linalg.eigvalsh(mean)[::-1]
    np.testing.assert_allclose(outputs.curve[0][:4], expected, rtol=0.05, atol=1e-6)
    assert inputs.touches is counts[0]


def test_a_bias_meets_ones():
    model = MatrixFactorization(vector_size=4, epochs=1, workers=1, shards=2)
    model.fit([(i % 7, i % 5) for i in range(60)])
    network, config = network_of(model)
    found = Curvature(network, config)
    bases = [np.ones((7, 16), np.float32), np.ones((5, 16), np.float32)]
    *_, bias = found.methods(bases, [np.ones(7, np.float32), np.ones(5, np.float32)], 0.1)
    assert bias.rule == "sequential"
    np.testing.assert_allclose(bias.curve[0], [0.1 * LOGISTIC, 0.0], rtol=1e-6)
