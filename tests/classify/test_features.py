"""Lines to rows: the same features as fastText's, whatever the order."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.classify.features import TextFeatures
from ns2vec.classify.lines import given_labels, labels_in, read_lines
from ns2vec.exceptions import CorpusError
from ns2vec.inputs import Ngrams, hash_word
from ns2vec.inputs._ngrams import hash_bytes

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


def test_blocks_of_lines_change_nothing(monkeypatch):
    lines, words = read_lines(LINES * 3), {"good": 0, "film": 1}
    whole = numbered_and_encoded(TextFeatures(Ngrams(2, 3, 50), 3, 50), lines, words)
    monkeypatch.setattr("ns2vec.classify.features.BLOCK_LINES", 5)
    parts = numbered_and_encoded(TextFeatures(Ngrams(2, 3, 50), 3, 50), lines, words)
    assert [a.tolist() for a in (parts.offsets, parts.rows)] == [
        a.tolist() for a in (whole.offsets, whole.rows)
    ]


def test_a_file_and_its_lines_are_the_same(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes("\n".join(LINES).encode() + b"\r\n\xff x")
    from_file, given = read_lines(path), read_lines([*LINES, "� x"])
    assert (from_file.tokens, from_file.ids.tolist()) == (given.tokens, given.ids.tolist())
    assert from_file.offsets.tolist() == given.offsets.tolist()


def test_labels_stand_in_lines_or_beside_them():
    words, lists = labels_in(read_lines(["__label__b x", "y", "__label__a __label__b z"]), "__label__")
    assert ([lists.labels[i] for i in lists.ids], lists.offsets.tolist()) == (["b", "a", "b"], [0, 1, 1, 3])
    assert np.diff(words.offsets).tolist() == [2, 2, 2]
    lists = given_labels([1, np.int64(2), [2, 1, 2], {"x", "y"}, []], 5)
    assert [lists.labels[i] for i in lists.ids] == [1, 2, 2, 1, "x", "y"]
    for labels, reason in (([1], "2 texts, got 1"), ([1.5, 1], "str or int"), ([None, 1], "str or int")):
        with pytest.raises(CorpusError, match=reason):
            given_labels(labels, 2)
    with pytest.raises(CorpusError, match="expected texts as str"):
        read_lines([b"bytes"])


def test_a_line_of_ten_megabytes_is_one_line():
    lines = read_lines(["word " * 2_000_000, "end"])
    assert (np.diff(lines.offsets).tolist(), len(lines.tokens)) == ([2_000_001, 2], 3)
