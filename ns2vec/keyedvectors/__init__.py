"""Keys, their vectors, and gensim's questions to them.

Examples
--------
>>> from ns2vec.keyedvectors import KeyedVectors
>>> KeyedVectors(vector_size=100, count=12)
KeyedVectors<vector_size=100, 12 keys>
"""

from __future__ import annotations

from ns2vec.keyedvectors.model import KeyedVectors
from ns2vec.keyedvectors.subwords import FastTextKeyedVectors

__all__ = [
    "Doc2VecKeyedVectors",
    "EuclideanKeyedVectors",
    "FastTextKeyedVectors",
    "KeyedVectors",
    "Word2VecKeyedVectors",
]

# the names of gensim 3, which packages still import
Word2VecKeyedVectors = Doc2VecKeyedVectors = EuclideanKeyedVectors = KeyedVectors
