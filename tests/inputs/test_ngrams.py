"""The compiled n-grams and means: the oracle's, and arrays that do not fit are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec import reference
from ns2vec.inputs._ngrams import encode_words, fill_bags, hash_bytes, write_means

WORDS = st.text(max_size=12) | st.binary(max_size=12)


def as_bytes(word):
    return word if isinstance(word, bytes) else word.encode("utf-8", "surrogatepass")


@given(content=st.binary(max_size=30))
def test_hashes_are_those_of_the_oracle(content):
    assert hash_bytes(content) == reference.fnv1a(content)


@settings(deadline=None)
@given(
    words=st.lists(WORDS, max_size=6),
    min_n=st.integers(0, 4),
    max_n=st.integers(0, 7),
    bucket=st.integers(1, 1000) | st.just(2**31 - 1),
)
def test_bags_are_those_of_the_oracle(words, min_n, max_n, bucket):
    offsets, rows, n_rows = fill_bags(*encode_words(words), min_n, max_n, bucket, has_whole=False)
    expected = [
        [reference.fnv1a(ngram) % bucket for ngram in reference.ngrams(as_bytes(word), min_n, max_n)]
        for word in words
    ]
    assert [rows[offsets[i] : offsets[i + 1]].tolist() for i in range(len(words))] == expected
    assert (offsets.dtype, rows.dtype, n_rows) == (np.int64, np.int32, 0)


@given(words=st.lists(WORDS, max_size=6))
def test_words_become_one_text_with_a_nul_behind_each(words):
    text, offsets = encode_words(words)
    assert text.tobytes() == b"".join(as_bytes(word) + b"\0" for word in words)
    assert offsets.tolist() == np.cumsum([0, *(len(as_bytes(word)) + 1 for word in words)]).tolist()


def test_bytes_that_a_decoder_escaped_come_back():
    assert encode_words([b"a\xff".decode("utf-8", "surrogateescape")])[0].tobytes() == b"a\xff\0"
    assert encode_words(["\ud83d"])[0].tobytes() == b"\xed\xa0\xbd\0"


@pytest.mark.parametrize("word", [7, None, ("a",)])
def test_what_is_no_text_has_no_ngrams(word):
    with pytest.raises(TypeError, match="expected words as str or bytes, got"):
        encode_words(["a", word])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offsets": [0, 2, 2]}, "offsets must rise"),
        ({"offsets": [0, 2, 9]}, "offsets end at 9, the text has 4 bytes"),
        ({"offsets": [-1, 2, 4]}, "from 0 on"),
        ({"offsets": []}, "from 0 on"),
        ({"bucket": -1}, r"bucket must be 0 to 2\*\*31 - 1"),
        ({"bucket": 2**31}, r"bucket must be 0 to 2\*\*31 - 1"),
        ({"bucket": 10, "table": np.zeros(9, np.int32)}, "the length of the table"),
        ({"bucket": 2**31 - 1, "first_ngram": 2}, "more than"),
        ({"first_word": 2**31 - 2}, "more than"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, message):
    given = {"offsets": [0, 2, 4], "bucket": 5, **change}
    offsets = np.array(given.pop("offsets"), dtype=np.int64)
    with pytest.raises(ValueError, match=message):
        fill_bags(np.frombuffer(b"a\0b\0", np.uint8), offsets, 1, 2, given.pop("bucket"), **given)


def floats(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("width", [1, 3, 16, 33, 100])
def test_means_of_rows_of_several_matrices(width):
    matrices = (floats(3, width), floats(0, width), floats(5, width + 4)[:, :width])
    bags = [[0, 7, 7, 3], [], [5], [1, 2, 3, 4, 5, 6, 7, 0]]
    offsets, rows = np.cumsum([0, *map(len, bags)]), np.int32([row for bag in bags for row in bag])
    out = np.full((4, width + 2), 9, dtype=np.float32)
    write_means(offsets, rows, matrices, out[:, :width])
    everything = np.concatenate(matrices).astype(np.float64)
    for row, bag in zip(out[:, :width], bags, strict=True):
        np.testing.assert_allclose(row, everything[bag].mean(axis=0) if bag else 0, rtol=1e-5, atol=1e-6)
    assert (out[:, width:] == 9).all()
    some = np.empty((2, width), dtype=np.float32)
    write_means(offsets[2:], rows, matrices, some)
    assert np.array_equal(some, out[2:, :width])


@pytest.mark.parametrize(
    ("offsets", "rows", "matrices", "shape"),
    [
        ([0, 1], [0], (), (1, 4)),
        ([0, 1], [0], (floats(1, 4),) * 5, (1, 4)),
        ([0, 1], [0], (floats(1, 3),), (1, 4)),
        ([0, 1], [0], (floats(4, 4).T,), (1, 4)),
        ([0, 1], [0], (floats(1, 4),), (2, 4)),
        ([0, 1], [1], (floats(1, 4),), (1, 4)),
        ([0, 1], [-1], (floats(1, 4),), (1, 4)),
        ([0, 2], [0], (floats(1, 4),), (1, 4)),
        ([-1, 1], [0], (floats(1, 4),), (1, 4)),
        ([0, 1, 0], [0], (floats(1, 4),), (2, 4)),
        ([], [0], (floats(1, 4),), (0, 4)),
    ],
)
def test_means_of_rows_that_do_not_exist_are_refused(offsets, rows, matrices, shape):
    out = np.empty(shape, dtype=np.float32)
    with pytest.raises(ValueError, match=r"expected|offsets must|bags hold row"):
        write_means(np.array(offsets, dtype=np.int64), np.int32(rows), matrices, out)
