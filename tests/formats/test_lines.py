"""Lines of text files: where their keys end, and what is said of those that are wrong."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import FormatError
from ns2vec.formats import FORMATS, VectorTable, word2vec_binary, word2vec_text

BOTH = pytest.mark.parametrize("name", ["word2vec_text", "word2vec_binary"])
KEYS_WITH_BLANKS = [". . .", "my name", "web 2.0", "windows 95", " x", "at name@domain.com", "a\tb c", "1 2"]


@pytest.mark.parametrize("has_header", [True, False])
@pytest.mark.parametrize("between", [" ", "\t", "  "])
def test_keys_with_blanks_end_where_the_last_numbers_begin(reading, has_header, between):
    keys = ["the", *KEYS_WITH_BLANKS, "end"]
    lines = [between.join([key, "0.5", "-1", f"{i}e-1"]) for i, key in enumerate(keys)]
    content = "\n".join([f"{len(keys)} 3"] * has_header + lines + [""]).encode()
    found = reading(word2vec_text, content, no_header=not has_header)
    assert found.keys == keys
    np.testing.assert_allclose(found.vectors[:, 2], np.arange(len(keys)) / 10, rtol=1e-6)
    if has_header:
        assert FORMATS["word2vec_text"].looks_like(content)
    else:
        assert reading(FORMATS["glove"], content).keys == keys


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (b"1 3\nmy name .4 .5 .6\n", ["my name"]),
        (b"2 1\n. . . 1\n: 2", [". . .", ":"]),
        (b"1 2\nnew york 1 2", ["new york"]),
    ],
)
def test_a_header_and_a_first_key_with_blanks(reading, content, keys):
    assert FORMATS["word2vec_text"].looks_like(content)
    assert not FORMATS["word2vec_binary"].looks_like(content)
    assert reading(word2vec_text, content).keys == keys


def test_numbers_in_a_key_are_told(reading, caplog):
    found = reading(word2vec_text, b"3 2\nthe 1 2\nwindows 95 3 4\nweb 2.0 5 6\n")
    assert found.keys == ["the", "windows 95", "web 2.0"]
    assert caplog.text.count("so the key is") == 1
    assert "vectors:3: the last 2 fields are taken as the numbers, so the key is 'windows 95'" in caplog.text


def test_a_header_with_another_size_than_most_lines_is_wrong(reading):
    content = b"3 2\nnew york 1 2 3\na 1 2 3\nb 1 2 3\n"
    with pytest.raises(FormatError, match=":2: expected 2 numbers after the key, found 3"):
        reading(word2vec_text, content)


@pytest.mark.parametrize("end", ["my name .4 .5", "my name .4", "name .4"])
def test_a_line_with_a_long_key_that_is_cut_off(reading, end):
    with pytest.raises(EOFError, match=r":4: expected 3 numbers after the key, found .*: it is cut off"):
        reading(word2vec_text, f"3 3\na 1 2 3\nmy name 1 2 3\n{end}".encode())


# ---- what is wrong with a line ----

WRONG = {
    "a decimal comma": ("b 0,5 1", "expected a number, found '0,5'; numbers have a decimal point here"),
    "an exponent after it": ("b 1 -0,5e-3", "numbers have a decimal point here, no comma"),
    "places before values": ("b 1:0.5 2:1", "expected a number, found '1:0.5'; pairs index:value are no"),
    "names before values": ("b x:0.5 1", "pairs index:value are no vector"),
    "commas between fields": ("b,0.5,1", "found 0; fields are separated by blanks here, not by commas"),
    "commas between numbers": ("b 0.5,1,2", "fields are separated by blanks here, not by commas"),
    "a short line": ("b 1", "expected 2 numbers after the key, found 1; do all lines belong to one set"),
    "a word alone": ("b", "expected 2 numbers after the key, found 0; do all lines belong to one set"),
}


@pytest.mark.parametrize("name", WRONG)
def test_text_that_is_wrong_is_called_text(reading, name):
    line, message = WRONG[name]
    with pytest.raises(FormatError) as caught:
        reading(word2vec_text, f"3 2\na 1 2\n{line}\nc 1 2\n".encode())
    assert str(caught.value).partition("vectors")[2].startswith(":3: ")
    assert message in str(caught.value)
    assert "binary" not in str(caught.value)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_text_is_no_binary_file(reading, name):
    content = f"2 2\n{WRONG[name][0]}\na 1 2\n".encode()
    assert FORMATS["word2vec_text"].looks_like(content)
    assert not FORMATS["word2vec_binary"].looks_like(content)


def test_a_file_of_decimal_commas_without_header(reading):
    with pytest.raises(FormatError, match=r":1: expected 'key number .*no comma: replace it"):
        reading(word2vec_text, b"a 0,1 0,2\nb 0,3 0,4\n", no_header=True)


def test_the_header_is_found_where_none_should_be(reading):
    with pytest.raises(FormatError, match=r":1: .* this line is word2vec's header: leave out no_header=True"):
        reading(word2vec_text, b"2 3\na 1 2 3\nb 1 2 3\n", no_header=True)


@pytest.mark.parametrize("content", [b"the 0.1 0.2\n", b"the 1 2 3", b"2 new york 1 2\n"])
@BOTH
def test_only_lines_of_numbers_are_called_text_without_header(reading, name, content):
    with pytest.raises(FormatError, match="a text file without header loads with no_header=True"):
        reading(FORMATS[name], content)
    with pytest.raises(FormatError, match=r"found b'the cat sat\\n'; is this a file of vectors\?$"):
        reading(FORMATS[name], b"the cat sat\n")


@pytest.mark.parametrize("no_header", [False, True])
def test_binary_vectors_read_as_text_are_named(tmp_path, no_header):
    vectors = np.random.default_rng(0).normal(size=(30, 20)).astype(np.float32)
    word2vec_binary.write(tmp_path / "vectors", VectorTable([f"w{i}" for i in range(30)], vectors))
    with pytest.raises(FormatError) as caught:
        word2vec_text.read(tmp_path / "vectors", no_header=no_header)
    assert ("pass binary=True" in str(caught.value)) or no_header


@pytest.mark.parametrize("row", ["a 1 2", "new york 1 2", "a 0,1 0,2", "a 1:0.5 2:0.25"])
@pytest.mark.parametrize("n_rows", [1, 50])
def test_text_read_as_binary_is_named(reading, row, n_rows):
    content = f"{n_rows} 2\n".encode() + f"{row}\n".encode() * n_rows
    with pytest.raises(FormatError, match="text follows the header, not binary vectors: pass binary=False"):
        reading(word2vec_binary, content)
