"""Many queries at once are many single queries."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import similarity
from ns2vec.similarity import many


def rows_around_centres(n_rows, width=12, seed=0):
    """Rows in ten groups, a tenth of them twice, of very different lengths."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n_rows, width)) + 2 * rng.normal(size=(10, width))[rng.integers(10, size=n_rows)]
    rows[: n_rows // 10] = rows[n_rows - n_rows // 10 :]
    return (rows * rng.lognormal(size=(n_rows, 1))).astype(np.float32)


def check_each_alone(vectors, queries, topn, exclude, **options):
    """Assert that rows and cosines are those of single queries."""
    norms = similarity.row_norms(vectors)
    found = list(similarity.most_similar_many(vectors, norms, queries, topn, exclude=exclude, **options))
    assert len(found) == len(queries)
    for query, without, (rows, cosines) in zip(queries, exclude, found, strict=True):
        alone, its_cosines = similarity.most_similar(vectors, norms, query, topn, exclude=without)
        assert rows.tolist() == alone.tolist()
        np.testing.assert_array_equal(cosines, its_cosines)


def units(rows):
    return similarity.unit_rows(rows, similarity.row_norms(rows))


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("topn", [1, 10, 300])
@pytest.mark.parametrize("n_rows", [1, 40, 700, 30_000])
def test_each_gets_what_it_gets_alone_to_the_last_digit(n_rows, topn, n_threads):
    vectors = rows_around_centres(n_rows)
    asked = np.arange(150) % n_rows  # more than are asked at once
    exclude = [[row, 20] if row % 3 else () for row in asked.tolist()]
    check_each_alone(vectors, units(vectors[asked]), topn, exclude, n_threads=n_threads)


@pytest.mark.parametrize("order", [1, -1])
def test_the_best_may_come_first_or_last(order, monkeypatch):
    monkeypatch.setattr(many, "BLOCK_SCORES", 1 << 10)
    angles = np.linspace(0, 1, 20_000, dtype=np.float32)[::order]
    vectors = np.stack([np.cos(angles), np.sin(angles), np.ones_like(angles)], axis=1)
    queries = units(vectors[np.linspace(0, 19_999, 8).astype(int)])
    check_each_alone(vectors, queries, 10, [()] * 8)


def test_where_almost_all_tie_the_lower_rows_come_first():
    vectors = np.ones((20_000, 3), dtype=np.float32)
    vectors[7] = 0
    queries = units(rows_around_centres(6, 3))
    queries[2] = 0
    check_each_alone(vectors, queries, 10, [[3]] * 6)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30, 1e-40])
def test_rows_that_no_product_can_be_trusted_with(value):
    vectors = rows_around_centres(400)
    vectors[[5, 100], 3] = value
    vectors[9] = np.where(np.isnan(value), 0, value)
    with np.errstate(all="ignore"):
        check_each_alone(vectors, units(rows_around_centres(8, seed=3)), 5, [()] * 8)


def test_rows_of_a_larger_array():
    wide = rows_around_centres(5000, 24)
    check_each_alone(wide[::-2, 3:15], units(rows_around_centres(9, seed=2)), 7, [[1]] * 9)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_numbers_are_compared_by_whole_products(dtype, monkeypatch):
    monkeypatch.setattr(many, "PRODUCT_SCORES", 3000)
    vectors = rows_around_centres(1000).astype(dtype)
    norms = similarity.row_norms(vectors)
    queries = units(vectors[:20].astype(np.float64))
    found = similarity.most_similar_many(vectors, norms, queries, 5)
    for query, (_, cosines) in zip(queries, found, strict=True):
        _, its_cosines = similarity.most_similar(vectors, norms, query.astype(dtype), 5)
        np.testing.assert_allclose(cosines, its_cosines, atol=1e-2 if dtype is np.float16 else 1e-12)
