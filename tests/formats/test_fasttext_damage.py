"""fastText's models that are damaged, cut off or lie are refused with their place, and take no memory."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from functools import partial

import numpy as np
import pytest
from fasttext_fields import (
    HEAD,
    SIZES,
    a_model,
    a_quantized_model,
    args,
    dictionary,
    matrix,
    numbers,
    quantized,
    read_file,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ns2vec.exceptions import FormatError
from ns2vec.formats import KeyDecodingError, TruncatedFileError, fasttext_parts, limits

ENOUGH = 40 << 20  # bytes that reading a small file may take for a moment
BIG = (1 << 31) - 1
DAMAGED = {
    "another version": (a_model(version=13), "expected version 11 or 12 of fastText's models, found 13"),
    "an unknown loss": (a_model(loss=9), "its args are impossible: dim 4, loss 9"),
    "an unknown model": (a_model(model=4), "its args are impossible: dim 4, loss 2, model 4"),
    "no numbers": (HEAD + args(dim=0), "its args are impossible: dim 0"),
    "fewer than no buckets": (HEAD + args(bucket=-1), "bucket -1"),
    "n-grams below none": (HEAD + args(minn=-2), "its args are impossible"),
    "too few entries": (HEAD + args() + SIZES.pack(3, 2, 2, 9, -1), "3 entries with 2 words and 2 labels"),
    "negative words": (HEAD + args() + SIZES.pack(1, -1, 2, 9, -1), "found 1 entries with -1 words"),
    "negative tokens": (HEAD + args() + SIZES.pack(1, 1, 0, -9, -1), "of -9 tokens"),
    "pruned below none": (HEAD + args() + SIZES.pack(1, 1, 0, 9, -2), "-2 of their buckets kept"),
    "a label among words": (
        a_model(words=["a", "b"]).replace(*(b"a\0" + struct.pack("<qb", 10, kind) for kind in (0, 1))),
        "expected 2 words and after them 0 labels",
    ),
    "a negative count": (
        a_model(words=["a", "b"]).replace(*(b"a\0" + struct.pack("<qb", n, 0) for n in (10, -1))),
        "each with a count",
    ),
    "a flag that is none": (HEAD + args() + dictionary() + b"\2", "expected 0 or 1 before inputs, found 2"),
    "too many rows": (
        HEAD + args() + dictionary() + matrix(numbers(6, 4)), r"expected inputs of shape (5, 4), as args and "
        "dictionary say, found (6, 4)",
    ),
    "wide rows": (HEAD + args() + dictionary() + matrix(numbers(5, 5)), "found (5, 5)"),
    "more than outputs": (a_model() + b"\0", "more bytes follow after the outputs"),
    "a bucket that is none": (HEAD + args() + dictionary(pruned=[(3, 0)]), "each of 1 kept buckets, of 3,"),
    "a row that is none": (HEAD + args() + dictionary(pruned=[(2, 1)]), "to have its own row"),
    "endless buckets": (HEAD + args(bucket=BIG) + dictionary(pruned=[(2, 0)]), "at most 268435456 buckets"),
    "a bucket twice": (HEAD + args() + dictionary(pruned=[(2, 0), (2, 1)]), "a bucket has two"),
    "endless n-grams": (
        HEAD + args(maxn=BIG) + dictionary(words=["a" * 99]),
        f"n-grams of up to {BIG} characters: more than memory holds",
    ),
}  # fmt: skip


@pytest.fixture
def reading(tmp_path):
    """Return ``read(content, name="model.bin", **options)``."""
    return partial(read_file, tmp_path)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("case", DAMAGED)
def test_damage_is_named(reading, tmp_path, case, suffix):
    content, message = DAMAGED[case]
    with pytest.raises(FormatError) as caught:
        reading(gzip.compress(content) if suffix else content, f"model.bin{suffix}")
    assert message in str(caught.value)
    assert f"model.bin{suffix}: byte " in str(caught.value)


PREFIX = HEAD + args(dim=7) + dictionary(pruned=[])
CENTROIDS = numbers(256 * 7)
CODES = np.zeros((2, 3), dtype=np.uint8)
WRONGLY_QUANTIZED = {
    "another shape": (quantized(CODES[:1], CENTROIDS, 3), r"expected inputs of shape (2, 7), as"),
    "a code too few": (b"\1" + struct.pack("<?2qi", False, 2, 7, 5), "for each of 2 rows of inputs, found 5"),
    "no codes": (b"\1" + struct.pack("<?2qi", False, 2, 7, -2), "found -2"),
    "more codes than numbers": (b"\1" + struct.pack("<?2qi", False, 2, 7, 16), "found 16"),
    "pieces without codes": (quantized(CODES, CENTROIDS, 2), "codes for all pieces of rows of"),
    "pieces of nothing": (
        quantized(CODES, CENTROIDS, 3).replace(*(struct.pack("<4i", 7, 3, n, 1) for n in (3, 0))),
        "expected the pieces of 7 numbers in inputs, found 3 of 0 and 1 in the last",
    ),
    "a last piece too wide": (
        quantized(CODES, CENTROIDS, 3).replace(*(struct.pack("<4i", 7, 3, 3, n) for n in (1, 2))),
        "found 3 of 3 and 2 in the last",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONGLY_QUANTIZED)
def test_quantized_matrices_that_do_not_fit_are_refused(reading, case):
    content, message = WRONGLY_QUANTIZED[case]
    with pytest.raises(FormatError) as caught:
        reading(PREFIX + content)
    assert message in str(caught.value)


def test_a_few_codes_that_stand_for_absurdly_much_are_refused(reading, monkeypatch):
    monkeypatch.setattr(limits, "MOST_TIMES", 1)
    monkeypatch.setattr("ns2vec.formats.fasttext_quantized.MOST_BYTES", 50)
    monkeypatch.setattr("ns2vec.formats.fasttext_quantized.MOST_TIMES", 0)
    with pytest.raises(FormatError, match=r"6 codes for inputs of shape \(2, 7\): no file of vectors has"):
        reading(PREFIX + quantized(CODES, CENTROIDS, 3))


ABSURD = {
    "words": args() + SIZES.pack(BIG, BIG, 0, 9, -1),
    "labels": args(model=3) + SIZES.pack(BIG, 0, BIG, 9, -1),
    "pruned buckets": args() + SIZES.pack(0, 0, 0, 9, 1 << 60),
    "buckets": args(bucket=BIG) + dictionary() + struct.pack("<?2q", False, BIG + 2, 4),
    "numbers in a row": args(dim=BIG) + dictionary() + struct.pack("<?2q", False, 5, BIG),
    "both": args(dim=BIG, bucket=BIG) + dictionary() + struct.pack("<?2q", False, BIG + 2, BIG),
    "codes": args(dim=1, bucket=BIG - 2) + dictionary() + struct.pack("<2?2qi", True, True, BIG, 1, BIG),
    "centroids": (
        args(dim=BIG, bucket=0)
        + dictionary(())
        + struct.pack("<2?2q5i", True, True, 0, BIG, 0, BIG, 1, BIG, BIG)
    ),
}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("case", ABSURD)
def test_absurd_counts_take_no_memory(reading, case, suffix):
    content = HEAD + ABSURD[case] + bytes(64)
    content = gzip.compress(content) if suffix else content
    tracemalloc.start()
    try:
        with pytest.raises(FormatError) as caught:
            reading(content, f"model.bin{suffix}")
        assert tracemalloc.get_traced_memory()[1] < ENOUGH
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("content", [a_model(), a_quantized_model()[0]], ids=["plain", "quantized"])
def test_every_cut_is_noticed(reading, content, suffix):
    step = 1 if len(content) < 1000 else 97
    for n_bytes in range(0, len(content), step):
        cut = content[:n_bytes]
        with pytest.raises(
            TruncatedFileError, match=r"byte \d+: unexpected end of input in .*; the file is cut off"
        ):
            reading(gzip.compress(cut) if suffix else cut, f"model.bin{suffix}")


def test_a_word_without_end_is_refused(reading, monkeypatch):
    monkeypatch.setattr(fasttext_parts, "MAX_KEY_BYTES", 1000)
    monkeypatch.setattr(fasttext_parts, "READ_BYTES", 100)
    with pytest.raises(FormatError, match="no word is longer than 1000 bytes, but this one is"):
        reading(HEAD + args() + SIZES.pack(1, 1, 0, 9, -1) + b"x" * 4000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"2 3\nthe 1 2 3\nof 1 2 3\n" * 9, "it does not begin with 793712314"),
        (b"\x93NUMPY" + bytes(200), "this is NumPy's .npy matrix"),
        (gzip.compress(a_model()) + bytes(100), "this is a gzip file: unpack it, or rename it"),
    ],
)
def test_other_files_are_named(reading, content, message):
    with pytest.raises(FormatError) as caught:
        reading(content)
    assert message in str(caught.value)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), is_quantized=st.booleans())
def test_changed_bytes_are_a_model_or_a_format_error(reading, data, is_quantized):
    content = bytearray(a_quantized_model(n_rows=5)[0] if is_quantized else a_model())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, min(len(content), 300) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        found = reading(bytes(content))
    except KeyDecodingError:
        raise
    except FormatError as error:
        assert "model.bin" in str(error)
        assert "\n" not in str(error)
    else:
        assert len(found.vectors()) == len(found.dictionary.words())
