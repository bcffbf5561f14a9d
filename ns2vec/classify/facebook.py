"""Classifiers from and to the files of fastText's supervised mode.

fastText adds 0.00001 to each probability, or at each step of a tree, and looks up logistic functions in a
table (``ova`` and ``ns``, to .008), where very sure labels are equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec._typing import PathLike
from ns2vec.classify.classifier import Classifier
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import fasttext_bin
from ns2vec.formats.fasttext_model import FastTextArgs, FastTextDictionary, FastTextModel
from ns2vec.inputs import BucketRows
from ns2vec.vocab import build_vocabulary

PREFIX = "__label__"
SAVED_LOSSES = ("softmax", "hs", "ns", "ova")


def load_fasttext_classifier(path: PathLike, prefix: str = PREFIX) -> Classifier:
    """Read a classifier that fastText saved.

    Parameters
    ----------
    path : path
        A ``.bin``, or an ``.ftz`` whose matrices are rounded; decompressed by its suffix.
    prefix : str
        What its labels begin with.

    Returns
    -------
    Classifier
        It can be trained on.

    Raises
    ------
    FormatError
        If the file is not what it claims to be, or holds vectors of words.
    """
    model = fasttext_bin.read(path)
    args, words = model.args, model.dictionary
    if not model.is_supervised or model.outputs is None:
        raise FormatError(
            f"{path}: expected a classifier, found {args.model}: ns2vec.fasttext.load_facebook_model reads it"
        )
    ngrams = model.ngrams
    made = Classifier(
        loss=args.loss, vector_size=args.dim, epochs=args.epoch, min_count=args.min_count,
        word_ngrams=args.word_ngrams, min_n=ngrams.min_n, max_n=ngrams.max_n, bucket=max(1, args.bucket),
        negative=max(1, args.neg), prefix=prefix,
    )  # fmt: skip
    core: Any = made._core
    keys = words.words("utf-8", "replace")
    labels = [label.removeprefix(prefix) for label in words.labels("utf-8", "replace")]
    core.take_words(vocabulary_of(keys, words.counts[: words.n_words]))
    core.outputs.take(vocabulary_of(labels, words.counts[words.n_words :]))
    features = core.inputs.features
    if features.bucket:
        pruned = words.pruned
        buckets = np.arange(args.bucket) if pruned is None else pruned[np.argsort(pruned[:, 1]), 0]
        features.numbered, features.skips = BucketRows(args.bucket, buckets), pruned is not None
    n_rows = words.n_words + features.n_bucket_rows
    core.inputs.take_rows(model.inputs[: words.n_words], model.inputs[words.n_words : n_rows])
    made.adds_noise = False
    made._take_outputs(model.outputs)
    return made


def vocabulary_of(keys: list[str], counts: Any) -> Any:
    """Keys in the order of the file."""
    return build_vocabulary(keys, np.asarray(counts), min_count=0, sorted_vocab=False)[0]


def save_fasttext_classifier(model: Classifier, path: PathLike) -> None:
    """Write a classifier that the ``fasttext`` package loads, atomically.

    Buckets of n-grams without a row become zeros, so the file holds all of them:
    ``4 * bucket * vector_size`` bytes.

    Parameters
    ----------
    model : Classifier
        With ``loss="ns"`` fastText ranks by scores without the noise that ns2vec adds.
    path : path
        Compressed by its suffix.

    Raises
    ------
    ConfigError
        If fastText has no such loss, or n-grams have been pruned.
    OSError
        If the file cannot be written.
    """
    if model.loss not in SAVED_LOSSES:
        raise ConfigError(
            f"fastText has the losses {', '.join(SAVED_LOSSES)}, not {model.loss!r}: train with one"
        )
    core: Any = model._core
    features, config = core.inputs.features, core.config
    if features.skips:
        raise ConfigError(
            "fastText reads pruned n-grams beside rounded matrices only: keep the file that was read"
        )
    ngrams = np.zeros((features.bucket, config.vector_size), dtype=np.float32)
    if features.numbered is not None:
        ngrams[features.numbered.buckets] = core.inputs.ngram_rows
    args = FastTextArgs(
        dim=config.vector_size, epoch=config.epochs, min_count=config.min_count, neg=config.negative,
        word_ngrams=features.word_ngrams, loss=model.loss, model="supervised", bucket=features.bucket,
        minn=model.min_n if features.ngrams else 0, maxn=model.max_n if features.ngrams else 0,
    )  # fmt: skip
    order = np.argsort(-core.counts, kind="stable")
    labels = [f"{model.prefix}{model.labels[i]}" for i in order.tolist()]
    entries = FastTextDictionary.of(
        [*model.wv.index_to_key, *labels],
        np.concatenate([np.maximum(core.inputs.counts, 1), core.counts[order]]),
        n_tokens=int(core.inputs.counts.sum()),
    )
    dictionary = FastTextDictionary(
        entries.text, entries.offsets, entries.counts, len(labels), entries.n_tokens
    )
    outputs = np.asarray(core.output("outputs"))
    outputs = outputs if model.loss == "hs" else outputs[order]
    inputs = np.concatenate([model.wv.vectors, ngrams])
    fasttext_bin.write(path, FastTextModel(args, dictionary, inputs, outputs))
