"""ns2vec's own files: keys of all kinds, attributes, versions, damage."""

from __future__ import annotations

import io
import json
import logging
import random

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import FORMATS, VectorTable, guess_format, native
from ns2vec.formats.container import read_container, write_container
from ns2vec.formats.state import ModelState, VectorState

KEYS = {
    "words": ["a", "the\u00a0cat", "", "日本", "\ud800"],
    "no words": [],
    "one empty word": [""],
    "newlines": ["a\nb", "c", "\n"],
    "integers": [5, 0, -(2**63), 2**63 - 1],
    "large integers": [2**70, 1],
    "mixed": ["a", 1, 2.5, None, ("x", 3), True],
    "tuples": [("a", "b"), ("a", ("c",)), ()],
}


def vectors_of(n_rows: int):
    return np.random.default_rng(3).normal(size=(n_rows, 3)).astype(np.float32)


def round_trip(state: ModelState) -> ModelState:
    stream = io.BytesIO()
    native.write_state(stream, state)
    return native.read_state(io.BytesIO(stream.getvalue()))


def a_state(**attributes) -> ModelState:
    inner = VectorState(["a", "b"], vectors_of(2), {"count": np.array([3, 1])}, {"next_index": 2})
    return ModelState("Word2Vec", inner, attributes, {"syn1neg": vectors_of(2)})


@pytest.mark.parametrize("name", KEYS)
def test_keys_come_back(name):
    keys = KEYS[name]
    found = round_trip(ModelState("KeyedVectors", VectorState(keys, vectors_of(len(keys)))))
    assert found.vectors.keys == keys
    assert [type(key) for key in found.vectors.keys] == [type(key) for key in keys]
    assert np.array_equal(found.vectors.vectors, vectors_of(len(keys)))


def test_numpy_integers_become_integers():
    found = round_trip(ModelState("KeyedVectors", VectorState(list(np.arange(2)), vectors_of(2))))
    assert found.vectors.keys == [0, 1]


def test_keys_without_a_plain_form_are_refused():
    with pytest.raises(ConfigError, match="a key is of type complex"):
        round_trip(ModelState("KeyedVectors", VectorState([1j], vectors_of(1))))


def test_attributes_come_back():
    values = {
        "none": None, "flag": True, "number": 2**80, "rate": 0.025, "inf": float("inf"), "text": "x\n",
        "list": [1, [2, ("a",)]], "tuple": (1, 2), "set": {1, 2}, "frozen": frozenset("ab"),
        "dict": {"a": 1, "b": [None]}, "counts": {1: 2, ("a", "b"): 3}, "tagged": {"tuple": [1]},
        "looks": {"array": "vectors"},
    }  # fmt: skip
    found = round_trip(a_state(**values, numpy=np.float32(0.5), array=np.arange(3)))
    array = found.attributes.pop("array")
    assert found.attributes.pop("numpy") == 0.5
    assert array.tolist() == [0, 1, 2]
    assert array.flags.writeable
    assert found.attributes == values
    assert [type(value) for value in found.attributes.values()] == [type(value) for value in values.values()]
    assert found.vectors.attributes == {"next_index": 2}
    assert list(found.arrays) == ["syn1neg"]


def test_what_cannot_be_saved_is_named(caplog):
    with caplog.at_level(logging.WARNING):
        found = round_trip(a_state(hashfxn=hash, alpha=0.5))
    assert "attribute hashfxn is not saved: it is of type builtin_function_or_method" in caplog.text
    assert found.attributes == {"alpha": 0.5}


def test_attributes_of_keys_come_back():
    state = a_state()
    state.vectors.expandos["label"] = np.array(["x", None], dtype=object)
    state.vectors.expandos["sample_int"] = np.array([1, 2**32 - 1], dtype=np.uint32)
    found = round_trip(state).vectors.expandos
    assert found["label"].tolist() == ["x", None]
    assert found["sample_int"].dtype == np.uint32
    assert found["count"].tolist() == [3, 1]


@pytest.mark.parametrize("mmap", [None, "r"])
def test_a_table_and_its_limit(tmp_path, mmap):
    path = tmp_path / "vectors.ns2v"
    table = VectorTable(["a", "b", "c"], vectors_of(3), np.array([9, 5, 1]))
    FORMATS["native"].write(path, table)
    assert guess_format(path) == "native"
    found = native.read(path, limit=2, mmap=mmap)
    assert (found.keys, found.counts.tolist()) == (["a", "b"], [9, 5])
    assert np.array_equal(found.vectors, table.vectors[:2])
    assert native.read(path, datatype=np.float16).vectors.dtype == np.float16


def test_free_rows_are_not_in_a_table(tmp_path):
    path = tmp_path / "vectors.model"
    state = VectorState(["a", None, "b"], vectors_of(3), {"count": np.array([2, 0, 1])})
    native.write_state(path, ModelState("KeyedVectors", state))
    assert guess_format(path) == "native"
    table = native.read(path)
    assert (table.keys, table.counts.tolist()) == (["a", "b"], [2, 1])


def changed(**metadata) -> io.BytesIO:
    stream, out = io.BytesIO(), io.BytesIO()
    native.write_state(stream, a_state(alpha=0.5))
    found = read_container(io.BytesIO(stream.getvalue()))
    arrays = {**found.arrays, **metadata.pop("arrays", {})}
    write_container(out, arrays, {**found.metadata, **metadata})
    return io.BytesIO(out.getvalue())


DAMAGE = {
    "a later version": ({"version": "2"}, "written in version 2 of the format"),
    "a later major version": ({"version": "2.0"}, "written in version 2.0 of the format"),
    "no version": ({"version": "x"}, "expected a version number"),
    "another program's": ({"format": "pt"}, "not one of ns2vec's"),
    "too many keys": ({"n_keys": "3"}, "expected an attribute of 3 keys"),
    "an unknown coding": ({"key_coding": "pickle"}, "unknown coding of keys"),
    "keys that are no JSON": ({"key_coding": "json"}, "damaged"),
    "attributes that are a list": ({"attributes": "[]"}, "damaged"),
    "an array that is not there": ({"attributes": '{"x": {"array": "y"}}'}, "damaged"),
    "an unhashable key": ({"attributes": '{"x": {"dict": [[[], 1]]}}'}, "damaged"),
    "nested too deep": ({"attributes": '{"x":' + "[" * 100000}, "damaged"),
    "vectors of one dimension": ({"arrays": {"vectors": np.zeros(2)}}, "two dimensions"),
    "counts for other keys": ({"arrays": {"vecattr.count": np.zeros(5)}}, "attribute of 2 keys"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(name):
    metadata, message = DAMAGE[name]
    with pytest.raises(FormatError, match=message):
        native.read_state(changed(**metadata))


def test_mutated_files_are_read_or_refused():
    rng = random.Random(9)
    content = changed().getvalue()
    n_read = 0
    for _ in range(2000):
        mutated = bytearray(content)
        for _ in range(rng.randint(1, 3)):
            mutated[rng.randrange(len(mutated))] = rng.randrange(256)
        try:
            native.read_state(io.BytesIO(bytes(mutated)))
            n_read += 1
        except FormatError as error:
            assert "\n" not in json.dumps(str(error))
    assert n_read > 100
