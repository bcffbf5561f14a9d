"""Features of lines of text: words, their character n-grams, and word n-grams, as in fastText."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ns2vec.reference.subwords import fnv1a, ngrams

FACTOR = 116049371
END_OF_LINE = b"</s>"


def features(
    tokens: Sequence[bytes], words: Mapping[bytes, int], min_n: int, max_n: int, word_ngrams: int, bucket: int
) -> list[int]:
    """Features of a line: a word is its row, an n-gram is -2 minus its bucket.

    First the features of each token, its row before its character n-grams; then pieces of two words,
    of three, ...
    """
    found = []
    for token in tokens:
        if token in words:
            found.append(words[token])
        if max_n and token != END_OF_LINE:
            # the n-grams of a character in a row, as in fastText
            found += [-2 - fnv1a(piece) % bucket for piece in ngrams(token, min_n, max_n)]
    hashes = [fnv1a(token) - 2**32 * (fnv1a(token) >= 2**31) for token in tokens]
    states = list(hashes)
    for size in range(1, word_ngrams):
        for i in range(len(tokens) - size):
            states[i] = (states[i] * FACTOR + hashes[i + size]) % 2**64
            found.append(-2 - states[i] % bucket)
    return found


def rows(found: Sequence[int], numbered: Mapping[int, int], first_row: int) -> list[int]:
    """The rows of features; those without a bucket are left out."""
    return [
        each if each >= 0 else first_row + numbered[-2 - each]
        for each in found
        if each >= 0 or -2 - each in numbered
    ]
