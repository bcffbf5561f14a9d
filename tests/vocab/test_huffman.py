"""The Huffman tree: as short as one can be, and a tree."""

from __future__ import annotations

import heapq
import itertools

import numpy as np
import pytest

from ns2vec.vocab import build_huffman


def shortest(counts):
    """Sum of count times code length of an optimal prefix code, by a heap."""
    heap = [int(count) for count in counts]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return total


CASES = {
    "random": np.random.default_rng(0).integers(1, 10_000, 3000),
    "Zipf": np.maximum(1, 10**6 // np.arange(1, 5001)),
    "equal": np.full(1000, 7),
    "powers": 2 ** np.arange(40),
    "Fibonacci": [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89],
    "two": [3, 1],
    "one": [5],
}


@pytest.mark.parametrize("name", CASES)
def test_code_lengths_are_optimal(name):
    counts = np.asarray(CASES[name])
    tree = build_huffman(counts)
    lengths = np.diff(tree.offsets)
    assert int((lengths * counts).sum()) == shortest(counts)


@pytest.mark.parametrize("name", CASES)
def test_codes_are_a_complete_prefix_code(name):
    counts = np.asarray(CASES[name])
    tree = build_huffman(counts)
    codes = ["".join(map(str, tree.code(word))) for word in range(len(counts))]
    assert len(set(codes)) == len(counts)
    ordered = sorted(codes)
    assert not any(later.startswith(code) for code, later in itertools.pairwise(ordered))
    # Kraft's sum is exactly one, in integers
    longest = max(map(len, codes))
    assert sum(2 ** (longest - len(code)) for code in codes) == 2**longest


@pytest.mark.parametrize("name", CASES)
def test_paths_begin_at_the_root_and_use_inner_nodes(name):
    counts = np.asarray(CASES[name])
    tree = build_huffman(counts)
    for word in range(min(len(counts), 200)):
        points = tree.point(word)
        assert len(points) == len(tree.code(word))
        assert len(set(points.tolist())) == len(points)
        if len(points):
            assert points[0] == len(counts) - 2
            assert 0 <= points.min() <= points.max() <= len(counts) - 2
