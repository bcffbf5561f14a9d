"""Names that gensim 4 removed or deprecated: they say what to use instead."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

from ns2vec.keyedvectors.search import SimilarityQueries

logger = logging.getLogger(__name__)

# names that gensim 4 no longer has -> what to write now
INSTEAD = {
    "accuracy": "evaluate_word_analogies(path)",
    "syn0": "vectors",
    "syn0norm": "get_normed_vectors()",
    "vectors_norm": "get_normed_vectors()",
    "vocab": "key_to_index, index_to_key, get_vecattr(key, attr) and set_vecattr",
    "index2word": "index_to_key",
    "index2entity": "index_to_key",
    "wv": "the KeyedVectors themselves",
}


def _deprecated(name: str, instead: str) -> None:
    warnings.warn(f"Call to deprecated `{name}` (use {instead} instead).", DeprecationWarning, stacklevel=3)


class _Removed:
    """An attribute of gensim 3. Reading it falls through to `__getattr__`; clients still assign to some."""

    def __init__(self, renamed: str = "", *, takes: bool = False) -> None:
        self.renamed, self.takes = renamed, takes

    def __get__(self, store: Any, owner: type) -> Any:
        if store is None:
            return self
        raise AttributeError

    def __set__(self, store: Any, value: Any) -> None:
        if not self.takes:
            raise AttributeError
        if self.renamed:
            setattr(store, self.renamed, value)


class LegacyNames(SimilarityQueries):
    """The names of gensim 3 on KeyedVectors."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            instead = f": use {INSTEAD[name]}" if name in INSTEAD else ""
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{instead}")

    vocab: Any = _Removed()
    vectors_norm: Any = _Removed(takes=True)  # and discards the value, as gensim does
    index2word: Any = _Removed("index_to_key", takes=True)
    index2entity: Any = _Removed("index_to_key", takes=True)

    def word_vec(self, *args: Any, **kwargs: Any) -> Any:
        """Call `get_vector`."""
        _deprecated("word_vec", "get_vector")
        return self.get_vector(*args, **kwargs)

    def words_closer_than(self, word1: Any, word2: Any) -> list[Any]:
        """Call `closer_than`."""
        _deprecated("words_closer_than", "closer_than")
        return self.closer_than(word1, word2)

    def init_sims(self, replace: bool = False) -> None:
        """Call `fill_norms`, or `unit_normalize_all` when `replace`.

        Parameters
        ----------
        replace : bool
        """
        _deprecated("init_sims", "fill_norms() or unit_normalize_all()")
        if replace:
            self.unit_normalize_all()
        else:
            self.fill_norms()

    @staticmethod
    def log_accuracy(section: dict[str, Any]) -> float:
        """Log the share of correct answers in an analogy section and return it.

        Parameters
        ----------
        section : dict
            One of those that `evaluate_word_analogies` returns.

        Returns
        -------
        float

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> KeyedVectors.log_accuracy({"section": "capitals", "correct": [1, 2, 3], "incorrect": [4]})
        0.75
        """
        n_correct, n_asked = len(section["correct"]), len(section["correct"]) + len(section["incorrect"])
        score = n_correct / n_asked if n_asked else 0.0
        logger.info("%s: %.1f%% (%d/%d)", section["section"], 100 * score, n_correct, n_asked)
        return score

    _log_evaluate_word_analogies = log_accuracy

    @staticmethod
    def log_evaluate_word_pairs(pearson: Any, spearman: Any, oov: float, pairs: Any) -> None:
        """Log the result of `evaluate_word_pairs` for the file `pairs`.

        Parameters
        ----------
        pearson, spearman : (statistic, p-value)
        oov : float
        pairs : path

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> KeyedVectors.log_evaluate_word_pairs((0.5, 0.1), (0.4, 0.2), 0.0, "pairs.tsv")
        """
        logger.info(
            "%s: Pearson %.4f (p %.3g), Spearman %.4f (p %.3g), %.1f%% of the pairs unknown",
            pairs, pearson[0], pearson[1], spearman[0], spearman[1], oov,
        )  # fmt: skip

    def similarity_unseen_docs(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Deprecated here: it belongs to Doc2Vec."""
        raise NotImplementedError("similarity_unseen_docs compares documents: call it on a Doc2Vec model")
