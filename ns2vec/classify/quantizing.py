"""Small classifiers: rows rounded to centroids, and short rows left out; without training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import Int64Array
from ns2vec.classify.learning import finish_tables
from ns2vec.classify.lines import END_OF_LINE
from ns2vec.classify.units import OUTPUTS
from ns2vec.exceptions import VocabularyError
from ns2vec.formats.product_quantization import quantize_matrix
from ns2vec.inputs import BucketRows
from ns2vec.vocab import build_vocabulary

if TYPE_CHECKING:
    from ns2vec.classify.files import StoredClassifier

Model = TypeVar("Model", bound="StoredClassifier")


def quantized(
    model: Model, *, keep: int | None, width: int, has_lengths: bool, outputs: bool, seed: int
) -> Model:
    """Return a quantized copy of a classifier; see `ns2vec.classify.Classifier.quantize`."""
    if not model._core.outputs.wv.index_to_key:
        raise VocabularyError("the classifier knows no labels yet: call fit() first")
    seed = whole("seed", seed)
    made = type(model).from_state(model.to_state())
    core: Any = made._core
    n_words, rows = len(core.wv.index_to_key), np.asarray(core.inputs.rows)
    kept = heaviest(rows, None if keep is None else whole("keep", keep, 1), core.wv.key_to_index)
    matrix = quantize_matrix(rows[kept], width, has_lengths=has_lengths, seed=seed)
    words, ngrams = kept[kept < n_words], kept[kept >= n_words] - n_words
    keys, counts = [core.wv.index_to_key[row] for row in words.tolist()], core.inputs.counts[words]
    core.take_words(build_vocabulary(keys, counts, min_count=0, sorted_vocab=False)[0])
    features = core.inputs.features
    if features.numbered is not None:
        features.numbered = BucketRows(features.bucket, features.numbered.buckets[ngrams])
        features.skips = True
    decoded = matrix.decoded()
    core.inputs.take_rows(decoded[: len(words)], decoded[len(words) :])
    made.quantized = {"inputs": matrix}
    if outputs:
        labels = quantize_matrix(np.asarray(core.output(OUTPUTS)), width, has_lengths=has_lengths, seed=seed)
        core.matrices[OUTPUTS] = labels.decoded()
        made.quantized["outputs"] = labels
    finish_tables(core)
    return made


def heaviest(rows: Any, keep: int | None, words: dict[Any, int]) -> Int64Array:
    """Numbers of the longest rows in order, including the end of a line in any case: it is in all lines."""
    if keep is None or keep >= len(rows):
        return np.arange(len(rows), dtype=np.int64)
    lengths = np.linalg.norm(rows, axis=1)
    if END_OF_LINE in words:
        lengths[words[END_OF_LINE]] = np.inf
    return np.sort(np.argpartition(-lengths, keep - 1)[:keep]).astype(np.int64)
