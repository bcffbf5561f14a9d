"""What samplers that look at the model see where vectors are made of rows, or inputs are no outputs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.inputs import Bags
from ns2vec.objectives import OBJECTIVES
from ns2vec.reference import aware, samplers
from ns2vec.sampling import NoiseData, make_sampler
from ns2vec.training.network import make_noise
from ns2vec.training.units import composed

N, N_OTHERS, N_ROWS, DIMS = 70, 17, 23, 12  # units, of which more than rows, and than are scored at once
UNITS = ["rows", "mean", "sum"]
UNIFORM = samplers.draw_uniform(N)
# name -> oracle's draw function, given the matrix of output vectors
SAMPLERS = {
    "dynamic:m=12,base=uniform": lambda outputs: aware.draw_dynamic(UNIFORM, 12),
    "hard:m=80,base=uniform": lambda outputs: aware.draw_hard(
        UNIFORM, 80, near="positive", margin=0.05, duplicates=0.9
    ),
    "hard:m=80,near=input,duplicates=0.4,base=uniform": lambda outputs: aware.draw_hard(
        UNIFORM, 80, near="input", margin=0.05, duplicates=0.4
    ),
    "cached:size=4,extra=30,every=3,keep=1,base=uniform": lambda outputs: aware.draw_cached(
        UNIFORM, 4, 30, every=3
    ),
    "adaptive:form=rank,base=uniform": lambda outputs: aware.draw_ranked(
        UNIFORM, *aware.rank_lists(outputs), 0.05 * N
    ),
    "self_adversarial:alpha=3,base=uniform": lambda outputs: aware.draw_weighted(UNIFORM, 3.0),
    "warp:tries=30": lambda outputs: aware.draw_warp(UNIFORM, 30),
}


def make_side(rng, n_units, unit):
    """The kernel's units, the oracle's, and what makes vectors of rows."""
    rows = np.zeros((n_units if unit == "rows" else N_ROWS, 16), np.float32)
    rows[:, :DIMS] = rng.standard_normal((len(rows), DIMS)) * 0.4
    slow = rows[:, :DIMS].astype(np.float64)
    if unit == "rows":
        return _kernels.UnitMatrix(rows), reference.Side(slow), rows, None
    lists = [[0, *rng.choice(np.arange(1, N_ROWS), i % 3 + 1, replace=False)] for i in range(n_units)]
    ends = np.cumsum([0, *map(len, lists)])
    bags = Bags(ends, np.array(list(itertools.chain(*lists)), np.int32))
    fast = _kernels.UnitMatrix(rows, **bags._asdict(), combine=unit)
    return fast, reference.Side(slow, lists, combine=unit), rows, lambda: composed(bags, rows, unit)


def make_both(name, unit, reader, with_others, negative=3, bias=False):
    """Kernel and oracle, and pairs of their arrays."""
    rng = np.random.default_rng(7)
    inputs, slow_inputs, input_rows, _ = make_side(rng, N_OTHERS if with_others else N, unit)
    outputs, slow_outputs, output_rows, compose = make_side(rng, N, unit)
    bound = make_sampler(name).bind(NoiseData.of_counts(np.ones(N, np.int64)))
    for steering in bound.source.steering:
        steering.attach(output_rows, DIMS, **({} if compose is None else {"compose": compose}))
    objective = OBJECTIVES["negative_sampling"]
    noise = make_noise(bound, objective, other_inputs=with_others)
    biases = rng.standard_normal(N).astype(np.float32) if bias else None
    slow_biases = None if biases is None else biases.astype(np.float64)
    kernel = _kernels.Kernel(
        inputs, [_kernels.Sampled(outputs, noise, negative, bias=biases)], reader=reader, width=DIMS,
        compute_loss=True, window=2,
    )  # fmt: skip
    target = reference.Sampled(
        slow_outputs, SAMPLERS[name](slow_outputs.vectors()), negative, bias=slow_biases,
        other_inputs=with_others,
    )  # fmt: skip
    model = reference.Model(slow_inputs, [target], reader=reader, window=2)
    return kernel, model, [(input_rows, slow_inputs.matrix), (output_rows, slow_outputs.matrix)]


def train_both(kernel, model, alpha=0.05, n=40):
    """Losses of kernel and oracle."""
    rng = np.random.default_rng(3)
    if kernel.reader_name == "pairs":
        n_inputs = N if len(model.inputs.vectors()) == N else N_OTHERS
        given = rng.integers(0, n_inputs, n).astype(np.int32), rng.integers(0, N, n).astype(np.int32)
        work = _kernels.Workspace(kernel, n)
        fast = kernel.train_pairs(*given, alpha, work=work, epoch=1, chunk=2)
        lists = [[i] for i in given[0].tolist()]
        return fast, reference.train_pairs(model, lists, given[1].tolist(), alpha, epoch=1, chunk=2)
    sentence = rng.integers(0, N, n).astype(np.int32)
    work = _kernels.Workspace(kernel, n + 1)
    fast = kernel.train(np.append(sentence, -1).astype(np.int32), alpha, work=work, epoch=1, chunk=2)[2]
    return fast, reference.train_chunk(model, [sentence.tolist()], alpha, epoch=1, chunk=2)[1]


def assert_same(kernel, model, arrays):
    fast, slow = train_both(kernel, model)
    assert fast == pytest.approx(slow, rel=1e-5)
    for found, expected in arrays:
        np.testing.assert_allclose(found[:, :DIMS], expected, 1e-4, 1e-5)
        assert not found[:, DIMS:].any()


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_vectors_of_units_are_seen_and_not_rows(name, unit):
    """More items than rows: what is read is within the rows, too."""
    for reader, with_others in (("pairs", True), ("pairs", False), ("windows", False)):
        assert_same(*make_both(name, unit, reader, with_others))


@pytest.mark.parametrize("name", ["dynamic:m=12,base=uniform", "warp:tries=30"])
def test_biases_of_sums_are_seen(name):
    assert_same(*make_both(name, "sum", "pairs", True, bias=True))
