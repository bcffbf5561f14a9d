"""Storage of the vectors of inputs: in a row of its own, or in a bag of rows of which it is the mean or sum.

Units have keys, which are those of a `KeyedVectors`: words, tags, users, nodes. They own their trained
rows, and grow with their keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ns2vec import _kernels
from ns2vec._typing import Float32Array, Int64Array
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.inputs import Bags, mean_rows
from ns2vec.training.matrices import Rows, empty_rows, grown_column, grown_rows, initial_rows
from ns2vec.vocab import Columns, Growth, Vocabulary

__all__ = ["BagUnits", "Side", "Units"]

FROM_COUNTS = ("sample_int", "code", "point")  # attributes of words that are computed from all counts


@dataclass
class Side:
    """Units as an epoch trains them: their rows, and how vectors are computed from them.

    Attributes
    ----------
    rows : Rows
    bags : Bags or None
        The rows of each unit; None if each has a row of its own.
    combine : {"mean", "sum"}
        How a unit's vector is computed from its rows.
    lock : ndarray of shape (n,), float32, or None
        Factors of the changes of each row.
    frozen : bool
        Its vectors are not changed.
    """

    rows: Rows
    bags: Bags | None = None
    combine: str = "mean"
    lock: Float32Array | None = None
    frozen: bool = False

    def matrix(self) -> _kernels.UnitMatrix:
        """The units for the kernels."""
        options: dict[str, Any] = {"lock": self.lock, "frozen": self.frozen}
        if self.bags is not None:
            options |= {**self.bags._asdict(), "combine": self.combine}
        return _kernels.UnitMatrix(self.rows.padded, **options)

    def vectors(self) -> Float32Array:
        """The current vectors of all units, (n_units, stride); without bags, the rows themselves."""
        return self.rows.padded if self.bags is None else composed(self.bags, self.rows.padded, self.combine)


def composed(bags: Bags, rows: Float32Array, combine: str) -> Float32Array:
    """Return the mean, or with "sum" the sum, of each bag's rows, (n_bags, D)."""
    vectors = mean_rows(bags, rows)
    if combine == "sum":
        vectors *= np.diff(bags.offsets)[:, np.newaxis]
    return vectors


def lock_factors(vectors_lockf: Any) -> Float32Array | None:
    """Gensim's ``wv.vectors_lockf`` for the kernels: None if it is all ones of length 1."""
    if vectors_lockf is None:
        return None
    factors = np.ascontiguousarray(vectors_lockf, dtype=np.float32).reshape(-1)
    return None if len(factors) == 0 or (len(factors) == 1 and factors[0] == 1.0) else factors


class Units:
    """Units that each have a row of their own, which is their vector.

    Parameters
    ----------
    wv : KeyedVectors
        Their keys and vectors; the vectors are trained in place. Users may replace them at any time.
    name : str
        Name of the matrix, for messages.
    shift : int
        Added to the seed of new rows, so that units of two kinds are not initialized alike.
    """

    bags: Bags | None = None
    combine = "mean"

    def __init__(self, wv: Any, name: str = "wv.vectors", shift: int = 0) -> None:
        self.wv = wv
        self.name = name
        self.shift = shift
        self.is_shared = False  # with others, whose keys and counts must not change

    def __len__(self) -> int:
        return len(self.wv)

    # ---- keys ----

    def columns(self) -> Columns:
        """Attributes of the keys, some of which may be computed on first use."""
        if not isinstance(self.wv.expandos, Columns):
            self.wv.expandos = Columns(self.wv.expandos)
        return self.wv.expandos

    @property
    def counts(self) -> Int64Array:
        """Counts of the units, shape (n_units,).

        Raises
        ------
        VocabularyError
            If they are unknown: a file may lack them.
        """
        if "count" not in self.wv.expandos:
            raise VocabularyError(
                "the words have no counts, which noise and subsampling need: set them with "
                'model.wv.set_vecattr(word, "count", number), or load a file that has them'
            )
        found: Int64Array = np.asarray(self.wv.expandos["count"])
        return found

    def take(self, vocabulary: Vocabulary) -> None:
        """Set the keys; they have no vectors yet."""
        self.wv.index_to_key, self.wv.key_to_index = vocabulary.index_to_key, vocabulary.key_to_index
        self.wv.expandos = Columns({"count": vocabulary.counts})
        self.is_shared = False

    def share(self, wv: Any) -> None:
        """Use the keys of other vectors; they are copied before they grow."""
        self.wv.index_to_key, self.wv.key_to_index = wv.index_to_key, wv.key_to_index
        self.wv.expandos = wv.expandos
        self.is_shared = True

    def add(self, growth: Growth) -> None:
        """Append new keys, and add to the counts; takes time in proportion to the new ones."""
        wv = self.wv
        if self.is_shared:
            wv.index_to_key, wv.key_to_index = [*wv.index_to_key], {**wv.key_to_index}
            wv.expandos = Columns({**wv.expandos, "count": self.counts.copy()})
            self.is_shared = False
        n_known = len(wv.index_to_key)
        n_units = n_known + len(growth.new_keys)
        wv.index_to_key.extend(growth.new_keys)
        wv.key_to_index.update(zip(growth.new_keys, range(n_known, n_units), strict=True))
        columns = self.columns()
        for name in [*columns]:
            if name not in FROM_COUNTS:
                columns[name] = grown_column(columns[name], n_units)
        growth.add_to(columns["count"])

    # ---- rows ----

    @property
    def n_rows(self) -> int:
        """Number of trained rows, including free ones."""
        return len(self.wv)

    @property
    def matrix(self) -> Any:
        """The rows that are trained, shape (n_rows, D)."""
        return self.wv.vectors

    @matrix.setter
    def matrix(self, rows: Any) -> None:
        self.wv.vectors = rows

    def seed(self, seed: int | None) -> int | None:
        """The seed of these units' new rows."""
        return None if seed is None else seed + self.shift

    def empty(self, n_rows: int, vector_size: int) -> Float32Array:
        """Zeros for this many rows, in the layout for training."""
        return empty_rows(n_rows, vector_size)

    def begin(self, seed: int | None, vector_size: int) -> None:
        """Initialize all rows with small random numbers."""
        rows = self.empty(self.n_rows, vector_size)
        initial_rows(rows, self.seed(seed))
        self.matrix = rows
        self.wv.vectors_lockf = np.ones(1, dtype=np.float32)
        self.compose()

    def extend(self, seed: int | None) -> None:
        """Initialize rows without values; each gets the values that it would have had from the start."""
        n_known = len(self.matrix)
        rows = grown_rows(self.matrix, self.n_rows)
        initial_rows(rows, self.seed(seed), first=n_known)
        self.matrix = rows
        lock = getattr(self.wv, "vectors_lockf", np.ones(1, dtype=np.float32))
        if len(lock) == n_known != 1:
            lock = np.concatenate([lock, np.ones(len(rows) - n_known, dtype=lock.dtype)])
        self.wv.vectors_lockf = lock
        self.compose()
        self.wv.vectors_changed()

    def compose(self) -> None:
        """Update the vectors from the trained rows: here they are the same."""

    def side(self, vector_size: int, frozen: bool = False) -> Side:
        """The units as an epoch trains them.

        Raises
        ------
        ConfigError
            If the matrix has a wrong shape.
        """
        keys = self.wv.index_to_key if self.bags is None else ()
        rows = Rows(self.name, self.matrix, self.n_rows, vector_size, keys, is_read=frozen)
        return Side(rows, self.bags, self.combine, self.lock(), frozen)

    def lock(self) -> Float32Array | None:
        """Factors of the changes of each row; None if all are 1."""
        return lock_factors(getattr(self.wv, "vectors_lockf", None))


class BagUnits(Units):
    """Units whose vectors are computed from rows that several of them may share: subwords, features.

    Parameters
    ----------
    wv : KeyedVectors
        Its vectors are computed again after the rows have been trained.
    bags : Bags
        The rows of each key; replace them before `extend` when keys are added.
    n_rows : int
        Number of rows in their matrix.
    combine : {"mean", "sum"}
    name : str
        Name of the matrix of rows, for messages.
    """

    def __init__(self, wv: Any, bags: Bags, n_rows: int, combine: str = "mean", name: str = "rows") -> None:
        super().__init__(wv, name)
        self.combine = combine
        self.rows: Any = np.empty((0, wv.vector_size), dtype=np.float32)
        self.take_bags(bags, n_rows)

    def take_bags(self, bags: Bags, n_rows: int) -> None:
        """Set the rows of the keys."""
        self.bags, self.n_bag_rows = bags, n_rows

    @property
    def n_rows(self) -> int:
        """Number of trained rows."""
        return self.n_bag_rows

    @property
    def matrix(self) -> Any:
        """The rows that are trained, shape (n_rows, D)."""
        return self.rows

    @matrix.setter
    def matrix(self, rows: Any) -> None:
        self.rows = rows

    def compose(self) -> None:
        """Compute each vector from the rows of its bag.

        Raises
        ------
        ConfigError
            If the numbers of bags and keys differ.
        """
        n_keys, n_bags = len(self.wv.index_to_key), 0 if self.bags is None else len(self.bags.offsets) - 1
        if self.bags is None or n_bags != n_keys:
            raise ConfigError(
                f"expected a bag for each of {n_keys} keys, got {n_bags}: give bags of the new keys, too"
            )
        self.wv.vectors = composed(self.bags, self.rows, self.combine)
