"""What the kernels refuse, and what they say."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from ns2vec import _kernels
from ns2vec.sampling import build_alias_table


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 0}, "window must be at least 1 and below"),
        ({"window": 2**31}, "window must be at least 1 and below"),
        ({"negative": -1}, "negative must be at least 0, got -1"),
        ({"reader": "glove"}, "reader must be one of 'windows', 'tags', 'pairs', got 'glove'"),
        ({"reader": "tags"}, "reader='tags' needs tags"),
        ({"negative_sharing": "batch"}, "negative_sharing must be 'window' or 'pair', got 'batch'"),
        ({"backend": "gpu"}, "backend must be 'fused', 'blas' or 'gemm', got 'gpu'"),
        ({"isa": "mmx"}, "isa must be one of"),
        ({"keep": np.ones(3, np.uint32)}, "keep must have 30 entries, got 3"),
        ({"lock": np.ones(0, np.float32)}, "lock must have at least one entry"),
    ],
)
def test_bad_options_are_named(make_case, change, message):
    with pytest.raises(ValueError, match=message):
        make_case(**change)


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("syn1neg", lambda a: a[:-1], "noise is for 30 rows, but there are 29"),
        ("syn1neg", lambda a: np.zeros((30, 16), np.float32), "output rows must be 32 floats long"),
        ("path_points", lambda a: a + 30, "Huffman path points to node"),
        ("path_offsets", lambda a: a[:-1], "Huffman path: the offsets do not fit"),
        (
            "path_offsets",
            lambda a: np.r_[a[0], a[2], a[1], a[3:]],
            "Huffman path of row 1 has a negative length",
        ),
        ("syn0", lambda a: a[:, :20].copy(), "rows must be a multiple of 16 floats long, got 20"),
    ],
)
def test_bad_arrays_are_named(make_case, name, spoil, message):
    arrays = dict(make_case("both").arrays)
    arrays[name] = spoil(arrays[name])
    with pytest.raises(ValueError, match=message):
        paths = _kernels.Path(
            arrays["syn1"], *(arrays[name] for name in ("path_offsets", "path_points", "path_codes"))
        )
        _kernels.Kernel(arrays["syn0"], [paths, _kernels.Sampled(arrays["syn1neg"], _kernels.Noise(30))])


ALIAS = build_alias_table(np.ones(30))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alias": np.full_like(ALIAS, 30)}, "alias table points to row 30 of 30"),
        ({"alias": ALIAS[:, :1].copy()}, r"alias must have shape \(30, 2\)"),
        ({"on_collision": "cry"}, "on_collision must be one of redraw, skip, keep, got 'cry'"),
        ({"with_offsets": True}, "offsets need log_q, or a sampler"),
        ({"log_q": np.zeros(3, np.float32)}, "log_q must have 30 entries"),
        ({"pool_size": 5}, "a pool is drawn from an alias table"),
        ({"batch_words": -1}, "must be at least 0"),
        ({"filter_offsets": np.zeros(31, np.int64)}, "filter_offsets need filter_rows"),
        (
            {"filter_offsets": np.zeros(30, np.int64), "filter_rows": np.zeros(0, np.int32)},
            "filter: the offsets do not fit",
        ),
        (
            {"filter_offsets": np.r_[np.zeros(30, np.int64), 1], "filter_rows": np.array([30], np.int32)},
            "filter_rows holds id 30",
        ),
    ],
)
def test_bad_noise_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        _kernels.Noise(30, **options)


def test_noise_of_another_vocabulary(make_case):
    arrays = make_case().arrays
    with pytest.raises(ValueError, match="noise is for 7 rows, but there are 30"):
        _kernels.Sampled(arrays["syn1neg"], _kernels.Noise(7))


def test_a_sampler_that_leaves_the_vocabulary_is_an_error(make_case):
    """Its rows are not used, so nothing is written outside the matrix."""
    arrays = make_case().arrays
    noise = _kernels.Noise(30, block=True)
    kernel = _kernels.Kernel(arrays["syn0"], [_kernels.Sampled(arrays["syn1neg"], noise)])
    work = _kernels.Workspace(kernel, 10)
    words = np.array([0, 1, 2, -1], np.int32)
    with pytest.raises(ValueError, match="the sampler's block holds id 30"):
        kernel.train(words, 0.1, work=work, block=np.array([1, 30], np.int32))


def test_half_made_kernels_are_impossible(make_case):
    arrays = make_case().arrays
    with pytest.raises(ValueError, match="a kernel has 1 to 4 targets, got 0"):
        _kernels.Kernel(arrays["syn0"], [])
    for made in (_kernels.Kernel, _kernels.Sampled, _kernels.Path, _kernels.All, _kernels.Labels):
        with pytest.raises(TypeError):
            made.__new__(made)
    with pytest.raises(TypeError):
        _kernels.Kernel(arrays["syn0"], [arrays["syn1neg"]])


@pytest.mark.parametrize(
    ("ids", "message"), [([0, 30, -1], "words holds id 30"), ([0, -3], "words holds id -3")]
)
def test_ids_outside_the_vocabulary(make_case, ids, message):
    kernel = make_case().kernel
    work = _kernels.Workspace(kernel, 10)
    with pytest.raises(ValueError, match=message):
        kernel.train(np.array(ids, np.int32), 0.1, work=work)


def test_chunk_larger_than_workspace(make_case):
    kernel = make_case().kernel
    with pytest.raises(ValueError, match="chunk has 4 ids, but the workspace holds 3"):
        kernel.train(np.zeros(4, np.int32), 0.1, work=_kernels.Workspace(kernel, 3))


def test_empty_chunk_is_nothing(make_case):
    kernel = make_case().kernel
    assert kernel.train(np.zeros(0, np.int32), 0.1, work=_kernels.Workspace(kernel, 1)) == (0, 0, 0.0)


# ---- parts of a kernel, pairs ----------------------------------------------------------------------


ROWS, ONE = np.zeros((4, 16), np.float32), np.ones(1, np.float32)
FIRST = np.zeros(1, np.int32)


def vectors(**options):
    return _kernels.UnitMatrix(ROWS, **options)


def pairs_kernel():
    sampled = _kernels.Sampled(np.zeros((11, 16), np.float32), _kernels.Noise(11), 4)
    return _kernels.Kernel(np.zeros((11, 16), np.float32), [sampled], reader="pairs")


def kernel(n_targets=1, bias=None, **options):
    return _kernels.Kernel(ROWS, [_kernels.Labels(ROWS, bias=bias)] * n_targets, **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: vectors(offsets=np.array([0, 1, 1]), rows=FIRST), "bag 1 is empty"),
        (lambda: vectors(offsets=np.array([0, 1]), rows=FIRST + 4), "bags holds id 4"),
        (lambda: vectors(offsets=np.array([0, 2]), rows=FIRST), "bag: the offsets"),
        (lambda: vectors(offsets=np.array([0, 1])), "bags need offsets and rows"),
        (lambda: vectors(combine="max"), "combine must be 'mean' or 'sum', got 'max'"),
        (lambda: _kernels.Labels(ROWS, link="bpr"), "link of labels must be 'softmax' or 'logistic'"),
        (lambda: _kernels.Labels(ROWS, bias=ONE), "bias must have one entry per output, 4, got 1"),
        (lambda: _kernels.All(vectors(offsets=np.arange(5), rows=np.arange(4, dtype=np.int32))), "not bags"),
        (lambda: _kernels.Labels(vectors(lock=ONE)), "lock is for inputs"),
        (lambda: kernel(n_targets=5), "a kernel has 1 to 4 targets, got 5"),
        (lambda: kernel(reader="pairs", tags=ROWS), "'pairs' has no tags"),
        (lambda: kernel(bias=np.zeros(4, np.float32), backend="gemm"), "gemm"),
    ],
)  # fmt: skip
def test_bad_parts_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": [0, 11]}, "inputs holds id 11"),
        ({"targets": [0, 11]}, "targets holds id 11"),
        ({"inputs": [0]}, "there must be as many inputs as targets"),
        ({"weights": np.ones(1, np.float32)}, "there must be as many weights as targets"),
        ({"offsets": np.array([0, 1, 2])}, "offsets are for pooled pairs"),
        ({"inputs": [0] * 9, "targets": [0] * 9}, "there are 9 pairs or inputs, but the workspace holds 8"),
    ],
)
def test_bad_pairs_are_named(change, message):
    kernel = pairs_kernel()
    given = {"inputs": [0, 1], "targets": [1, 2], **change}
    arrays = [np.array(given.pop(name), np.int32) for name in ("inputs", "targets")]
    with pytest.raises(ValueError, match=message):
        kernel.train_pairs(*arrays, 0.1, work=_kernels.Workspace(kernel, 8), **given)


def test_only_text_of_plain_rows_is_drawn_for():
    kernel = pairs_kernel()
    with pytest.raises(ValueError, match="draw is for kernels of text and plain rows"):
        kernel.draw(np.array([1], np.int32), work=_kernels.Workspace(kernel, 4))


# ---- instruction sets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("isa", _kernels.list_isas())
def test_environment_chooses_the_instruction_set(isa, monkeypatch):
    monkeypatch.setenv("NS2VEC_ISA", isa)
    code = "from ns2vec import _kernels; print(_kernels.ISA)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == isa


def test_unknown_instruction_set_is_refused_at_import(monkeypatch):
    monkeypatch.setenv("NS2VEC_ISA", "abacus")
    failed = subprocess.run([sys.executable, "-c", "import ns2vec._kernels"], capture_output=True, text=True)
    assert failed.returncode == 1
    assert "NS2VEC_ISA='abacus': this processor and build offer baseline" in failed.stderr
