"""What a classifier trains: rows of words and n-grams, whose mean predicts labels, by an objective."""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec._registry import Registry
from ns2vec._typing import Float32Array, Int64Array
from ns2vec.classify.features import TextFeatures, Words
from ns2vec.classify.tokens import PackedTokens, WordKeys
from ns2vec.objectives import OBJECTIVES, Objective
from ns2vec.training import Spec, TargetSpec, TrainingConfig
from ns2vec.training.matrices import Rows, empty_rows, initial_rows, packed_rows
from ns2vec.training.units import Side, Units
from ns2vec.vocab import Huffman

OUTPUTS = "outputs"  # name of the output matrix

#: Name of a loss, as in fastText if it has it -> its objective.
LOSSES: Registry[type[Objective]] = Registry("loss")


@LOSSES.entry("softmax")
class OneLabel(Objective):
    """exp(x.y_l) / sum over all labels."""

    name, outputs, link = "softmax", "labels", "softmax"


@LOSSES.entry("ova")
class EachLabel(Objective):
    """A logistic decision for each label separately."""

    name, outputs, link = "ova", "labels", "logistic"


for _loss, _objective in (
    ("hs", "hierarchical_softmax"),
    ("ns", "negative_sampling"),
    ("nce", "nce"),
    ("sampled_softmax", "sampled_softmax"),
):
    LOSSES.register(_loss, OBJECTIVES[_objective])


def spec_of(loss: str, frozen: bool, config: TrainingConfig, n_labels: int) -> Spec:
    """The spec of a classifier with a loss: the mean of a line's rows predicts its label."""
    return Spec(
        (TargetSpec(OUTPUTS, LOSSES[loss]),),
        reader="pairs",
        pooled=True,
        frozen=frozenset({"inputs"} if frozen else ()),
    )


class TextUnits(Units):
    """Rows of words, which are their vectors, followed by those of n-grams.

    Parameters
    ----------
    wv : KeyedVectors
    features : TextFeatures
    is_packed : bool
        Rows have no padding: a table of millions of rows is most of the memory. Shards merge padded rows.
    """

    def __init__(self, wv: Any, features: TextFeatures, is_packed: bool = True) -> None:
        super().__init__(wv, "rows of words and n-grams")
        self.features, self.is_packed = features, is_packed
        self.rows: Any = np.empty((0, wv.vector_size), dtype=np.float32)

    @property
    def n_rows(self) -> int:
        """Number of trained rows."""
        return len(self.wv) + self.features.n_bucket_rows

    def take_words(self, words: PackedTokens) -> None:
        """Set the keys, without making Python's list and dict of them."""
        self.wv.adopt_keys(WordKeys(words), self.name)

    @property
    def words(self) -> Words:
        """Maps each word to its row."""
        keys = self.wv.unread_keys
        found: Words = keys.table if isinstance(keys, WordKeys) else self.wv.key_to_index
        return found

    @property
    def matrix(self) -> Any:
        """The rows that are trained, shape (n_rows, D)."""
        return self.rows

    @matrix.setter
    def matrix(self, rows: Any) -> None:
        self.rows = rows

    @property
    def ngram_rows(self) -> Any:
        """The rows of n-grams."""
        return self.rows[len(self.wv.vectors) :]

    def empty(self, n_rows: int, vector_size: int) -> Float32Array:
        """Zeros for this many rows, in the layout for training."""
        return (packed_rows if self.is_packed else empty_rows)(n_rows, vector_size)

    def begin(self, seed: int | None, vector_size: int) -> None:
        """Initialize all rows with small random numbers; those of an earlier training are freed before."""
        self.rows = self.wv.vectors = np.empty((0, vector_size), dtype=np.float32)
        super().begin(seed, vector_size)

    def take_rows(self, words: Any, ngrams: Any) -> None:
        """Set the rows, which are copied."""
        rows = self.empty(len(words) + len(ngrams), self.wv.vector_size)
        rows[: len(words)], rows[len(words) :] = words, ngrams
        self.rows = rows
        self.compose()

    def extend(self, seed: int | None) -> None:
        """Initialize rows of words and n-grams that have none: old rows move, and words stay the first."""
        n_words, n_ngrams, size = len(self.wv), self.features.n_bucket_rows, self.wv.vector_size
        grown = []
        for number, (old, n_rows) in enumerate(((self.wv.vectors, n_words), (self.ngram_rows, n_ngrams))):
            fresh = np.empty((n_rows - len(old), size), dtype=np.float32)
            initial_rows(fresh, None if seed is None else seed + len(self.rows) + number)
            grown.append(np.concatenate([old, fresh]))
        self.take_rows(*grown)

    def compose(self) -> None:
        """The vectors of words are the first rows."""
        self.wv.vectors = self.rows[: len(self.wv)]
        self.wv.vectors_changed()

    def side(self, vector_size: int, frozen: bool = False) -> Side:
        """The units as an epoch trains them."""
        rows = Rows(
            self.name, self.rows, self.n_rows, vector_size, is_read=frozen, may_be_packed=self.is_packed
        )
        return Side(rows, frozen=frozen)


def label_tree(counts: Int64Array) -> Huffman:
    """The Huffman tree that fastText builds, branch by branch, for labels in any order.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.classify.units import label_tree
    >>> tree = label_tree(np.array([8, 2, 1]))
    >>> [tree.code(label).tolist() for label in range(3)]
    [[0], [0, 1], [1, 1]]
    """
    n = len(counts)
    order = np.argsort(-counts, kind="stable")
    weights = [*counts[order].tolist(), *[10**15] * (n - 1)]
    parents, branches = [0] * (2 * n - 1), [0] * (2 * n - 1)
    leaf, node = n - 1, n
    for made in range(n, 2 * n - 1):
        chosen = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                chosen.append(leaf)
                leaf -= 1
            else:
                chosen.append(node)
                node += 1
        weights[made] = weights[chosen[0]] + weights[chosen[1]]
        parents[chosen[0]] = parents[chosen[1]] = made
        branches[chosen[1]] = 1
    depths = np.zeros(2 * n - 1, dtype=np.int64)
    for node in range(2 * n - 3, -1, -1):
        depths[node] = depths[parents[node]] + 1
    lengths = np.empty(n, dtype=np.int64)
    lengths[order] = depths[:n]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    points, codes = np.empty(offsets[-1], dtype=np.int32), np.empty(offsets[-1], dtype=np.uint8)
    above, taken = np.array(parents), np.array(branches, dtype=np.uint8)
    # all labels climb a branch at a time
    nodes, places = np.arange(n), offsets[:-1][order]
    while len(nodes := nodes[going := nodes < 2 * n - 2]):
        places = places[going]
        codes[places], nodes_above = 1 - taken[nodes], above[nodes]
        points[places] = nodes_above - n
        nodes, places = nodes_above, places + 1
    return Huffman(offsets, points, codes)
