"""Inputs that are concatenated: tags, and words at their places around the centre, beside the oracle."""

from __future__ import annotations

import itertools
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.objectives import OBJECTIVES
from ns2vec.reference import samplers
from ns2vec.sampling import Dynamic, NoiseData
from ns2vec.training.network import make_noise
from ns2vec.vocab.huffman import build_huffman

N, NULL, N_TAGS, WINDOW = 11, 11, 6, 3  # words, the row after them, tags, words on each side
SENTENCES = [[3, 1, 4, 1, 5, 9, 2, 6], [5], [], [5, 3, 5, 8, 9, 7, 3, 3, 3, 2], [9, 3], [8, 4, 0]]
BACKENDS = [*(("fused", isa) for isa in _kernels.list_isas()), ("blas", None), ("gemm", None)]
COUNTS = np.arange(40, 40 - 2 * N, -2)


def padded(rng, n_rows, n_floats):
    rows = np.zeros((n_rows, -(-n_floats // 16) * 16), np.float32)
    rows[:, :n_floats] = rng.standard_normal((n_rows, n_floats)) * 0.4
    return rows


def sampled(link, negative=4, bias=False, frozen=False):
    def make(rng, fast, slow):
        biases = (rng.standard_normal(N) * 0.1).astype(np.float32) if bias else None
        slow_bias = None if biases is None else biases.astype(np.float64)
        side = _kernels.UnitMatrix(fast, frozen=frozen)
        target = _kernels.Sampled(side, _kernels.Noise(N), negative, link=link, bias=biases)
        side = reference.Side(slow, frozen=frozen)
        return target, reference.Sampled(side, samplers.draw_uniform(N), negative, link, slow_bias)

    return make


def path(rng, fast, slow):
    tree = build_huffman(COUNTS)
    paths = [(tree.point(v), tree.code(v)) for v in range(N)]
    target = _kernels.Path(fast, tree.offsets, tree.points, tree.codes)
    return target, reference.Path(reference.Side(slow), paths)


TARGETS = {
    **{f"Sampled, {link}": sampled(link) for link in reference.LINKS},
    "Sampled, often": sampled("logistic", 30),
    "Sampled, bias": sampled("logistic", bias=True),
    "Sampled, frozen": sampled("logistic", frozen=True),
    "Path": path,
    "All": lambda rng, fast, slow: (_kernels.All(fast), reference.All(reference.Side(slow))),
    "Labels": lambda rng, fast, slow: (_kernels.Labels(fast), reference.Labels(reference.Side(slow))),
}
FOR_GEMM = ("Path", "Sampled, logistic", "Sampled, often")


def make_case(name, n_dims=10, n_tags=1, frozen=False, **options):
    rng = np.random.default_rng(3)
    long = (n_tags + 2 * WINDOW) * n_dims
    fast = [padded(rng, N + 1, n_dims), padded(rng, N_TAGS, n_dims), padded(rng, N, long)]
    slow = [
        rows[:, :width].astype(np.float64) for rows, width in zip(fast, (n_dims, n_dims, long), strict=True)
    ]
    target, slow_target = TARGETS[name](rng, fast[2], slow[2])
    kernel = _kernels.Kernel(
        _kernels.UnitMatrix(fast[0], frozen=frozen), [target], tags=fast[1] if n_tags else None, width=n_dims,
        window=WINDOW, pooled="concat", null_row=NULL, n_tags=n_tags, shrink_windows=False, compute_loss=True,
        **options,
    )  # fmt: skip
    model = reference.Model(
        reference.Side(slow[0], frozen=frozen), [slow_target], pooled="concat", null_row=NULL, window=WINDOW,
        tags=reference.Side(slow[1]) if n_tags else None, shrink_windows=False,
    )  # fmt: skip
    rng = np.random.default_rng(4)
    tags = [rng.integers(0, N_TAGS, n_tags).tolist() for _ in SENTENCES]
    return SimpleNamespace(kernel=kernel, model=model, fast=fast, slow=slow, tags=tags, n_tags=n_tags)


def train_kernel(case, alpha):
    words = np.array([word for sentence in SENTENCES for word in [*sentence, -1]], np.int32)
    work = _kernels.Workspace(case.kernel, len(words), max_list=max(case.n_tags, 1), n_tags=20)
    given = {}
    if case.n_tags:
        given["tags"] = np.array(list(itertools.chain(*case.tags)), np.int32)
        given["tag_offsets"] = np.arange(0, len(given["tags"]) + 1, case.n_tags)
    return case.kernel.train(words, alpha, work=work, epoch=1, chunk=2, **given)[2]


def train_oracle(case, alpha):
    tags = case.tags if case.n_tags else None
    return reference.train_chunk(case.model, SENTENCES, alpha, tags=tags, epoch=1, chunk=2)[1]


def assert_same(case):
    for fast, slow in zip(case.fast, case.slow, strict=True):
        np.testing.assert_allclose(fast[:, : slow.shape[1]], slow, 1e-5, 2e-6)
        assert not fast[:, slow.shape[1] :].any()


@pytest.mark.parametrize("n_tags", [0, 1, 3])
@pytest.mark.parametrize("backend", BACKENDS, ids=lambda way: "-".join(filter(None, way)))
def test_every_target_equals_the_oracles(once, backend, n_tags):
    for name in FOR_GEMM if backend[0] == "gemm" else TARGETS:
        for n_dims in (10, 16):
            case = make_case(name, n_dims, n_tags, backend=backend[0], isa=backend[1])
            before = [rows.copy() for rows in case.fast]
            expected = once((name, n_dims, n_tags), case.slow, partial(train_oracle, case, 0.05))
            assert train_kernel(case, 0.05) == pytest.approx(expected, rel=1e-5), name
            assert_same(case)
            moved = [np.abs(rows - old).max() > 1e-3 for rows, old in zip(case.fast, before, strict=True)]
            assert moved == [True, n_tags > 0, "frozen" not in name], name


@pytest.mark.parametrize(
    "name", [name for name in TARGETS if name not in ("Sampled, hinge", "Sampled, often")]
)
def test_the_oracle_moves_along_the_gradient(name):
    rng, alpha, h = np.random.default_rng(0), 1e-6, 1e-5
    moved = make_case(name)
    train_oracle(moved, alpha)
    for place in range(3 - ("frozen" in name)):
        direction, losses = rng.standard_normal(moved.slow[place].shape), []
        for sign in (1, -1):
            case = make_case(name)
            case.slow[place][...] += sign * h * direction
            losses.append(train_oracle(case, 0.0))
        found = ((moved.slow[place] - make_case(name).slow[place]) * direction).sum() / -alpha
        assert found == pytest.approx((losses[0] - losses[1]) / (2 * h), rel=2e-3, abs=2e-4), place


def test_frozen_words_stay_while_tags_learn():
    """As when the vector of a new document is inferred."""
    case = make_case("Sampled, frozen", frozen=True)
    words, tags = case.fast[0].copy(), case.fast[1].copy()
    train_kernel(case, 0.05)
    train_oracle(case, 0.05)
    assert_same(case)
    assert np.array_equal(case.fast[0], words)
    assert not np.array_equal(case.fast[1], tags)


def test_outputs_learn_from_places():
    """A tag, the words before and those after: of two words, each is in the place beside the other."""
    case = make_case("All")
    words, tags, outputs = (rows.copy() for rows in case.fast)
    tag, null, four, seven = (row[:10] for row in (tags[2], words[NULL], words[4], words[7]))
    given = {"tags": np.array([2], np.int32), "tag_offsets": np.array([0, 1])}
    work = _kernels.Workspace(case.kernel, 3, n_tags=2)
    case.kernel.train(np.array([4, 7], np.int32), 1e-3, work=work, **given)
    met = [[tag, null, null, null, seven, null, null], [tag, null, null, four, null, null, null]]
    hidden = np.array([np.concatenate(rows) for rows in met])
    change = (case.fast[2] - outputs)[:, :70]
    explained = change @ np.linalg.pinv(hidden) @ hidden
    np.testing.assert_allclose(explained, change, atol=5e-6)
    assert np.abs(change).max() > 1e-4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reader": "pairs", "tags": None, "n_tags": 0}, "is for windows that do not shrink"),
        ({"shrink_windows": True}, "is for windows that do not shrink"),
        ({"null_row": None}, "null_row must be one of 4 rows"),
        ({"null_row": 4}, "null_row must be one of 4 rows of the inputs, got 4"),
        ({"n_tags": 0}, "kernels with tags, and no others, need n_tags"),
        ({"pooled": "mean"}, "pooled must be True, False or 'concat', got 'mean'"),
        ({"n_tags": 2}, "output rows must be 64 floats long"),
    ],
)
def test_bad_options_are_named(change, message):
    rows, outputs = np.zeros((4, 16), np.float32), np.zeros((4, 48), np.float32)
    options = {
        "tags": rows,
        "n_tags": 1,
        "null_row": 3,
        "window": 1,
        "pooled": "concat",
        "shrink_windows": False,
    }
    with pytest.raises(ValueError, match=message):
        _kernels.Kernel(rows, [_kernels.Labels(outputs)], **options | change)


def test_bags_and_samplers_that_look_at_inputs_are_refused():
    rows, outputs = np.zeros((N, 16), np.float32), np.zeros((N, 32), np.float32)
    options = {"null_row": 3, "window": 1, "pooled": "concat", "shrink_windows": False}
    bags = _kernels.UnitMatrix(rows, offsets=np.arange(5), rows=np.arange(4, dtype=np.int32))
    with pytest.raises(ValueError, match="rows are concatenated, not bags"):
        _kernels.Kernel(bags, [_kernels.Labels(outputs)], **options)
    noise = make_noise(Dynamic(m=3).bind(NoiseData.of_counts(COUNTS)), OBJECTIVES["negative_sampling"])
    with pytest.raises(ValueError, match="samplers that look at inputs cannot look at concatenated ones"):
        _kernels.Kernel(rows, [_kernels.Sampled(outputs, noise)], **options)


def test_a_sentence_with_another_number_of_tags_is_refused():
    case = make_case("Labels", n_tags=3)
    work = _kernels.Workspace(case.kernel, 4, max_list=4, n_tags=8)
    tags = np.zeros(2, np.int32)
    with pytest.raises(ValueError, match="a sentence has 2 tags, expected 3 to concatenate"):
        case.kernel.train(np.array([1, 2], np.int32), 0.1, work=work, tags=tags, tag_offsets=np.array([0, 2]))
