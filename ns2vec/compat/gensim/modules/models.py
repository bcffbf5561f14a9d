"""The names of ``gensim.models``."""

from __future__ import annotations

from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.keyedvectors import FastTextKeyedVectors, KeyedVectors
from ns2vec.models.doc2vec import Doc2Vec
from ns2vec.models.fasttext import FastText
from ns2vec.models.phrases import Phrases
from ns2vec.word2vec import Word2Vec

FAST_VERSION = 1
