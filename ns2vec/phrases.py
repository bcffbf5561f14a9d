"""Phrases, and the other names of gensim's module."""

from ns2vec.models.frozen_phrases import FrozenPhrases, Phraser
from ns2vec.models.phrase_scores import ENGLISH_CONNECTOR_WORDS, npmi_scorer, original_scorer
from ns2vec.models.phrases import Phrases

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "Phraser",
    "Phrases",
    "npmi_scorer",
    "original_scorer",
]
