"""FastText models and vectors from and to Facebook's ``.bin`` files."""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import PathLike
from ns2vec.formats import fasttext_bin
from ns2vec.formats.fasttext_model import FastTextArgs, FastTextDictionary, FastTextModel
from ns2vec.keyedvectors.ngram_rows import NgramRows
from ns2vec.keyedvectors.subwords import FastTextKeyedVectors
from ns2vec.vocab import Vocabulary

END_OF_LINE = "</s>"


def read_model(kind: Any, path: PathLike, encoding: str) -> Any:
    """Implement `load_facebook_model`, for a class of models with the constructor of FastText."""
    found = fasttext_bin.read(path)
    if found.is_supervised:
        raise NotImplementedError("Supervised fastText models are not supported: this file is a classifier")
    args, outputs = found.args, found.outputs
    is_path = args.loss == "hs"
    model = kind(
        vector_size=args.dim, window=args.ws, epochs=args.epoch, min_count=args.min_count, sample=args.t,
        negative=0 if is_path else args.neg, hs=int(is_path), sg=int(args.model == "skipgram"),
        min_n=found.ngrams.min_n, max_n=found.ngrams.max_n, bucket=args.bucket,
    )  # fmt: skip
    words: list[Any] = found.dictionary.words(encoding)
    core, counts, n_tokens = model._core, found.dictionary.counts, found.dictionary.n_tokens
    rows = dict(zip(words, range(len(words)), strict=True))
    core.take_words(Vocabulary(words, rows, counts, len(words), int(counts.sum()), args.min_count))
    model.corpus_total_words = n_tokens
    fill(model.wv, found)
    core.matrices["syn1" if is_path else "syn1neg"] = outputs
    core.make_tables()
    model.add_lifecycle_event("load_facebook_model", msg=f"{len(words)} words from {path}")
    return model


def read_vectors(path: PathLike, encoding: str) -> FastTextKeyedVectors:
    """Implement `load_facebook_vectors`."""
    found = fasttext_bin.read(path, has_outputs=False)
    ngrams, words = found.ngrams, found.dictionary.words(encoding)
    wv = FastTextKeyedVectors(found.args.dim, ngrams.min_n, ngrams.max_n, ngrams.bucket)
    wv.index_to_key, wv.key_to_index = words, dict(zip(words, range(len(words)), strict=True))
    wv.expandos["count"] = found.dictionary.counts[: len(words)]
    fill(wv, found)
    return wv


def fill(wv: FastTextKeyedVectors, found: FastTextModel) -> None:
    """Set the rows from a file; n-grams are those of the bytes that it has."""
    n_words = found.dictionary.n_words
    wv.vectors_vocab = found.inputs[:n_words]
    numbered = found.bucket_rows
    wv._ngrams = NgramRows(found.inputs[n_words:], numbered, is_pruned=numbered is not None)
    wv._word_bags, wv.end_is_whole = found.bags(), True
    wv.adjust_vectors()


def write_model(model: Any, path: PathLike, encoding: str, lr_update_rate: int, word_ngrams: int) -> None:
    """Implement `save_facebook_model`."""
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
    if END_OF_LINE in wv.key_to_index and not wv.end_is_whole:
        row = wv.key_to_index[END_OF_LINE]  # in fastText, its row alone is its vector
        inputs[row] = wv.vectors[row]
    outputs = model._core.output("syn1" if model.hs else "syn1neg")
    fasttext_bin.write(path, FastTextModel(args, dictionary, inputs, np.asarray(outputs)))
