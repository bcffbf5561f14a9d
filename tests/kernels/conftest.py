"""Small random models, once for the kernels (float32) and once for the oracle (float64)."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import _kernels, reference
from ns2vec.sampling import build_alias_table, noise_distribution
from ns2vec.vocab.huffman import build_huffman

HEADS = {"negative_sampling": (True, False), "hierarchical_softmax": (False, True), "both": (True, True)}


def padded(rng, n_rows, n_dims, scale=0.5):
    rows = np.zeros((n_rows, -(-n_dims // 16) * 16), np.float32)
    rows[:, :n_dims] = rng.standard_normal((n_rows, n_dims)) * scale
    return rows


def make_arrays(rng, n_words, n_dims, objective):
    """The kernel's arrays by name, for counts that fall with the rank."""
    counts = np.sort(rng.integers(5, 200, n_words))[::-1].copy()
    with_noise, with_paths = HEADS[objective]
    arrays = {"syn0": padded(rng, n_words, n_dims)}
    if with_noise:
        arrays["syn1neg"] = padded(rng, n_words, n_dims)
        arrays["alias"] = build_alias_table(noise_distribution(counts, 0.75))
    if with_paths:
        huffman = build_huffman(counts)
        arrays["syn1"] = padded(rng, max(n_words - 1, 1), n_dims)
        arrays["path_offsets"] = huffman.offsets
        arrays["path_points"] = huffman.points
        arrays["path_codes"] = huffman.codes
    return arrays


def oracle_arrays(arrays, n_dims):
    """The same for `reference.Model`."""
    matrices = {
        name: arrays[name][:, :n_dims].astype(np.float64)
        for name in ("syn0", "syn1neg", "syn1")
        if name in arrays
    }
    if "path_offsets" in arrays:
        points, codes = arrays["path_points"], arrays["path_codes"]
        matrices["paths"] = [(points[a:b], codes[a:b]) for a, b in itertools.pairwise(arrays["path_offsets"])]
    return matrices | {name: arrays[name] for name in ("alias", "keep", "lock") if name in arrays}


@pytest.fixture
def make_case():
    """Return ``make_case(objective, ...) -> case`` with kernel, model, arrays and n_dims."""

    def make(objective="negative_sampling", n_words=30, n_dims=20, seed=3, keep=None, lock=None, **options):
        rng = np.random.default_rng(seed)
        arrays = make_arrays(rng, n_words, n_dims, objective)
        arrays |= {name: value for name, value in (("keep", keep), ("lock", lock)) if value is not None}
        oracle = oracle_arrays(arrays, n_dims)
        fast = {name: options.pop(name) for name in ("backend", "isa") if name in options}
        rest = {name: value for name, value in arrays.items() if name != "syn0"}
        kernel = _kernels.Kernel(arrays["syn0"], **rest, **options, **fast, compute_loss=True)
        model = reference.Model(**oracle, **options)
        return SimpleNamespace(kernel=kernel, model=model, arrays=arrays, n_dims=n_dims)

    return make


@pytest.fixture
def random_sentences():
    """Return ``random_sentences(n_words, ...)``: lists of rows, -2 for words out of the vocabulary."""

    def make(n_words=30, seed=5, n_sentences=12, longest=25):
        rng = np.random.default_rng(seed)
        lists = [rng.integers(-1, n_words, rng.integers(0, longest)).tolist() for _ in range(n_sentences)]
        return [[word if word >= 0 else -2 for word in words] for words in lists]

    return make


@pytest.fixture
def train_both():
    """Return ``train_both(case, sentences, alpha, epoch, chunk) -> (kernel's tally, oracle's tally)``."""

    def train(case, sentences, alpha=0.1, epoch=0, chunk=0):
        words = np.array([word for sentence in sentences for word in [*sentence, -1]], np.int32)
        work = _kernels.Workspace(case.kernel, max(len(words), 1))
        fast = case.kernel.train(words, alpha, work=work, epoch=epoch, chunk=chunk)
        slow = reference.train_chunk(case.model, sentences, alpha, epoch=epoch, chunk=chunk)
        return fast, slow

    return train


@pytest.fixture
def assert_same_weights():
    """Return a check that kernel and oracle hold the same rows and that padding is still zero."""

    def check(case, rtol=1e-5, atol=2e-6):
        for name in ("syn0", "syn1neg", "syn1"):
            if name in case.arrays:
                rows = case.arrays[name]
                np.testing.assert_allclose(
                    rows[:, : case.n_dims], getattr(case.model, name), rtol, atol, err_msg=name
                )
                assert not rows[:, case.n_dims :].any()

    return check
