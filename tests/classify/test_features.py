"""Lines to rows: the same features as in fastText, in any order."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.classify._lines import LineRows
from ns2vec.classify.features import TextFeatures
from ns2vec.classify.lines import given_labels, labels_in, read_lines
from ns2vec.exceptions import CorpusError
from ns2vec.inputs import Ngrams, hash_word
from ns2vec.inputs._codes import count, pack, part, unpack
from ns2vec.inputs._ngrams import hash_bytes
from ns2vec.reference import lines as oracle

LINES = ["good film", "", "a  good\tfilm \x0b a", "mélange </s> good"]


def expected_buckets(tokens, features):
    """Features of a line by the book: (words, buckets)."""
    tokens = [*tokens, "</s>"]
    buckets = [
        b
        for token in tokens
        if token != "</s>" and features.ngrams
        for b in hash_word(token, features.ngrams)
    ]
    hashes = [(hash_bytes(token.encode()) ^ 2**31) - 2**31 for token in tokens]
    for i in range(len(hashes)):
        state = hashes[i]
        for j in range(i + 1, min(len(hashes), i + features.word_ngrams)):
            state = (state * 116049371 + hashes[j]) % 2**64
            buckets.append(state % features.bucket)
    return sorted(buckets)


def numbered_and_encoded(features, lines, words):
    features.number(lines, words)
    return features.encode(lines, words)


@pytest.mark.parametrize("word_ngrams", [1, 2, 4])
@pytest.mark.parametrize("max_n", [0, 3])
def test_features_are_words_their_ngrams_and_word_ngrams(word_ngrams, max_n):
    features = TextFeatures(Ngrams(2, max_n, 5000 if max_n else 0), word_ngrams, 5000)
    words = {"good": 0, "film": 1, "</s>": 2}
    found = numbered_and_encoded(features, read_lines(LINES), words)
    for i, line in enumerate(LINES):
        tokens = line.split()
        rows = found.rows[found.offsets[i] : found.offsets[i + 1]]
        known = sorted(words[token] for token in [*tokens, "</s>"] if token in words)
        assert sorted(rows[rows < 3].tolist()) == known
        if features.bucket:
            buckets = features.numbered.buckets[rows[rows >= 3] - 3]
            assert sorted(buckets.tolist()) == expected_buckets(tokens, features)
    assert found.n_features.tolist() == np.diff(found.offsets).tolist()


def test_a_feature_without_a_row_counts_unless_it_was_pruned():
    features = TextFeatures(word_ngrams=2, bucket=5000)
    words = {"good": 0, "film": 1, "</s>": 2}
    features.number(read_lines(["good film"]), words)
    lines = read_lines(["film good"])
    assert [len(features.encode(lines, words).rows), *features.encode(lines, words).n_features] == [3, 5]
    features.skips = True
    assert features.encode(lines, words).n_features.tolist() == [3]


@pytest.mark.parametrize("word_ngrams", [1, 2, 5])
@pytest.mark.parametrize("max_n", [0, 3])
def test_rows_are_those_of_the_oracle_in_its_order(word_ngrams, max_n):
    rng = np.random.default_rng(word_ngrams + max_n)
    features = TextFeatures(Ngrams(2, max_n, 300 if max_n else 0), word_ngrams, 300)
    vocabulary = [f"w{i}" * (i % 4 + 1) for i in range(200)] + ["é", "日本"]
    given = [" ".join(rng.choice(vocabulary, rng.integers(0, 12))) for _ in range(40)]
    words = {token: i for i, token in enumerate(["</s>", *vocabulary[:150]])}
    lines = read_lines(given)
    features.number(read_lines(given[:20]), words)  # some n-grams have no rows
    numbered = {}
    if features.numbered is not None:
        numbered = {bucket: i for i, bucket in enumerate(features.numbered.buckets.tolist())}
    places = rng.permutation(40)[:25]
    offsets, rows, counts = features.rows_of(lines, words).rows(places)
    known = {token.encode(): row for token, row in words.items()}
    for i, place in enumerate(places.tolist()):
        tokens = [token.encode() for token in [*given[place].split(), "</s>"]]
        wanted = oracle.features(tokens, known, 2, max_n, word_ngrams, 300)
        assert counts[i] == len(wanted)
        assert rows[offsets[i] : offsets[i + 1]].tolist() == oracle.rows(wanted, numbered, len(words))
    assert features.rows_of(lines, words).counts(places).tolist() == counts.tolist()


def test_tokens_as_bytes_come_back():
    given = [-1, 0, 127], [128, -1], [], [2**14 - 1, 2**14, 2**31 - 1, 5, -1]
    chunks = [np.array(ids, np.int32) for ids in given]
    codes, ends = pack(chunks, -1, 300)
    assert ends.tolist() == [0, 2, 8, 21]
    ids, offsets = unpack(codes, ends)
    assert ids.tolist() == [300, 0, 127, 128, 300, 2**14 - 1, 2**14, 2**31 - 1, 5, 300]
    assert offsets.tolist() == [0, 1, 5, 10]
    assert count(codes[: ends[2]], 301)[[0, 127, 128, 300]].tolist() == [1, 1, 1, 2]
    assert [array.tolist() for array in unpack(*pack([], -1, 1))] == [[], [0]]


def test_lines_are_parted_token_by_token():
    rng = np.random.default_rng(1)
    given = [rng.integers(0, 400, rng.integers(0, 9)).tolist() for _ in range(50)]
    codes, ends = pack([np.array([*line, -1], np.int32) for line in given], -1, 400)
    is_taken = rng.random(401) < 0.3
    for wanted, found in zip((False, True), part(codes, ends, is_taken.view(np.uint8)), strict=True):
        ids, offsets = unpack(*found)
        for i, line in enumerate(given):
            kept = [token for token in [*line, 400] if is_taken[token] == wanted]
            assert ids[offsets[i] : offsets[i + 1]].tolist() == kept
    assert [each[0].tolist() for each in part(codes[:0], ends[:1], np.zeros(1, np.uint8))] == [[], []]


def test_bad_tokens_and_places_are_refused():
    with pytest.raises(ValueError, match="from 0 on, got -2"):
        pack([np.array([1, -1, -2], np.int32)], -1, 3)
    codes, ends = np.array([1, 172, 2], np.uint8), np.array([0, 1, 3])
    for bad, reason in (
        ([0, 2, 3], "line 0 has no end"),
        ([0, 3, 1, 3], "must not fall"),
        ([0, 1], "0 to 3"),
    ):
        for refuses in (unpack, lambda *lines: part(*lines, np.zeros(301, np.uint8))):
            with pytest.raises(ValueError, match=reason):
                refuses(codes, np.array(bad))
    with pytest.raises(ValueError, match="below 300, got 300"):
        count(codes, 300)
    made = {
        "starts": np.arange(302), "own": np.arange(301, dtype=np.int32), "hashes": np.empty(0, np.uint32),
        "word_ngrams": 1, "first_row": 301, "table": None,
    }  # fmt: skip
    assert LineRows(codes, ends, **made).rows()[1].tolist() == [1, 300]
    own = np.where(np.arange(301) == 1, -1, np.arange(301)).astype(np.int32)
    alone = LineRows(codes, ends, **made | {"starts": None, "own": own})
    assert [array.tolist() for array in alone.rows()] == [[0, 0, 1], [300], [0, 1]]
    assert alone.counts().tolist() == [0, 1]
    table = np.zeros(10, np.int32)
    for change, reason in (
        ({"starts": np.arange(300)}, "below 299"),
        ({"starts": np.r_[0, np.arange(301)]}, "from 0 to 301"),
        ({"starts": np.r_[0, 2, 1, np.arange(3, 302)]}, "must not fall"),
        ({"own": np.full(301, -13, np.int32), "table": table}, "buckets below 10, got 11"),
        ({"word_ngrams": 2, "table": table}, "a hash of each of 301 tokens"),
        ({"starts": None, "own": np.full(301, -2, np.int32), "table": table}, "buckets below 0, got 0"),
        ({"starts": None, "own": np.zeros(299, np.int32)}, "below 299"),
    ):
        with pytest.raises(ValueError, match=reason):
            LineRows(codes, ends, **made | change)
    for places in ([2], [-1]):
        with pytest.raises(ValueError, match="lines below 2"):
            LineRows(codes, ends, **made).rows(np.array(places))
    with pytest.raises(ValueError, match="room for 0 buckets"):
        LineRows(codes, ends, **made).mark(np.zeros(3, np.uint8))


def test_a_file_and_its_lines_are_the_same(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes("\n".join(LINES).encode() + b"\r\n\xff x")
    from_file, given = read_lines(path), read_lines([*LINES, "� x"])
    assert from_file.tokens[:] == given.tokens[:]
    assert [array.tolist() for array in from_file.ids()] == [array.tolist() for array in given.ids()]


def test_labels_stand_in_lines_or_beside_them():
    words, lists = labels_in(read_lines(["__label__b x", "y", "__label__a __label__b z"]), "__label__")
    assert ([lists.labels[i] for i in lists.ids], lists.offsets.tolist()) == (["b", "a", "b"], [0, 1, 1, 3])
    assert np.diff(words.ids()[1]).tolist() == [2, 2, 2]
    lists = given_labels([1, np.int64(2), [2, 1, 2], {"x", "y"}, []], 5)
    assert [lists.labels[i] for i in lists.ids] == [1, 2, 2, 1, "x", "y"]
    for labels, reason in (([1], "2 texts, got 1"), ([1.5, 1], "str or int"), ([None, 1], "str or int")):
        with pytest.raises(CorpusError, match=reason):
            given_labels(labels, 2)
    with pytest.raises(CorpusError, match="expected texts as str"):
        read_lines([b"bytes"])


def test_a_line_of_ten_megabytes_is_one_line():
    lines = read_lines(["word " * 2_000_000, "end"])
    assert (np.diff(lines.ids()[1]).tolist(), len(lines.tokens)) == ([2_000_001, 2], 3)
