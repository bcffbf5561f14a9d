"""Names of gensim 3 on models: an error says what to write instead; deprecated ones still work."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ns2vec._typing import Float32Array

__all__ = ["LegacyNames", "class_only"]

logger = logging.getLogger(__name__)

# what gensim 3 had on the model -> what to write now
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

# methods of gensim's training loop and of its pickles: ns2vec has neither, so a subclass's own are not called
NOT_CALLED = {
    "_check_corpus_sanity", "_do_train_epoch", "_get_next_alpha", "_job_producer", "_load_specials",
    "_log_epoch_end", "_log_epoch_progress", "_log_progress", "_log_train_end", "_save_specials",
    "_scan_vocab", "_train_epoch", "_train_epoch_corpusfile", "_worker_loop", "_worker_loop_corpusfile",
}  # fmt: skip


def class_only(*args: Any, **kwargs: Any) -> NoReturn:
    """Refuse: called on a model, `load` would make another one and leave this one as it is.

    Raises
    ------
    AttributeError
        Always.
    """
    raise AttributeError("This method should be called on a class object: model = Word2Vec.load(path)")


class LegacyNames:
    """What gensim 3 could and gensim 4 cannot; mixed into `ns2vec.Word2Vec`."""

    if TYPE_CHECKING:
        wv: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        unused = sorted(NOT_CALLED & vars(cls).keys())
        if unused:
            logger.warning(
                "%s overrides %s, which ns2vec does not call: override _do_train_job, which gets each batch",
                cls.__name__, ", ".join(unused),
            )  # fmt: skip

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            instead = f": write model.{INSTEAD[name]}" if name in INSTEAD else ""
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{instead}")

    def init_sims(self, replace: bool = False) -> None:
        """Deprecated; call `wv.fill_norms` or, to lose the lengths for good, `wv.unit_normalize_all`."""
        warnings.warn(
            "Call to deprecated `init_sims` (use wv.fill_norms() or wv.unit_normalize_all() instead).",
            DeprecationWarning,
            stacklevel=2,
        )
        if replace:
            self.wv.unit_normalize_all()
        else:
            self.wv.fill_norms()

    def seeded_vector(self, seed_string: str, vector_size: int) -> Float32Array:
        """Deprecated; return a small random vector that depends on the text alone, shape (vector_size,)."""
        warnings.warn(
            "Call to deprecated `seeded_vector` (initial vectors come from the model's seed).",
            DeprecationWarning,
            stacklevel=2,
        )
        seed = np.frombuffer(seed_string.encode("utf8"), dtype=np.uint8)
        found: Float32Array = ((np.random.default_rng(seed).random(vector_size) - 0.5) / vector_size).astype(
            np.float32
        )
        return found
