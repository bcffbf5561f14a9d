"""Searches against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ns2vec import similarity

SCORES = hnp.arrays(
    np.float32,
    st.integers(0, 700),
    elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, -1.0]) | st.floats(-1, 1, width=32),
)


def some_vectors(n_rows=500, width=8, seed=0):
    return np.random.default_rng(seed).normal(size=(n_rows, width)).astype(np.float32)


def brute_force(scores, k):
    """Best first, ties by lower index, NaN last."""
    keys = [
        (np.isnan(score), -score if not np.isnan(score) else 0.0, i)
        for i, score in enumerate(scores.tolist())
    ]
    return [i for _, _, i in sorted(keys)][: max(k, 0)]


@given(SCORES, st.integers(-1, 720), st.sets(st.integers(0, 699), max_size=3))
@settings(deadline=None, max_examples=200)
def test_top_k_is_a_sort(scores, k, without_value):
    scores[[i for i in without_value if i < len(scores)]] = np.nan
    assert similarity.top_k(scores, k).tolist() == brute_force(scores, k)


@pytest.mark.parametrize("n_scores", [130, 5000, 100_003])
def test_top_k_of_many(n_scores):
    rng = np.random.default_rng(1)
    for scores in (
        rng.normal(size=n_scores),
        rng.integers(0, 9, n_scores),
        np.zeros(n_scores),
        np.arange(n_scores),
    ):
        wide = scores.astype(np.float32)
        ranked = brute_force(wide, n_scores)
        for k in (1, 10, n_scores // 3):
            assert similarity.top_k(wide, k).tolist() == ranked[:k]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("view", [lambda x: x, lambda x: x[:, ::2], lambda x: x[::-3], np.asfortranarray])
def test_cosines_of_any_dtype_and_stride(dtype, view):
    vectors = view(some_vectors().astype(dtype))
    norms = similarity.row_norms(vectors)
    wide = np.array(vectors, dtype=np.float64)
    lengths = np.sqrt((wide**2).sum(axis=1))
    tolerance = 1e-2 if dtype is np.float16 else 1e-5
    np.testing.assert_allclose(norms, lengths, rtol=tolerance)
    query = similarity.unit(vectors[3])
    expected = wide @ wide[3] / lengths / lengths[3]
    np.testing.assert_allclose(similarity.cosines(vectors, norms, query), expected, atol=tolerance)
    np.testing.assert_allclose(similarity.cosine_similarities(vectors[3], vectors), expected, atol=tolerance)
    np.testing.assert_allclose(similarity.unit_rows(vectors, norms), wide / lengths[:, None], atol=tolerance)


def test_rows_of_zeros_are_similar_to_nothing():
    vectors = some_vectors(10)
    vectors[4] = 0
    norms = similarity.row_norms(vectors)
    assert similarity.cosines(vectors, norms, similarity.unit(vectors[0]))[4] == 0
    assert similarity.cosine(vectors[4], vectors[0]) == 0
    assert not similarity.unit(vectors[4]).any()
    assert not similarity.unit_rows(vectors, norms)[4].any()
    assert np.isfinite(similarity.cosmul(vectors, norms, vectors[:1] / norms[0], vectors[4:5])).all()


def test_a_vector_is_exactly_similar_to_itself():
    for vector in some_vectors(200, 50):
        assert np.float32(similarity.cosine(vector, vector)) == 1


def test_weighted_mean():
    rows = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert similarity.weighted_mean(rows, [1, -3]).tolist() == [0.25, -1.5]
    assert similarity.weighted_mean(rows, [0, 0]).tolist() == [0, 0]


@pytest.mark.parametrize(("start", "stop"), [(0, None), (0, 100), (50, 300), (490, 500), (7, 7)])
@pytest.mark.parametrize("topn", [1, 10, 600])
def test_most_similar_is_brute_force(start, stop, topn):
    vectors = some_vectors()
    norms = similarity.row_norms(vectors)
    query = similarity.unit(some_vectors(1, seed=9)[0])
    exclude = [55, 3, 499]
    rows, scores = similarity.most_similar(
        vectors, norms, query, topn, start=start, stop=stop, exclude=exclude
    )
    cosines = (vectors.astype(np.float64) @ query) / norms
    expected = [row for row in np.argsort(-cosines) if start <= row < (stop or 500) and row not in exclude][
        :topn
    ]
    assert rows.tolist() == expected
    np.testing.assert_allclose(scores, cosines[expected], atol=1e-6)


def test_cosmul_is_its_formula():
    vectors = some_vectors(30).astype(np.float64)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    shifted = (1 + unit @ unit.T) / 2
    expected = shifted[1] * shifted[2] / (shifted[0] + 1e-6)
    found = similarity.cosmul(vectors, similarity.row_norms(vectors), unit[1:3], unit[:1])
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    alone = similarity.cosmul(vectors, similarity.row_norms(vectors), unit[1:2], unit[:0])
    np.testing.assert_allclose(alone, shifted[1], rtol=2e-6)


def test_centrality_is_lowest_for_the_odd_one():
    rows = np.array([[1, 0.1], [1, -0.1], [0, 1]], dtype=np.float32)
    assert int(np.argmin(similarity.centrality(rows))) == 2
