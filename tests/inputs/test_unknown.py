"""Words without a vector of their own, and rows that come back from their seed."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.inputs import BucketRows, Ngrams, seeded_rows, unknown_vectors, word_bags
from ns2vec.training.matrices import initial_rows

WORDS = ["cats", "größer", "", "日本", "cats"]


@pytest.mark.parametrize("vector_size", [1, 2, 5, 16])
def test_any_rows_come_back_from_the_seed(vector_size):
    every = np.empty((9000, vector_size), dtype=np.float32)
    initial_rows(every, 12)
    rng = np.random.default_rng(0)
    for rows in ([], [0], [8999], [3, 1, 3, 2], rng.permutation(500), rng.integers(0, 9000, 700)):
        assert np.array_equal(seeded_rows(rows, vector_size, 12), every[np.asarray(rows, dtype=int)])


def test_fewer_rows_give_the_same_vectors_as_the_full_table():
    ngrams = Ngrams(2, 4, 3000)
    full = seeded_rows(range(3000), 6, 5)
    numbered = BucketRows(3000)
    word_bags(["cat", "größe"], ngrams, numbered=numbered)
    full[numbered.buckets] += 1  # trained
    stored = full[numbered.buckets]
    found = unknown_vectors(
        WORDS, ngrams, stored, numbered=numbered, rows_of=lambda buckets: seeded_rows(buckets, 6, 5)
    )
    assert found.tobytes() == unknown_vectors(WORDS, ngrams, full).tobytes()
    assert not np.array_equal(found[0], unknown_vectors(["cats"], ngrams, stored, numbered=numbered)[0])


def test_ngrams_that_were_pruned_are_left_out():
    ngrams, numbered = Ngrams(3, 3, 1000), BucketRows(1000)
    word_bags(["cat"], ngrams, numbered=numbered)
    rows = np.random.default_rng(1).normal(size=(len(numbered), 4)).astype(np.float32)
    found = unknown_vectors(["cat", "xyz"], ngrams, rows, numbered=numbered)
    np.testing.assert_allclose(found[0], rows.mean(axis=0), rtol=1e-6)
    assert found[1].tolist() == [0] * 4
