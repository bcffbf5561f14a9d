"""The words of a model, their counts, and what follows from them."""

from ns2vec.vocab.checks import check_token, checked_frequencies, is_missing
from ns2vec.vocab.columns import Columns
from ns2vec.vocab.growth import Growth, grow_vocabulary
from ns2vec.vocab.huffman import Huffman, build_huffman
from ns2vec.vocab.subsampling import expected_kept, keep_probabilities, keep_thresholds
from ns2vec.vocab.trim import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, keep_word
from ns2vec.vocab.vocabulary import (
    NULL_WORD,
    Vocabulary,
    build_vocabulary,
    falling_order,
    vocabulary_report,
    why_empty,
)

__all__ = [
    "Columns",
    "Growth",
    "Huffman",
    "NULL_WORD",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "Vocabulary",
    "build_huffman",
    "build_vocabulary",
    "check_token",
    "checked_frequencies",
    "expected_kept",
    "falling_order",
    "grow_vocabulary",
    "is_missing",
    "keep_probabilities",
    "keep_thresholds",
    "keep_word",
    "vocabulary_report",
    "why_empty",
]
