"""Helpers of the corpus tests: a slow, obvious implementation of chunks, and ways to write files."""

from __future__ import annotations

import pytest

from ns2vec.corpus import END, MAX_SENTENCE_WORDS


def plain_chunks(sentences, rows, chunk_words):
    """The oracle: [(rows with END, n_words, n_sentences), ...] of token lists, one token at a time."""
    chunks, ids, n_words, n_sentences = [], [], 0, 0
    for sentence in sentences:
        starts = range(0, len(sentence), MAX_SENTENCE_WORDS)
        for start in starts:
            piece = sentence[start : start + MAX_SENTENCE_WORDS]
            ids += [rows.get(token, -2) for token in piece] + [END]
            n_words += len(piece)
            n_sentences += start == starts[-1]
            if n_words >= chunk_words:
                chunks.append((ids, n_words, n_sentences))
                ids, n_words, n_sentences = [], 0, 0
        n_sentences += not sentence
    if n_words or n_sentences:
        chunks.append((ids, n_words, n_sentences))
    return chunks


def as_plain(chunks):
    """Chunks in the form of the oracle's result."""
    return [(chunk.rows().tolist(), chunk.n_words, chunk.n_sentences) for chunk in chunks]


def first_rows(sentences):
    """A vocabulary: token -> index in order of first occurrence."""
    return {token: row for row, token in enumerate(dict.fromkeys(t for s in sentences for t in s))}


@pytest.fixture(scope="session")
def oracle():
    return plain_chunks


@pytest.fixture(scope="session")
def plain():
    return as_plain


@pytest.fixture(scope="session")
def rows_of():
    return first_rows
