"""The names of ``gensim.models.doc2vec``."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from timeit import default_timer
from typing import Any

import numpy as np

from ns2vec.compat.gensim.modules import utils
from ns2vec.compat.gensim.modules.keyedvectors import pseudorandom_weak_vector
from ns2vec.compat.gensim.modules.utils import deprecated
from ns2vec.corpus.tagged import TaggedBrownCorpus, TaggedDocument, TaggedLineDocument
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.doc2vec import Doc2Vec
from ns2vec.word2vec import Word2Vec

logger = logging.getLogger(__name__)

REAL = np.float32
FAST_VERSION = CORPUSFILE_VERSION = 1


class Doc2VecVocab(utils.SaveLoad):
    """A name of gensim 3.8, in which a model kept the options of its vocabulary in it."""


class Doc2VecTrainables(utils.SaveLoad):
    """A name of gensim 3.8, in which a model kept its output vectors in it."""


@dataclass
class Doctag:
    """gensim's counts for a tag: its documents, its row, and the words of these documents."""

    doc_count: int
    index: int
    word_count: int

    @property
    def count(self) -> int:
        """Number of documents that have the tag."""
        return self.doc_count

    @count.setter
    def count(self, n_documents: int) -> None:
        self.doc_count = n_documents


def _train_document(model: Doc2Vec, words: Any, rows: Any, alpha: float, sg: int) -> int:
    if model.sg != sg:
        raise ConfigError(f"expected a model with sg={sg}, got sg={model.sg}: call its own _do_train_job")
    tags = [model.dv.index_to_key[row] for row in rows]
    n_trained, _ = model._do_train_job([TaggedDocument(words, tags)], alpha, None)
    return n_trained


def train_document_dbow(
    model: Doc2Vec, doc_words: Any, doctag_indexes: Any, alpha: float, work: Any = None
) -> int:
    """Train a PV-DBOW model on one document at one learning rate; return the number of words trained."""
    return _train_document(model, doc_words, doctag_indexes, alpha, 1)


def train_document_dm(
    model: Doc2Vec, doc_words: Any, doctag_indexes: Any, alpha: float, work: Any = None, neu1: Any = None
) -> int:
    """Train a PV-DM model on one document at one learning rate; return the number of words trained."""
    return _train_document(model, doc_words, doctag_indexes, alpha, 0)


train_document_dm_concat = train_document_dm
