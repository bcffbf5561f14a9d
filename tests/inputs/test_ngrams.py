"""The compiled n-grams are the oracle's; arrays that do not fit are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec import reference
from ns2vec.inputs._ngrams import encode_words, fill_bags, hash_bytes

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
    offsets, rows, n_rows = fill_bags(*encode_words(words), min_n, max_n, bucket, end_is_whole=False)
    expected = [
        [reference.fnv1a(ngram) % bucket for ngram in reference.ngrams(as_bytes(word), min_n, max_n)]
        for word in words
    ]
    assert [rows[offsets[i] : offsets[i + 1]].tolist() for i in range(len(words))] == expected
    assert (offsets.dtype, rows.dtype, n_rows) == (np.int64, np.int32, 0)


@given(words=st.lists(WORDS, max_size=6))
def test_words_become_one_text_with_a_nul_after_each(words):
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
