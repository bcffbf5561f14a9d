"""From labelled lines to training data: words and labels with initial vectors, pairs of them, and weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import number
from ns2vec._platform import give_back_memory
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.classify._lines import LineRows
from ns2vec.classify.lines import LabelLists, TextLines
from ns2vec.classify.units import OUTPUTS, label_tree
from ns2vec.exceptions import ConfigError
from ns2vec.inputs import Bags
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.training import EmbeddingCore, TrainingConfig
from ns2vec.training.pairs import Pairs
from ns2vec.vocab import Vocabulary, build_vocabulary, falling_order, grow_vocabulary

CHUNKS = 50  # per epoch, at least: each has one learning rate
CHUNK_PAIRS = (20, 2000)

# ---- words and labels ----


def check_pretrained(pretrained: KeyedVectors | None, vector_size: int, freeze: bool) -> None:
    """Refuse unsuitable initial vectors."""
    if pretrained is None:
        if freeze:
            raise ConfigError("freeze=True needs pretrained vectors: pass pretrained=, or leave it out")
        return
    if pretrained.vector_size != vector_size:
        raise ConfigError(
            f"vector_size must be that of the pretrained vectors, {pretrained.vector_size}, got {vector_size}"
        )
    if not np.isfinite(pretrained.vectors).all():
        raise ConfigError("pretrained vectors must be finite, got NaN or infinity: leave those words out")


def choose(core: EmbeddingCore, lines: TextLines, lists: LabelLists, pretrained: KeyedVectors | None) -> None:
    """Choose words, labels and n-grams; `make_rows` initializes their vectors."""
    inputs: Any = core.inputs
    take_words(core, lines, pretrained)
    core.outputs.take(build_vocabulary(lists.labels, label_counts(lists), min_count=1)[0])
    inputs.features.forget()
    inputs.features.number(lines, inputs.words)


def make_rows(core: EmbeddingCore, pretrained: KeyedVectors | None) -> None:
    """Initialize the vectors of words, labels and n-grams."""
    inputs: Any = core.inputs
    give_back_memory()  # the memory of reading and counting: the rows need new memory
    core.begin(core.config.seed)
    if pretrained is not None:
        if "inputs" in core.spec.frozen:
            inputs.rows[:] = 0.0
        inputs.rows[[core.wv.key_to_index[key] for key in pretrained.index_to_key]] = pretrained.vectors
    finish_tables(core)


def take_words(core: EmbeddingCore, lines: TextLines, pretrained: KeyedVectors | None) -> None:
    """Choose words, the most frequent first; those with pretrained vectors are known, too."""
    counts = lines.counts()
    known = np.flatnonzero(counts >= max(core.config.min_count, 1))
    if pretrained is None:
        known = known[falling_order(counts[known])]
        core.take_words(Vocabulary([], {}, counts[known], len(known), int(counts[known].sum()), 0))
        core.inputs.take_words(lines.tokens.taken(known))  # type: ignore[attr-defined]
        return
    tokens = lines.tokens.taken(known).read()
    more = [*(pretrained.key_to_index.keys() - {*tokens})]
    more.sort(key=pretrained.key_to_index.__getitem__)
    found = np.concatenate([counts[known], np.zeros(len(more), np.int64)])
    core.take_words(build_vocabulary(tokens + more, found, min_count=0)[0])


def grow(core: EmbeddingCore, lines: TextLines, lists: LabelLists) -> None:
    """Initialize the vectors of new words, n-grams and labels."""
    inputs: Any = core.inputs
    for units, tokens, counts, least in (
        (core.inputs, lines.tokens.read(), lines.counts(), core.config.min_count),
        (core.outputs, lists.labels, label_counts(lists), 1),
    ):
        seen = np.flatnonzero(counts)
        tokens = [tokens[i] for i in seen.tolist()]
        options: Any = {"min_count": least, "sample": 0.0}
        units.add(grow_vocabulary(units.wv.key_to_index, units.counts, tokens, counts[seen], **options))
    inputs.features.number(lines, inputs.words)
    core.extend(core.config.seed)
    finish_tables(core)


def label_counts(lists: LabelLists) -> Int64Array:
    """Number of lines with each label."""
    return np.bincount(lists.ids, minlength=len(lists.labels)).astype(np.int64)


def finish_tables(core: EmbeddingCore) -> None:
    """Set the vectors of labels, and build fastText's tree, because its files have no other."""
    core.outputs.wv.vectors = core.output(OUTPUTS)
    if core.spec.has_path:
        core.tables.tree = label_tree(core.counts)


def in_chunks(config: TrainingConfig, n_pairs: int) -> TrainingConfig:
    """The configuration for this many pairs."""
    values = {name: getattr(config, name) for name in TrainingConfig.__dataclass_fields__}
    least, most = CHUNK_PAIRS
    return TrainingConfig(**(values | {"batch_words": int(np.clip(n_pairs // CHUNKS, least, most))}))


# ---- pairs of lines and labels ----


@dataclass(frozen=True)
class LinePairs:
    """Lines with an output each; their features are computed when they are trained.

    Attributes
    ----------
    rows : LineRows
        Gives the features of any line.
    lines : ndarray of shape (n,), int64, or None
        The line of each pair; None: pair i has line i.
    outputs : ndarray of shape (n,), int32
    weights : ndarray of shape (n,), float32, or None
        Factor of each pair's loss.
    """

    rows: LineRows
    lines: Int64Array | None
    outputs: Int32Array
    weights: Float32Array | None

    def __len__(self) -> int:
        return len(self.outputs)

    @cached_property
    def mark(self) -> int:
        """The mark for checkpoints: of the features of all lines, their outputs and weights."""
        return self.take(np.arange(len(self))).mark

    def take(self, places: npt.NDArray[Any]) -> Pairs:
        """Select some of them, in the order of `places`, with their features."""
        offsets, rows, _ = self.rows.rows(places if self.lines is None else self.lines[places])
        weights = None if self.weights is None else self.weights[places]
        return Pairs(rows, self.outputs[places], weights, offsets)

    def in_order(self, places: Int64Array) -> tuple[Pairs, None]:
        """Pairs to train, computed on request."""
        return self.take(places), None


def pairs_of(core: EmbeddingCore, rows: LineRows, ids: Any, offsets: Int64Array, weights: Any) -> LinePairs:
    """Lines with their labels: one set per line if all labels are scored, otherwise one pair per label.

    Parameters
    ----------
    core : EmbeddingCore
        Its `label_sets` are made if they are needed.
    rows : LineRows
        Features of lines, all of which have rows.
    ids : ndarray, int32
        Columns of the labels of all lines.
    offsets : ndarray of shape (n + 1,), int64
        The first label of each line.
    weights : ndarray of shape (n,), float32, or None
    """
    lengths = np.diff(offsets)
    has_features = rows.counts() > 0
    lines = np.flatnonzero((lengths > 0) & has_features)
    if (lengths[lines] == 1).all():
        outputs = ids[offsets[lines]]
    elif core.spec.targets[0].outputs == "labels":
        core.label_sets, outputs = label_sets(ids, offsets, lines)
    else:
        shares = (1.0 / np.repeat(lengths[lines], lengths[lines])).astype(np.float32)
        lines = np.repeat(np.arange(len(lengths)), lengths * has_features)
        outputs = ids[np.repeat(has_features, lengths)]
        return of_lines(rows, lines, outputs, shares if weights is None else weights[lines] * shares)
    return of_lines(rows, lines, outputs, None if weights is None else weights[lines])


def of_lines(rows: LineRows, lines: Any, outputs: Any, weights: Float32Array | None) -> LinePairs:
    """Pairs of some lines with an output each."""
    is_all = len(lines) == len(rows) and bool((lines == np.arange(len(rows))).all())
    return LinePairs(rows, None if is_all else lines, np.ascontiguousarray(outputs, dtype=np.int32), weights)


def label_sets(
    ids: npt.NDArray[np.int32], offsets: Int64Array, lines: Any
) -> tuple[Bags, npt.NDArray[np.int32]]:
    """Distinct sets of labels, and the set of each line."""
    numbers: dict[tuple[int, ...], int] = {}
    listed, starts, ends = ids.tolist(), offsets[lines].tolist(), offsets[lines + 1].tolist()
    found = [
        numbers.setdefault(tuple(sorted(listed[start:end])), len(numbers))
        for start, end in zip(starts, ends, strict=True)
    ]
    rows = np.array([label for each in numbers for label in each], dtype=np.int32)
    sets = Bags(np.concatenate([[0], np.cumsum([*map(len, numbers)])]).astype(np.int64), rows)
    return sets, np.array(found, dtype=np.int32)


# ---- weights ----


def line_weights(
    core: EmbeddingCore, ids: Any, offsets: Int64Array, sample_weight: Any, class_weight: Any
) -> Float32Array | None:
    """Factor of each line's loss: its own, times the mean of those of its labels; None if all are 1.

    Parameters
    ----------
    core : EmbeddingCore
    ids, offsets
        As in `pairs_of`.
    sample_weight : array-like of shape (n,), or None
    class_weight : dict of label -> float, ``"balanced"``, or None

    Raises
    ------
    ConfigError
        If a weight is invalid, or belongs to a label that does not occur.
    """
    found = None
    n_lines = len(offsets) - 1
    if sample_weight is not None:
        found = np.asarray(sample_weight, dtype=np.float32)
        if found.shape != (n_lines,) or not (np.isfinite(found).all() and (found >= 0).all()):
            raise ConfigError(f"sample_weight must be {n_lines} finite numbers of at least 0, one per line")
    if class_weight is None:
        return found
    of_label = np.append(label_weights(core, class_weight), 0.0)[ids]
    sums = np.diff(np.concatenate([[0.0], np.cumsum(of_label, dtype=np.float64)])[offsets])
    means = (sums / np.maximum(np.diff(offsets), 1)).astype(np.float32)
    return means if found is None else means * found


def label_weights(core: EmbeddingCore, given: Any) -> Float32Array:
    """Factor of each label; with ``"balanced"``, those of frequent labels are small."""
    counts, places = core.counts, core.outputs.wv.key_to_index
    if given == "balanced":
        return np.asarray(counts.sum() / (len(counts) * counts), dtype=np.float32)
    if not isinstance(given, Mapping):
        raise ConfigError(f"class_weight must be a dict, 'balanced' or None, got {given!r:.80}")
    if unknown := [label for label in given if label not in places]:
        raise ConfigError(f"class_weight names the label {unknown[0]!r}, which no line has: leave it out")
    weights = [number(f"class_weight of {label!r}", given.get(label, 1.0), 0.0) for label in places]
    return np.array(weights, np.float32)
