"""Pairs that are trained many at once, what may not be combined with them, and their order."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.reference import samplers
from ns2vec.reference.aware import draw_dynamic, draw_warp
from ns2vec.sampling import NoiseData, build_alias_table, make_sampler
from ns2vec.sampling._aware import DynamicDraws, WarpDraws

N_INPUTS, N_OUTPUTS, N_PAIRS = 13, 40, 100  # pairs of more than two rounds of draws
SHARE = 1.0 / np.arange(1, N_OUTPUTS + 1)
ALIAS = build_alias_table(SHARE / SHARE.sum())
DRAWS = {"alias": samplers.draw_static(ALIAS), "uniform": samplers.draw_uniform(N_OUTPUTS)}


def rows(rng, n, width):
    made = np.zeros((n, -(-width // 16) * 16), np.float32)
    made[:, :width] = rng.standard_normal((n, width)) * 0.4
    return made


def lists_of(rng, n, n_rows, longest):
    """An ascending list for each of n, the first one empty."""
    return [np.sort(rng.choice(n_rows, i * longest // (n - 1), replace=False)) for i in range(n)]


def as_csr(lists):
    return np.cumsum([0, *map(len, lists)]), np.concatenate(lists).astype(np.int32)


def make_both(rng, link, negative, width, isa, bias=True, *, draw, policy, by_input):
    """Kernel and oracle, and pairs of their arrays."""
    fast = [rows(rng, N_INPUTS, width), rows(rng, N_OUTPUTS, width), np.zeros(N_OUTPUTS, np.float32)]
    slow = [array[:, :width].astype(np.float64) for array in fast[:2]] + [np.zeros(N_OUTPUTS)]
    lists = lists_of(rng, N_INPUTS if by_input else N_OUTPUTS, N_OUTPUTS, N_OUTPUTS - 2)
    offsets, listed = as_csr(lists)
    noise = _kernels.Noise(
        N_OUTPUTS, alias=ALIAS if draw == "alias" else None, on_collision=policy,
        filter_offsets=offsets, filter_rows=listed, filter_by_input=by_input,
    )  # fmt: skip
    target = _kernels.Sampled(fast[1], noise, negative, link=link, bias=fast[2] if bias else None)
    kernel = _kernels.Kernel(fast[0], [target], reader="pairs", width=width, compute_loss=True, isa=isa)
    goal = reference.Sampled(
        reference.Side(slow[1]), DRAWS[draw], negative, link, slow[2] if bias else None, on_collision=policy,
        excluded={i: values.tolist() for i, values in enumerate(lists)}, by_input=by_input,
    )  # fmt: skip
    model = reference.Model(reference.Side(slow[0]), [goal], reader="pairs")
    return kernel, model, list(zip(fast, slow, strict=True))


def train_both(rng, kernel, model, alpha=0.1, oracle=lambda train: train()):
    inputs, outputs = rng.integers(0, N_INPUTS, N_PAIRS), rng.integers(0, N_OUTPUTS, N_PAIRS)
    weights = rng.random(N_PAIRS).astype(np.float32) + 0.5
    given = inputs.astype(np.int32), outputs.astype(np.int32)
    work = _kernels.Workspace(kernel, N_PAIRS)
    fast = kernel.train_pairs(*given, alpha, work=work, weights=weights, epoch=1, chunk=2)
    lists, how = [[i] for i in inputs.tolist()], {"weights": weights, "epoch": 1, "chunk": 2}
    return fast, oracle(lambda: reference.train_pairs(model, lists, outputs.tolist(), alpha, **how))


CHOICES = [
    {"draw": draw, "policy": policy, "by_input": by_input}
    for draw in DRAWS
    for policy in ("redraw", "skip", "keep")
    for by_input in (True, False)
]


@pytest.mark.parametrize("isa", _kernels.list_isas())
@pytest.mark.parametrize("negative", [1, 5])
@pytest.mark.parametrize("link", reference.LINKS)
def test_pairs_equal_the_oracles(once, link, negative, isa):
    """Whole vectors, half of one left over and padding, by turns."""
    for choice, width in zip(CHOICES, itertools.cycle((12, 40, 104, 32)), strict=False):
        rng = np.random.default_rng(width)
        kernel, model, arrays = make_both(rng, link, negative, width, isa, width != 40, **choice)
        about = link, negative, width, *choice.values()
        fast, slow = train_both(
            rng, kernel, model, oracle=partial(once, about, [array for _, array in arrays])
        )
        assert fast == pytest.approx(slow, rel=1e-5), choice
        for found, expected in arrays:
            np.testing.assert_allclose(found[..., : expected.shape[-1]], expected, 1e-4, 5e-6)
            assert not found[..., expected.shape[-1] :].any()


LOOKING = {
    "warp": (lambda draws: WarpDraws(draws, 20), lambda draw: draw_warp(draw, 20)),
    "dynamic": (lambda draws: DynamicDraws(draws, 8), lambda draw: draw_dynamic(draw, 8)),
}


@pytest.mark.parametrize("isa", _kernels.list_isas())
@pytest.mark.parametrize(
    ("name", "link", "negative", "alpha", "longest", "width"),
    [
        ("warp", "hinge", 1, 0.02, N_OUTPUTS - 4, 24),
        ("warp", "hinge", 2, 0.02, N_OUTPUTS - 4, 24),
        ("warp", "hinge", 1, 0.02, 1, 104),  # lists too short for a bit of every row
        ("warp", "bpr", 1, 0.6, N_OUTPUTS - 4, 40),  # steps so long that they are taken in rounds
        ("dynamic", "bpr", 1, 0.1, N_OUTPUTS - 4, 32),
    ],
)
def test_samplers_that_look_at_pairs_see_biases_and_lists(name, link, negative, alpha, longest, width, isa):
    """Items of a user who has some already; scores of which those with a bias are higher."""
    rng = np.random.default_rng(5)
    fast = [
        rows(rng, N_INPUTS, width),
        rows(rng, N_OUTPUTS, width),
        rng.standard_normal(N_OUTPUTS).astype(np.float32),
    ]
    slow = [
        fast[0][:, :width].astype(np.float64),
        fast[1][:, :width].astype(np.float64),
        fast[2].astype(np.float64),
    ]
    lists = lists_of(rng, N_INPUTS, N_OUTPUTS, longest)
    offsets, listed = as_csr(lists)
    uniform = make_sampler("uniform").source(NoiseData.of_counts(np.ones(N_OUTPUTS))).draws
    make_draws, make_oracle = LOOKING[name]
    noise = _kernels.Noise(
        N_OUTPUTS, sampler=make_draws(uniform), wants_hidden=True, filter_offsets=offsets,
        filter_rows=listed, filter_by_input=True,
    )  # fmt: skip
    target = _kernels.Sampled(fast[1], noise, negative, link=link, bias=fast[2])
    kernel = _kernels.Kernel(fast[0], [target], reader="pairs", width=width, compute_loss=True, isa=isa)
    goal = reference.Sampled(
        reference.Side(slow[1]), make_oracle(DRAWS["uniform"]), negative, link, slow[2],
        excluded={i: values.tolist() for i, values in enumerate(lists)}, by_input=True,
    )  # fmt: skip
    model = reference.Model(reference.Side(slow[0]), [goal], reader="pairs")
    before = fast[2].copy()
    found, expected = train_both(rng, kernel, model, alpha=alpha)
    assert found == pytest.approx(expected, rel=1e-5)
    for one, other in zip(fast, slow, strict=True):
        np.testing.assert_allclose(one[..., : other.shape[-1]], other, 1e-4, 1e-5)
        assert not one[..., other.shape[-1] :].any()
    assert np.abs(fast[2] - before).max() > 0.05


def test_threads_with_rows_of_their_own_train_the_same_pairs():
    trained = []
    for hot_rows in (0, 5):
        rng = np.random.default_rng(1)
        inputs, outputs = rows(rng, N_INPUTS, 16), rows(rng, N_OUTPUTS, 16)
        target = _kernels.Sampled(outputs, _kernels.Noise(N_OUTPUTS), 1, link="bpr")
        kernel = _kernels.Kernel(inputs, [target], reader="pairs", hot_rows=hot_rows)
        pairs = [rng.integers(0, n, N_PAIRS).astype(np.int32) for n in (N_INPUTS, N_OUTPUTS)]
        kernel.train_pairs(*pairs, 0.1, work=_kernels.Workspace(kernel, N_PAIRS))
        trained.append((inputs, outputs))
    for alone, merged in zip(*trained, strict=True):
        np.testing.assert_allclose(merged, alone, 1e-5, 1e-6)


@pytest.mark.parametrize("n_rows", [60, 400, 5000])  # lists with a bit for every row, and without
def test_listed_rows_are_no_negatives_and_all_others_are(n_rows):
    rng = np.random.default_rng(2)
    lists = lists_of(rng, n_rows, n_rows, 50)
    offsets, listed = as_csr(lists)
    noise = _kernels.Noise(n_rows, on_collision="skip", filter_offsets=offsets, filter_rows=listed)
    target = _kernels.Sampled(rows(rng, n_rows, 16), noise, 3000)
    kernel = _kernels.Kernel(rows(rng, n_rows, 16), [target])
    for centre in (0, n_rows // 3, n_rows - 1):
        words = np.full(30, centre, np.int32)
        drawn = set(kernel.draw(words, work=_kernels.Workspace(kernel, 30))[0].ravel().tolist())
        assert drawn == set(range(n_rows)) - set(lists[centre].tolist()) | {centre, -1}


# ---- order -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 10, 97, 1000, 4096])
def test_a_shuffled_order_has_everything_once(n):
    order = _kernels.shuffled(n, 0, n, seed=3, epoch=5)
    assert sorted(order.tolist()) == list(range(n))
    assert order.tolist() == reference.shuffled(n, 0, n, seed=3, epoch=5)
    pieces = [_kernels.shuffled(n, at, min(n, at + 7), seed=3, epoch=5) for at in range(0, n, 7)]
    assert np.array_equal(np.concatenate(pieces), order)


def test_orders_of_epochs_and_seeds_are_unrelated():
    n = 20_000
    orders = [_kernels.shuffled(n, 0, n, seed=seed, epoch=epoch) for seed, epoch in ((1, 0), (1, 1), (2, 0))]
    for one, other in itertools.combinations([np.arange(n), *orders], 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.03
        assert (one == other).sum() < 10
    neighbours = np.bincount(np.abs(np.diff(orders[0])) * 20 // n, minlength=20)
    expected = n * (2 * (20 - np.arange(20)) - 1) / 400  # of the distance of two random places
    assert (np.abs(neighbours - expected) < 5 * np.sqrt(expected)).all()


@pytest.mark.parametrize("pooled", [False, True])
def test_an_order_is_that_of_pairs_taken_one_by_one(pooled):
    rng = np.random.default_rng(4)
    lists = [rng.integers(0, N_INPUTS, rng.integers(1, 4) if pooled else 1) for _ in range(N_PAIRS)]
    targets = rng.integers(0, N_OUTPUTS, N_PAIRS).astype(np.int32)
    weights = rng.random(N_PAIRS).astype(np.float32)
    order = _kernels.shuffled(N_PAIRS, 20, 90, seed=1)
    trained = []
    for places in (order, None):
        taken = np.arange(N_PAIRS) if places is not None else order
        offsets, inputs = as_csr([lists[p] for p in taken])
        rng = np.random.default_rng(5)
        matrices = rows(rng, N_INPUTS, 16), rows(rng, N_OUTPUTS, 16)
        target = _kernels.Sampled(matrices[1], _kernels.Noise(N_OUTPUTS), 2)
        kernel = _kernels.Kernel(matrices[0], [target], reader="pairs", pooled=pooled)
        kernel.train_pairs(
            inputs, targets[taken], 0.1, work=_kernels.Workspace(kernel, 3 * N_PAIRS, max_list=3),
            offsets=offsets if pooled else None, weights=weights[taken], order=places,
        )  # fmt: skip
        trained.append(matrices)
    assert all(np.array_equal(one, other) for one, other in zip(*trained, strict=True))


@pytest.mark.parametrize(
    ("order", "message"), [([0, 4], "order holds 4, but there are 4"), ([-1], "order holds -1")]
)
def test_a_bad_order_is_named(order, message):
    matrix = np.zeros((4, 16), np.float32)
    kernel = _kernels.Kernel(matrix, [_kernels.Labels(matrix)], reader="pairs")
    pairs = np.zeros(4, np.int32), np.zeros(4, np.int32)
    with pytest.raises(ValueError, match=message):
        kernel.train_pairs(*pairs, 0.1, work=_kernels.Workspace(kernel, 4), order=np.array(order))
