"""Words of a document that train its tags in one step: oracle, finite differences, refused options."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.sampling import build_alias_table

N, DIMS, N_TAGS = 30, 12, 7
DIGITS = 4096  # rows that far apart have the same last digits
SENTENCES = [[3, 1, 4, 1, 5, 9, 2, 6], [5], [], [5, 3, 5, 8, 9, 7], [9, 3, 3, 3, 2, 3], [8, 4]]
TAGS = [[0], [1, 2], [3], [0, 4], [5, 5], []]
WAYS = [*(("fused", isa) for isa in _kernels.list_isas()), ("blas", None), ("gemm", None)]


def rows(seed, n, scale=0.4):
    made = np.zeros((n, 16), np.float32)
    made[:, :DIMS] = np.random.default_rng(seed).standard_normal((n, DIMS)) * scale
    return made


def alias_of(n):
    counts = np.arange(4 * n, 2 * n, -2)
    return build_alias_table(counts / counts.sum())


def make_noise(n=N, **options):
    return _kernels.Noise(n, alias=alias_of(n), **options)


def make(
    *,
    run_words=4,
    run_negative=0,
    frozen=False,
    lock=None,
    collision="redraw",
    negative=5,
    way=WAYS[-1],
    noise=None,
    n=N,
):
    """A kernel, the oracle's model, and the matrices of both: words, tags, outputs."""
    words, tags, outputs = rows(1, n), rows(2, N_TAGS), rows(3, n)
    slow = [matrix[:, :DIMS].astype(np.float64) for matrix in (words, tags, outputs)]
    locks = {} if lock is None else {"lock": lock}
    shared = {"reader": "tags", "run_words": run_words, "run_negative": run_negative, "seed": 3}
    target = _kernels.Sampled(
        _kernels.UnitMatrix(outputs, frozen=frozen), noise or make_noise(n, on_collision=collision), negative
    )
    kernel = _kernels.Kernel(
        words, [target], tags=_kernels.UnitMatrix(tags, **locks), width=DIMS, compute_loss=True,
        backend=way[0], isa=way[1], **shared,
    )  # fmt: skip
    draw = reference.DRAWS["unigram"](alias_of(n))
    model = reference.Model(
        reference.Side(slow[0]),
        [reference.Sampled(reference.Side(slow[2], frozen=frozen), draw, negative, on_collision=collision)],
        tags=reference.Side(slow[1], **locks),
        **shared,
    )
    return kernel, model, ((words, slow[0]), (tags, slow[1]), (outputs, slow[2]))


def train(kernel, alpha, sentences=SENTENCES, tags=TAGS):
    words = np.array([word for sentence in sentences for word in [*sentence, -1]], np.int32)
    work = _kernels.Workspace(kernel, len(words), max_list=2, n_tags=9)
    given = np.array([*itertools.chain(*tags)], np.int32)
    offsets = np.cumsum([0, *map(len, tags)])
    return kernel.train(words, alpha, work=work, epoch=1, chunk=2, tags=given, tag_offsets=offsets)[2]


OPTIONS = [
    {},
    {"run_negative": 8},
    {"run_words": 2, "run_negative": 3},
    {"run_words": 20, "negative": 9},
    {"frozen": True},
    {"frozen": True, "run_words": 5, "lock": np.linspace(0, 2, N_TAGS, dtype=np.float32)},
    {"collision": "skip"},
    {"lock": np.linspace(0, 1, N_TAGS, dtype=np.float32)},
    {"negative": 0},
    {"negative": 1},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(filter(None, way)))
def test_runs_equal_the_oracles(way, options):
    # whole without a look at the outputs, after one, and word by word or in part
    for alpha in (0.01, 0.05, 0.4):
        kernel, model, matrices = make(way=way, **options)
        fast = train(kernel, alpha)
        slow = reference.train_chunk(model, SENTENCES, alpha, tags=TAGS, epoch=1, chunk=2)[1]
        assert fast == pytest.approx(slow, rel=1e-5)
        for found, expected in matrices:
            np.testing.assert_allclose(found[:, :DIMS], expected, 1e-5, 2e-6)
            assert not found[:, DIMS:].any()


def test_rows_with_the_same_last_digits_are_not_taken_for_each_other():
    words = [[3, 3 + DIGITS, 3 + 2 * DIGITS, 3, 3 + DIGITS]]
    kernel, model, matrices = make(n=4 + 2 * DIGITS, run_words=5, way=WAYS[0])
    train(kernel, 0.05, words, [[2]])
    reference.train_chunk(model, words, 0.05, tags=[[2]], epoch=1, chunk=2)
    for found, expected in matrices:
        np.testing.assert_allclose(found[:, :DIMS], expected, 1e-5, 2e-6)


def test_a_run_moves_its_tag_down_the_slope_of_its_loss():
    sentence, tag, step = [[3, 1, 4, 1]], [[2]], 1e-2

    def loss(column, by):
        kernel, _, matrices = make(way=WAYS[0])
        matrices[1][0][2, column] += by
        return train(kernel, 0.0, sentence, tag)

    slope = [(loss(column, step) - loss(column, -step)) / (2 * step) for column in range(DIMS)]
    kernel, _, matrices = make(way=WAYS[0])
    tags = matrices[1][0]
    before = tags[2, :DIMS].copy()
    train(kernel, 1e-3, sentence, tag)
    np.testing.assert_allclose((tags[2, :DIMS] - before) / 1e-3, -np.array(slope), rtol=2e-3, atol=2e-3)


def test_a_run_costs_what_its_words_cost_on_average():
    """Where nothing moves, runs and single words differ in their draws alone."""
    losses = {(1, 0): [], (4, 8): []}
    for (n, draws), seen in losses.items():
        kernel, _, _ = make(run_words=n, run_negative=draws, way=WAYS[0])
        for chunk in range(300):
            words = np.array([3, 3, 3, 3, -1], np.int32)
            work = _kernels.Workspace(kernel, len(words), n_tags=1)
            one = {"tags": np.zeros(1, np.int32), "tag_offsets": np.array([0, 1])}
            seen.append(kernel.train(words, 0.0, work=work, chunk=chunk, **one)[2])
    assert np.mean(losses[4, 8]) == pytest.approx(np.mean(losses[1, 0]), rel=0.02)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(filter(None, way)))
def test_no_step_to_frozen_outputs_overshoots(way):
    """However large the rate, the loss of a run is less after a step than before."""
    kernel, _, matrices = make(way=way, frozen=True)
    matrices[2][0][:] *= 5
    losses = [train(kernel, 20.0, [[3, 1, 4, 1]], [[2]]) for _ in range(8)]  # the same draws each time
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 3


def test_documents_are_trained_as_chunks_of_their_own():
    """Runs are planned across epochs and documents, which changes no byte."""
    words = np.array([word for sentence in SENTENCES for word in sentence] * 2, np.int32)
    starts = np.cumsum([0, *map(len, SENTENCES), *map(len, SENTENCES)])[: 2 * len(SENTENCES) + 1]
    alphas, keys = np.array([0.3, 0.1, 0.01]), np.arange(len(starts) - 1, dtype=np.uint64) + 7
    found, expected = rows(5, len(keys)), rows(5, len(keys))
    target = _kernels.Sampled(_kernels.UnitMatrix(rows(3, N), frozen=True), make_noise(), 5)
    options = {"reader": "tags", "run_words": 3, "run_negative": 8, "width": DIMS}
    keep = np.full(N, 3 << 30, np.uint32)
    kernels = [
        _kernels.Kernel(rows(1, N), [target], tags=tags, keep=keep, **options) for tags in (found, expected)
    ]
    work = [_kernels.Workspace(kernel, 20, n_tags=1) for kernel in kernels]
    for first, end in ((0, 5), (5, len(keys))):
        _kernels.train_documents(kernels[0], words, starts, alphas, keys, work=work[0], first=first, end=end)
    for d, (epoch, alpha) in itertools.product(range(len(keys)), enumerate(alphas)):
        document = np.append(words[starts[d] : starts[d + 1]], np.int32(-1))
        one = {"tags": np.array([d], np.int32), "tag_offsets": np.array([0, 1])}
        kernels[1].train(document, alpha, work=work[1], epoch=epoch, chunk=int(keys[d]), **one)
    assert not np.array_equal(found, rows(5, len(keys)))
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"run_words": 0}, "at least 1"),
        ({"collision": "keep"}, "on_collision 'redraw' or 'skip'"),
        ({"noise": make_noise(log_q=np.zeros(N, np.float32), with_offsets=True)}, "without offsets"),
    ],
)
def test_what_runs_cannot_do_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
