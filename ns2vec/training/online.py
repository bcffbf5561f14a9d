"""The part of Word2Vec that changes weights and vocabulary of a model that has them: growth, reset, trees."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.training.encoding import EncodedCache
from ns2vec.training.weights import empty_rows
from ns2vec.vocab import NULL_WORD, Growth, Huffman, build_huffman

__all__ = ["OnlineMixin"]

logger = logging.getLogger(__name__)


class OnlineMixin:
    """More words, fresh weights, the Huffman tree; mixed into `ns2vec.Word2Vec`."""

    if TYPE_CHECKING:
        wv: Any
        vector_size: int
        seed: int | None
        hs: int
        sample: float
        corpus_count: int
        raw_vocab: dict[Any, int]
        effective_min_count: int
        syn1: Any
        syn1neg: Any
        _huffman: Huffman | None
        _bound: Any
        _encoded: EncodedCache
        _word_objective: Callable[[], Any]
        _log_auto: Callable[[], None]
        init_weights: Callable[[], None]
        _make_tables: Callable[[], None]
        _thresholds: Callable[[npt.NDArray[np.int64], float], npt.NDArray[np.uint32]]
        initial_vectors: Callable[[int, int, int | None], npt.NDArray[np.float32]]

    def _check_update(self, update: bool) -> None:
        """A vocabulary that is to grow has to be there, with weights."""
        if update and (not self.wv.key_to_index or not len(self.wv.vectors)):
            raise VocabularyError(
                "You cannot do an online vocabulary-update of a model which has no prior vocabulary: "
                "call build_vocab() without update=True first"
            )

    def _grow_vocabulary(self, growth: Growth) -> None:
        """Take new words behind the old ones, and the counts of all."""
        wv = self.wv
        n_known = len(wv.index_to_key)
        wv.index_to_key = [*wv.index_to_key, *growth.new_keys]
        rows = range(n_known, n_known + len(growth.new_keys))
        # another dict: what was made for the old one notices
        wv.key_to_index = {**wv.key_to_index, **dict(zip(growth.new_keys, rows, strict=True))}
        wv.allocate_vecattrs()
        wv.expandos["count"] = growth.counts
        wv.expandos["sample_int"] = self._thresholds(growth.counts, self.sample)
        self.effective_min_count = growth.effective_min_count
        self._huffman = self._bound = None
        logger.info(
            "%d new words, %d in all", len(growth.new_keys), len(wv.index_to_key)
        )  # fmt: skip

    def prepare_weights(self, update: bool = False) -> None:
        """Make fresh weights, or with `update` those of words that have none yet."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def update_weights(self) -> None:
        """Give words without vectors fresh ones and zero output vectors; the rows that are there stay.

        A new row is the one that a model of this size would have begun with. With hierarchical softmax the
        tree is built again from all counts, so its inner nodes stand for other groups of words than before.

        Raises
        ------
        VocabularyError
            If there are no weights yet.
        """
        self._check_update(True)
        wv, n_words = self.wv, len(self.wv.index_to_key)
        n_known = len(wv.vectors)
        vectors = self.initial_vectors(n_words, self.vector_size, self.seed)
        vectors[:n_known] = wv.vectors
        wv.vectors = vectors
        lock = getattr(wv, "vectors_lockf", np.ones(1, dtype=np.float32))
        if len(lock) == n_known != 1:
            lock = np.concatenate([lock, np.ones(n_words - n_known, dtype=lock.dtype)])
        wv.vectors_lockf = lock
        wv.vectors_changed()
        if self.hs:
            self.syn1 = self._grown(self.syn1, n_words)
        if self._word_objective() is not None:
            self.syn1neg = self._grown(self.syn1neg, n_words)
            self._log_auto()
        self._make_tables()

    def _grown(self, outputs: npt.NDArray[np.float32], n_words: int) -> npt.NDArray[np.float32]:
        rows = empty_rows(n_words, self.vector_size)
        rows[: len(outputs)] = outputs
        return rows

    def create_binary_tree(self) -> None:
        """Build the Huffman tree of the counts; paths are in the key attributes ``code`` and ``point``."""
        self._huffman = tree = build_huffman(self.wv.expandos["count"])
        for name, kind in (("code", np.uint8), ("point", np.uint32)):
            paths = np.empty(len(tree.offsets) - 1, dtype=object)
            whole = (tree.codes if name == "code" else tree.points).astype(kind)
            paths[:] = np.split(whole, tree.offsets[1:-1]) if len(paths) > 1 else [whole]
            self.wv.expandos[name] = paths

    def add_null_word(self) -> None:
        r"""Add the padding word ``"\0"``, with count 1, at the end of a vocabulary without weights."""
        wv = self.wv
        if NULL_WORD in wv.key_to_index:
            return
        wv.key_to_index[NULL_WORD] = len(wv.index_to_key)
        wv.index_to_key.append(NULL_WORD)
        wv.allocate_vecattrs()
        wv.set_vecattr(NULL_WORD, "count", 1)
        self._huffman = self._bound = None

    def reset_from(self, other_model: Any) -> None:
        """Take the vocabulary of another model, shared with it, and begin with fresh weights.

        Parameters
        ----------
        other_model : Word2Vec

        Raises
        ------
        ConfigError
            If the other model has no vocabulary.
        """
        theirs = getattr(other_model, "wv", None)
        if theirs is None or not theirs.key_to_index:
            raise ConfigError("reset_from needs a model that has a vocabulary: call its build_vocab() first")
        self._encoded.clear()
        self.wv.index_to_key, self.wv.key_to_index = theirs.index_to_key, theirs.key_to_index
        self.wv.expandos = theirs.expandos
        self.corpus_count = other_model.corpus_count
        self._huffman = self._bound = None
        self.init_weights()

    def _clear_post_train(self) -> None:
        """Forget lengths of vectors that training has changed; subclasses may clear more."""
        self.wv.vectors_changed()
