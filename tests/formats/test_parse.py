"""The C parser and speller of numbers against Python's float() and NumPy's str(); the scan of records."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.formats import word2vec_text
from ns2vec.formats._parse import format_lines, parse_lines, parse_numbers, scan_records

BIT_PATTERNS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=40)


def spell_all(numbers):
    row = np.asarray(numbers, dtype=np.float32).reshape(1, -1)
    line = format_lines([b"key"], row, word2vec_text.SCIENTIFIC_FROM, word2vec_text._spell)
    head, *words = line.decode("ascii").removesuffix("\n").split(" ")
    assert head == "key"
    return words


def parse_all(text):
    out = np.full(len(text) + 1, np.nan)
    return out[: parse_numbers(text, 0, out)]


def same_bits(a, b):
    return np.array_equal(
        np.asarray(a, dtype=np.float64).view(np.uint64), np.asarray(b, dtype=np.float64).view(np.uint64)
    )


@given(BIT_PATTERNS)
@settings(max_examples=300, deadline=None)
def test_spelling_is_numpys_for_any_bit_pattern(patterns):
    numbers = np.array(patterns, dtype=np.uint32).view(np.float32)
    assert spell_all(numbers) == [str(number) for number in numbers]


@pytest.mark.parametrize("scale", [1e-11, 1e-6, 1e-4, 1e-2, 1.0, 1e3, 1e6, 1e9, 1e15])
def test_spelling_is_numpys_at_each_magnitude(scale):
    numbers = (np.random.default_rng(7).normal(size=4000) * scale).astype(np.float32)
    assert spell_all(numbers) == [str(number) for number in numbers]


def test_spelling_at_borders():
    numbers = [1e-4, 9.9999994e-5, 1e5, 999999.94, 1e6, 1e16, 9.9999e15, 0.0, -0.0, np.nan, np.inf, -np.inf]
    numbers += [1e-45, 1.1754944e-38, 3.4028235e38, 2097152.25, 99999.99, 0.99999999, 16777216.0, 33554434.0]
    numbers += list(2.0 ** np.arange(-149, 128)) + list(np.arange(2000) / 8)
    wide = np.array(numbers, dtype=np.float32)
    assert spell_all(wide) == [str(number) for number in wide]


def test_spelling_takes_any_stride():
    rows = np.arange(24, dtype=np.float32).reshape(4, 6)[::2, 1::2]
    spelled = format_lines([b"a", b"b"], rows, 1e16, word2vec_text._spell)
    assert spelled == b"a 1.0 3.0 5.0\nb 13.0 15.0 17.0\n"


def test_one_head_for_each_row():
    with pytest.raises(ValueError, match="one head for each of 2 rows, got 1"):
        format_lines([b"a"], np.zeros((2, 2), dtype=np.float32), 1e16, word2vec_text._spell)


@given(st.lists(st.floats(), min_size=1, max_size=20), st.integers(0, 24), st.sampled_from("efg"))
@settings(max_examples=300, deadline=None)
def test_parsing_is_floats(numbers, precision, kind):
    words = [f"{number:.{precision}{kind}}" for number in numbers] + [repr(number) for number in numbers]
    assert np.array_equal(
        parse_all(" ".join(words).encode()), [float(word) for word in words], equal_nan=True
    )


ODD_NUMBERS = (
    "0 -0 -0.0 +3 .5 5. 1e5 1E-5 123456789012345678901234567890 9007199254740993 1e400 -1e400 1e-400 "
    "inf Infinity "
    "1e0000000000000000000005 00000000000000000000001.5 1e99999999999999999999 1.7976931348623157e308 5e-324 "
    "2.2250738585072011e-308 " + "1" * 400 + " 0." + "0" * 2000 + "1"
)


@pytest.mark.parametrize("word", ODD_NUMBERS.split(), ids=lambda word: word[:24])
def test_parsing_odd_numbers(word):
    assert same_bits(parse_all(word.encode()), [float(word)])


@given(st.floats(width=32, allow_nan=False))
@settings(deadline=None)
def test_what_is_spelled_parses_to_itself(number):
    read = parse_all(spell_all([number])[0].encode()).astype(np.float32)
    assert same_bits(read, [number])


@pytest.mark.parametrize(
    "word", ["x", "2.5.6", "1e", "1e+", "-", ".", "+-1", "1_0", "0x10", "1\x00", "1,5", "1e5.5", "nanx"]
)
def test_what_is_no_number_is_refused_by_name(word):
    with pytest.raises(ValueError, match="expected a number, found") as caught:
        parse_all(f"1.5 {word} 2".encode())
    assert repr(word) in str(caught.value)


def test_surplus_numbers_are_counted_and_dropped():
    out = np.zeros(2)
    assert parse_numbers(b"key 1 2\t3  4\r\n", 3, out) == 4
    assert out.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("start", [-1, 6])
def test_start_outside_the_line_is_refused(start):
    with pytest.raises(ValueError, match=r"start must lie in 0\.\.5"):
        parse_numbers(b"1 2 3", start, np.zeros(3))


RECORD = st.tuples(
    st.binary(max_size=8).map(lambda key: key.replace(b" ", b"_").lstrip(b"\n")),
    st.binary(min_size=8, max_size=8),
)


@given(st.lists(RECORD, max_size=12), st.integers(0, 3), st.data())
@settings(deadline=None)
def test_records_are_cut_wherever_a_block_ends(records, n_newlines, data):
    whole = b"".join(b"\n" * n_newlines + key + b" " + vector for key, vector in records)
    cut = data.draw(st.integers(0, len(whole)))
    found = []
    rest = b""
    for block in (whole[:cut], whole[cut:]):
        block = rest + block
        rows = np.zeros((len(records), 8), dtype=np.uint8)
        keys, end = scan_records(block, 0, rows, "latin-1", "strict")
        found += [(key.encode("latin-1"), row.tobytes()) for key, row in zip(keys, rows)]  # noqa: B905 - rows has room for more
        rest = block[end:]
    assert found == records
    assert rest == b""


def test_records_stop_when_rows_are_full():
    keys, end = scan_records(b"a 12b 34c 56", 0, np.zeros((2, 2), dtype=np.uint8), "utf8", "strict")
    assert keys == ["a", "b"]
    assert end == 8


def test_keys_of_records_are_decoded_as_asked():
    row = np.zeros((1, 1), dtype=np.uint8)
    assert scan_records(b"\xe4 1", 0, row, "latin-1", "strict")[0] == ["ä"]
    assert scan_records(b"\xe4 1", 0, row, "utf8", "replace")[0] == ["\ufffd"]
    with pytest.raises(UnicodeDecodeError, match="'utf-8' codec can't decode byte 0xe4"):
        scan_records(b"\xe4 1", 0, row, "utf8", "strict")
    with pytest.raises(LookupError, match="unknown encoding: none"):
        scan_records(b"a 1", 0, row, "none", "strict")


def test_spelling_and_parsing_of_a_million_bit_patterns():
    rng = np.random.default_rng(11)
    patterns = rng.integers(0, 2**32, 1 << 20, dtype=np.uint32)
    patterns[: 1 << 10] >>= 9  # subnormal
    patterns[1 << 10 : 1 << 19] = (
        (rng.normal(size=(1 << 19) - (1 << 10)) * 0.3).astype(np.float32).view(np.uint32)
    )
    numbers = patterns.view(np.float32)
    numbers = numbers[np.isfinite(numbers)]
    words = spell_all(numbers)
    assert words == numbers.astype(str).tolist() or words == [str(number) for number in numbers]
    assert np.array_equal(
        parse_all(" ".join(words).encode()).astype(np.float32).view(np.uint32), numbers.view(np.uint32)
    )


def parse_one(word, dtype=np.float64):
    """What the quick parser makes of a number in the middle of a line; None if it does not accept it."""
    rows = np.zeros((1, 3), dtype=dtype)
    keys, n_lines, end = parse_lines(f"key 1 {word} 2\n".encode(), 0, rows, 1 << 20)
    if not keys:
        assert (n_lines, end) == (0, 0)
        return None
    assert (keys, n_lines, rows[0, 0], rows[0, 2]) == ([b"key"], 1, 1, 2)
    return rows[0, 1]


@given(st.from_regex(r"[+-]?[0-9]{0,22}(\.[0-9]{0,22})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
@settings(max_examples=400, deadline=None)
def test_lines_hold_pythons_floats_or_are_left(word):
    try:
        expected = float(word)
    except ValueError:
        expected = None
    found = parse_one(word)
    assert found is None or same_bits([found], [expected])


def test_ordinary_numbers_are_not_left():
    rng = np.random.default_rng(5)
    numbers = (rng.normal(size=3000) * 10.0 ** rng.integers(-8, 8, 3000)).astype(np.float32)
    text = b"".join(
        b"k " + b" ".join(str(number).encode() for number in row) + b"\n" for row in numbers.reshape(-1, 3)
    )
    rows = np.zeros((1000, 3), dtype=np.float32)
    assert parse_lines(text, 0, rows, 1 << 20) == ([b"k"] * 1000, 1000, len(text))
    assert np.array_equal(rows.ravel(), numbers)


@pytest.mark.parametrize(
    "digits", ["12345678", "00000000", "99999999", "1234567a", "1234567/", "1234567:", "\xb012345678"]
)
def test_eight_digits_at_once(digits):
    found = parse_one(f"0.{digits}")
    assert found == (float(f"0.{digits}") if digits.isascii() and digits.isdigit() else None)


@pytest.mark.parametrize(
    "line",
    [
        b"key 1 2",
        b"key 1\n",
        b"key 1 2 3\n",
        b"key\n",
        b"key\t1\t2\n",
        b"key 1 x\n",
        b"key 1 nan\n",
        b"key 1 2" + b" " * 90 + b"\n",
    ],
)
def test_other_lines_are_left_to_the_caller(line):
    rows = np.zeros((5, 2), dtype=np.float32)
    text = b"\n \r\na 1 2 \r\n" + line
    assert parse_lines(text, 0, rows, 90) == ([b"a"], 3, len(text) - len(line))
    assert rows[0].tolist() == [1, 2]


def test_lines_stop_when_rows_are_full():
    text = b"a 1\n\nb 2\nc 3\n"
    rows = np.zeros((2, 1))
    assert parse_lines(text, 0, rows, 100) == ([b"a", b"b"], 3, 9)
    assert parse_lines(text, 9, rows[:0], 100) == ([], 0, 9)
    with pytest.raises(ValueError, match=r"start must lie in 0\.\.13, got 14"):
        parse_lines(text, 14, rows, 100)


def test_a_slow_speller_must_be_short_and_may_fail():
    one = np.ones((1, 1), dtype=np.float32)
    with pytest.raises(ValueError, match="a float32 spelled with 31 characters"):
        format_lines([b"a"], one, 1e16, lambda _: b"1" * 31)
    with pytest.raises(ZeroDivisionError):
        format_lines([b"a"], one, 1e16, lambda _: 1 // 0)
