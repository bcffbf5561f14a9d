"""The names of ``gensim.models.callbacks``."""

from __future__ import annotations

from ns2vec.callbacks import CallbackAny2Vec
