"""Which words a model has, how often they occur, and what follows from their counts."""

from ns2vec.vocab.huffman import Huffman, build_huffman
from ns2vec.vocab.subsampling import expected_kept, keep_probabilities, keep_thresholds
from ns2vec.vocab.trim import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, keep_word
from ns2vec.vocab.vocabulary import Vocabulary, build_vocabulary, vocabulary_report

__all__ = [
    "Huffman",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
    "Vocabulary",
    "build_huffman",
    "build_vocabulary",
    "expected_kept",
    "keep_probabilities",
    "keep_thresholds",
    "keep_word",
    "vocabulary_report",
]
