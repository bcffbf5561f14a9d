"""Conversion between ns2vec's models and those of the installed gensim; they share the matrix of vectors."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ns2vec.compat.gensim.alias import real_module
from ns2vec.exceptions import ConfigError
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.keyedvectors.files import PATHS
from ns2vec.word2vec import Word2Vec

WEIGHTS = ("syn1neg", "syn1")
# attributes of gensim's that ns2vec creates itself
OWN = {"wv", "random", "cum_table", "load", "hashfxn", *WEIGHTS}


def to_gensim(model: Word2Vec | KeyedVectors) -> Any:
    """Return the model as a model of the installed gensim.

    Parameters
    ----------
    model : Word2Vec or KeyedVectors

    Returns
    -------
    gensim.models.Word2Vec or gensim.models.KeyedVectors
        Its ``vectors`` (and ``syn1neg``, ``syn1``) are those of `model`: changes to one change the other.

    Raises
    ------
    ConfigError
        If `model` is neither.
    ImportError
        If gensim is not installed.

    Examples
    --------
    >>> from ns2vec import KeyedVectors
    >>> from ns2vec.compat.gensim import to_gensim
    >>> to_gensim(KeyedVectors(3)).vector_size               # doctest: +SKIP
    3
    """
    if isinstance(model, KeyedVectors):
        return _vectors_to_gensim(model)
    if not isinstance(model, Word2Vec):
        raise ConfigError(f"expected a Word2Vec or KeyedVectors of ns2vec, got {type(model).__name__}")
    state = model.to_state()
    kind = real_module("gensim.models.word2vec").Word2Vec
    parameters = inspect.signature(kind).parameters
    options = {name: value for name, value in state.attributes.items() if name in parameters}
    made = kind(None, **options)
    for name, value in {**state.attributes, **state.arrays}.items():
        if name in vars(made) or name in (*WEIGHTS, "effective_min_count"):
            setattr(made, name, value)
    made.wv = _vectors_to_gensim(model.wv)
    if made.negative:
        made.make_cum_table()
    if made.hs:
        made.create_binary_tree()
    return made


def _vectors_to_gensim(kv: KeyedVectors) -> Any:
    made = real_module("gensim.models.keyedvectors").KeyedVectors(kv.vector_size, dtype=kv.vectors.dtype)
    made.index_to_key, made.key_to_index = list(kv.index_to_key), dict(kv.key_to_index)
    made.vectors, made.expandos, made.next_index = kv.vectors, dict(kv.expandos), kv.next_index
    if hasattr(kv, "vectors_lockf"):
        made.vectors_lockf = kv.vectors_lockf
    return made


def from_gensim(model: Any) -> Word2Vec | KeyedVectors:
    """Return a Word2Vec or KeyedVectors of gensim 4 as one of ns2vec's.

    Parameters
    ----------
    model : gensim.models.Word2Vec or gensim.models.KeyedVectors

    Returns
    -------
    Word2Vec or KeyedVectors
        Its ``vectors`` (and ``syn1neg``, ``syn1``) are those of `model`: changes to one change the other.

    Raises
    ------
    ConfigError
        If it is neither.

    Examples
    --------
    >>> from ns2vec import KeyedVectors
    >>> from ns2vec.compat.gensim import from_gensim
    >>> from_gensim("model.bin")
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.ConfigError: ...
    """
    kind = type(model).__name__
    if hasattr(model, "wv") and kind == "Word2Vec":
        attributes = {
            name: value
            for name, value in vars(model).items()
            if name not in OWN and not name.startswith("__")
        }
        arrays = {name: getattr(model, name) for name in WEIGHTS if getattr(model, name, None) is not None}
        return Word2Vec.from_state(ModelState(kind, _vectors_from_gensim(model.wv), attributes, arrays))
    if not hasattr(model, "index_to_key") or not hasattr(model, "vectors"):
        raise ConfigError(f"expected a Word2Vec or KeyedVectors of gensim 4, got {kind}")
    return KeyedVectors.from_state(ModelState("KeyedVectors", _vectors_from_gensim(model)))


def _vectors_from_gensim(kv: Any) -> VectorState:
    expandos = {name: values for name, values in kv.expandos.items() if name not in PATHS}
    attributes = {"next_index": getattr(kv, "next_index", 0)}
    if hasattr(kv, "vectors_lockf"):
        attributes["vectors_lockf"] = np.asarray(kv.vectors_lockf)
    return VectorState(list(kv.index_to_key), kv.vectors, expandos, attributes)
