"""FastText, its vectors, and Facebook's files: the names of gensim's module that people use."""

from ns2vec.keyedvectors import FastTextKeyedVectors
from ns2vec.models.fasttext import (
    FastText,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)

__all__ = [
    "FastText",
    "FastTextKeyedVectors",
    "load_facebook_model",
    "load_facebook_vectors",
    "save_facebook_model",
]
