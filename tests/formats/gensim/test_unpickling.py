"""Nothing in a pickle runs: names are refused, and refused by name."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ns2vec.exceptions import FormatError
from ns2vec.formats.gensim import RefusedGlobalError, read_state
from ns2vec.formats.gensim.unpickling import Plain, Record, unpickle


class Calls:
    """Pickles as a call."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


ARRAY = np.array([Calls(os.system, "echo owned"), 1], dtype=object)
PAYLOADS = {
    "a command": (Calls(os.system, "echo owned"), "posix.system"),
    "code": (Calls(eval, "1"), "builtins.eval"),
    "code in a dict": ({"wv": [Calls(exec, "1")]}, "builtins.exec"),
    "a nested reduce": (Calls(getattr, Calls(__import__, "os"), "system"), "builtins.getattr"),
    "an object array": (ARRAY, "posix.system"),
    "a process": (Calls(os.execvp, "true", ["true"]), "os.execvp"),
    "an import": (Calls(__import__, "this"), "builtins.__import__"),
    "a file": (Calls(open, "owned", "w"), "io.open"),
    "a class": (Path("x"), "pathlib.PosixPath"),
    "an attribute of a class": (builtins.dict.fromkeys, "builtins.getattr"),
    "numpy's loader": (np.load, "numpy.load"),
}


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("name", PAYLOADS)
def test_names_are_refused(name, protocol):
    value, refused = PAYLOADS[name]
    data = pickle.dumps(value, protocol)
    if protocol < 3:
        refused = refused.replace("builtins.", "__builtin__.")
    with pytest.raises(RefusedGlobalError, match=rf"refused to load the global '{refused.split('.')[0]}"):
        unpickle(data, "file")


def test_dotted_names_are_refused():
    data = b"\x80\x04\x8c\x05numpy\x8c\x0cndarray.dump\x93."
    with pytest.raises(RefusedGlobalError, match=r"numpy\.ndarray\.dump"):
        unpickle(data, "file")


def test_the_file_is_named(tmp_path):
    path = tmp_path / "evil"
    path.write_bytes(pickle.dumps(Calls(os.system, "echo owned")))
    with pytest.raises(RefusedGlobalError, match=r"evil: refused to load the global 'posix\.system'"):
        read_state(path)


def test_known_names_become_records():
    data = b"\x80\x02cgensim.models.word2vec\nWord2Vec\n)\x81}X\x01\x00\x00\x00aK\x01sb."
    record = unpickle(data, "file")
    assert (record.kind, record.args, record.state) == ("Word2Vec", (), {"a": 1})
    assert not hasattr(record, "__dict__")


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x02cgensim.models.word2vec\nWord2Vec\nN}X\x04\x00\x00\x00kindX\x01\x00\x00\x00xs\x86b.",
        b"\x80\x02cnumpy\ndtype\n}X\x04\x00\x00\x00kindX\x01\x00\x00\x00xsb.",
        b"\x80\x02ccollections\ndefaultdict\nN}X\x06\x00\x00\x00__lt__Nsb.",
    ],
)
def test_classes_cannot_be_changed(data):
    with contextlib.suppress(FormatError):
        unpickle(data, "file")
    assert Record.kind == ""
    assert unpickle(b"\x80\x02cnumpy\ndtype\n)R.", "file").kind == "dtype"


def arrays_of(value):
    return Plain()(unpickle(pickle.dumps(value), "file"))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_arrays_come_back(protocol):
    for array in (
        np.arange(6, dtype=">i4").reshape(2, 3), np.asfortranarray(np.eye(3)), np.array([True, False]),
        np.zeros((0, 3), np.float32), np.array(1.5), np.array(["a", None, 3, np.arange(2)], dtype=object),
    ):  # fmt: skip
        found = Plain()(unpickle(pickle.dumps(array, protocol), "file"))
        assert found.shape == array.shape
        if array.dtype == object:
            assert found[:3].tolist() == array[:3].tolist()
            assert found[3].tolist() == [0, 1]
        else:
            assert np.array_equal(found, array)
            assert found.dtype.isnative


def test_shared_values_stay_shared():
    shared = ["x", 1]
    found = arrays_of({"a": shared, "b": shared, "c": np.float32(0.5)})
    assert found == {"a": shared, "b": shared, "c": 0.5}
    assert found["a"] is found["b"]


def test_what_contains_itself_is_refused():
    endless: list = []
    endless.append(endless)
    with pytest.raises(ValueError, match="contains itself"):
        arrays_of(endless)


def patched(array, old: bytes, new: bytes) -> bytes:
    data = pickle.dumps(array, 2)
    assert old in data
    return data.replace(old, new)


LYING_ARRAYS = {
    "a shape beyond the data": (patched(np.zeros(3, "u1"), b"K\x03\x85", b"J\xff\xff\xff\x7f\x85"), "takes"),
    "a negative shape": (
        patched(np.zeros(3, "u1"), b"K\x03\x85", b"J\xff\xff\xff\xff\x85"),
        "expected a shape",
    ),
    "a shape of text": (patched(np.zeros(3, "u1"), b"K\x03\x85", b"U\x01x\x85"), "expected a shape"),
    "another type": (
        patched(np.zeros(3, "u1"), b"X\x02\x00\x00\x00u1", b"X\x02\x00\x00\x00f8"),
        "takes 24 bytes",
    ),
    "pointers": (patched(np.zeros(3, "u1"), b"X\x02\x00\x00\x00u1", b"X\x02\x00\x00\x00O8"), "objects"),
    "a structured type": (
        patched(np.zeros(3, "u1"), b"X\x02\x00\x00\x00u1", b"X\x05\x00\x00\x00i4,i4"),
        "dtype",
    ),
}


@pytest.mark.parametrize("name", LYING_ARRAYS)
def test_arrays_that_lie_are_refused(name):
    data, message = LYING_ARRAYS[name]
    with pytest.raises(ValueError, match=message):
        Plain()(unpickle(data, "file"))


def test_what_is_no_model_is_refused():
    for value in ([1], {"a": 1}, "text", np.arange(3)):
        with pytest.raises(FormatError, match=r"expected a model|holds a"):
            read_state(io.BytesIO(pickle.dumps(value)))


@pytest.mark.parametrize("n_files", [200, pytest.param(10_000, marks=pytest.mark.slow)])
def test_mutated_files_under_an_audit_hook(wheel_data, tmp_path, n_files):
    hostile = Path(__file__).with_name("hostile.py")
    run = subprocess.run(
        [sys.executable, str(hostile), str(wheel_data), str(tmp_path), str(n_files)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    read, refused = map(int, run.stdout.split())
    assert read + refused == n_files
    assert min(read, refused) > n_files // 20
