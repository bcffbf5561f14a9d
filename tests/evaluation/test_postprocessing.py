"""Changes to vectors."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.postprocessing import POSTPROCESSING, all_but_the_top, centre
from ns2vec.exceptions import ConfigError

WORDS = [f"w{i}" for i in range(50)]


@pytest.mark.parametrize("name", POSTPROCESSING)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_given_vectors_stay(make_toy, name, dtype):
    toy = make_toy(WORDS)
    toy.vectors = toy.vectors.astype(dtype)
    before = toy.vectors.copy()
    changed = POSTPROCESSING[name](toy)
    np.testing.assert_array_equal(toy.vectors, before)
    assert changed.vectors.shape == before.shape
    assert not np.shares_memory(changed.vectors, toy.vectors)
    assert not np.allclose(changed.vectors, before)
    assert changed.index_to_key == WORDS


def test_all_but_the_top_removes_mean_and_components(make_toy):
    toy = make_toy(WORDS)
    changed = all_but_the_top(toy, 3).vectors
    centred = centre(toy).vectors
    _, _, axes = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    np.testing.assert_allclose(changed @ axes[:3].T, 0, atol=1e-4)
    np.testing.assert_allclose(changed @ axes[3:].T, centred @ axes[3:].T, atol=1e-4)
    np.testing.assert_allclose(all_but_the_top(toy, 0).vectors, centred)
    with pytest.raises(ConfigError, match=r"n_components must be 0 \.\.\. 12, got 13"):
        all_but_the_top(toy, 13)
