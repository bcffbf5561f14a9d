"""Analogy answers by tables of cosines against the product of each query with the vocabulary."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation import analogy_answers
from ns2vec.evaluation.analogy_answers import answer_keys


def nearest(vectors, inputs):
    """3CosAdd for one question in float64."""
    wide = vectors.astype(np.float64)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    unit = wide / np.where(norms > 0, norms, 1)
    a, b, c = unit[inputs]
    scores = unit @ (b - a + c)
    scores[inputs] = -np.inf
    return int(scores.argmax())


def questions(n_words, n_questions, seed):
    """Questions about ten pairs, as in benchmarks."""
    rng = np.random.default_rng(seed)
    pairs = rng.permutation(n_words)[:20].reshape(10, 2)
    asked, given = rng.integers(0, 10, n_questions), rng.integers(0, 10, n_questions)
    return np.column_stack([pairs[asked], pairs[given, 0]])


@pytest.fixture
def by_products(monkeypatch):
    """Count the questions that take the long way."""
    counted = []
    original = analogy_answers._by_products

    def counting(vectors, inverse_norms, keys, inputs):
        counted.append(len(inputs))
        return original(vectors, inverse_norms, keys, inputs)

    monkeypatch.setattr(analogy_answers, "_by_products", counting)
    return counted


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("table_bytes", [1, 1 << 16, 4 << 20])
def test_answers_are_the_nearest(monkeypatch, by_products, dtype, table_bytes):
    monkeypatch.setattr(analogy_answers, "TABLE_BYTES", table_bytes)
    vectors = np.random.default_rng(1).normal(size=(500, 20)).astype(dtype)
    vectors[7] = 0
    inputs = questions(500, 300, seed=2)
    expected = [nearest(vectors, row) for row in inputs]
    assert answer_keys(vectors, range(500), inputs) == expected
    assert by_products[0] < 10


def test_near_ties_take_the_long_way(by_products):
    vectors = np.random.default_rng(1).normal(size=(200, 8)).astype(np.float32)
    vectors[100:] = vectors[:100]  # each word twice: the nearest is a tie
    inputs = questions(100, 300, seed=3)
    found = answer_keys(vectors, range(200), inputs)
    assert by_products[0] > 200
    wide = vectors.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    for row, answer in zip(inputs, found, strict=True):
        scores = wide @ (wide[row[1]] - wide[row[0]] + wide[row[2]])
        scores[row] = -np.inf
        assert scores[answer] > scores.max() - 1e-5


def test_a_variant_of_an_input_is_passed_over(by_products):
    vectors = np.random.default_rng(1).normal(size=(60, 5)).astype(np.float32)
    inputs = questions(60, 300, seed=4)
    keys = [f"w{row // 2}" for row in range(60)]
    vectors[1::2] = vectors[::2] * 1.5 + 0.01  # a variant lies beside its word
    found = answer_keys(vectors, keys, inputs)
    assert by_products[0] > 0
    passed = [answer not in {keys[row] for row in known} for answer, known in zip(found, inputs, strict=True)]
    assert np.mean(passed) > 0.9


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_none_spoil_no_more_than_before(by_products, bad):
    vectors = np.random.default_rng(1).normal(size=(50, 5)).astype(np.float32)
    vectors[49, 2] = bad
    inputs = questions(49, 100, seed=5)
    with np.errstate(invalid="ignore"):
        answers = answer_keys(vectors, range(50), inputs)
    assert by_products == [100]
    assert len(answers) == 100


def test_few_questions_need_no_tables(by_products):
    vectors = np.random.default_rng(1).normal(size=(50, 5)).astype(np.float32)
    inputs = np.array([[1, 2, 3], [4, 5, 6]])
    assert answer_keys(vectors, range(50), inputs) == [nearest(vectors, row) for row in inputs]
    assert by_products == [2]


def test_no_questions():
    assert answer_keys(np.ones((3, 2), dtype=np.float32), "abc", np.empty((0, 3), dtype=np.int64)) == []


def test_all_words_asked():
    inputs = np.tile([[0, 1, 2]], (10, 1))
    assert answer_keys(np.eye(4, dtype=np.float32)[:3], "abc", inputs) == ["a"] * 10
