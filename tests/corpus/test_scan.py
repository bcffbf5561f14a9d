"""The scanner against str.split() and bytes.split(), for any text in any blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.corpus import END, UNKNOWN
from ns2vec.corpus._scan import Scanner

BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
BLANKS += "\u2028\u2029\u202f\u205f\u3000"
# Characters whose bytes look like the beginnings of blanks, and ends of every encoded length.
NEIGHBOURS = (
    "ab\0\x1b\x7f\x84\x86\x9f\xa1\xbf\xc2\u1681\u169f\u1fff\u200b\u2027\u202a\u2030\u2060\u2fff\u3001\u3042"
)
NEIGHBOURS += "\ud7ff\ue000\uffff\U00010000\U0010ffff\ufeff"
texts = st.text(
    st.sampled_from(BLANKS + NEIGHBOURS * 2) | st.characters(exclude_categories=["Cs"]), max_size=300
)
broken = st.lists(
    st.sampled_from([bytes([i]) for i in range(256)]) | st.sampled_from(BLANKS + NEIGHBOURS).map(str.encode)
)
cuts = st.integers(1, 70)


def scan(data: bytes, block: int = 1 << 20, **options):
    """Sentences as lists of words, and the scanner."""
    scanner = Scanner(chunk_words=1 << 30, **options)
    scanner.open()
    for start in range(0, len(data), block):
        scanner.feed(data[start : start + block])
    scanner.close()
    scanner.finish()
    tokens = list(scanner.tokens())
    ids = np.concatenate([words for words, _, _ in scanner.take()] or [np.empty(0, np.int32)]).tolist()
    sentences: list[list[str]] = [[]]
    for number in ids:
        if number == END:
            sentences.append([])
        else:
            sentences[-1].append(tokens[number] if number >= 0 else number)
    return sentences[:-1], scanner


def lines_of(text: str) -> list[list[str]]:
    return [words for line in text.split("\n") if (words := line.split())]


@given(texts, cuts)
@settings(max_examples=300, deadline=None)
def test_words_and_sentences_are_those_of_split(text, block):
    sentences, scanner = scan(text.encode(), block)
    expected = lines_of(text.removeprefix("\ufeff"))
    assert sentences == expected
    assert scanner.n_sentences == len(expected)
    assert scanner.n_words == sum(map(len, expected))


@given(texts, cuts)
@settings(max_examples=100, deadline=None)
def test_counts_are_in_order_of_first_appearance(text, block):
    _, scanner = scan(text.encode(), block)
    counts: dict[str, int] = {}
    for word in text.removeprefix("\ufeff").split():
        counts[word] = counts.get(word, 0) + 1
    assert list(scanner.tokens()) == list(counts)
    words, offsets = scanner.text()
    assert words.tobytes() == "".join(f"{word}\n" for word in counts).encode()
    assert np.diff(offsets).tolist() == [len(word.encode()) + 1 for word in counts]
    assert scanner.counts().tolist() == list(counts.values())


@given(texts, cuts)
@settings(max_examples=100, deadline=None)
def test_ascii_mode_splits_as_bytes_do(text, block):
    data = text.encode()
    sentences, _ = scan(data, block, unicode_blanks=False)
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert sentences == [[word.decode() for word in line.split()] for line in lines if line.split()]


@given(texts, cuts, st.integers(1, 7))
@settings(max_examples=100, deadline=None)
def test_newline_as_blank_gives_pieces_of_equal_length(text, block, length):
    sentences, _ = scan(text.encode(), block, newline_ends=False, max_sentence_words=length)
    words = text.removeprefix("\ufeff").split()
    assert sentences == [words[start : start + length] for start in range(0, len(words), length)]


@pytest.mark.parametrize("errors", ["replace", "ignore"])
@given(pieces=broken, block=cuts)
@settings(max_examples=200, deadline=None)
def test_broken_text_gives_what_decoding_first_would_give(errors, pieces, block):
    data = b"".join(pieces)
    sentences, scanner = scan(data, block, errors=errors)
    expected = lines_of(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors))
    assert sentences == expected
    assert len(set(scanner.tokens())) == len(scanner.tokens())
    assert scanner.counts().sum() == sum(map(len, expected))


@given(pieces=broken, block=cuts)
@settings(max_examples=200, deadline=None)
def test_strict_refuses_exactly_what_python_refuses(pieces, block):
    data = b"".join(pieces)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            scan(data, block)
    else:
        assert scan(data, block)[1].n_words == len(data.decode().removeprefix("\ufeff").split())


@given(texts, cuts, st.sets(st.integers(0, 20)))
@settings(max_examples=100, deadline=None)
def test_a_given_vocabulary_encodes_its_words_and_no_others(text, block, kept):
    words = list(dict.fromkeys(text.removeprefix("\ufeff").split()))
    vocabulary = {word: 100 + i for i, word in enumerate(words) if i in kept}
    scanner = Scanner(chunk_words=1 << 30, vocabulary=vocabulary)
    for start in range(0, len(data := text.encode()), block):
        scanner.feed(data[start : start + block])
    scanner.close()
    scanner.finish()
    ids = [number for words, _, _ in scanner.take() for number in words.tolist() if number != END]
    assert ids == [vocabulary.get(word, UNKNOWN) for word in text.removeprefix("\ufeff").split()]


def test_two_spellings_in_bytes_are_one_type_under_replace():
    data = b"caf\xe9 caf\xe8 caf\xef\xbf\xbd tea\ncaf\xe9"
    sentences, scanner = scan(data, errors="replace")
    assert sentences == [["caf\ufffd", "caf\ufffd", "caf\ufffd", "tea"], ["caf\ufffd"]]
    assert scanner.counts().tolist() == [4, 1]
    rows = {"caf\ufffd": 7}
    fixed = Scanner(chunk_words=1, errors="replace", vocabulary=rows)
    fixed.feed(data)
    fixed.close()
    fixed.finish()
    assert [words.tolist() for words, _, _ in fixed.take()] == [[7, 7, 7, UNKNOWN, END], [7, END]]


def test_a_word_that_ignore_empties_is_no_word():
    sentences, scanner = scan(b"a \xff b\n\xfe\n\xffc\xff\n", errors="ignore")
    assert sentences == [["a", "b"], ["c"]]
    assert (scanner.n_words, scanner.n_sentences) == (3, 2)


@pytest.mark.parametrize("block", [7, 1000, 1 << 16, 1 << 22])
def test_a_word_of_a_megabyte_lies_across_blocks(block):
    long = "x" * 500_000 + "é" * 250_000
    data = f"a {long} b\n{long}".encode()
    step = max(block, 1000)  # 7-byte blocks of two megabytes take a while: cut the ends only
    sentences, scanner = scan(data, step)
    assert sentences == [["a", long, "b"], [long]]
    assert scanner.counts().tolist() == [1, 2, 1]


def test_nul_is_a_character_and_crlf_a_blank():
    sentences, _ = scan(b"a\0b \0 c\r\n\r\nd\r\ne\rf")
    assert sentences == [["a\0b", "\0", "c"], ["d"], ["e", "f"]]


def test_words_that_differ_after_a_nul_or_in_length_are_different():
    words = (
        ["\0" * n for n in range(1, 20)] + ["a" * n for n in range(1, 40)] + ["a\0", "a\0\0", "aaaaaaaa\0"]
    )
    _, scanner = scan(" ".join(words).encode())
    assert list(scanner.tokens()) == words


@pytest.mark.parametrize("block", [1, 2, 3, 100])
def test_a_byte_order_mark_is_skipped_at_the_start_only(block):
    sentences, _ = scan(b"\xef\xbb\xbfa \xef\xbb\xbfb", block)
    assert sentences == [["a", "\ufeffb"]]
    assert scan(b"\xef\xbb", block, errors="replace")[0] == [["\ufffd"]]
    assert scan(b"a", block)[0] == [["a"]]


@pytest.mark.parametrize(
    "limit, expected", [(0, []), (1, [["a"]]), (2, [["a"]]), (3, [["a"], ["b"]]), (9, [["a"], ["b"]])]
)
def test_the_limit_counts_blank_lines(limit, expected):
    assert scan(b"a\n\nb", line_limit=limit)[0] == expected


def test_many_types_survive_the_growth_of_the_table():
    words = [f"w{number * 7919 % 300_007}" for number in range(100_000)]
    _, scanner = scan(" ".join(words).encode())
    assert list(scanner.tokens()) == words
    assert (scanner.counts() == 1).all()


def test_files_are_separate_but_share_the_vocabulary():
    scanner = Scanner(chunk_words=100)
    for data in (b"a b", b"b c", b"", b"\xef\xbb\xbfa"):
        scanner.open()
        scanner.feed(data)
        scanner.close()
    scanner.finish()
    [(ids, n_words, n_sentences)] = scanner.take()
    assert ids.tolist() == [0, 1, END, 1, 2, END, 0, END]
    assert (n_words, n_sentences) == (5, 3)


def test_the_error_tells_line_and_offset():
    scanner = Scanner(chunk_words=100)
    with pytest.raises(UnicodeDecodeError) as caught:
        scanner.feed(b"a\n\nb c\xff d\n")
        scanner.close()
    assert caught.value.object == b"c\xff"
    assert scanner.n_lines == 2
    assert scanner.stopped


def test_tokens_are_a_sequence():
    tokens = scan("a é 中".encode())[1].tokens()
    assert (len(tokens), tokens[1], tokens[-1], tokens[:2]) == (3, "é", "中", ["a", "é"])
    with pytest.raises(IndexError, match="code 3 of 3"):
        tokens[3]


def test_take_without_keep_still_counts():
    scanner = Scanner(chunk_words=1)
    scanner.feed(b"a b\nc\n")
    scanner.close()
    assert scanner.take(keep=False) == [(None, 2, 1), (None, 1, 1)]
    assert scanner.take() == []


@pytest.mark.parametrize("options", [{"chunk_words": 0}, {"chunk_words": 1, "max_sentence_words": -1}])
def test_sizes_are_checked_at_the_door(options):
    with pytest.raises(ValueError, match=r"must be >= [01]"):
        Scanner(**options)
