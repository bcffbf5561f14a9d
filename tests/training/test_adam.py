from __future__ import annotations

import numpy as np

from ns2vec.training.adam import Adam


def test_adam_is_the_algorithm_of_the_paper():
    rng, vectors = np.random.default_rng(1), np.ones((3, 2), np.float32)
    adam, expected, mean, square = Adam([vectors]), np.ones((3, 2)), np.zeros((3, 2)), np.zeros((3, 2))
    for step in range(1, 6):
        gradient = rng.standard_normal((3, 2))
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        expected -= 0.01 * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        adam.step([vectors], [gradient.astype(np.float32)], 0.01)
    np.testing.assert_allclose(vectors, expected, rtol=1e-5)
