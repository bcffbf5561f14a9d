"""KeyedVectors from and to files."""

from __future__ import annotations

import os

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import word2vec_binary
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.keyedvectors.files import adopt_table


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
def test_round_trip_with_counts(kv, tmp_path, binary, suffix):
    path, counts = str(tmp_path / f"vectors{suffix}"), tmp_path / "counts"
    kv.save_word2vec_format(path, fvocab=counts, binary=binary)
    found = KeyedVectors.load_word2vec_format(path, fvocab=counts, binary=binary)
    assert found.index_to_key == kv.index_to_key
    assert found.key_to_index == kv.key_to_index
    assert np.array_equal(found.vectors, kv.vectors)
    assert found.expandos["count"].tolist() == [50, 40, 30, 20, 10, 5, 5, 1]
    assert found.most_similar("king") == kv.most_similar("king")


def test_no_counts_are_left_when_the_vectors_cannot_be_written(kv, tmp_path):
    with pytest.raises(FileNotFoundError, match="the folder does not exist"):
        kv.save_word2vec_format(tmp_path / "gone" / "vectors", fvocab=tmp_path / "counts")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("key", ["", "a\t", "\tb", "c\r", "d\u00a0", "\u3000", "7", "e\x0b", "\x1f"])
def test_counts_of_keys_of_any_form_come_back(tmp_path, binary, key):
    kv = KeyedVectors(2)
    kv.add_vectors(["first", key, "last"], np.ones((3, 2), np.float32), extras={"count": [9, 8, 7]})
    kv.save_word2vec_format(tmp_path / "vectors", fvocab=tmp_path / "counts", binary=binary)
    found = KeyedVectors.load_word2vec_format(tmp_path / "vectors", fvocab=tmp_path / "counts", binary=binary)
    assert found.index_to_key == ["first", key, "last"]
    assert found.expandos["count"].tolist() == [9, 8, 7]


@pytest.mark.parametrize("line", ["a 7", "a\t7", "a 7 ", "a  7", " a 7", "a \t7\r"])
def test_counts_as_others_write_them(tmp_path, line):
    (tmp_path / "vectors").write_bytes(b"1 1\na 1\n")
    (tmp_path / "counts").write_bytes(line.encode() + b"\nother 1\n")
    found = KeyedVectors.load_word2vec_format(tmp_path / "vectors", fvocab=tmp_path / "counts")
    assert found.get_vecattr("a", "count") == 7


@pytest.mark.parametrize("key", ["a\nb", "\ud800"])
def test_counts_that_could_not_be_read_are_not_written(tmp_path, key):
    kv = KeyedVectors(2)
    kv.add_vectors(["first", key], np.ones((2, 2), np.float32), extras={"count": [9, 8]})
    with pytest.raises(FormatError, match=r"counts: the key '(a\\nb|\\ud800)'"):
        kv.save_word2vec_format(tmp_path / "vectors", fvocab=tmp_path / "counts", binary=True)
    assert os.listdir(tmp_path) == []


class Sized(KeyedVectors):
    def __init__(self, vector_size, vector_count, dtype=np.float32):
        super().__init__(vector_size, vector_count, dtype=dtype)
        self.born = (vector_size, vector_count)


class OnlySizes(Sized):
    def __init__(self, vector_size, vector_count):
        super().__init__(vector_size, vector_count)


@pytest.mark.parametrize(
    ("kind", "datatype"), [(Sized, np.float32), (Sized, np.float64), (OnlySizes, np.float32)]
)
@pytest.mark.parametrize("binary", [False, True])
def test_a_subclass_is_made_with_size_and_count(kv, tmp_path, kind, datatype, binary):
    kv.save_word2vec_format(tmp_path / "file", binary=binary)
    found = kind.load_word2vec_format(
        tmp_path / "file", binary=binary, datatype=datatype, limit=np.float64(5)
    )
    assert (type(found), found.born, found.vectors.dtype) == (kind, (6, 5), datatype)
    assert (found.index_to_key, found.next_index) == (kv.index_to_key[:5], 5)
    assert np.allclose(found.vectors, kv.vectors[:5])


@pytest.mark.parametrize("datatype", [int, "int8", object])
def test_vectors_are_floating_point(kv, tmp_path, datatype):
    kv.save_word2vec_format(tmp_path / "file")
    with pytest.raises(ConfigError, match="datatype must be a floating point type"):
        KeyedVectors.load_word2vec_format(tmp_path / "file", datatype=datatype)


@pytest.mark.parametrize("binary", [False, True])
def test_half_a_surrogate_pair_is_named(tmp_path, binary):
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "\ud800"], np.ones((2, 2), np.float32))
    with pytest.raises(FormatError, match=r"file: the key '\\ud800' is not valid Unicode"):
        kv.save_word2vec_format(tmp_path / "file", binary=binary)
    assert os.listdir(tmp_path) == []


def test_counts_without_a_vocabulary_file_fall(kv, tmp_path):
    kv.save_word2vec_format(tmp_path / "file")
    found = KeyedVectors.load_word2vec_format(tmp_path / "file", limit=3)
    assert found.expandos["count"].tolist() == [3, 2, 1]
    assert (len(found), found.next_index) == (3, 3)


def test_rows_are_written_by_falling_count_stably(kv, tmp_path):
    kv.expandos["count"][:] = [1, 2, 3, 3, 2, 1, 9, 9]
    kv.save_word2vec_format(tmp_path / "file")
    found = KeyedVectors.load_word2vec_format(tmp_path / "file")
    assert found.index_to_key == ["stone", "river", "king", "queen", "woman", "apple", "man", "pear"]
    assert all(np.array_equal(found[key], kv[key]) for key in found.index_to_key)


def test_without_counts_rows_keep_their_order(kv, tmp_path, caplog):
    del kv.expandos["count"]
    kv.save_word2vec_format(tmp_path / "file")
    assert "attribute count not present" in caplog.text
    assert KeyedVectors.load_word2vec_format(tmp_path / "file").index_to_key == kv.index_to_key
    with pytest.raises(
        ValueError, match="Cannot store vocabulary with 'count' because that attribute does not exist"
    ):
        kv.save_word2vec_format(tmp_path / "other", fvocab=tmp_path / "counts")
    assert os.listdir(tmp_path) == ["file"]


def test_leading_integer_keys_stay_at_the_front_once(tmp_path):
    kv = KeyedVectors(1)
    kv.add_vectors([0, 1, "b", "c"], [[1], [2], [3], [4]], extras={"count": [1, 5, 2, 9]})
    kv.save_word2vec_format(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "4 1\n0 1.0\n1 2.0\nc 4.0\nb 3.0\n"


def test_free_rows_are_not_written(tmp_path):
    kv = KeyedVectors(1, count=3)
    kv.add_vector("a", [1])
    kv.save_word2vec_format(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "1 1\na 1.0\n"


def test_parts_prefix_and_header(kv, tmp_path):
    path = tmp_path / "file"
    kv.save_word2vec_format(path, total_vec=16, prefix="a_")
    kv.save_word2vec_format(path, write_header=False, append=True, prefix="b_")
    found = KeyedVectors.load_word2vec_format(path)
    assert found.index_to_key == [f"{part}_{key}" for part in "ab" for key in kv.index_to_key]
    kv.save_word2vec_format(path, write_header=False)
    assert KeyedVectors.load_word2vec_format(path, no_header=True).index_to_key == kv.index_to_key
    with pytest.raises(NotImplementedError, match="no_header only available for text-format files"):
        KeyedVectors.load_word2vec_format(path, binary=True, no_header=True)


def test_subclasses_load_as_themselves(kv, tmp_path):
    class Mine(KeyedVectors):
        pass

    kv.save_word2vec_format(tmp_path / "file", binary=True)
    found = Mine.load_word2vec_format(tmp_path / "file", binary=True, datatype=np.float16)
    assert type(found) is Mine
    assert found.vectors.dtype == np.float16


def test_keys_without_vectors_are_refused(kv, tmp_path):
    kv.index_to_key.append("new")
    with pytest.raises(ConfigError, match=r"there are 9 keys and 8 vectors; call resize_vectors\(\) first"):
        kv.save_word2vec_format(tmp_path / "file")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize("binary", [False, True])
def test_a_full_device(kv, binary):
    with pytest.raises(
        OSError, match="no space left on the device: free some, or write elsewhere: '/dev/full'"
    ):
        kv.save_word2vec_format("/dev/full", binary=binary)


@pytest.mark.parametrize("binary", [False, True])
def test_intersection(tmp_path, kv, binary):
    """Text files failed by an IndexError in gensim (#3094), binary files by a ValueError on NumPy 2.3."""
    path = tmp_path / "others"
    others = KeyedVectors(6)
    others.add_vectors(["king", "unicorn", "stone"], np.arange(18, dtype=np.float32).reshape(3, 6))
    others.save_word2vec_format(path, binary=binary)
    before = kv.vectors.copy()
    kv.vectors_lockf = np.ones(1, dtype=np.float32)
    kv.fill_norms()
    kv.intersect_word2vec_format(path, binary=binary, lockf=0.25)
    assert kv["king"].tolist() == list(range(6))
    assert kv["stone"].tolist() == list(range(12, 18))
    untouched = [row for row, key in enumerate(kv.index_to_key) if key not in others]
    assert np.array_equal(kv.vectors[untouched], before[untouched])
    assert kv.vectors_lockf.tolist() == [1, 1, 0.25, 1, 1, 1, 0.25, 1]
    assert "unicorn" not in kv
    assert kv.get_vector("king", norm=True) @ kv.get_vector("king", norm=True) == pytest.approx(1)


def test_intersection_of_another_size(tmp_path, kv):
    others = KeyedVectors(3)
    others.add_vectors(["king"], np.ones((1, 3), dtype=np.float32))
    others.save_word2vec_format(tmp_path / "others")
    with pytest.raises(ValueError, match="incompatible vector size 3 in file"):
        kv.intersect_word2vec_format(tmp_path / "others")


def test_stores_of_one_table_do_not_share_keys(kv, tmp_path):
    kv.save_word2vec_format(tmp_path / "vectors.bin", binary=True)
    table = word2vec_binary.read(tmp_path / "vectors.bin")
    first = adopt_table(KeyedVectors(table.vectors.shape[1]), table)
    first.add_vectors(["another"], np.ones((1, first.vector_size)))
    second = adopt_table(KeyedVectors(table.vectors.shape[1]), table)
    assert second.index_to_key == kv.index_to_key
    assert second.key_to_index == {key: row for row, key in enumerate(kv.index_to_key)}
    assert first.key_to_index["another"] == len(kv)
