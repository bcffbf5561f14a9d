"""``ns2vec graph``."""

from __future__ import annotations

import json

import pytest

from ns2vec import KeyedVectors
from ns2vec.graph import DeepWalk

SMALL = ["--vector-size", "16", "-q"]


def test_embed_writes_what_the_library_learns(ns2vec, planted):
    options = [*SMALL, "--walks-per-node", "2", "--window", "3"]
    assert ns2vec("graph", "embed", "edges.txt", "-o", "nodes.bin", *options) == (0, "", "")
    found = KeyedVectors.load_word2vec_format("nodes.bin", binary=True)
    expected = DeepWalk(vector_size=16, walks_per_node=2, window=3).fit("edges.txt").wv
    assert found.index_to_key == expected.index_to_key
    assert (found.vectors == expected.vectors).all()


def test_links_are_told_from_others(ns2vec, planted):
    outcome = ns2vec("graph", "links", "edges.txt", "--epochs", "5", *SMALL)
    assert outcome.code == 0
    found = json.loads(outcome.out)
    assert found["auc"] > 0.9
    assert found["n_links"] == found["n_others"] == 18


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["embed", "edges.txt"], "--output"),
        (["embed", "edges.txt", "-o", "nodes.bin", "--p", "2"], "--model deepwalk has no p"),
        (["embed", "edges.txt", "-o", "nodes.bin", "--model", "line", "--window", "2"], "has no window"),
        (["embed", "edges.txt", "-o", "nodes.bin", "--model", "line", "--vector-size", "3"], "even"),
    ],
)
def test_command_lines_that_make_no_sense(ns2vec, planted, words, message):
    outcome = ns2vec("graph", *words)
    assert outcome.code == 2
    assert message in outcome.refusal()
