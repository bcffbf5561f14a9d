"""Names of gensim 3 on models: an error says what to write instead; deprecated ones still work."""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import numpy as np

from ns2vec._registry import did_you_mean
from ns2vec._typing import Float32Array

logger = logging.getLogger(__name__)

# what models of gensim 3 had -> what to write now
INSTEAD = {
    "vocab": "wv.key_to_index",
    "index2word": "wv.index_to_key",
    "syn0": "wv.vectors",
    "syn0norm": "wv.get_normed_vectors()",
    "syn0_lockf": "wv.vectors_lockf",
    "iter": "epochs",
    "size": "vector_size",
    "trainables": "syn1neg, model.syn1 or model.wv.vectors_lockf",
    "vocabulary": "raw_vocab, model.cum_table, model.min_count or model.sample",
    "accuracy": "wv.evaluate_word_analogies(path)",
    **{
        name: f"wv.{name}(...)"
        for name in (
            "most_similar", "most_similar_cosmul", "similar_by_word", "similar_by_vector", "similarity",
            "n_similarity", "doesnt_match", "wmdistance", "evaluate_word_pairs", "save_word2vec_format",
            "intersect_word2vec_format",
        )
    },
    "load_word2vec_format": "KeyedVectors.load_word2vec_format(path)",
}  # fmt: skip

# arguments of constructors before gensim 4 -> their names since then
RENAMED = {"size": "vector_size", "iter": "epochs", "common_terms": "connector_words"}

Constructor = TypeVar("Constructor", bound=Callable[..., None])

# methods of gensim's training loop and of its pickles: ns2vec has neither, so those of a subclass are not
# called
NOT_CALLED = {
    "_check_corpus_sanity", "_do_train_epoch", "_get_next_alpha", "_job_producer", "_load_specials",
    "_log_epoch_end", "_log_epoch_progress", "_log_progress", "_log_train_end", "_save_specials",
    "_scan_vocab", "_train_epoch", "_train_epoch_corpusfile", "_worker_loop", "_worker_loop_corpusfile",
}  # fmt: skip


def names_arguments(constructor: Constructor) -> Constructor:
    """Make a constructor say what to write for an argument that it does not have.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> Word2Vec(size=100)
    Traceback (most recent call last):
        ...
    TypeError: Word2Vec() got an unexpected keyword argument 'size': write vector_size=..., as since gensim 4
    """
    code = constructor.__code__
    known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

    @functools.wraps(constructor)
    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        for name in kwargs.keys() - {*known}:
            new = RENAMED.get(name)
            instead = f": write {new}=..., as since gensim 4" if new in known else did_you_mean(name, known)
            raise TypeError(f"{type(self).__name__}() got an unexpected keyword argument {name!r}{instead}")
        constructor(self, *args, **kwargs)

    return checked  # type: ignore[return-value]


def class_only(*args: Any, **kwargs: Any) -> NoReturn:
    """Refuse: called on a model, `load` would make another one and leave this one as it is.

    Raises
    ------
    AttributeError
        Always.
    """
    raise AttributeError("This method should be called on a class object: model = Word2Vec.load(path)")


def warn_about_hooks(kind: type) -> None:
    """Warn of methods of a class that are not called."""
    unused = sorted(NOT_CALLED & vars(kind).keys())
    if unused:
        logger.warning(
            "%s overrides %s, which ns2vec does not call: override _do_train_job, which gets each batch",
            kind.__name__, ", ".join(unused),
        )  # fmt: skip


def missing(model: Any, name: str) -> NoReturn:
    """Say that a model has no such attribute, and what to write for one of gensim 3.

    Raises
    ------
    AttributeError
        Always.
    """
    instead = f": write model.{INSTEAD[name]}" if name in INSTEAD else ""
    raise AttributeError(f"{type(model).__name__!r} object has no attribute {name!r}{instead}")


def not_subscriptable(model: Any) -> NoReturn:
    """Say that words are looked up differently than in gensim 3.

    Raises
    ------
    TypeError
        Always.
    """
    raise TypeError(f"{type(model).__name__!r} object is not subscriptable: write model.wv[word]")


def not_iterable(model: Any) -> NoReturn:
    """Say that membership of words is tested differently than in gensim 3.

    Raises
    ------
    TypeError
        Always.
    """
    raise TypeError(f"argument of type {type(model).__name__!r} is not iterable: write word in model.wv")


def deprecated(name: str, instead: str) -> None:
    """Warn the caller of a method's caller."""
    warnings.warn(f"Call to deprecated `{name}` ({instead}).", DeprecationWarning, stacklevel=3)


def seeded_vector(text: str, vector_size: int) -> Float32Array:
    """Return a small random vector that depends on the text alone, shape (vector_size,)."""
    generator = np.random.default_rng(np.frombuffer(text.encode("utf8"), dtype=np.uint8))
    found: Float32Array = ((generator.random(vector_size) - 0.5) / vector_size).astype(np.float32)
    return found
