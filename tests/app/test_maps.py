"""Vectors as points of a plane, and clusters."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from ns2vec.app import maps
from ns2vec.reports.maps import principal_plane
from ns2vec.similarity import row_norms, unit_rows


@pytest.fixture(scope="module")
def vectors():
    generator = np.random.default_rng(2)
    centres = generator.normal(size=(4, 12)) * 4
    return (centres[np.arange(400) % 4] + generator.normal(size=(400, 12))).astype(np.float32)


def test_the_plane_is_that_of_the_principal_components(vectors):
    units = unit_rows(vectors, row_norms(vectors))
    np.testing.assert_allclose(maps.plane(vectors), principal_plane(units), atol=1e-5)


def test_only_the_first_rows_are_placed_and_chunks_change_nothing(vectors, monkeypatch):
    whole = maps.plane(vectors, 90)
    monkeypatch.setattr(maps, "CHUNK", 40)
    np.testing.assert_allclose(maps.plane(vectors, 90), whole, atol=1e-6)
    assert whole.shape == (90, 2)


def test_one_dimension_and_rows_of_zeros_have_places():
    assert np.isfinite(maps.plane(np.array([[1.0], [-2.0]]))).all()
    assert np.isfinite(maps.plane(np.zeros((3, 4)))).all()


def test_clusters_are_those_that_were_planted(vectors):
    found = maps.clusters(vectors, n_clusters=4)
    assert len(set(found.tolist())) == 4
    for centre in range(4):
        assert len(set(found[centre::4].tolist())) == 1


def test_there_are_no_more_clusters_than_rows(vectors):
    assert maps.clusters(vectors[:3]).max() < 3


def test_umap_gets_directions_and_a_fixed_seed(vectors, monkeypatch):
    seen = {}

    class UMAP:
        def __init__(self, **options):
            seen.update(options)

        def fit_transform(self, rows):
            return rows[:, :2]

    monkeypatch.setitem(sys.modules, "umap", types.SimpleNamespace(UMAP=UMAP))
    assert maps.umap_plane(vectors, 30).shape == (30, 2)
    assert (seen["metric"], seen["random_state"]) == ("cosine", 1)


def test_without_umap_it_says_what_to_install(vectors, monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match=r"pip install 'ns2vec\[map\]'"):
        maps.umap_plane(vectors)
