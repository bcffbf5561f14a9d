"""Kernels against the NumPy oracle: every architecture x objective x back end x sharing x instruction set.

Samplers are compared in test_samplers.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import _kernels, objectives

OBJECTIVES = [*objectives.OBJECTIVES, "both"]
BACKENDS = ["fused", "blas", "gemm"]


def assert_same_tally(fast, slow, n_words):
    assert fast[0] == slow[0]
    assert fast[1] == n_words
    assert fast[2] == pytest.approx(slow[1], rel=1e-5)


@pytest.mark.parametrize("isa", _kernels.list_isas())
@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("pooled", [False, True])
def test_same_weights_as_oracle(
    make_case,
    random_sentences,
    train_both,
    assert_same_weights,
    pooled,
    objective,
    backend,
    sharing,
    isa,
):
    options = {"pooled": pooled, "backend": backend, "negative_sharing": sharing, "isa": isa}
    if backend == "gemm" and objective in ("softmax", "sampled_softmax"):
        with pytest.raises(ValueError, match="logistic"):
            make_case(objective, **options)
        return
    case = make_case(objective, **options)
    before = case.arrays["syn0"].copy()
    sentences = random_sentences()
    fast, slow = train_both(case, sentences)
    assert_same_tally(fast, slow, sum(map(len, sentences)))
    assert_same_weights(case)
    assert np.abs(case.arrays["syn0"] - before).max() > 0.01


@pytest.mark.parametrize("hot_rows", [1, 7, 29, 1000])
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("pooled", [False, True])
def test_own_copies_of_hot_rows_change_nothing_for_one_thread(
    make_case, random_sentences, train_both, assert_same_weights, pooled, objective, hot_rows
):
    case = make_case(objective, pooled=pooled, hot_rows=hot_rows)
    train_both(case, random_sentences())
    assert_same_weights(case)


def test_what_several_threads_learn_alike_counts_once(make_case, random_sentences):
    case = make_case(hot_rows=30)
    words = np.array([word for sentence in random_sentences() for word in [*sentence, -1]], np.int32)
    threads = [_kernels.Workspace(case.kernel, len(words)) for _ in range(8)]
    before = case.arrays["syn0"].copy()
    case.kernel.train(words, 0.01, work=threads[0], chunk=0)
    once = case.arrays["syn0"].copy()
    for work in threads[1:]:  # from the same start, the same words
        case.kernel.train(words, 0.01, work=work, chunk=0)
    assert np.abs(once - before).max() > 1e-3
    np.testing.assert_allclose(case.arrays["syn0"], once, rtol=1e-3, atol=1e-6)


def test_what_threads_learn_of_different_words_adds_up(make_case):
    """Two threads with words of their own leave what one thread leaves after both texts."""
    case = make_case(n_words=200, hot_rows=200, negative=1)
    texts = [np.array([*range(first, first + 5), -1], np.int32) for first in (0, 100)]
    threads = [_kernels.Workspace(case.kernel, 6) for _ in texts]
    before = case.arrays["syn0"].copy()
    for text, work in zip(texts, threads, strict=True):
        case.kernel.train(text, 0.05, work=work, chunk=0)
    changed = np.flatnonzero((case.arrays["syn0"] != before).any(axis=1))
    assert changed.tolist() == [*range(5), *range(100, 105)]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("pooled", [False, True])
def test_copies_of_eight_threads_do_not_run_away(make_case, random_sentences, pooled, objective):
    """Each thread lags seven chunks behind the others: vectors stay as long as with one thread."""
    rng = np.random.default_rng(4)
    texts = [random_sentences() for _ in range(40)]
    chunks = [np.array([word for sentence in text for word in [*sentence, -1]], np.int32) for text in texts]
    longest = []
    for n_threads in (1, 8):
        case = make_case(objective, pooled=pooled, hot_rows=1000)
        threads = [_kernels.Workspace(case.kernel, max(map(len, chunks))) for _ in range(n_threads)]
        for number in rng.permuted(np.arange(len(chunks) * 10)) % len(chunks):
            work = threads[number % n_threads]
            case.kernel.train(chunks[number], 0.1, work=work, chunk=int(number))
        longest.append(np.linalg.norm(case.arrays["syn0"], axis=1).max())
    assert longest[1] < 1.5 * longest[0]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("negative", [0, 1, 4, 5, 6, 11, 12, 40])
@pytest.mark.parametrize("n_dims", [1, 16, 100])
def test_any_number_of_outputs_and_dimensions(
    make_case, random_sentences, train_both, assert_same_weights, negative, n_dims, backend
):
    case = make_case(n_words=200, n_dims=n_dims, negative=negative, backend=backend)
    train_both(case, random_sentences(200), alpha=0.02)
    assert_same_weights(case)


@pytest.mark.parametrize("backend", ["fused", "blas"])
@pytest.mark.parametrize("n_words", [1631, 1632, 1633, 2000, 3300])
def test_full_softmax_of_more_words_than_one_product_takes(
    make_case, train_both, assert_same_weights, n_words, backend
):
    """With ten contexts of 16 numbers, a product takes 1632 rows; a target of each piece is included."""
    options = {"n_words": n_words, "n_dims": 16, "window": 5, "shrink_windows": False, "backend": backend}
    case = make_case("softmax", **options)
    words = np.random.default_rng(2).permutation(n_words)[:24].tolist()
    words[7], words[12] = 0, n_words - 1
    assert_same_tally(*train_both(case, [words]), len(words))
    assert_same_weights(case)


@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("corrected", [True, False])
def test_cbow_variants(make_case, random_sentences, train_both, assert_same_weights, mean, corrected):
    case = make_case("both", pooled=True, cbow_mean=mean, cbow_corrected=corrected)
    train_both(case, random_sentences(), alpha=0.02)
    assert_same_weights(case)


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("shrink", [True, False])
@pytest.mark.parametrize("window", [1, 2, 5, 40])
def test_windows(make_case, random_sentences, train_both, assert_same_weights, pooled, shrink, window):
    case = make_case(pooled=pooled, window=window, shrink_windows=shrink)
    train_both(case, random_sentences(), alpha=0.02)
    assert_same_weights(case)


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_subsampling_and_locks(
    make_case, random_sentences, train_both, assert_same_weights, pooled, objective
):
    rng = np.random.default_rng(11)
    keep = rng.integers(0, 2**32, 30, dtype=np.uint32)
    lock = rng.random(30).astype(np.float32)
    lock[0] = 0.0
    case = make_case(objective, pooled=pooled, keep=keep, lock=lock)
    before = case.arrays["syn0"][0].copy()
    fast, slow = train_both(case, random_sentences(n_sentences=30))
    assert 0 < fast[0] < fast[1]
    assert fast[0] == slow[0]
    assert_same_weights(case)
    assert np.array_equal(case.arrays["syn0"][0], before)


@pytest.mark.parametrize("n_locks", [1, 7])
def test_lock_is_indexed_modulo_its_length(
    make_case, random_sentences, train_both, assert_same_weights, n_locks
):
    lock = np.linspace(0.1, 0.9, n_locks, dtype=np.float32)
    case = make_case(lock=lock)
    train_both(case, random_sentences())
    assert_same_weights(case)


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_repeated_word_loses_no_update(make_case, train_both, assert_same_weights, pooled, backend):
    case = make_case(pooled=pooled, backend=backend, shrink_windows=False)
    train_both(case, [[4, 4, 7, 4, 4, 9, 4], [1, 1, 1, 1]], alpha=0.2)
    assert_same_weights(case)


@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("n_words", [1, 2, 3, 6])
def test_degenerate_vocabularies_end(make_case, train_both, assert_same_weights, n_words, objective, sharing):
    case = make_case(objective, n_words=n_words, negative=10, negative_sharing=sharing)
    sentences = [[i % n_words for i in range(20)], [0], []]
    train_both(case, sentences, alpha=0.05)
    assert_same_weights(case)


@pytest.mark.parametrize("isa", _kernels.list_isas())
@pytest.mark.parametrize("scale", [30.0, 1000.0])
def test_saturated_scores_still_learn(make_case, isa, scale):
    case = make_case(n_words=3, n_dims=16, negative=1, window=1, isa=isa)
    # a positive pair with a score of about -16 * scale: the gradient is clipped to 1, not skipped
    case.arrays["syn0"][:] = scale
    case.arrays["syn1neg"][:] = -1.0
    before = case.arrays["syn0"].copy()
    work = _kernels.Workspace(case.kernel, 8)
    case.kernel.train(np.array([0, 1, -1], np.int32), 0.5, work=work)
    moved = case.arrays["syn0"] - before
    assert np.isfinite(case.arrays["syn0"]).all()
    np.testing.assert_allclose(moved[:2], -0.5, rtol=1e-3)


@pytest.mark.parametrize(("epoch", "chunk"), [(1, 0), (0, 1), (7, 3)])
def test_streams_differ_by_epoch_and_chunk(
    make_case, random_sentences, train_both, assert_same_weights, epoch, chunk
):
    first, again, other = make_case(), make_case(), make_case()
    train_both(first, random_sentences())
    train_both(again, random_sentences())
    train_both(other, random_sentences(), epoch=epoch, chunk=chunk)
    assert first.arrays["syn0"].tobytes() == again.arrays["syn0"].tobytes()
    assert first.arrays["syn0"].tobytes() != other.arrays["syn0"].tobytes()
    assert_same_weights(other)


def test_remap_gives_the_same_as_rows(make_case, random_sentences):
    plain, mapped = make_case(), make_case()
    words = np.array([w for s in random_sentences() for w in [*s, -1]], np.int32)
    order = np.random.default_rng(0).permutation(32).astype(np.int32)
    remap = np.full(32, -2, np.int32)
    remap[order[:30]] = np.arange(30, dtype=np.int32)
    # provisional ids: known words through `order`, unknown ones as a type that maps to -2
    provisional = np.where(
        words >= 0, order[np.maximum(words, 0)], np.where(words == -2, order[31], -1)
    ).astype(np.int32)
    tallies = [
        plain.kernel.train(words, 0.1, work=_kernels.Workspace(plain.kernel, len(words))),
        mapped.kernel.train(
            provisional, 0.1, work=_kernels.Workspace(mapped.kernel, len(words)), remap=remap
        ),
    ]
    assert tallies[0] == tallies[1]
    assert plain.arrays["syn0"].tobytes() == mapped.arrays["syn0"].tobytes()
