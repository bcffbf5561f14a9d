"""The half of Word2Vec that reads what was learned: scores, probabilities, perplexity."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.objectives import Objective
from ns2vec.probability import log_probabilities, path_log_probabilities
from ns2vec.sampling import BoundSampler
from ns2vec.vocab import Huffman

__all__ = ["ProbabilityMixin"]

logger = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]

BLOCK_SCORES = 1 << 22  # scores held at once: 32 MiB


class ProbabilityMixin:
    """Scores and probabilities of a model; mixed into `ns2vec.Word2Vec`."""

    if TYPE_CHECKING:
        wv: Any
        hs: int
        sg: int
        window: int
        cbow_mean: int
        negative: int
        syn1neg: Any
        syn1: Any
        _word_objective: Callable[[], type[Objective] | None]
        _huffman_tree: Callable[[], Huffman]
        bound_sampler: Callable[[], BoundSampler]

    def relation_score(self, word: Any, others: Iterable[Any], *, calibrated: bool = True) -> Array:
        """How strongly the model relates an input word to others.

        Parameters
        ----------
        word : key
        others : iterable of keys
        calibrated : bool
            Make scores comparable among words of different frequency: log P(other | word) up to a
            constant. Otherwise the products of input and output vectors as training sees them.

        Returns
        -------
        ndarray of shape (n,), float64

        Raises
        ------
        KeyError
            If a word is not in the vocabulary.
        ConfigError
            If the model has no output vectors of words (hierarchical softmax alone).
        """
        objective = self._word_objective()
        if objective is None:
            raise ConfigError("relation_score needs output vectors of words: train with negative > 0")
        rows = [self.wv.get_index(other) for other in others]
        hidden = np.asarray(self.wv.vectors[self.wv.get_index(word)], dtype=np.float64)
        scores = np.asarray(self.syn1neg[rows], dtype=np.float64) @ hidden
        if not calibrated:
            return scores
        log_q = self._log_q(objective)
        of_rows = np.zeros(len(rows)) if isinstance(log_q, float) else log_q[rows]
        return np.asarray(objective.logits(scores, of_rows))

    def predict_proba(self, context_words: Sequence[Any]) -> Array:
        """Probability of each word of the vocabulary to stand among `context_words`.

        Calibrated: negative sampling has log Pn added back. For CBOW the context words make one input vector,
        as in training; for skip-gram each predicts on its own and the mean of their distributions is
        returned.

        Parameters
        ----------
        context_words : sequence of keys
            Words that are not in the vocabulary are left out.

        Returns
        -------
        ndarray of shape (V,), float64
            In the order of ``wv.index_to_key``; sums to 1.

        Raises
        ------
        VocabularyError
            If no word is in the vocabulary.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["sun", "shines"], ["rain", "falls"]] * 300, min_count=1, vector_size=8, sg=1)
        >>> round(float(model.predict_proba(["sun"]).sum()), 6)
        1.0
        """
        rows = [self.wv.key_to_index[word] for word in context_words if word in self.wv.key_to_index]
        if not rows:
            raise VocabularyError(f"none of {list(context_words)[:5]!r} is in the vocabulary")
        hidden = self.wv.vectors[rows] if self.sg else self._cbow_input(rows)[np.newaxis]
        return np.asarray(np.exp(self._log_proba(hidden)).mean(axis=0))

    def perplexity(self, sentences: Iterable[Sequence[Any]]) -> float:
        """Exp of the mean of -log P(centre | context) over all windows of some sentences.

        Windows have their full width. Skip-gram counts each (context, centre) pair, CBOW each window.

        Parameters
        ----------
        sentences : iterable of token sequences

        Returns
        -------
        float
            Between 1, for a model that is always right, and about V.

        Raises
        ------
        VocabularyError
            If no window has two known words.
        """
        total, n_terms = 0.0, 0
        pending: list[tuple[list[int], int]] = []
        step = max(1, BLOCK_SCORES // max(1, len(self.wv)))
        for rows in ([self.wv.key_to_index[t] for t in s if t in self.wv.key_to_index] for s in sentences):
            for t, centre in enumerate(rows):
                contexts = rows[max(0, t - self.window) : t] + rows[t + 1 : t + 1 + self.window]
                inputs = [[context] for context in contexts] if self.sg else [contexts] if contexts else []
                pending += [(rows_of_input, centre) for rows_of_input in inputs]
            while len(pending) >= step:
                total, n_terms = total + self._log_likelihood(pending[:step]), n_terms + step
                pending = pending[step:]
        if pending:
            total, n_terms = total + self._log_likelihood(pending), n_terms + len(pending)
        if not n_terms:
            raise VocabularyError("perplexity needs a sentence with two words of the vocabulary")
        return float(np.exp(-total / n_terms))

    def predict_output_word(self, context_words_list: Sequence[Any], topn: int | None = 10) -> Any:
        """Gensim's prediction: the softmax of the raw scores, which favours rare words (see `predict_proba`).

        Parameters
        ----------
        context_words_list : sequence of keys or int
        topn : int, or None for all

        Returns
        -------
        list of (key, float32), or None
            None, with a warning, if no context word is known.

        Raises
        ------
        RuntimeError
            If the model has no output vectors of words.
        """
        if self._word_objective() is None or not hasattr(self, "syn1neg"):
            raise VocabularyError(
                "predict_output_word needs output vectors of words: train with negative sampling"
            )
        n_words = len(self.wv.index_to_key)
        looked_up = (self.wv.key_to_index.get(w, w) for w in context_words_list)
        rows = [int(row) for row in looked_up if isinstance(row, int | np.integer) and 0 <= row < n_words]
        if not rows:
            logger.warning("All the input context words are out-of-vocabulary for the current model")
            return None
        scores = self.syn1neg @ self._cbow_input(rows).astype(np.float32)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        keys, order = self.wv.index_to_key, np.argsort(-shares, kind="stable").tolist()
        named = ((keys[row], shares[row]) for row in order if keys[row] is not None)
        return list(islice(named, None if topn is None else whole("topn", topn)))

    def score(
        self, sentences: Iterable[Sequence[Any]], total_sentences: int = int(1e6), chunksize: int = 100,
        queue_factor: int = 2, report_delay: float = 1,
    ) -> npt.NDArray[np.float32]:  # fmt: skip
        """Log probability of sentences under hierarchical softmax: document classification by inversion.

        Windows have their full width; skip-gram sums over (context, centre) pairs, CBOW over windows (Taddy
        2015, "Document classification by inversion of distributed language representations").

        Parameters
        ----------
        sentences : iterable of token sequences
        total_sentences : int
            Score at most so many; a warning says when there are more.
        chunksize, queue_factor, report_delay
            Accepted for gensim's sake.

        Returns
        -------
        ndarray of shape (n,), float32
            0 for a sentence without known words.

        Raises
        ------
        VocabularyError
            If there is no vocabulary, or the model was not trained with ``hs=1``.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["a", "b"], ["c", "d"]] * 300, min_count=1, vector_size=8, hs=1, negative=0)
        >>> likely, unlikely = model.score([["a", "b"], ["a", "d"]])
        >>> bool(likely > unlikely)
        True
        """
        if not self.wv.key_to_index:
            raise VocabularyError("you must first build vocabulary before scoring new data: build_vocab()")
        if not self.hs:
            raise VocabularyError("score works with hierarchical softmax: train with hs=1, negative=0")
        total_sentences = whole("total_sentences", total_sentences)
        scores: list[float] = []
        for sentence in sentences:
            if len(scores) == total_sentences:
                logger.warning("scoring ends after total_sentences=%d: raise it for more", total_sentences)
                break
            rows = [self.wv.key_to_index[t] for t in sentence if t in self.wv.key_to_index]
            scores.append(self._path_score(rows))
        return np.array(scores, dtype=np.float32)

    def _path_score(self, rows: list[int]) -> float:
        tree, total = self._huffman_tree(), 0.0
        for t, centre in enumerate(rows):
            contexts = rows[max(0, t - self.window) : t] + rows[t + 1 : t + 1 + self.window]
            hidden = np.asarray(self.wv.vectors[contexts], dtype=np.float64).reshape(-1, self.wv.vector_size)
            if not self.sg:  # a lone word is scored with a zero input, as in gensim
                hidden = self._cbow_input(contexts)[np.newaxis] if contexts else hidden.sum(0, keepdims=True)
            scores = hidden @ np.asarray(self.syn1[tree.point(centre)], dtype=np.float64).T
            total -= float(np.logaddexp(0.0, -scores * (1.0 - 2.0 * tree.code(centre))).sum())
        return total

    def _cbow_input(self, rows: Sequence[int]) -> Array:
        summed = np.asarray(self.wv.vectors[rows], dtype=np.float64).sum(axis=0)
        return np.asarray(summed / len(rows) if self.cbow_mean else summed)

    def _log_q(self, objective: type[Objective]) -> Array | float:
        """Log of the distribution that the model's negatives came from; 0.0 where scores do without."""
        if objective.outputs != "sampled":
            return 0.0
        known = self.bound_sampler()
        if known.source.log_q is not None:
            return known.source.log_q.astype(np.float64)
        if objective.with_offsets:
            return 0.0  # training has taken it out already
        raise ConfigError(f"{known.sampler!r} has no single noise distribution to calibrate with")

    def _log_proba(self, hidden: npt.NDArray[Any]) -> Array:
        """Log P of every word for input vectors (n, D): shape (n, V)."""
        objective = self._word_objective()
        if objective is None:
            return path_log_probabilities(hidden, self.syn1, self._huffman_tree())
        return log_probabilities(hidden, self.syn1neg, objective, self._log_q(objective))

    def _log_likelihood(self, terms: list[tuple[list[int], int]]) -> float:
        hidden = np.stack([self._cbow_input(rows) for rows, _ in terms])
        centres = [centre for _, centre in terms]
        return float(self._log_proba(hidden)[np.arange(len(terms)), centres].sum())
