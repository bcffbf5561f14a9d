"""ns2vec's own files: keys of all kinds, attributes, versions, damage."""

from __future__ import annotations

import copy
import io
import json
import logging
import random
import subprocess
import sys

import numpy as np
import pytest

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import FORMATS, VectorTable, guess_format, native, read_vectors
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
    found = read_vectors(path, limit=2, mmap=mmap)
    assert (found.keys, found.counts.tolist()) == (["a", "b"], [9, 5])
    assert np.array_equal(found.vectors, table.vectors[:2])
    assert read_vectors(path, datatype=np.float16).vectors.dtype == np.float16


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


# ---- keys of mapped files ----


def test_keys_are_read_when_first_asked_for(saved):
    found = KeyedVectors.load(saved, mmap="r")
    assert len(found) == 50
    assert not {"index_to_key", "key_to_index"} & vars(found).keys()
    assert found.get_index("w7") == 7
    assert {"index_to_key", "key_to_index"} <= vars(found).keys()
    whole = KeyedVectors.load(saved)
    assert found.most_similar("w7") == whole.most_similar("w7")
    assert copy.deepcopy(KeyedVectors.load(saved, mmap="r")).index_to_key == whole.index_to_key


def test_damaged_keys_of_a_mapped_file(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(
        changed(arrays={"keys": np.frombuffer(b"a\na", dtype=np.uint8)}, kind="KeyedVectors").getvalue()
    )
    found = KeyedVectors.load(path, mmap="r")
    with pytest.raises(FormatError, match="two rows have the same key"):
        found.get_index("a")
    path.write_bytes(
        changed(arrays={"keys": np.frombuffer(b"a\xff\n", dtype=np.uint8)}, kind="KeyedVectors").getvalue()
    )
    with pytest.raises(FormatError, match="damaged keys"):
        _ = KeyedVectors.load(path, mmap="r").index_to_key
    with pytest.raises(AttributeError, match="index_to_key"):
        _ = KeyedVectors.__new__(KeyedVectors).index_to_key


# ---- many readers ----

READER = """
import sys
from ns2vec import KeyedVectors, Word2Vec
kv = KeyedVectors.load(sys.argv[1], mmap="r")
print(kv.most_similar("w7", topn=1)[0][0], flush=True)
sys.stdin.readline()
try:
    kv.vectors[0, 0] = 9
except ValueError as error:
    print(error)
try:
    kv.vectors.setflags(write=True)
except ValueError as error:
    print("no flag")
print(kv.vectors[7, 0] == float(sys.argv[2]))
"""


def test_many_processes_map_one_file_and_none_can_write_into_it(saved):
    before = saved.read_bytes()
    whole = KeyedVectors.load(saved)
    command = [sys.executable, "-c", READER, str(saved), repr(float(whole.vectors[7, 0]))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    readers = [subprocess.Popen(command, **pipes) for _ in range(4)]
    nearest = whole.most_similar("w7", topn=1)[0][0]
    assert [reader.stdout.readline().strip() for reader in readers] == [nearest] * 4
    # a new file under the same name does not pull the old one away from under them
    KeyedVectors(3).save(saved)
    for reader in readers:
        out, _ = reader.communicate("go\n")
        assert out == "assignment destination is read-only\nno flag\nTrue\n"
    saved.write_bytes(before)
    private = KeyedVectors.load(saved, mmap="c")
    private.vectors[:] = 0
    assert saved.read_bytes() == before


# ---- parts that are well-formed, but not what a model needs ----


def written(path, n_keys="1", key_coding="lines", kind="KeyedVectors", version="1.1", arrays=(), **more):
    """Write a file of one vector with the given keys, arrays and attributes, believable as far as it goes."""
    metadata = {"format": "ns2vec", "version": version, "kind": kind, "key_coding": key_coding}
    metadata |= {"n_keys": n_keys, "attributes": "{}", "vector_attributes": "{}", **more}
    parts = {"vectors": vectors_of(1), "keys": np.frombuffer(b"a", dtype=np.uint8), **dict(arrays)}
    write_container(path, {name: part for name, part in parts.items() if part is not None}, metadata)
    return path


# all of them have the hash 0
COLLIDING = json.dumps([(2**61 - 1) * factor for factor in range(3000)]).encode()


@pytest.mark.parametrize("mmap", [None, "r", "r+"])
@pytest.mark.parametrize(
    ("coding", "keys"),
    [
        ("int64", np.array(1, dtype=np.int64)),
        ("int64", np.ones((1, 2), dtype=np.int64)),
        ("int64", np.ones(1, dtype=np.float64)),
        ("json", np.frombuffer(b"[[1]]", dtype=np.uint8)),
        ("json", np.frombuffer(b'[{"set":[1]}]', dtype=np.uint8)),
        ("json", np.frombuffer(b"[" * 100_000, dtype=np.uint8)),
        ("json", np.frombuffer(COLLIDING, dtype=np.uint8)),
        ("json", np.frombuffer(b'[{"frozenset":%s}]' % COLLIDING, dtype=np.uint8)),
        ("json", np.frombuffer(b'[{"tuple":[{"set":[[]]}]}]', dtype=np.uint8)),
    ],
)
def test_keys_that_are_none(tmp_path, coding, keys, mmap):
    path = written(tmp_path / "keys.ns2v", key_coding=coding, arrays={"keys": keys})
    with pytest.raises(FormatError, match=r"keys\.ns2v: damaged keys: (Type|Value|Recursion)Error"):
        KeyedVectors.load(path, mmap=mmap).index_to_key  # noqa: B018 - reads them
    with pytest.raises(FormatError):
        native.read(path)


def test_equal_keys_name_the_file(tmp_path):
    vectors = {"vectors": vectors_of(2), "keys": np.frombuffer(b"a\na", dtype=np.uint8)}
    path = written(tmp_path / "twice.ns2v", n_keys="2", arrays=vectors)
    with pytest.raises(FormatError, match=r"twice\.ns2v: two rows have the same key"):
        KeyedVectors.load(path)


def test_attributes_cannot_replace_what_the_file_has_parts_for(tmp_path):
    parts = ("_vectors", "_stored_keys", "index_to_key", "key_to_index", "norms", "expandos", "mine")
    hostile = json.dumps(dict.fromkeys(parts, 7))
    found = KeyedVectors.load(written(tmp_path / "parts.ns2v", vector_attributes=hostile))
    assert found.mine == 7
    assert found.index_to_key == ["a"]
    assert np.array_equal(found["a"], vectors_of(1)[0])
    assert found.expandos == {}


def test_a_sampler_without_options_is_refused(tmp_path):
    path = written(tmp_path / "model", kind="Word2Vec", attributes='{"sampler":{"name":"unigram"}}')
    with pytest.raises(ConfigError, match="the state of a sampler has a name and options"):
        Word2Vec.load(path)


def test_a_description_asks_as_much_as_a_reader(tmp_path):
    with pytest.raises(FormatError, match="in version 2 of the format"):
        native.describe(written(tmp_path / "newer", version="2"))
    with pytest.raises(FormatError, match="it holds no vectors"):
        native.describe(written(tmp_path / "none", arrays={"vectors": None}))
    write_container(tmp_path / "foreign", {"weight": vectors_of(1)}, {"format": "pt"})
    with pytest.raises(FormatError, match="not one of ns2vec's"):
        native.describe(tmp_path / "foreign")


def test_whoever_is_refused_changes_nothing(tmp_path, saved):
    path = tmp_path / "small.ns2v"
    KeyedVectors.load(saved).save(path, dtype="int8")
    content = path.read_bytes()
    with pytest.raises(ConfigError, match="int8 vectors cannot be mapped"):
        KeyedVectors.load(path, mmap="r+")
    assert path.read_bytes() == content
    assert len(KeyedVectors.load(path, verify=True)) == 50
