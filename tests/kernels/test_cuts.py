"""Windows that are cut so that no step overshoots: against the oracle, and the rule itself."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import _kernels
from ns2vec.objectives import OBJECTIVES
from ns2vec.reference import cuts
from ns2vec.reference.streams import NOISE, Stream
from ns2vec.reference.training import Window

EVERYTHING = [*OBJECTIVES, "both"]
SAMPLED = [name for name, objective in OBJECTIVES.items() if objective.outputs == "sampled"]
LOOPS = [(False, "window"), (False, "pair"), (True, "window")]
BACKENDS = [*(("fused", isa) for isa in _kernels.list_isas()), ("blas", None), ("gemm", None)]
WAYS = [
    (backend, isa, objective)
    for backend, isa in BACKENDS
    for objective in EVERYTHING
    if backend != "gemm" or objective not in ("softmax", "sampled_softmax")  # it is for logistic links
]


def enlarge(case, factor):
    """Make rows longer, for kernel and oracle alike."""
    for name in ("syn0", "syn1neg", "syn1"):
        if name in case.arrays:
            case.arrays[name][:] *= factor
            case.oracle[name][:] *= factor


@pytest.mark.parametrize("loop", LOOPS, ids=["skip_gram", "pair", "cbow"])
@pytest.mark.parametrize(("backend", "isa", "objective"), WAYS)
def test_wide_windows_of_few_words_equal_the_oracles(
    make_case, random_sentences, train_both, assert_same_weights, backend, isa, objective, loop
):
    """Several sets a window, contexts one by one, and rounds for what was drawn many times."""
    options = {"pooled": loop[0], "negative_sharing": loop[1], "backend": backend, "isa": isa}
    case = make_case(objective, n_words=11, window=40, shrink_windows=False, negative=30, **options)
    train_both(case, random_sentences(11, n_sentences=3, longest=45), alpha=0.05)
    assert_same_weights(case, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("factor", [0.02, 1.0, 3.0])
@pytest.mark.parametrize("window", [2, 5, 12, 16])
@pytest.mark.parametrize("objective", EVERYTHING)
def test_short_and_long_rows_equal_the_oracles(
    make_case, random_sentences, train_both, assert_same_weights, objective, window, factor
):
    """Blocks in one step, and the same blocks context by context where rows are long."""
    case = make_case(objective, window=window)
    enlarge(case, factor)
    train_both(case, random_sentences(longest=40, n_sentences=4), alpha=0.025)
    assert_same_weights(case, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_contexts", [1, 31, 32, 33, 64, 65, 1000])
def test_sets_serve_every_context_once_and_equally_many(make_case, n_contexts):
    case = make_case(window=600)
    n_sets = case.kernel.n_sets(n_contexts)
    parts = cuts.parts_of(n_contexts, n_sets)
    assert [i for part in parts for i in part] == list(range(n_contexts))
    assert max(map(len, parts)) <= _kernels.CONTEXTS_PER_SET == cuts.SET_CONTEXTS
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("objective", SAMPLED)
def test_a_wide_window_draws_afresh_for_every_set(make_case, objective):
    case = make_case(objective, n_words=200, window=50, negative=8)
    sentence = np.arange(80, dtype=np.int32)
    rows = case.kernel.train_window(sentence, 40, 0.01, work=_kernels.Workspace(case.kernel, 80))[0]
    window = Window.of(case.model, 40, [i for i in range(80) if i != 40], Stream(1, 0, 0, NOISE))
    assert [row[row >= 0].tolist() for row in rows] == [drawn.units for drawn in window.drawn[0]]
    assert len(rows) == 3
    assert len({tuple(row) for row in rows.tolist()}) == 3


NORMAL = {"n_of_window": 10, "norm_of_inputs": 80.0, "heaviest": 1.0, "alpha": 0.025}


@pytest.mark.parametrize(
    ("contexts", "change", "expected"),
    [
        (range(10), {}, True),
        (range(10), {"alpha": 0.1}, False),  # the step is long
        (range(10), {"norm_of_inputs": 161.0}, False),  # the rows are long
        (range(10), {"heaviest": 3.0}, False),  # an output was drawn often
        (range(10), {"n_of_window": 33}, False),  # a wide window
        (range(11), {}, False),  # this number of contexts may go a quarter as far
        (range(11), {"alpha": 0.01}, True),
        ([7] * 10, {}, True),  # copies, of outputs that are short
        ([7] * 10, {"alpha": 0.049, "norm_of_inputs": 40.0}, True),
        ([7] * 10, {"alpha": 0.051, "norm_of_inputs": 40.0}, False),  # too many copies for such a step
        ([7], {"alpha": 50.0}, True),  # a pair is a pair
        ([7], {"heaviest": 2.0}, False),
    ],
)  # fmt: skip
def test_what_goes_in_one_step(contexts, change, expected):
    outputs = (np.full((6, 4), 0.5), np.ones(6), "logistic")
    assert cuts.is_whole(list(contexts), outputs=outputs, **(NORMAL | change)) is expected


def test_copies_of_an_input_mind_how_long_outputs_are():
    long = (np.full((6, 4), 3.0), np.ones(6), "logistic")
    assert cuts.is_whole([1, 2, 3, 4], outputs=long, **NORMAL)
    assert not cuts.is_whole([1, 1, 1, 1], outputs=long, **NORMAL)


def test_rounds_are_no_more_than_draws():
    row, outputs = np.full(4, 100.0), (np.full((2, 4), 1.0), np.array([1.0, 20.0]), "logistic")
    assert cuts.rounds_of_context(row, outputs, 1.0, 0.025) == 1
    assert cuts.rounds_of_context(row, outputs, 20.0, 0.025) == 20
    assert cuts.rounds_of_context(row / 100, outputs, 20.0, 0.001) == 1
    assert cuts.rounds_of_hidden(row, [1, 1, 2], outputs, 20.0, 0.025, 1.0) == 40
    assert cuts.rounds_of_hidden(row, [1, 1, 2], (*outputs[:2], "softmax"), 20.0, 0.025, 1.0) == 1
