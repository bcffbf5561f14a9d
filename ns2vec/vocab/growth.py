"""More words for a vocabulary that has vectors: existing rows keep their places, and new ones follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ns2vec._typing import Int32Array, Int64Array, Token
from ns2vec.vocab.subsampling import expected_kept, threshold_of
from ns2vec.vocab.trim import TrimRule
from ns2vec.vocab.vocabulary import NO_ROW, choose, effective_min_count


@dataclass
class Growth:
    """The additions of a second corpus to a vocabulary.

    Attributes
    ----------
    new_keys : list of the words that get the rows V, V + 1, ...
    rows : ndarray of shape (m,), int32
        Row of each token of the second corpus, -2 for those left out.
    counts : ndarray of shape (m,), int64
        Count of each of them there.
    effective_min_count : int
    report : dict, see `ns2vec.vocab.vocabulary_report`
        About the words of the second corpus.
    """

    new_keys: list[Token]
    rows: Int32Array
    counts: Int64Array
    effective_min_count: int
    report: dict[str, int]

    def add_to(self, counts: Int64Array) -> None:
        """Add the second corpus to the counts of all words, new ones included, shape (V + n,), in place."""
        kept = self.rows != NO_ROW
        counts[self.rows[kept]] += self.counts[kept]


def grow_vocabulary(
    key_to_index: Mapping[Token, int],
    known_counts: Int64Array,
    tokens: Sequence[Token],
    counts: Int64Array,
    *,
    min_count: int,
    sample: float,
    max_final_vocab: int | None = None,
    trim_rule: TrimRule | None = None,
) -> Growth:
    """Find the words of a second corpus that a vocabulary lacks, in time proportional to that corpus.

    Parameters
    ----------
    key_to_index : dict, key -> row, of length V
    known_counts : ndarray of shape (V,)
    tokens : sequence of length m
        Distinct tokens of the second corpus; new ones get rows in this order.
    counts : ndarray of shape (m,)
    min_count : int
        Fewest occurrences of a new word in the second corpus; known words always count.
    sample : float
    max_final_vocab, trim_rule : see `ns2vec.vocab.build_vocabulary`

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.vocab import grow_vocabulary
    >>> one = np.ones(1, dtype=np.int64)
    >>> grown = grow_vocabulary({"a": 0}, one, ["b", "a"], np.array([3, 2]), min_count=1, sample=0)
    >>> grown.new_keys, grown.rows.tolist(), grown.counts.tolist()
    (['b'], [1, 0], [3, 2])
    """
    counts = np.asarray(counts, dtype=np.int64)
    effective = effective_min_count(counts, min_count, max_final_vocab)
    n_known = len(known_counts)
    looked_up = (key_to_index.get(token, NO_ROW) for token in tokens)
    known = np.fromiter(looked_up, dtype=np.int64, count=len(counts))
    chosen = choose(tokens, counts, effective, trim_rule)
    fresh = chosen[known[chosen] == NO_ROW]
    rows = known.astype(np.int32)
    rows[fresh] = np.arange(n_known, n_known + len(fresh))
    kept = np.flatnonzero(rows != NO_ROW)
    downsampled, expected = expected_after(known_counts, rows[kept], counts[kept], sample)
    report = {
        "drop_unique": len(counts) - len(kept),
        "retain_total": int(counts[kept].sum()),
        "downsample_unique": downsampled,
        "downsample_total": min(expected, int(counts[kept].sum())),
        "num_retained_words": len(kept),
    }
    new_keys = [tokens[i] for i in fresh.tolist()]
    return Growth(new_keys, rows, counts, effective, report)


def expected_after(
    known_counts: Int64Array, rows: Int32Array, added: Int64Array, sample: float
) -> tuple[int, int]:
    """Return `expected_kept` for the known counts with additions; rare words need not be checked."""
    n_words = int(np.sum(known_counts)) + int(added.sum())
    limit = threshold_of(n_words, sample) if sample else np.inf
    frequent = np.union1d(np.flatnonzero(known_counts > limit), rows)
    counts = np.zeros(len(frequent), dtype=np.int64)
    is_known = frequent < len(known_counts)
    counts[is_known] = known_counts[frequent[is_known]]
    counts[np.searchsorted(frequent, rows)] += added
    downsampled, expected = expected_kept(counts, sample, n_words)
    return downsampled, expected + n_words - int(counts.sum())
