"""The names of ``gensim.models.callbacks``."""

from __future__ import annotations

from ns2vec.callbacks import CallbackAny2Vec

__all__ = ["CallbackAny2Vec"]
