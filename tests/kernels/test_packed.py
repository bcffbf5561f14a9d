"""Inputs without padding: what they learn is what padded ones learn, to the byte."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import _kernels

N_ROWS, N_LABELS, N_PAIRS = 50, 9, 60


def trained(rows, vector_size, isa, *, frozen=False):
    """Rows and outputs after pairs of lists of inputs and a label."""
    rng = np.random.default_rng(vector_size)
    stride = -(-vector_size // 16) * 16
    outputs = np.zeros((N_LABELS, stride), np.float32)
    outputs[:, :vector_size] = rng.standard_normal((N_LABELS, vector_size))
    rows[:, :vector_size] = rng.standard_normal((N_ROWS, vector_size))
    side = _kernels.UnitMatrix(rows, frozen=frozen)
    kernel = _kernels.Kernel(
        side, [_kernels.Labels(outputs, link="softmax")], reader="pairs", pooled=True, width=vector_size,
        cbow_corrected=True, compute_loss=True, isa=isa,
    )  # fmt: skip
    offsets = np.concatenate([[0], np.cumsum(rng.integers(1, 30, N_PAIRS))])
    pairs = rng.integers(0, N_ROWS, offsets[-1]).astype(np.int32), rng.integers(0, N_LABELS, N_PAIRS)
    labels = pairs[1].astype(np.int32)
    work = _kernels.Workspace(kernel, len(pairs[0]), max_list=30)
    gradients = kernel.gradients(pairs[0], labels, work=work, offsets=offsets)
    loss = kernel.train_pairs(pairs[0], labels, 0.1, work=work, offsets=offsets)
    return outputs, loss, gradients


@pytest.mark.parametrize("isa", _kernels.list_isas())
@pytest.mark.parametrize("vector_size", [1, 3, 7, 16, 20, 50, 71, 100, 130])
@pytest.mark.parametrize("frozen", [False, True])
def test_rows_without_padding_learn_the_same_bytes(vector_size, isa, frozen):
    padded = np.zeros((N_ROWS, -(-vector_size // 16) * 16), np.float32)
    packed = np.zeros((N_ROWS, vector_size), np.float32)
    before = np.random.default_rng(vector_size)
    expected, found = (trained(rows, vector_size, isa, frozen=frozen) for rows in (padded, packed))
    assert np.array_equal(packed, padded[:, :vector_size])
    assert not padded[:, vector_size:].any()
    assert np.array_equal(found[0], expected[0])
    assert found[1] == expected[1]
    assert np.array_equal(found[2][0], expected[2][0][:, :vector_size])
    start = before.standard_normal((N_LABELS, vector_size))
    assert not np.array_equal(found[0][:, :vector_size], start.astype(np.float32))


@pytest.mark.parametrize(
    "change", [{"pooled": False}, {"reader": "windows"}, {"backend": "blas"}, {"hot_rows": 2}]
)
def test_rows_without_padding_are_for_pooled_pairs(change):
    rows, outputs = np.zeros((5, 20), np.float32), np.zeros((3, 32), np.float32)
    target = _kernels.Sampled(outputs, _kernels.Noise(3))
    with pytest.raises(ValueError, match="multiple of 16 floats long, got 20: only inputs of pairs"):
        _kernels.Kernel(rows, [target], **{"reader": "pairs", "pooled": True} | change)
