"""Word embeddings by negative sampling: gensim's interface, faster training.

>>> from ns2vec import Word2Vec
>>> model = Word2Vec([["cat", "sat"], ["dog", "sat"]] * 20, vector_size=8, min_count=1)
>>> len(model.wv)
3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

try:
    from ns2vec import calculator as calculator  # users write ns2vec.calculator after import ns2vec
    from ns2vec import callbacks as callbacks
    from ns2vec._build_info import __version__, build_info
    from ns2vec.corpus import LineSentence, PathLineSentences, Text8Corpus
    from ns2vec.corpus.tagged import TaggedDocument
    from ns2vec.exceptions import StopTraining
    from ns2vec.fasttext import FastText
    from ns2vec.keyedvectors import KeyedVectors
    from ns2vec.losses import negative_sampling_loss
    from ns2vec.models.doc2vec import Doc2Vec
    from ns2vec.phrases import FrozenPhrases, Phrases
    from ns2vec.sampling import get_negative_samples, noise_distribution
    from ns2vec.word2vec import Word2Vec
except ImportError:
    from pathlib import Path

    from ns2vec._unbuilt import unbuilt_sources

    if reason := unbuilt_sources(Path(__file__).resolve().parent):
        raise ImportError(reason) from None
    raise

# Packages that are loaded on first access: ns2vec.recommend after import ns2vec.
_PACKAGES = ("classify", "comparison", "graph", "ledger", "recommend")

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _PACKAGES:
            from importlib import import_module

            return import_module(f"ns2vec.{name}")
        raise AttributeError(f"module 'ns2vec' has no attribute {name!r}", name=name)


__all__ = [
    "Doc2Vec",
    "FastText",
    "FrozenPhrases",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Phrases",
    "StopTraining",
    "TaggedDocument",
    "Text8Corpus",
    "Word2Vec",
    "__version__",
    "build_info",
    "get_negative_samples",
    "negative_sampling_loss",
    "noise_distribution",
]
