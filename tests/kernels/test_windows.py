"""One window at a time through the shipped kernel."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.objectives import OBJECTIVES
from ns2vec.reference.steps import step_window
from ns2vec.reference.training import Window
from ns2vec.sampling import NoiseData, Pool
from ns2vec.training.network import make_noise

CAT, SAT, CAR = range(3)
DIMS = 6


def three_words(seed, backend, isa):
    """Cat is the input, sat was seen, car is its one negative."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((2, 3, 16), np.float32)
    rows[:, :, :DIMS] = rng.standard_normal((2, 3, DIMS))
    sampler = Pool({SAT: [CAR]}, kind="explicit").bind(NoiseData.of_counts([3, 2, 1]))
    noise = make_noise(sampler, OBJECTIVES["negative_sampling"])
    kernel = _kernels.Kernel(
        rows[0],
        [_kernels.Sampled(rows[1], noise, 1)],
        window=1,
        shrink_windows=False,
        backend=backend,
        isa=isa,
    )
    return kernel, rows


@pytest.mark.parametrize("isa", _kernels.list_isas())
@pytest.mark.parametrize("backend", ["fused", "blas", "gemm"])
@pytest.mark.parametrize("seed", range(5))
def test_known_step_of_three_words(seed, backend, isa):
    """The paper's loss to 1e-6 in the kernel and 1e-7 in the oracle; sat comes nearer, car goes away."""
    kernel, rows = three_words(seed, backend, isa)
    before = rows.astype(np.float64)
    scores = before[1, [SAT, CAR]] @ before[0, CAT]
    expected = np.log1p(np.exp(-scores[0])) + np.log1p(np.exp(scores[1]))
    oracle = reference.block_loss(before[0, [CAT]], before[1, [SAT, CAR]], np.array([1.0, 0.0]), np.ones(2))
    assert oracle == pytest.approx(expected, abs=1e-7)
    work = _kernels.Workspace(kernel, 8)
    drawn, weights, offsets, loss = kernel.train_window(np.array([CAT, SAT], np.int32), 1, 0.01, work=work)
    assert loss == pytest.approx(expected, abs=1e-6)
    assert drawn.tolist() == [[SAT, CAR]]
    assert weights.tolist() == [[1.0, 1.0]]
    assert not offsets.any()
    after = rows[1, [SAT, CAR]] @ rows[0, CAT]
    assert after[0] > scores[0]
    assert after[1] < scores[1]
    moved = np.abs(rows - before).max(axis=2) > 0
    assert moved.tolist() == [[True, False, False], [False, True, True]]


@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("objective", [*OBJECTIVES, "both"])
def test_a_window_equals_the_oracles(make_case, assert_same_weights, objective, pooled, sharing):
    case = make_case(objective, pooled=pooled, negative_sharing=sharing, window=2)
    sentence = np.array([4, 9, 9, 2, 7, 1], np.int32)
    rows, weights, offsets, loss = case.kernel.train_window(
        sentence, 2, 0.1, work=_kernels.Workspace(case.kernel, 10), epoch=3, chunk=5
    )
    window = Window.of(case.model, 9, [4, 9, 2, 7], reference.Stream(1, 3, 5, 1))
    slow = step_window(case.model, window, 0.1)
    assert loss == pytest.approx(slow, rel=1e-5)
    assert_same_weights(case)
    is_pairwise = sharing == "pair" and not pooled
    n_sets = (4 if is_pairwise else 1) if case.kernel.sampled else 0
    assert rows.shape == weights.shape == offsets.shape == (n_sets, 1 + case.kernel.negative)
    assert (rows[:, :1] == 9).all()
    with_offsets = objective in ("nce", "sampled_softmax")
    assert offsets[rows >= 0].all() == with_offsets or not n_sets


def test_windows_one_by_one_draw_as_a_sentence_does(make_case):
    """`draw` and `train_window` read the same stream."""
    case, other = make_case(), make_case()
    centres = np.array([3, 8, 1], np.int32)
    drawn = case.kernel.draw(centres, work=_kernels.Workspace(case.kernel, 5), epoch=1, chunk=2)[0]
    rows = other.kernel.train_window(
        centres, 0, 0.1, work=_kernels.Workspace(other.kernel, 5), epoch=1, chunk=2
    )[0]
    assert rows[0].tolist() == drawn[0].tolist()


def test_a_word_alone_trains_nothing(make_case):
    case = make_case()
    before = case.arrays["syn0"].copy()
    rows, _, _, loss = case.kernel.train_window(
        np.array([3], np.int32), 0, 0.1, work=_kernels.Workspace(case.kernel, 5)
    )
    assert rows.shape == (0, 6)
    assert loss == 0.0
    assert np.array_equal(case.arrays["syn0"], before)


@pytest.mark.parametrize(
    ("sentence", "t", "message"),
    [
        ([1, 2], 2, "t must be a position of the sentence, got 2"),
        ([1, 2], -1, "t must be a position of the sentence, got -1"),
        ([], 0, "t must be a position"),
        ([1, 30], 0, "the sentence holds id 30"),
        ([1, -1], 0, "the sentence holds id -1"),
        ([1] * 9, 0, "expected 1 to 8 rows, got 9"),
    ],
)
def test_sentences_that_cannot_be(make_case, sentence, t, message):
    case = make_case()
    with pytest.raises(ValueError, match=message):
        case.kernel.train_window(
            np.array(sentence, np.int32), t, 0.1, work=_kernels.Workspace(case.kernel, 8)
        )


def test_a_workspace_serves_its_own_kernel(make_case):
    """Its memory has the sizes of that kernel: another may need more."""
    small, large = make_case(negative=1), make_case(negative=50)
    work = _kernels.Workspace(small.kernel, 8)
    words = np.array([1, 2, 3], np.int32)
    for use in (
        lambda: large.kernel.train(words, 0.1, work=work),
        lambda: large.kernel.draw(words, work=work),
        lambda: large.kernel.train_window(words, 0, 0.1, work=work),
    ):
        with pytest.raises(ValueError, match="the workspace was made for another kernel"):
            use()


def test_a_sampler_serves_its_own_vocabulary():
    draws = Pool({0: [1]}).bind(NoiseData.of_counts([3, 2, 1])).source.draws
    with pytest.raises(ValueError, match="the sampler is for 3 rows, but there are 4"):
        _kernels.Noise(4, sampler=draws)


def test_collisions_and_filters_do_not_touch_other_sets(make_case):
    """Pair sharing with a filter: every context has its own set, none holds what is excluded."""
    case = make_case(sampler=Pool({9: [1, 2, 3, 5]}, exclude={9: [1, 2]}), negative_sharing="pair", window=3)
    work = _kernels.Workspace(case.kernel, 8)
    for chunk in range(50):
        rows = case.kernel.train_window(np.array([4, 8, 9, 7], np.int32), 2, 0.0, work=work, chunk=chunk)[0]
        drawn = set(itertools.chain(*rows.tolist())) - {-1, 9}
        assert drawn <= {3, 5}
