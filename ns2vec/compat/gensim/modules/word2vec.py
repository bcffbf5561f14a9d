"""The names of ``gensim.models.word2vec``."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterable
from queue import Empty, Queue
from timeit import default_timer
from typing import Any, NamedTuple

import numpy as np

from ns2vec.compat.gensim.modules import utils
from ns2vec.compat.gensim.modules.keyedvectors import Vocab, pseudorandom_weak_vector
from ns2vec.compat.gensim.modules.utils import call_on_class_only, deprecated
from ns2vec.corpus import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.vocab import keep_word as keep_vocab_item
from ns2vec.word2vec import Word2Vec

logger = logging.getLogger(__name__)

REAL = np.float32
FAST_VERSION = CORPUSFILE_VERSION = 1
MAX_WORDS_IN_BATCH = 10000


class Word2VecVocab(utils.SaveLoad):
    """A name of gensim 3.8, in which a model kept the options of its vocabulary in it."""


class Word2VecTrainables(utils.SaveLoad):
    """A name of gensim 3.8, in which a model kept its output vectors in it."""


class Heapitem(NamedTuple):
    """A node of a Huffman tree during its construction; compared only by `count`."""

    count: int  # type: ignore[assignment]
    index: int  # type: ignore[assignment]
    left: Any
    right: Any

    def __lt__(self, other: Any) -> bool:
        return bool(self.count < other.count)


def _build_heap(wv: KeyedVectors) -> list[Heapitem]:
    """Return the Huffman tree of the words' counts, as a heap that contains only its root."""
    counts = wv.expandos["count"].tolist()
    heap = [Heapitem(count, row, None, None) for row, count in enumerate(counts)]
    heapq.heapify(heap)
    for index in range(len(counts), 2 * len(counts) - 1):
        left, right = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, Heapitem(left.count + right.count, index, left, right))
    return heap


def _train_batch(model: Word2Vec, sentences: Iterable[Any], alpha: float, sg: int) -> int:
    if model.sg != sg:
        raise ConfigError(f"expected a model with sg={sg}, got sg={model.sg}: call its own _do_train_job")
    n_trained, _ = model._do_train_job(sentences, alpha, model._get_thread_working_mem())
    return n_trained


def train_batch_sg(
    model: Word2Vec, sentences: Iterable[Any], alpha: float, _work: Any = None, compute_loss: bool = False
) -> int:
    """Train a skip-gram model on some sentences at one learning rate; return the number of words trained."""
    return _train_batch(model, sentences, alpha, 1)


def train_batch_cbow(
    model: Word2Vec, sentences: Iterable[Any], alpha: float, _work: Any = None, _neu1: Any = None,
    compute_loss: bool = False,
) -> int:  # fmt: skip
    """Train a CBOW model on some sentences at one learning rate; return the number of words trained."""
    return _train_batch(model, sentences, alpha, 0)


def score_sentence_sg(model: Word2Vec, sentence: Any, _work: Any = None) -> float:
    """Return the log probability of a sentence under a skip-gram model with hierarchical softmax."""
    return float(model.score([sentence], total_sentences=1)[0])


def score_sentence_cbow(model: Word2Vec, sentence: Any, _work: Any = None, _neu1: Any = None) -> float:
    """Return the log probability of a sentence under a CBOW model with hierarchical softmax."""
    return float(model.score([sentence], total_sentences=1)[0])


if __name__ == "__main__":
    from ns2vec.compat.gensim.modules.word2vec_standalone import main

    raise SystemExit(main())
