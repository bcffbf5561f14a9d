"""A fastText model as plain data: readers of files return it, writers take it, models are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ns2vec._ahead import map_ahead
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.formats.fasttext_quantized import QuantizedMatrix
from ns2vec.inputs import Bags, BucketRows, Ngrams, mean_rows, word_bags
from ns2vec.inputs._ngrams import encode_words

#: Names by their numbers in files.
MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
LOSSES = {1: "hs", 2: "ns", 3: "softmax", 4: "ova"}
LAST_VERSION = 12
BLOCK_WORDS = 1 << 14  # the rows of this many bags take a few megabytes
N_THREADS = 2


@dataclass(frozen=True)
class FastTextArgs:
    """The training options of a model, with fastText's names, in the order of its files.

    Attributes
    ----------
    dim, ws, epoch, min_count, neg, word_ngrams : int
    loss : {"hs", "ns", "softmax", "ova"}
    model : {"cbow", "skipgram", "supervised"}
    bucket, minn, maxn, lr_update_rate : int
    t : float
    """

    dim: int = 100
    ws: int = 5
    epoch: int = 5
    min_count: int = 5
    neg: int = 5
    word_ngrams: int = 1
    loss: str = "ns"
    model: str = "skipgram"
    bucket: int = 2_000_000
    minn: int = 3
    maxn: int = 6
    lr_update_rate: int = 100
    t: float = 1e-4

    def __post_init__(self) -> None:
        for name, known in (("loss", LOSSES), ("model", MODELS)):
            if getattr(self, name) not in known.values():
                expected = ", ".join(map(repr, known.values()))
                raise ConfigError(f"{name} must be one of {expected}, got {getattr(self, name)!r}")


@dataclass(frozen=True)
class FastTextDictionary:
    """Words, labels after them, and the remaining buckets of n-grams.

    Attributes
    ----------
    text : ndarray, uint8
        All entries as bytes, each followed by a NUL.
    offsets : ndarray of shape (n + 1,), int64
        Entry i is ``text[offsets[i]:offsets[i + 1] - 1]``.
    counts : ndarray of shape (n,), int64
    n_labels : int
        The last entries are labels.
    n_tokens : int
        Words in the corpus.
    pruned : ndarray of shape (k, 2), int32, or None if all buckets have their row
        Buckets and their rows, counted after the words; other n-grams are left out of words.
    """

    text: npt.NDArray[np.uint8]
    offsets: Int64Array
    counts: Int64Array
    n_labels: int = 0
    n_tokens: int = 0
    pruned: Int32Array | None = None

    @classmethod
    def of(
        cls, words: Sequence[str | bytes], counts: npt.ArrayLike, n_tokens: int | None = None
    ) -> FastTextDictionary:
        """Return the dictionary of some words; `n_tokens` is the sum of their counts by default."""
        text, offsets = encode_words(list(words))
        found = np.asarray(counts, dtype=np.int64)
        return cls(text, offsets, found, n_tokens=int(found.sum()) if n_tokens is None else n_tokens)

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def n_words(self) -> int:
        """Number of words."""
        return len(self) - self.n_labels

    def words(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> list[str]:
        """Return the words as text; ``errors="surrogateescape"`` keeps the bytes that are not valid."""
        return self._decoded(0, self.n_words, encoding, errors)

    def labels(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> list[str]:
        """Return the labels as text, including their prefix."""
        return self._decoded(self.n_words, len(self), encoding, errors)

    def _decoded(self, first: int, end: int, encoding: str, errors: str) -> list[str]:
        start, stop = self.offsets[first], self.offsets[end]
        text = self.text[start:stop].tobytes().decode(encoding, errors)
        if text.count("\0") == end - first:
            return text.split("\0")[:-1]
        # a NUL is another character, or more than one byte
        pairs = zip(self.offsets[first:end], self.offsets[first + 1 : end + 1] - 1, strict=True)
        return [self.text[start:stop].tobytes().decode(encoding, errors) for start, stop in pairs]


@dataclass(frozen=True)
class FastTextModel:
    """The contents of a file of fastText.

    Attributes
    ----------
    args : FastTextArgs
    dictionary : FastTextDictionary
    inputs : ndarray of shape (n_words + n_buckets, dim), float32
        Vectors of words, followed by those of n-grams.
    outputs : ndarray of shape (n_words or n_labels, dim), float32, or None if they were not requested
    version : {12, 11, 0}
        Of the file; 0 is the version of 2016, which had no number.
    quantized : dict of name -> QuantizedMatrix
        Matrices that ``fasttext quantize`` has rounded to a few centroids, as in the file; `inputs`
        and `outputs` are their values.

    Raises
    ------
    ConfigError
        If the matrices do not fit the dictionary.
    """

    args: FastTextArgs
    dictionary: FastTextDictionary
    inputs: Float32Array
    outputs: Float32Array | None = None
    version: int = LAST_VERSION
    quantized: Mapping[str, QuantizedMatrix] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shapes = {"inputs": (self.n_inputs, self.args.dim), "outputs": (self.n_outputs, self.args.dim)}
        for name, shape in shapes.items():
            found = np.shape(getattr(self, name))
            if found != shape and (name == "inputs" or self.outputs is not None):
                raise ConfigError(f"expected {name} of shape {shape} for this dictionary, got {found}")

    @property
    def is_supervised(self) -> bool:
        """Whether it is a classifier: its outputs are labels."""
        return self.args.model == "supervised"

    @property
    def n_inputs(self) -> int:
        """Number of rows of the inputs."""
        return n_inputs(self.args, self.dictionary)

    @property
    def n_outputs(self) -> int:
        """Number of rows of the outputs."""
        return n_outputs(self.args, self.dictionary)

    @property
    def ngrams(self) -> Ngrams:
        """The n-grams of its words: before version 12, classifiers had none, whatever `maxn` says."""
        max_n = 0 if self.is_supervised and self.version < LAST_VERSION else self.args.maxn
        return Ngrams(self.args.minn, max_n, self.args.bucket)

    @property
    def bucket_rows(self) -> BucketRows | None:
        """The rows of buckets that remain after pruning; None if all are there."""
        if self.dictionary.pruned is None:
            return None
        buckets, rows = self.dictionary.pruned.T
        return BucketRows(self.args.bucket, buckets[np.argsort(rows)])

    def bags(self) -> Bags:
        """Return the rows of each word and of its n-grams."""
        return self._bags(0, self.dictionary.n_words, self.bucket_rows)

    def _bags(self, first: int, end: int, numbered: BucketRows | None) -> Bags:
        return word_bags(
            (self.dictionary.text, self.dictionary.offsets[first : end + 1]),
            self.ngrams,
            first_word=first,
            first_ngram=self.dictionary.n_words,
            numbered=numbered,
            is_growing=False,
        )

    def vectors(self) -> Float32Array:
        """Return the vectors of all words, shape (n_words, dim): means of their rows."""
        n_words, numbered = self.dictionary.n_words, self.bucket_rows
        found = np.empty((n_words, self.args.dim), dtype=np.float32)

        def fill(first: int) -> None:
            end = min(first + BLOCK_WORDS, n_words)
            mean_rows(self._bags(first, end, numbered), self.inputs, out=found[first:end])

        for _ in map_ahead(fill, range(0, n_words, BLOCK_WORDS), N_THREADS):
            pass
        return found


def n_inputs(args: FastTextArgs, dictionary: FastTextDictionary) -> int:
    """Number of input rows of such a model: its words, and the buckets that remain after pruning."""
    return dictionary.n_words + (args.bucket if dictionary.pruned is None else len(dictionary.pruned))


def n_outputs(args: FastTextArgs, dictionary: FastTextDictionary) -> int:
    """Number of output rows of such a model: its labels, or its words."""
    return dictionary.n_labels if args.model == "supervised" else dictionary.n_words
