"""Read and write classifiers in the files of fastText's supervised mode.

fastText adds 0.00001 to each probability, or at each step of a tree, and looks up logistic functions in a
table (``ova`` and ``ns``, to .008), so that labels with very high scores are equal.
"""

from __future__ import annotations

from dataclasses import replace
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
        A ``.bin`` file, or a quantized ``.ftz`` file; decompressed by its suffix.
    prefix : str
        The prefix of its labels.

    Returns
    -------
    Classifier
        It can be trained on.

    Raises
    ------
    FormatError
        If the file is not what it claims to be, or holds word vectors.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.classify import Classifier, load_fasttext_classifier, save_fasttext_classifier
    >>> texts, labels = ["good fun", "bad taste"] * 20, ["good", "bad"] * 20
    >>> model = Classifier(vector_size=8, bucket=100).fit(texts, labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.bin")
    ...     save_fasttext_classifier(model, path)
    ...     load_fasttext_classifier(path).labels == model.labels
    True
    """
    model = fasttext_bin.read(path)
    args, words = model.args, model.dictionary
    if not model.is_supervised or model.outputs is None:
        raise FormatError(
            f"{path}: expected a classifier, found {args.model}: read it with "
            "ns2vec.fasttext.load_facebook_model"
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
    made.quantized = dict(model.quantized)
    return made


def vocabulary_of(keys: list[str], counts: Any) -> Any:
    """Keys in the order of the file."""
    return build_vocabulary(keys, np.asarray(counts), min_count=0, sorted_vocab=False)[0]


def save_fasttext_classifier(model: Classifier, path: PathLike) -> None:
    """Write a classifier that the ``fasttext`` package loads, atomically.

    A copy made by `Classifier.quantize` becomes an ``.ftz`` file, whatever its name. In a ``.bin`` file,
    buckets of n-grams without a row are zeros, so the file holds all buckets: ``4 * bucket * vector_size``
    bytes.

    Parameters
    ----------
    model : Classifier
        With ``loss="ns"``, fastText ranks by scores without the noise distribution that ns2vec adds.
    path : path
        Compressed according to its suffix.

    Raises
    ------
    ConfigError
        If fastText has no such loss, or n-grams have been pruned and rows are no longer rounded.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.classify import Classifier, save_fasttext_classifier
    >>> texts, labels = ["good fun", "bad taste"] * 20, ["good", "bad"] * 20
    >>> model = Classifier(vector_size=8, bucket=100).fit(texts, labels)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_fasttext_classifier(model, os.path.join(folder, "model.bin"))
    ...     os.listdir(folder)
    ['model.bin']
    """
    if model.loss not in SAVED_LOSSES:
        raise ConfigError(
            f"fastText has the losses {', '.join(SAVED_LOSSES)}, not {model.loss!r}: train with one"
        )
    core: Any = model._core
    features, config, rounded = core.inputs.features, core.config, dict(model.quantized)
    if features.skips and not rounded:
        raise ConfigError("fastText reads pruned n-grams only with quantized matrices: call quantize() first")
    args = FastTextArgs(
        dim=config.vector_size, epoch=config.epochs, min_count=config.min_count, neg=config.negative,
        word_ngrams=features.word_ngrams, loss=model.loss, model="supervised", bucket=features.bucket,
        minn=model.min_n if features.ngrams else 0, maxn=model.max_n if features.ngrams else 0,
    )  # fmt: skip
    order = np.argsort(-core.counts, kind="stable")
    outputs = np.asarray(core.output("outputs"))
    if model.loss != "hs":  # its rows are those of decisions
        outputs = outputs[order]
        if "outputs" in rounded:
            rounded["outputs"] = rounded["outputs"].take(order)
    ngrams = core.inputs.ngram_rows if rounded else all_buckets(core.inputs, config.vector_size)
    inputs = np.concatenate([model.wv.vectors, ngrams])
    dictionary = dictionary_of(model, order.tolist())
    fasttext_bin.write(path, FastTextModel(args, dictionary, inputs, outputs, quantized=rounded))


def all_buckets(units: Any, size: int) -> Any:
    """Rows of all buckets: zeros for those without a row."""
    features = units.features
    found = np.zeros((features.bucket, size), dtype=np.float32)
    if features.numbered is not None:
        found[features.numbered.buckets] = units.ngram_rows
    return found


def dictionary_of(model: Classifier, order: list[int]) -> FastTextDictionary:
    """The words, the labels in some order, and which buckets have a row."""
    core: Any = model._core
    labels = [f"{model.prefix}{model.labels[i]}" for i in order]
    entries = FastTextDictionary.of(
        [*model.wv.index_to_key, *labels],
        np.concatenate([np.maximum(core.inputs.counts, 1), core.counts[order]]),
        n_tokens=int(core.inputs.counts.sum()),
    )
    pruned = None
    if core.inputs.features.skips:
        buckets = core.inputs.features.numbered.buckets
        pruned = np.stack([buckets, np.arange(len(buckets), dtype=np.int32)], axis=1)
    return replace(entries, n_labels=len(labels), pruned=pruned)
