"""Evaluation of a model on held-out text: its loss, and the F1 of its predictions.

Legend: V words, D dimensions, n questions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array, Int32Array, Int64Array
from ns2vec.exceptions import CorpusError
from ns2vec.models.word2vec import Word2Vec
from ns2vec.objectives import OBJECTIVES
from ns2vec.probability import log_probabilities, path_log_probabilities
from ns2vec.vocab import build_huffman

MAX_QUESTIONS = 300
MAX_SCORES = 1 << 22  # n x V scores are computed at a time: 32 MiB


def log_noise(model: Word2Vec) -> Float64Array | None:
    """Log of the noise distribution of a model; None if there is no single one."""
    source = model.bound_sampler().source
    return None if source.log_q is None else source.log_q.astype(np.float64)


def log_proba(model: Word2Vec, hidden: npt.NDArray[np.floating]) -> Float64Array:
    """Log P(word | input) for input vectors (n, D): shape (n, V).

    The scores of negative sampling are calibrated with the sampler's own distribution. If it has none (its
    draws depend on the model), the model's noise distribution, count ** ns_exponent, is used instead.
    """
    chosen = OBJECTIVES[str(model.objective)]
    if chosen.outputs == "path":
        counts = np.asarray(model.wv.expandos["count"], dtype=np.int64)
        return path_log_probabilities(hidden, model.syn1, build_huffman(counts))
    log_q: Float64Array | float = 0.0
    if chosen.outputs == "sampled":
        known = log_noise(model)
        log_q = np.log(model.bound_sampler().data.noise) if known is None else known
    return log_probabilities(hidden, model.syn1neg, chosen, log_q)


def micro_f1(predicted: Sequence[npt.NDArray[np.intp]], true: Sequence[npt.NDArray[np.intp]]) -> float:
    """F1 of sets of predictions, counted over all questions together.

    Precision is hits / predictions, recall hits / truths, F1 their harmonic mean, which is
    2 hits / (predictions + truths).

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.comparison.held_out import micro_f1
    >>> micro_f1([np.array([1, 2]), np.array([3, 4])], [np.array([1]), np.array([3, 4, 5])])
    0.75
    """
    hits = sum(len(np.intersect1d(p, t)) for p, t in zip(predicted, true, strict=True))
    n_both = sum(map(len, predicted)) + sum(map(len, true))
    return 2.0 * hits / n_both if n_both else float("nan")


class HeldOut:
    """Questions about held-out sentences; the same for every model.

    Parameters
    ----------
    sentences : list of ndarray of int32
        Rows of the vocabulary, subsampled as in training.
    n_rows : int
        V; the number of questions decreases with it, so that the evaluation takes about as long.
    window : int
    is_cbow : bool
    k : int
        Number of words that are predicted for an input word.

    Attributes
    ----------
    terms : list of (rows of the input, centre)
        For the loss. Skip-gram: a context word and the centre; CBOW: all contexts and the centre.
    words, truths : list of int, list of ndarray
        For F1: an input word, and the words that occur within `window` of it in held-out text.

    Raises
    ------
    CorpusError
        If no two known words occur together in the held-out part.
    """

    def __init__(
        self, sentences: list[Int32Array], n_rows: int, *, window: int, is_cbow: bool, k: int = 10
    ) -> None:
        if not sentences:
            raise CorpusError(
                "no two words of the vocabulary occur together in the held-out part: hold out more"
            )
        self.sentences, self.window, self.k = sentences, window, k
        self.n_questions = int(np.clip(MAX_SCORES // n_rows, 20, MAX_QUESTIONS))
        rng = np.random.default_rng(0)
        self.terms = [self._term(rng, is_cbow) for _ in range(self.n_questions)]
        self.words, self.truths = self._neighbours(n_rows)

    def windows(self, n: int) -> list[tuple[Int32Array, int]]:
        """Return `n` windows of held-out text, the same on every call: (sentence, position of the centre)."""
        rng = np.random.default_rng(1)
        return [self._window(rng) for _ in range(n)]

    def _window(self, rng: np.random.Generator) -> tuple[Int32Array, int]:
        sentence = self.sentences[int(rng.integers(len(self.sentences)))]
        return np.ascontiguousarray(sentence), int(rng.integers(len(sentence)))

    def _term(self, rng: np.random.Generator, is_cbow: bool) -> tuple[list[int], int]:
        sentence, t = self._window(rng)
        before, behind = sentence[max(0, t - self.window) : t], sentence[t + 1 : t + 1 + self.window]
        contexts: list[int] = np.concatenate([before, behind]).tolist()
        if not is_cbow:
            contexts = [contexts[int(rng.integers(len(contexts)))]]
        return contexts, int(sentence[t])

    def _neighbours(self, n_rows: int) -> tuple[list[int], list[npt.NDArray[np.intp]]]:
        """Words evenly spaced over the vocabulary's order, and the words around them."""
        pairs: list[Int64Array] = []
        nothing = np.empty(0, dtype=np.int64)
        for distance in range(1, self.window + 1):
            long = [sentence for sentence in self.sentences if len(sentence) > distance]
            left = np.concatenate([nothing, *(s[:-distance] for s in long)])
            right = np.concatenate([nothing, *(s[distance:] for s in long)])
            pairs += [left * n_rows + right, right * n_rows + left]
        words, others = np.divmod(np.unique(np.concatenate(pairs)), n_rows)
        known, starts = np.unique(words, return_index=True)
        sets = np.split(others, starts[1:])
        chosen = np.unique(np.linspace(0, len(known) - 1, self.n_questions).astype(np.intp))
        return known[chosen].tolist(), [sets[number].astype(np.intp) for number in chosen]

    def loss(self, model: Word2Vec) -> float:
        """Mean of -log P(centre | input), in nats."""
        vectors = np.asarray(model.wv.vectors, dtype=np.float64)
        join = np.mean if model._spec.mean or not model._spec.pooled else np.sum
        hidden = np.stack([join(vectors[rows], axis=0) for rows, _ in self.terms])
        centres = np.array([centre for _, centre in self.terms])
        return float(-log_proba(model, hidden)[np.arange(len(centres)), centres].mean())

    def f1(self, model: Word2Vec) -> float:
        """F1@k: the k most probable words for each input, compared with those around it; see `micro_f1`."""
        scores = log_proba(model, model.wv.vectors[self.words])
        k = min(self.k, scores.shape[1])
        best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        return micro_f1(list(best), self.truths)
