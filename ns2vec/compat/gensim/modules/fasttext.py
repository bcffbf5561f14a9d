"""The names of ``gensim.models.fasttext``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ns2vec._typing import PathLike
from ns2vec.compat.gensim.modules import utils
from ns2vec.inputs import Ngrams, hash_word, ngrams_of
from ns2vec.inputs._ngrams import hash_bytes
from ns2vec.keyedvectors import FastTextKeyedVectors, KeyedVectors
from ns2vec.models.fasttext import (
    FastText,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)
from ns2vec.word2vec import Word2Vec

REAL = np.float32
MAX_WORDS_IN_BATCH = 10000


class FastTextVocab(utils.SaveLoad):
    """A name of gensim 3.8, in which a model kept the options of its vocabulary in it."""


class FastTextTrainables(utils.SaveLoad):
    """A name of gensim 3.8, in which a model kept its rows of n-grams in it."""


def ft_hash_bytes(bytez: bytes) -> int:
    """Return fastText's hash of an n-gram."""
    return int(hash_bytes(bytez))


def ft_ngram_hashes(word: str, minn: int, maxn: int, num_buckets: int) -> list[int]:
    """Return the buckets of a word's n-grams."""
    found: list[int] = hash_word(word, Ngrams(minn, maxn, num_buckets)).tolist()
    return found


def compute_ngrams_bytes(word: str, min_n: int, max_n: int) -> list[bytes]:
    """Return a word's n-grams as bytes, in fastText's order."""
    return ngrams_of(word, min_n, max_n)


def compute_ngrams(word: str, min_n: int, max_n: int) -> list[str]:
    """Return the pieces of ``<word>`` of `min_n` to `max_n` characters, the shortest first."""
    marked = f"<{word}>"
    lengths = range(min_n, min(len(marked), max_n) + 1)
    return [marked[start : start + n] for n in lengths for start in range(len(marked) - n + 1)]


def train_batch_any(
    model: FastText, sentences: Iterable[Any], alpha: float, _work: Any = None, _neu1: Any = None
) -> int:
    """Train on some sentences at one learning rate; return the number of words trained."""
    return model._do_train_job(sentences, alpha, model._get_thread_working_mem())[0]


def _load_fasttext_format(model_file: PathLike, encoding: str = "utf-8", full_model: bool = True) -> FastText:
    """Return the result of `load_facebook_model`."""
    return load_facebook_model(model_file, encoding)
