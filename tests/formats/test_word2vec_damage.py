"""Damage in word2vec's formats is refused with its place, and takes no memory."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ns2vec.exceptions import FormatError
from ns2vec.formats import FORMATS, TruncatedFileError, word2vec_binary, word2vec_text

BOTH = pytest.mark.parametrize("name", ["word2vec_text", "word2vec_binary"])


HEADERS = [
    b"",
    b"\n",
    b"foo\n",
    b"a 1 2\n",
    b"3\n",
    b"-1 2\n",
    b"2 0\n",
    b"2.0 2\n",
    b"2 9999999999\n",
    b"0 9999999999\n",
    b"9" * 5000 + b" 2\n",
    b"\x81\x04\x95",
]


@BOTH
@pytest.mark.parametrize("header", HEADERS)
def test_bad_headers(reading, name, header):
    with pytest.raises(
        FormatError, match=":1: expected a header 'number_of_vectors vector_size', found"
    ) as caught:
        reading(FORMATS[name], header + b"a 1 2\n" * bool(header.strip()))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"2 2\na 1\nb 3 4\n", ":2: expected 2 numbers after the key, found 1"),
        (b"2 2\na 1 2 3\nb 3 4\n", ":2: expected 2 numbers after the key, found 3"),
        (b"2 2\na 1 2\nb 1 2 3 4 5 6c 3 4\n", ":3: expected a number, found '6c'"),
        (b"2 2\na 1 2\nb 1 2 3 4 5 6 7\n", ":3: expected 2 numbers after the key, found 7; do all lines"),
        (b"2 2\na 1 2\nb 3 x4\n", ":3: expected a number, found 'x4'"),
        (b"2 2\na\nb 3 4\n", ":2: expected 2 numbers after the key, found 0"),
        (b"1 2\na 1 2\nb 3 4\n", ":3: the header promises 1 vectors, but more follow; correct the header"),
    ],
)
def test_damaged_text(reading, content, message):
    with pytest.raises(FormatError) as caught:
        reading(word2vec_text, content)
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "content", [b"3 2\na 1 2\nb 3 4\n", b"3 2\n", b"2 2\na 1 2\nb 3", b"1000000000000 2\na 1 2\n"]
)
def test_text_that_ends_too_early(reading, content):
    with pytest.raises(EOFError, match="it is cut off") as caught:
        reading(word2vec_text, content)
    assert isinstance(caught.value, FormatError)


def test_binary_with_more_than_promised(reading):
    with pytest.raises(FormatError, match="byte 10: the header promises 1 vectors, but more follow"):
        reading(word2vec_binary, b"1 1\na 1234b 1234")


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("n_missing", [1, 3, 4, 5, 6, 7, 12])
def test_binary_that_ends_too_early(tmp_path, suffix, n_missing):
    content = b"2 1\na 1234b 1234"[:-n_missing]
    (tmp_path / f"file{suffix}").write_bytes(gzip.compress(content) if suffix else content)
    with pytest.raises(TruncatedFileError, match="unexpected end of input") as caught:
        word2vec_binary.read(tmp_path / f"file{suffix}")
    assert isinstance(caught.value, EOFError)


@BOTH
@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("header", [b"%d 2\n" % 10**15, b"2 %d\n" % 10**9, b"%d %d\n" % (10**12, 10**12)])
def test_absurd_headers_allocate_nothing(tmp_path, name, suffix, header):
    content = header + b"a 1 2\nb 3 4\n" * 10
    (tmp_path / f"file{suffix}").write_bytes(gzip.compress(content) if suffix else content)
    with pytest.raises(FormatError, match="file"):
        FORMATS[name].read(tmp_path / f"file{suffix}")


def test_a_key_without_end_is_refused(reading, monkeypatch):
    monkeypatch.setattr(word2vec_binary, "MAX_KEY_BYTES", 1000)
    with pytest.raises(FormatError, match="byte 4: the key that begins here is not followed by a space"):
        reading(word2vec_binary, b"1 1\n" + b"x" * (3 << 20))


def test_a_line_without_end_is_refused(reading, monkeypatch):
    monkeypatch.setattr(word2vec_text, "MAX_LINE_BYTES", 1000)
    with pytest.raises(FormatError, match=":2: the line is longer than 1000 bytes"):
        reading(word2vec_text, b"1 1\n" + b"x" * 3000)


PIECES = st.sampled_from(
    [b"2 1", b"1 2", b"\n", b" ", b"a", b"1.5", b"-", b"\x00\x00\x80\x3f", b"\t", b"9" * 30, b"\xff", b"nan"]
)


@BOTH
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(PIECES | st.binary(max_size=6), max_size=16).map(b"".join), header=st.booleans())
def test_any_bytes_are_vectors_or_a_format_error(tmp_path, name, content, header):
    path = tmp_path / "fuzz"
    path.write_bytes(b"2 1\n" * header + content)
    try:
        found = FORMATS[name].read(path)
    except FormatError as error:
        assert str(error).startswith(str(path))
        assert "\n" not in str(error)
    else:
        assert len(found.keys) == len(found.vectors)


@BOTH
def test_a_missing_file(tmp_path, name):
    with pytest.raises(FileNotFoundError) as caught:
        FORMATS[name].read(tmp_path / "missing")
    assert caught.value.filename == str(tmp_path / "missing")


# ---- in a later block ----


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"b 1\n", ":252: expected 2 numbers after the key, found 1"),
        (b"b 1 2 3 4 5 6 7\n", ":252: expected 2 numbers after the key, found 7"),
        (b"b 1 2x\n", ":252: expected a number, found '2x'"),
        (b"\xff 1 2\n", r":252: the key b'\xff' is not valid utf-8"),
        (b"b 1", ":252: expected 2 numbers after the key, found 1, and the file ends here"),
        (b"", ":251: unexpected end of input: the header promises 300 vectors, the file has 249"),
    ],
)
def test_damage_in_a_later_block_is_named_by_its_line(small_blocks, numbered, reading, line, message):
    rows = numbered(299).splitlines(keepends=True)
    after = b"".join(rows[249:]) if line.endswith(b"\n") else b""
    with pytest.raises(FormatError) as caught:
        reading(word2vec_text, b"300 2\n" + b"\n" + b"".join(rows[:249]) + line + after)
    assert message in str(caught.value)


def test_text_with_more_than_promised_in_a_later_block(small_blocks, numbered, reading):
    with pytest.raises(FormatError, match=":252: the header promises 250 vectors, but more follow"):
        reading(word2vec_text, b"250 2\n" + numbered(300))
    assert len(reading(word2vec_text, b"250 2\n" + numbered(250) + b"\n" * 200).keys) == 250
