"""From counted tokens to the rows of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ns2vec._typing import Int32Array, Int64Array, Token
from ns2vec.vocab.subsampling import expected_kept
from ns2vec.vocab.trim import TrimRule, keep_word

#: The word that ``null_word=1`` adds to a vocabulary, as in gensim.
NULL_WORD = "\0"
"""The padding word of ``null_word=1``; it has count 1 and precedes words with count 1, as in gensim."""

NO_ROW = -2


@dataclass
class Vocabulary:
    """The words of a model, most frequent first.

    Attributes
    ----------
    index_to_key : list of length V
    key_to_index : dict, key -> row
    counts : ndarray of shape (V,), int64
    n_raw_types : int
        Number of types that were counted, before any were left out.
    n_retained_words : int
        Occurrences of the words of the vocabulary.
    effective_min_count : int
        `min_count`, or more if `max_final_vocab` required it.
    """

    index_to_key: list[Token]
    key_to_index: dict[Token, int]
    counts: Int64Array
    n_raw_types: int
    n_retained_words: int
    effective_min_count: int


def build_vocabulary(
    tokens: Sequence[Token],
    counts: Int64Array,
    *,
    min_count: int,
    max_final_vocab: int | None = None,
    trim_rule: TrimRule | None = None,
    sorted_vocab: bool = True,
    null_word: bool = False,
) -> tuple[Vocabulary, Int32Array]:
    """Choose and order the words of a model.

    Parameters
    ----------
    tokens : sequence of length n
        Distinct tokens in order of first appearance; only those that are kept are accessed, unless
        there is a trim rule.
    counts : ndarray of shape (n,)
    min_count : int
        Fewest occurrences of a word that is kept.
    max_final_vocab : int, optional
        Raise `min_count` until at most this many words are left.
    trim_rule : callable, optional
        See `ns2vec.vocab.trim`.
    sorted_vocab : bool
        Order by descending count, and equal counts with the word that appeared last first (gensim's
        order); otherwise by first appearance.
    null_word : bool
        Add a padding word, as the first of those with count 1.

    Returns
    -------
    vocabulary : Vocabulary
    rows : ndarray of shape (n,), int32
        Row of each token, -2 for tokens that are left out.

        Both are empty if no word is left; `why_empty` gives the reason.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.vocab import build_vocabulary
    >>> vocabulary, rows = build_vocabulary(["a", "b", "c"], np.array([2, 1, 2]), min_count=2)
    >>> vocabulary.index_to_key, rows.tolist()
    (['c', 'a'], [1, -2, 0])
    """
    counts = np.asarray(counts, dtype=np.int64)
    effective = effective_min_count(counts, min_count, max_final_vocab)
    kept = choose(tokens, counts, effective, trim_rule)
    order = kept[falling_order(counts[kept])] if sorted_vocab else kept
    keys = [tokens[i] for i in order.tolist()]
    found = counts[order]
    places = np.arange(len(order), dtype=np.int32)
    if null_word and keys:
        null_row = int((found > 1).sum()) if sorted_vocab else len(keys)
        keys.insert(null_row, NULL_WORD)
        found = np.insert(found, null_row, 1)
        places[null_row:] += 1
    rows = np.full(len(counts), NO_ROW, dtype=np.int32)
    rows[order] = places
    key_to_index = {key: row for row, key in enumerate(keys)}
    n_retained = int(counts[kept].sum())
    return Vocabulary(keys, key_to_index, found, len(counts), n_retained, effective), rows


def falling_order(counts: Int64Array) -> Int64Array:
    """Order by descending count, and equal counts with the last one first.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.vocab import falling_order
    >>> falling_order(np.array([2, 1, 2])).tolist()
    [2, 0, 1]
    """
    return np.lexsort((-np.arange(len(counts)), -counts))


def effective_min_count(counts: Int64Array, min_count: int, max_final_vocab: int | None) -> int:
    """The smallest count that leaves at most `max_final_vocab` words, and is at least `min_count`."""
    if max_final_vocab is None or max_final_vocab >= len(counts):
        return min_count
    first_left_out = np.sort(counts)[::-1][max_final_vocab]
    return max(int(first_left_out) + 1, min_count)


def choose(
    tokens: Sequence[Token], counts: Int64Array, min_count: int, trim_rule: TrimRule | None
) -> Int64Array:
    """Indices of the tokens that are kept, in order of first appearance."""
    if trim_rule is None:
        return np.flatnonzero(counts >= min_count)
    pairs = enumerate(counts.tolist())
    kept = [i for i, count in pairs if keep_word(tokens[i], count, min_count, trim_rule)]
    return np.array(kept, dtype=np.int64)


def why_empty(counts: Int64Array, min_count: int, max_final_vocab: int | None = None) -> str:
    """Return the reason that no word is left, and what to do.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.vocab import why_empty
    >>> why_empty(np.empty(0), 5)
    'the corpus has no words: expected sentences that are lists of tokens'
    """
    if not len(counts):
        return "the corpus has no words: expected sentences that are lists of tokens"
    effective = effective_min_count(counts, min_count, max_final_vocab)
    lower = "lower min_count" if effective == min_count else "raise max_final_vocab"
    return (
        f"no word is left: of {len(counts)} types the most frequent occurs {int(counts.max())} times, but "
        f"min_count is {effective}; {lower} (or look at trim_rule)"
    )


def vocabulary_report(vocabulary: Vocabulary, sample: float) -> dict[str, int]:
    """What building the vocabulary left out, with the names of gensim's ``prepare_vocab``.

    Returns
    -------
    dict
        ``drop_unique`` types left out, ``retain_total`` occurrences of the others,
        ``downsample_unique`` types that are subsampled, ``downsample_total`` occurrences expected
        to remain, ``num_retained_words`` types.
    """
    counts = vocabulary.counts
    if NULL_WORD in vocabulary.key_to_index:
        counts = np.delete(counts, vocabulary.key_to_index[NULL_WORD])
    n_words = len(counts)
    downsampled, expected = expected_kept(counts, sample)
    return {
        "drop_unique": vocabulary.n_raw_types - n_words,
        "retain_total": vocabulary.n_retained_words,
        "downsample_unique": downsampled,
        "downsample_total": expected,
        "num_retained_words": n_words,
    }
