"""The names of ``gensim.models.phrases``."""

from __future__ import annotations

from ns2vec.compat.gensim.modules import utils
from ns2vec.models.frozen_phrases import FrozenPhrases, Phraser
from ns2vec.models.phrase_joining import PhrasesTransformation, TransformedCorpus, is_single
from ns2vec.models.phrase_scores import (
    ENGLISH_CONNECTOR_WORDS,
    NEGATIVE_INFINITY,
    npmi_scorer,
    original_scorer,
)
from ns2vec.models.phrases import Phrases

_PhrasesTransformation = PhrasesTransformation
_is_single = is_single
