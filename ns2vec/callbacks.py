"""Callbacks of training, under gensim's name."""

from ns2vec.training.callbacks import CallbackAny2Vec

__all__ = ["CallbackAny2Vec"]
