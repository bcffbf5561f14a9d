"""Word2Vec, and the readers of text in gensim's module."""

from ns2vec.corpus import LineSentence, PathLineSentences, Text8Corpus
from ns2vec.models.word2vec import Word2Vec

__all__ = ["LineSentence", "PathLineSentences", "Text8Corpus", "Word2Vec"]
