"""The part of Word2Vec that changes weights and vocabulary of a model that has them: growth, reset, trees."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.training.encoding import EncodedCache
from ns2vec.training.matrices import grown_column, grown_rows, initial_rows
from ns2vec.training.tables import Tables, paths_of, thresholds_of
from ns2vec.vocab import NULL_WORD, Columns, Growth, Huffman

__all__ = ["OnlineMixin"]

logger = logging.getLogger(__name__)


FROM_COUNTS = ("sample_int", "code", "point")  # attributes of words that are made again from all counts


def late_thresholds(columns: Columns, sample: float, null_row: int | None) -> npt.NDArray[np.uint32]:
    """Thresholds of the counts as they are when somebody asks."""
    return thresholds_of(columns["count"], sample, null_row)


def late_paths(columns: Columns, tables: Tables, name: str) -> npt.NDArray[Any]:
    """Paths of the tree of the counts as they are when somebody asks."""
    return paths_of(tables.huffman(columns["count"]), name)


class OnlineMixin:
    """More words, fresh weights, the Huffman tree; mixed into `ns2vec.Word2Vec`."""

    _shares_words = False  # with another model, whose keys and counts must not change

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
        _tables: Tables
        _null_row: Callable[[], int | None]
        _huffman_tree: Callable[[], Huffman]
        _encoded: EncodedCache
        _word_objective: Callable[[], Any]
        _log_auto: Callable[[], None]
        init_weights: Callable[[], None]

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
        n_words = n_known + len(growth.new_keys)
        if self._shares_words:
            wv.index_to_key, wv.key_to_index = [*wv.index_to_key], {**wv.key_to_index}
            wv.expandos = Columns({**wv.expandos, "count": wv.expandos["count"].copy()})
            self._shares_words = False
        wv.index_to_key.extend(growth.new_keys)
        wv.key_to_index.update(zip(growth.new_keys, range(n_known, n_words), strict=True))
        columns = wv.expandos = wv.expandos if isinstance(wv.expandos, Columns) else Columns(wv.expandos)
        for name in [*columns]:
            if name not in FROM_COUNTS:
                columns[name] = grown_column(columns[name], n_words)
        growth.add_to(columns["count"])
        self.effective_min_count = growth.effective_min_count
        self._tables.forget()
        columns.later("sample_int", partial(late_thresholds, columns, self.sample, self._null_row()))
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
        wv.vectors = grown_rows(wv.vectors, n_words)
        initial_rows(wv.vectors, self.seed, first=n_known)
        lock = getattr(wv, "vectors_lockf", np.ones(1, dtype=np.float32))
        if len(lock) == n_known != 1:
            lock = np.concatenate([lock, np.ones(n_words - n_known, dtype=lock.dtype)])
        wv.vectors_lockf = lock
        wv.vectors_changed()
        if self.hs:
            self.syn1 = grown_rows(self.syn1, n_words)
        if self._word_objective() is not None:
            self.syn1neg = grown_rows(self.syn1neg, n_words)
            self._log_auto()
        self._tables.forget()
        if self.hs:
            self._paths_later()

    def _paths_later(self) -> None:
        """Make the key attributes ``code`` and ``point`` when they are asked for."""
        columns, tables = self.wv.expandos, self._tables
        for name in ("code", "point"):
            columns.later(name, partial(late_paths, columns, tables, name))

    def create_binary_tree(self) -> None:
        """Build the Huffman tree of the counts; paths are in the key attributes ``code`` and ``point``."""
        self._tables.tree = None
        tree = self._huffman_tree()
        for name in ("code", "point"):
            self.wv.expandos[name] = paths_of(tree, name)

    def add_null_word(self) -> None:
        r"""Add the padding word ``"\0"``, with count 1, at the end of a vocabulary without weights."""
        wv = self.wv
        if NULL_WORD in wv.key_to_index:
            return
        wv.key_to_index[NULL_WORD] = len(wv.index_to_key)
        wv.index_to_key.append(NULL_WORD)
        wv.allocate_vecattrs()
        wv.set_vecattr(NULL_WORD, "count", 1)
        self._tables.forget()

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
        self._shares_words = other_model._shares_words = True
        self.corpus_count = other_model.corpus_count
        self.init_weights()

    def _clear_post_train(self) -> None:
        """Forget lengths of vectors that training has changed; subclasses may clear more."""
        self.wv.vectors_changed()
