"""The names of ``gensim.models.phrases``."""

from __future__ import annotations

from ns2vec.compat.gensim.modules import utils
from ns2vec.models.phrase_scores import (
    ENGLISH_CONNECTOR_WORDS,
    NEGATIVE_INFINITY,
    npmi_scorer,
    original_scorer,
)
from ns2vec.models.phrases import (
    FrozenPhrases,
    Phraser,
    Phrases,
    PhrasesTransformation,
    TransformedCorpus,
    is_single,
)

_PhrasesTransformation = PhrasesTransformation
_is_single = is_single
