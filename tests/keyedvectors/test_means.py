"""Means of vectors."""

from __future__ import annotations

import numpy as np
import pytest


def test_mean_vectors(kv):
    man, king, other = kv["man"], kv["king"], np.ones(6, dtype=np.float32)
    unit = man / np.linalg.norm(man)
    np.testing.assert_allclose(
        kv.get_mean_vector(["man", "king"], pre_normalize=False), (man + king) / 2, rtol=1e-5
    )
    weighted = kv.get_mean_vector(["man", other], weights=[1, -3])
    np.testing.assert_allclose(weighted, (unit - 3 * other) / 4, rtol=1e-5)
    assert weighted.dtype == np.float32
    assert np.linalg.norm(kv.get_mean_vector(["man", "king"], post_normalize=True)) == pytest.approx(1)
    np.testing.assert_allclose(kv.get_mean_vector(["man", "kong"]), unit, rtol=1e-6)
    assert not kv.get_mean_vector(["kong"]).any()
    with pytest.raises(KeyError, match="'kong' not present"):
        kv.get_mean_vector(["man", "kong"], ignore_missing=False)
    with pytest.raises(ValueError, match="cannot compute mean with no input"):
        kv.get_mean_vector([])
    with pytest.raises(ValueError, match="same number of elements"):
        kv.get_mean_vector(["man"], weights=[1, 2])


@pytest.mark.parametrize("options", [{}, {"pre_normalize": False}, {"post_normalize": True}], ids=str)
def test_means_of_many_texts_are_those_of_each(kv, options):
    texts = [["man", "king", "man"], ["kong", "king"], ("woman",)]
    expected = [kv.get_mean_vector(list(text), **options) for text in texts]
    found = kv.get_mean_vectors(iter(texts), **options)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found.dtype == np.float32
    assert kv.get_mean_vectors([]).shape == (0, kv.vector_size)


def test_means_of_many_texts_refuse_text_that_is_not_split(kv):
    with pytest.raises(TypeError, match="got the str 'king'"):
        kv.get_mean_vectors(["king", "man"])
    with pytest.raises(KeyError, match="'kong' not present"):
        kv.get_mean_vectors([["king"], ["kong"]], ignore_missing=False)
