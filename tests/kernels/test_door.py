"""What the kernels refuse, and what they say."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from ns2vec import _kernels


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 0}, "window must be at least 1 and below"),
        ({"window": 2**31}, "window must be at least 1 and below"),
        ({"negative": -1}, "negative must be at least 0, got -1"),
        ({"architecture": "glove"}, "architecture must be 'skip_gram' or 'cbow', got 'glove'"),
        ({"negative_sharing": "batch"}, "negative_sharing must be 'window' or 'pair', got 'batch'"),
        ({"backend": "gpu"}, "backend must be 'fused' or 'blas', got 'gpu'"),
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
        ("syn1neg", lambda a: a[:-1], "syn1neg must have the shape of syn0"),
        ("alias", lambda a: np.full_like(a, 30), "alias table points to row 30 of 30"),
        ("alias", lambda a: a[:, :1].copy(), r"alias must have shape \(30, 2\)"),
        ("path_points", lambda a: a + 30, "Huffman path points to node"),
        ("path_offsets", lambda a: a[:-1], "Huffman arrays do not fit"),
        ("syn0", lambda a: a[:, :20].copy(), "rows must be a multiple of 16 floats long, got 20"),
    ],
)
def test_bad_arrays_are_named(make_case, name, spoil, message):
    arrays = dict(make_case("both").arrays)
    arrays[name] = spoil(arrays[name])
    with pytest.raises(ValueError, match=message):
        _kernels.Kernel(arrays.pop("syn0"), **arrays)


def test_half_made_kernels_are_impossible(make_case):
    arrays = make_case().arrays
    with pytest.raises(ValueError, match="give syn1neg with alias, or syn1 with Huffman paths"):
        _kernels.Kernel(arrays["syn0"])
    with pytest.raises(ValueError, match="syn1neg needs the noise distribution's alias table"):
        _kernels.Kernel(arrays["syn0"], syn1neg=arrays["syn1neg"])
    with pytest.raises(TypeError):
        _kernels.Kernel.__new__(_kernels.Kernel)


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
