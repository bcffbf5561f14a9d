"""Models and vectors from and to Facebook's ``.bin`` files."""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError
from ns2vec.formats import fasttext_bin
from ns2vec.formats.fasttext_model import FastTextArgs, FastTextDictionary, FastTextModel
from ns2vec.keyedvectors.ngram_rows import NgramRows
from ns2vec.keyedvectors.subwords import FastTextKeyedVectors
from ns2vec.models.fasttext import FastText
from ns2vec.vocab import Vocabulary


def load_facebook_model(path: PathLike, encoding: str = "utf-8") -> FastText:
    """Read a model that fastText saved; it can be trained on.

    Parameters
    ----------
    path : path
        A ``.bin``, or an ``.ftz`` whose matrices are rounded; decompressed by its suffix.
    encoding : str
        Of the words. Bytes that are not valid are written as backslashes and numbers, and hashed as they are.

    Raises
    ------
    FormatError
        If the file is not what it claims to be.
    NotImplementedError
        If it is a classifier's.
    """
    found = fasttext_bin.read(path)
    if found.is_supervised:
        raise NotImplementedError("Supervised fastText models are not supported: this file is a classifier")
    args, outputs = found.args, found.outputs
    is_path = args.loss == "hs"
    model = FastText(
        vector_size=args.dim, window=args.ws, epochs=args.epoch, min_count=args.min_count, sample=args.t,
        negative=0 if is_path else args.neg, hs=int(is_path), sg=int(args.model == "skipgram"),
        min_n=found.ngrams.min_n, max_n=found.ngrams.max_n, bucket=args.bucket,
    )  # fmt: skip
    words: list[Any] = found.dictionary.words(encoding)
    core, counts, n_tokens = model._core, found.dictionary.counts, found.dictionary.n_tokens
    rows = dict(zip(words, range(len(words)), strict=True))
    core.take_words(Vocabulary(words, rows, counts, len(words), n_tokens, int(counts.sum()), args.min_count))
    model.corpus_total_words = n_tokens
    fill(model.wv, found)
    core.matrices["syn1" if is_path else "syn1neg"] = outputs
    core.make_tables()
    model.add_lifecycle_event("load_facebook_model", msg=f"{len(words)} words from {path}")
    return model


def load_facebook_vectors(path: PathLike, encoding: str = "utf-8") -> FastTextKeyedVectors:
    """Read the vectors of a model that fastText saved, classifiers too, without what only training needs.

    Parameters
    ----------
    path, encoding
        As in `load_facebook_model`.

    Raises
    ------
    FormatError
        If the file is not what it claims to be.
    """
    found = fasttext_bin.read(path, has_outputs=False)
    ngrams, words = found.ngrams, found.dictionary.words(encoding)
    wv = FastTextKeyedVectors(found.args.dim, ngrams.min_n, ngrams.max_n, ngrams.bucket)
    wv.index_to_key, wv.key_to_index = words, dict(zip(words, range(len(words)), strict=True))
    wv.expandos["count"] = found.dictionary.counts[: len(words)]
    fill(wv, found)
    return wv


def fill(wv: FastTextKeyedVectors, found: FastTextModel) -> None:
    """Take the rows of a file; n-grams are those of the bytes that it has."""
    n_words = found.dictionary.n_words
    wv.vectors_vocab = found.inputs[:n_words]
    numbered = found.bucket_rows
    wv._ngrams = NgramRows(found.inputs[n_words:], numbered, is_pruned=numbered is not None)
    wv._word_bags = found.bags()
    wv.adjust_vectors()


def save_facebook_model(
    model: FastText, path: PathLike, encoding: str = "utf-8", lr_update_rate: int = 100, word_ngrams: int = 1
) -> None:
    """Write a model that the ``fasttext`` package loads, atomically.

    Parameters
    ----------
    model : FastText
    path : path
        Compressed by its suffix.
    encoding : str
        Of the words.
    lr_update_rate, word_ngrams : int
        Noted in the file; fastText's own training has them.

    Raises
    ------
    ConfigError
        If the model is no FastText, or has no output vectors.
    OSError
        If the file cannot be written.
    """
    if not isinstance(model, FastText):
        raise ConfigError(f"expected a FastText model, got a {type(model).__name__}")
    wv: Any = model.wv
    args = FastTextArgs(
        dim=model.vector_size, ws=model.window, epoch=model.epochs, min_count=model.min_count,
        neg=model.negative, word_ngrams=whole("word_ngrams", word_ngrams), loss="hs" if model.hs else "ns",
        model="skipgram" if model.sg else "cbow", bucket=wv.bucket, minn=wv.min_n, maxn=wv.max_n,
        lr_update_rate=whole("lr_update_rate", lr_update_rate), t=model.sample,
    )  # fmt: skip
    words = [word.encode(encoding) for word in wv.index_to_key]
    dictionary = FastTextDictionary.of(words, wv.expandos["count"], model.corpus_total_words or None)
    inputs = np.concatenate([wv.vectors_vocab, wv._ngrams.whole(wv.bucket)])
    outputs = model._core.output("syn1" if model.hs else "syn1neg")
    fasttext_bin.write(path, FastTextModel(args, dictionary, inputs, np.asarray(outputs)))
