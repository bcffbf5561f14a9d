"""Results of training, read from a core: scores, probabilities, perplexity."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.objectives import Objective
from ns2vec.probability import log_probabilities, path_log_probabilities
from ns2vec.training.core import EmbeddingCore

logger = logging.getLogger(__name__)


BLOCK_SCORES = 1 << 22  # scores held at once: 32 MiB


def relation_scores(core: EmbeddingCore, word: Any, others: Iterable[Any], calibrated: bool) -> Array:
    """How strongly an input word is related to others, shape (n,); see `Word2Vec.relation_score`."""
    objective = core.spec.words
    if objective is None:
        raise ConfigError("relation_score needs output vectors of words: train with negative > 0")
    rows = [core.wv.get_index(other) for other in others]
    hidden = np.asarray(core.wv.vectors[core.wv.get_index(word)], dtype=np.float64)
    scores = np.asarray(core.output("syn1neg")[rows], dtype=np.float64) @ hidden
    if not calibrated:
        return scores
    log_q = noise_of(core, objective)
    of_rows = np.zeros(len(rows)) if isinstance(log_q, float) else log_q[rows]
    return np.asarray(objective.logits(scores, of_rows))


def probabilities(core: EmbeddingCore, context_words: Sequence[Any]) -> Array:
    """Probability of each word among some, shape (V,); see `Word2Vec.predict_proba`."""
    rows = known_rows(core, context_words)
    if not rows:
        raise VocabularyError(f"none of {list(context_words)[:5]!r} is in the vocabulary")
    return np.asarray(np.exp(log_proba(core, inputs(core, rows))).mean(axis=0))


def perplexity(core: EmbeddingCore, sentences: Iterable[Sequence[Any]]) -> float:
    """Exp of the mean of -log P(centre | context) over windows; see `Word2Vec.perplexity`."""
    total, n_terms, spec = 0.0, 0, core.spec
    pending: list[tuple[Sequence[int], int]] = []
    step = max(1, BLOCK_SCORES // max(1, len(core.wv)))
    for sentence in sentences:
        for contexts, centre in windows(known_rows(core, sentence), spec.window):
            pending += [(rows, centre) for rows in spec.inputs_of(contexts)]
        while len(pending) >= step:
            total, n_terms = total + log_likelihood(core, pending[:step]), n_terms + step
            pending = pending[step:]
    if pending:
        total, n_terms = total + log_likelihood(core, pending), n_terms + len(pending)
    if not n_terms:
        raise VocabularyError("perplexity needs a sentence with two words of the vocabulary")
    return float(np.exp(-total / n_terms))


def predicted_words(core: EmbeddingCore, context_words: Sequence[Any], topn: int | None) -> Any:
    """Words with the largest softmax of raw scores; see `Word2Vec.predict_output_word`."""
    if core.spec.words is None or "syn1neg" not in core.matrices:
        raise VocabularyError(
            "predict_output_word needs output vectors of words: train with negative sampling"
        )
    keys = core.wv.index_to_key
    looked_up = (core.wv.key_to_index.get(w, w) for w in context_words)
    rows = [int(row) for row in looked_up if isinstance(row, int | np.integer) and 0 <= row < len(keys)]
    if not rows:
        logger.warning("All the input context words are out-of-vocabulary for the current model")
        return None
    scores = core.output("syn1neg") @ pooled(core, rows).astype(np.float32)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    order = np.argsort(-shares, kind="stable").tolist()
    named = ((keys[row], shares[row]) for row in order if keys[row] is not None)
    return list(islice(named, topn))


def path_scores(
    core: EmbeddingCore, sentences: Iterable[Sequence[Any]], most: int
) -> npt.NDArray[np.float32]:
    """Log probability of sentences by the Huffman tree, shape (n,); see `Word2Vec.score`."""
    if not core.wv.key_to_index:
        raise VocabularyError("you must first build vocabulary before scoring new data: build_vocab()")
    if not core.spec.has_path:
        raise VocabularyError("score works with hierarchical softmax: train with hs=1, negative=0")
    scores: list[float] = []
    for sentence in sentences:
        if len(scores) == most:
            logger.warning("scoring ends after total_sentences=%d: raise it for more", most)
            break
        scores.append(path_score(core, known_rows(core, sentence)))
    return np.array(scores, dtype=np.float32)


def path_score(core: EmbeddingCore, rows: list[int]) -> float:
    """Log probability of the rows of a sentence."""
    tree, total = core.huffman(), 0.0
    for contexts, centre in windows(rows, core.config.window):
        nodes = np.asarray(core.output("syn1")[tree.point(centre)], dtype=np.float64)
        scores = inputs(core, contexts) @ nodes.T
        total -= float(np.logaddexp(0.0, -scores * (1.0 - 2.0 * tree.code(centre))).sum())
    return total


def known_rows(core: EmbeddingCore, words: Iterable[Any]) -> list[int]:
    """Rows of the words that are in the vocabulary."""
    keys = core.wv.key_to_index
    return [keys[word] for word in words if word in keys]


def windows(rows: list[int], window: int) -> Iterable[tuple[list[int], int]]:
    """Contexts and centre of each full window of a sentence."""
    for t, centre in enumerate(rows):
        yield rows[max(0, t - window) : t] + rows[t + 1 : t + 1 + window], centre


def inputs(core: EmbeddingCore, rows: Sequence[int]) -> Array:
    """Vectors of inputs that some rows form, shape (n, D): each alone, or all as one."""
    if core.spec.pooled:
        return pooled(core, rows)[np.newaxis]
    return np.asarray(core.wv.vectors[rows], dtype=np.float64).reshape(-1, core.wv.vector_size)


def pooled(core: EmbeddingCore, rows: Sequence[int]) -> Array:
    """The joint vector of some input rows, shape (D,); zero if there are none, as in gensim."""
    summed = np.asarray(core.wv.vectors[rows], dtype=np.float64).reshape(-1, core.wv.vector_size).sum(axis=0)
    return np.asarray(summed / max(1, len(rows)) if core.config.cbow_mean else summed)


def noise_of(core: EmbeddingCore, objective: type[Objective]) -> Array | float:
    """Log of the noise distribution; 0.0 if scores need no correction."""
    if objective.outputs != "sampled":
        return 0.0
    known = core.sampler()
    if known.source.log_q is not None:
        return known.source.log_q.astype(np.float64)
    if objective.with_offsets:
        return 0.0  # training has subtracted it already
    raise ConfigError(f"{known.sampler!r} has no single noise distribution to calibrate with")


def log_proba(core: EmbeddingCore, hidden: npt.NDArray[Any]) -> Array:
    """Log P of every word for input vectors (n, D): shape (n, V)."""
    objective = core.spec.words
    if objective is None:
        return path_log_probabilities(hidden, core.output("syn1"), core.huffman())
    return log_probabilities(hidden, core.output("syn1neg"), objective, noise_of(core, objective))


def log_likelihood(core: EmbeddingCore, terms: list[tuple[Sequence[int], int]]) -> float:
    """Sum of log P(centre | inputs)."""
    hidden = np.stack([pooled(core, rows) for rows, _ in terms])
    centres = [centre for _, centre in terms]
    return float(log_proba(core, hidden)[np.arange(len(terms)), centres].sum())
