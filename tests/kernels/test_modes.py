"""Every reader x unit kind x target x link x back end beside the oracle, and the oracle beside differences.

A reader, target or link is enrolled by its registry: a missing entry in the tables below is an error.
"""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import NoiseData, Pool, build_alias_table
from ns2vec.training.network import make_noise
from ns2vec.vocab.huffman import build_huffman

N, DIMS, N_ROWS, N_TAGS = 11, 12, 25, 7  # words, numbers of a vector, rows of bags, tags
UNITS = ["rows", "mean", "sum"]
SENTENCES = [[3, 1, 4, 1, 5, 9, 2, 6], [5], [], [5, 3, 5, 8, 9, 7], [9, 3, 3, 3, 2, 3], [8, 4]]
TAGS = [[0], [1, 2], [3], [0, 4], [5, 5], [6]]
COUNTS = np.arange(30, 30 - 2 * N, -2)
ALIAS = build_alias_table(COUNTS / COUNTS.sum())
SETS = [[v, (v + 3) % N] if v % 2 else [v] for v in range(N)]  # of labels


def matrix(rng, n_rows):
    rows = np.zeros((n_rows, 16), np.float32)
    rows[:, :DIMS] = rng.standard_normal((n_rows, DIMS)) * 0.4
    return rows


def bags(rng, n_units):
    """Bags of three rows each, of which many share some."""
    lists = [rng.choice(N_ROWS, 3, replace=False).tolist() for _ in range(n_units)]
    flat = np.array(list(itertools.chain(*lists)), np.int32)
    return {"offsets": np.arange(0, 3 * n_units + 1, 3), "rows": flat}, lists


def make_side(rng, n_units, unit, **options):
    """UnitMatrix for the kernel and the same for the oracle."""
    rows = matrix(rng, n_units if unit == "rows" else N_ROWS)
    slow = rows[:, :DIMS].astype(np.float64)
    if unit == "rows":
        return _kernels.UnitMatrix(rows, **options), reference.Side(slow, **options), rows
    csr, lists = bags(rng, n_units)
    fast = _kernels.UnitMatrix(rows, **csr, combine=unit, **options)
    return fast, reference.Side(slow, lists, combine=unit, **options), rows


def sampled(link, unit="rows", bias=False, frozen=False, negative=4):
    def make(rng):
        fast, slow, rows = make_side(rng, N, unit, **({"frozen": True} if frozen else {}))
        biases = (rng.standard_normal(N) * 0.1).astype(np.float32) if bias else None
        slow_bias = None if biases is None else biases.astype(np.float64)
        return (
            _kernels.Sampled(fast, _kernels.Noise(N, alias=ALIAS), negative, link=link, bias=biases),
            reference.Sampled(slow, reference.DRAWS["unigram"](ALIAS), negative, link=link, bias=slow_bias),
            [(rows, slow.matrix), (biases, slow_bias)],
        )

    return make


def path(rng):
    fast, slow, rows = make_side(rng, N - 1, "rows")
    tree = build_huffman(COUNTS)
    paths = [(tree.point(v), tree.code(v)) for v in range(N)]
    target = _kernels.Path(fast, tree.offsets, tree.points, tree.codes)
    return target, reference.Path(slow, paths), [(rows, slow.matrix)]


def everything(**options):
    def make(rng):
        fast, slow, rows = make_side(rng, N, "rows", **options)
        return _kernels.All(fast), reference.All(slow), [(rows, slow.matrix)]

    return make


def labels(link, bias, unit="rows", sets=None):
    csr = {}
    if sets is not None:
        ends = np.cumsum([0, *map(len, sets)])
        csr = {"offsets": ends, "labels": np.array(list(itertools.chain(*sets)), np.int32)}

    def make(rng):
        fast, slow, rows = make_side(rng, N, unit)
        biases = np.zeros(N, np.float32) if bias else None
        slow_bias = None if biases is None else np.zeros(N)
        target = _kernels.Labels(fast, link=link, bias=biases, **csr)
        made = reference.Labels(slow, link=link, bias=slow_bias, sets=sets)
        return target, made, [(rows, slow.matrix), (biases, slow_bias)]

    return make


TARGETS = {
    **{f"Sampled, {link}": sampled(link) for link in reference.LINKS},
    **{f"Sampled, {unit} bags": sampled("logistic", unit) for unit in UNITS[1:]},
    "Sampled, bpr, bias, bags": sampled("bpr", "mean", bias=True),
    "Sampled, bias": sampled("logistic", bias=True),
    "Sampled, frozen": sampled("logistic", frozen=True),
    "Sampled, bpr, one": sampled("bpr", negative=1),
    "Path": path,
    "All": everything(),
    "All, frozen": everything(frozen=True),
    "Labels, softmax": labels("softmax", bias=True),
    "Labels, logistic": labels("logistic", bias=False),
    "Labels, bags": labels("softmax", bias=True, unit="sum"),
    "Labels, sets": labels("logistic", bias=True, sets=SETS),
    "Labels, softmax, sets": labels("softmax", bias=False, sets=SETS),
}
GEMM = [
    name for name in TARGETS if name in ("Path", "Labels, logistic") or name.startswith("Sampled, logistic")
]


def make_case(reader, unit, pooled, names, seed=5, lock=None, tags_of=TAGS, **options):
    """A kernel, the oracle's model, and pairs of what they train."""
    rng = np.random.default_rng(seed)
    sides = [make_side(rng, N, unit, **({} if lock is None else {"lock": lock}))]
    if reader == "tags" or (reader != "pairs" and seed % 2):
        sides.append(make_side(rng, N_TAGS, unit))
    targets = [TARGETS[name](rng) for name in names]
    tags = sides[1] if len(sides) > 1 else (None, None, None)
    shared = {"reader": reader, "pooled": pooled, "window": 3}
    fast = {name: options.pop(name) for name in ("backend", "isa") if name in options}
    about = (reader, unit, pooled, *names, seed, repr(tags_of), *sorted(options.items()))
    kernel = _kernels.Kernel(
        sides[0][0], [target for target, _, _ in targets], tags=tags[0], width=DIMS, compute_loss=True,
        **shared, **options, **fast,
    )  # fmt: skip
    model = reference.Model(
        sides[0][1], [target for _, target, _ in targets], tags=tags[1], **shared, **options
    )
    trained = [(rows, side.matrix) for _, side, rows in sides]
    trained += [pair for _, _, pairs in targets for pair in pairs if pair[0] is not None]
    return SimpleNamespace(
        kernel=kernel, model=model, trained=trained, has_tags=len(sides) > 1, tags=tags_of,
        about=about if fast and lock is None else None,
    )  # fmt: skip


def pairs_of(rng, pooled, n=30):
    lists = [rng.integers(0, N, rng.integers(1, 4) if pooled else 1).tolist() for _ in range(n)]
    weights = rng.random(n).astype(np.float32) + 0.1
    return lists, rng.integers(0, N, n).astype(np.int32), weights


def pair_arguments(lists, centres, pooled, weights):
    flat = np.array(list(itertools.chain(*lists)), np.int32)
    offsets = np.cumsum([0, *map(len, lists)]) if pooled else None
    return (flat, centres), {"offsets": offsets, "weights": weights}


def alone(about, arrays, train):
    """In place of `once`: nothing is shared with another case."""
    return train()


def train_both(case, alpha=0.05, once=alone):
    """Losses of kernel and oracle for the sentences, or for pairs."""
    kernel, model = case.kernel, case.model
    about, arrays = case.about and (case.about, alpha), [slow for _, slow in case.trained]
    if kernel.reader_name == "pairs":
        lists, centres, weights = pairs_of(np.random.default_rng(2), kernel.pooled)
        given, how = pair_arguments(lists, centres, kernel.pooled, weights)
        work = _kernels.Workspace(kernel, len(given[0]), max_list=3)
        fast = kernel.train_pairs(*given, alpha, work=work, epoch=1, chunk=2, **how)
        how = {"weights": weights, "epoch": 1, "chunk": 2}
        slow = once(
            about, arrays, lambda: reference.train_pairs(model, lists, centres.tolist(), alpha, **how)
        )
        return fast, slow
    words = np.array([word for sentence in SENTENCES for word in [*sentence, -1]], np.int32)
    tags = {"tags": np.array(list(itertools.chain(*case.tags)), np.int32)} if case.has_tags else {}
    if tags:
        tags["tag_offsets"] = np.cumsum([0, *map(len, case.tags)])
    work = _kernels.Workspace(kernel, len(words), max_list=2, n_tags=9)
    n_trained, n_words, fast = kernel.train(words, alpha, work=work, epoch=1, chunk=2, **tags)
    how = {"tags": case.tags if case.has_tags else None, "epoch": 1, "chunk": 2}
    slow_trained, slow = once(about, arrays, lambda: reference.train_chunk(model, SENTENCES, alpha, **how))
    assert n_trained == slow_trained == n_words
    return fast, slow


def assert_same(case, rtol=1e-5, atol=2e-6):
    for fast, slow in case.trained:
        found = fast[:, :DIMS] if fast.ndim == 2 else fast
        np.testing.assert_allclose(found, slow, rtol, atol)
        assert fast.ndim == 1 or not fast[:, DIMS:].any()


WAYS = [*(("fused", isa) for isa in _kernels.list_isas()), ("blas", None), ("gemm", None)]


@pytest.mark.parametrize("seed", [4, 5])  # without and with tags
@pytest.mark.parametrize("pooled", [False, True], ids=["each", "pooled"])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("reader", _kernels.READERS)
@pytest.mark.parametrize("backend", WAYS, ids=lambda way: "-".join(filter(None, way)))
def test_every_target_equals_the_oracles(once, backend, reader, unit, pooled, seed):
    for name in GEMM if backend[0] == "gemm" else TARGETS:
        case = make_case(reader, unit, pooled, [name], seed, backend=backend[0], isa=backend[1])
        before = case.trained[0][0].copy()
        fast, slow = train_both(case, once=once)
        assert fast == pytest.approx(slow, rel=1e-5), name
        assert_same(case)
        assert reader == "tags" or np.abs(case.trained[0][0] - before).max() > 1e-3


@pytest.mark.parametrize("backend", WAYS, ids=lambda way: "-".join(filter(None, way)))
def test_one_tag_for_each_sentence_is_trained_as_pairs_are(once, backend):
    for name in GEMM if backend[0] == "gemm" else TARGETS:
        case = make_case(
            "tags", "rows", False, [name], tags_of=[[0], [1], [3], [0], [5], [6]], backend=backend[0],
            isa=backend[1],
        )  # fmt: skip
        fast, slow = train_both(case, once=once)
        assert fast == pytest.approx(slow, rel=1e-5), name
        assert_same(case)


def test_the_tables_above_are_the_registries():
    assert set(_kernels.READERS) == set(reference.READERS)
    assert _kernels.LINKS == reference.KINDS
    assert {name.split(",")[0] for name in TARGETS} == set(reference.TARGETS)


@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("reader", _kernels.READERS)
def test_four_targets_at_once(reader, pooled, sharing):
    names = ["Path", "Sampled, logistic", "Labels, softmax", "Sampled, bpr, bias, bags"]
    case = make_case(reader, "mean", pooled, names, negative_sharing=sharing)
    fast, slow = train_both(case, alpha=0.02)
    assert fast == pytest.approx(slow, rel=1e-5)
    assert_same(case)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("pooled", [False, True])
def test_locks_are_of_rows(pooled, unit):
    lock = np.array([0.0, 1.0, 0.5], np.float32)
    case = make_case("windows", unit, pooled, ["Sampled, logistic"], lock=lock)
    before = case.trained[0][0].copy()
    train_both(case)
    assert_same(case)
    assert np.array_equal(case.trained[0][0][::3], before[::3])


def test_frozen_outputs_stay_and_inputs_learn():
    case = make_case("windows", "rows", False, ["Sampled, frozen"])
    inputs, outputs = case.trained[0][0].copy(), case.trained[-1][0].copy()
    train_both(case)
    assert np.array_equal(case.trained[-1][0], outputs)
    assert not np.array_equal(case.trained[0][0], inputs)


# ---- the oracle itself -----------------------------------------------------------------------------


def loss_of(build, place, delta, pairs):
    """Loss of a fresh oracle whose matrix number `place` has `delta` added."""
    case = build()
    case.trained[place][1][...] += delta
    return reference.train_pairs(case.model, *pairs, 0.0) if pairs else case_loss(case)


def case_loss(case):
    tags = TAGS if case.has_tags else None
    return reference.train_chunk(case.model, SENTENCES, 0.0, tags=tags, epoch=1, chunk=2)[1]


SMOOTH = [name for name in TARGETS if "hinge" not in name and "frozen" not in name]


@pytest.mark.parametrize("pooled", [False, True], ids=["each", "pooled"])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("reader", _kernels.READERS)
def test_the_oracle_moves_along_the_gradient(reader, unit, pooled):
    """Along a random direction in each matrix; rows of a mean's bag get its whole gradient, 3 x their own.

    Inputs know a target only by the gradient that it sends. So each target is combined with every unit,
    pooled or not, and every reader, pooled or not, in a third of the cases; kernels are compared with the
    oracle in all.
    """
    rng, alpha, h = np.random.default_rng(0), 1e-6, 1e-5
    turn = _kernels.READERS.index(reader) + UNITS.index(unit) + pooled
    lists, centres, _ = pairs_of(rng, pooled, 12)
    pairs = (lists, centres.tolist()) if reader == "pairs" else None
    for name in SMOOTH[turn % 3 :: 3]:

        def build(name=name):
            return make_case(reader, unit, pooled, [name], cbow_corrected=True)

        moved = build()
        before = [slow.copy() for _, slow in moved.trained]
        if pairs:
            reference.train_pairs(moved.model, *pairs, alpha)
        else:
            reference.train_chunk(
                moved.model, SENTENCES, alpha, tags=TAGS if moved.has_tags else None, epoch=1, chunk=2
            )
        for place, (_, after) in enumerate(moved.trained):
            direction = rng.standard_normal(after.shape)
            slope = (
                loss_of(build, place, h * direction, pairs) - loss_of(build, place, -h * direction, pairs)
            ) / (2 * h)
            found = ((after - before[place]) * direction).sum() / -alpha
            is_input = place < 1 + moved.has_tags
            is_mean = (unit == "mean" and not pooled) if is_input else "mean" in name or "bias, bags" in name
            scale = 3 if is_mean and after.ndim == 2 else 1
            assert found == pytest.approx(scale * slope, rel=2e-3, abs=2e-4), (name, place)


@pytest.mark.parametrize("pooled", [False, True], ids=["each", "pooled"])
@pytest.mark.parametrize("unit", UNITS)
def test_gradients_are_those_of_the_oracle_and_nothing_moves(unit, pooled):
    lists, centres, weights = pairs_of(np.random.default_rng(2), pooled)
    for name in (
        name for name in TARGETS if "All" not in name and "bias" not in name and "Labels, s" not in name
    ):
        if name == "Labels, bags":
            continue
        case = make_case("pairs", unit, pooled, [name], cbow_corrected=True)
        work = _kernels.Workspace(case.kernel, sum(map(len, lists)), max_list=3)
        given, how = pair_arguments(lists, centres, pooled, weights)
        before = [rows.copy() for rows, _ in case.trained]
        d_inputs, d_outputs, loss = case.kernel.gradients(*given, work=work, **how)
        assert all(np.array_equal(rows, old) for (rows, _), old in zip(case.trained, before, strict=True))
        start, alpha = [slow.copy() for _, slow in case.trained], 1e-7
        for side in [case.model.targets[0].side]:
            side.frozen = False
        slow = reference.train_pairs(case.model, lists, centres.tolist(), alpha, weights=weights)
        assert loss == pytest.approx(slow, rel=1e-5), name
        for found, (_, after), old in zip([d_inputs, *d_outputs], case.trained, start, strict=True):
            np.testing.assert_allclose(
                found[:, :DIMS], (after - old) / -alpha, rtol=2e-3, atol=2e-4, err_msg=name
            )


# ---- negatives, scratch ---------------------------------------------------------------------------


def test_negatives_are_none_of_what_the_input_has():
    """Lists of an input's positives: with everything but one output excluded, only that one is drawn."""
    rng = np.random.default_rng(1)
    offsets = np.arange(0, N * (N - 1) + 1, N - 1)
    allowed = np.array([(i + 3) % N for i in range(N)])
    lists = np.concatenate([[o for o in range(N) if o != allowed[i]] for i in range(N)]).astype(np.int32)
    noise = _kernels.Noise(
        N, on_collision="skip", filter_offsets=offsets, filter_rows=lists, filter_by_input=True
    )
    outputs, inputs = matrix(rng, N), matrix(rng, N)
    kernel = _kernels.Kernel(inputs, [_kernels.Sampled(outputs, noise, 20)], reader="pairs", width=DIMS)
    for i in range(N):
        before = outputs.copy()
        centre = (i + 5) % N
        pair = np.array([i], np.int32), np.array([centre], np.int32)
        kernel.train_pairs(*pair, 0.1, work=_kernels.Workspace(kernel, 1), chunk=i)
        changed = set(np.flatnonzero((outputs != before).any(axis=1)).tolist())
        assert centre in changed <= {centre, int(allowed[i])}


@pytest.mark.parametrize("n_inputs", [3, N, 5000])
def test_samplers_are_not_asked_about_inputs_that_they_do_not_know(n_inputs):
    """Lists by input are of the sampler's own rows; inputs beyond them draw from its fallback."""
    rng = np.random.default_rng(1)
    bound = Pool({i: [0] for i in range(N)}, key="context").bind(NoiseData.of_counts(COUNTS))
    noise = make_noise(bound, OBJECTIVES["negative_sampling"])
    outputs, inputs = matrix(rng, N), matrix(rng, n_inputs)
    kernel = _kernels.Kernel(inputs, [_kernels.Sampled(outputs, noise, 4)], reader="pairs", width=DIMS)
    pair = np.full(40, n_inputs - 1, np.int32), np.full(40, 5, np.int32)
    before = outputs.copy()
    kernel.train_pairs(*pair, 0.1, work=_kernels.Workspace(kernel, 40))
    n_changed = (outputs != before).any(axis=1).sum()
    assert n_changed == 2 if n_inputs <= N else n_changed > 2


def test_scratch_of_everything_at_once_fits():
    """More pieces than the fifty that were once counted, on the back end that needs most."""
    rng = np.random.default_rng(1)
    goals = [_kernels.Sampled(matrix(rng, N), _kernels.Noise(N), n) for n in (3, 9, 30)]
    tree = build_huffman(COUNTS)
    goals.append(_kernels.Path(matrix(rng, N), tree.offsets, tree.points, tree.codes))
    kernel = _kernels.Kernel(matrix(rng, N), goals, backend="gemm", hot_rows=5, width=DIMS, window=40)
    words = np.array([word for sentence in SENTENCES * 5 for word in [*sentence, -1]], np.int32)
    n_trained, n_words, _ = kernel.train(words, 0.02, work=_kernels.Workspace(kernel, len(words)))
    assert n_trained == n_words == (words >= 0).sum()
