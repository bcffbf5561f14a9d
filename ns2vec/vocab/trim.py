"""Whether a word is kept: by its count, or by the user's rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

#: A trim rule's answer for a word: as ``min_count`` decides.
RULE_DEFAULT = 0
#: A trim rule's answer for a word: leave it out, however frequent.
RULE_DISCARD = 1
#: A trim rule's answer for a word: keep it, however rare.
RULE_KEEP = 2
"""What a trim rule may return, with gensim's values."""

TrimRule: TypeAlias = Callable[[Any, int, int], int]


def keep_word(word: Any, count: int, min_count: int, trim_rule: TrimRule | None = None) -> bool:
    """Whether a word with this count is kept in the vocabulary.

    Parameters
    ----------
    word : hashable
    count, min_count : int
    trim_rule : callable(word, count, min_count), optional
        Returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT (decide by count).

    Examples
    --------
    >>> from ns2vec.vocab import RULE_KEEP, keep_word
    >>> keep_word("rare", 1, 5)
    False
    >>> keep_word("rare", 1, 5, lambda word, count, min_count: RULE_KEEP)
    True
    """
    decision = RULE_DEFAULT if trim_rule is None else trim_rule(word, count, min_count)
    if decision == RULE_KEEP:
        return True
    return decision != RULE_DISCARD and count >= min_count
