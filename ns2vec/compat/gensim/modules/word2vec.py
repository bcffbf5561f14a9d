"""The names of ``gensim.models.word2vec``."""

from __future__ import annotations

import numpy as np

from ns2vec.compat.gensim.modules.keyedvectors import Vocab, pseudorandom_weak_vector
from ns2vec.corpus import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.word2vec import Word2Vec

__all__ = [
    "BrownCorpus",
    "CORPUSFILE_VERSION",
    "FAST_VERSION",
    "KeyedVectors",
    "LineSentence",
    "MAX_WORDS_IN_BATCH",
    "PathLineSentences",
    "REAL",
    "Text8Corpus",
    "Vocab",
    "Word2Vec",
    "pseudorandom_weak_vector",
]

REAL = np.float32
FAST_VERSION = CORPUSFILE_VERSION = 1
MAX_WORDS_IN_BATCH = 10000
