"""Steps over sparse rows are those of the oracle over dense ones."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse

from ns2vec.reference import block_step
from ns2vec.sklearn._sparse import train_rows

RNG = np.random.default_rng(3)
ROWS = sparse.random(30, 12, density=0.3, format="csr", random_state=3, dtype=np.float32)
ARRAYS = ROWS.indptr.astype(np.int64), ROWS.indices.astype(np.int32), ROWS.data
ORDER = RNG.permutation(30).astype(np.int64)
LABELS = np.column_stack([RNG.integers(0, 5, 30), *RNG.integers(5, 9, (3, 30))]).astype(np.int32)
LABELS[4, 2:] = LABELS[9, 3] = -1
LOG_KQ = RNG.normal(size=9).astype(np.float32)


def oracle(is_softmax, is_full):
    """Weights with the bias as one more feature, trained row by row on dense rows."""
    weights = np.zeros((9, 13))
    for row, labels in zip(ORDER, LABELS, strict=True):
        met = np.arange(9) if is_full else labels[labels >= 0]
        x = np.append(ROWS[[row]].toarray()[0], 1.0)[np.newaxis]
        link = "softmax" if is_softmax else "logistic"
        is_right = (met == labels[0]).astype(float)
        moves = block_step(x, weights[met], is_right, np.ones(len(met)), LOG_KQ[met], link)[1]
        np.add.at(weights, met, 0.1 * moves)
    return weights


@pytest.mark.parametrize(("is_softmax", "is_full"), [(True, True), (True, False), (False, False)])
def test_steps_are_those_of_the_oracle(is_softmax, is_full):
    weights, bias = np.zeros((9, 12), np.float32), np.zeros(9, np.float32)
    train_rows(*ARRAYS, ORDER, LABELS, LOG_KQ, weights, bias, 0.1, is_softmax, is_full)
    np.testing.assert_allclose(np.column_stack([weights, bias]), oracle(is_softmax, is_full), atol=1e-6)


@pytest.mark.parametrize(
    ("place", "wrong", "reason"),
    [
        (0, np.array([0, 5], np.int64), "expected offsets from 0"),
        (1, ARRAYS[1] + np.int32(12), "column 1. is not one of 12"),
        (3, np.full(30, 30, np.int64), "there is no row 30"),
        (4, LABELS + np.int32(5), "class .* is not one of 9"),
        (4, LABELS[:2], "classes for each of 30 examples"),
        (5, LOG_KQ[:3], "9 biases and offsets"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(place, wrong, reason):
    weights, bias = np.zeros((9, 12), np.float32), np.zeros(9, np.float32)
    arguments = [*ARRAYS, ORDER, LABELS, LOG_KQ, weights, bias, 0.1, True, False]
    arguments[place] = wrong
    with pytest.raises(ValueError, match=reason):
        train_rows(*arguments)
    assert not weights.any()
