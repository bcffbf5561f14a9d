"""Tables computed from the counts of the words: the Huffman tree, the noise, the bound sampler.

Each is made on first use, and again after the counts have changed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.sampling import (
    BoundSampler,
    NoiseData,
    make_cum_table,
    make_sampler,
    noise_distribution,
    weights_of_cum_table,
)
from ns2vec.vocab import Huffman, build_huffman, keep_probabilities, keep_thresholds


def thresholds_of(counts: Int64Array, sample: float, null_row: int | None) -> npt.NDArray[np.uint32]:
    """Subsampling thresholds; the padding word is not text and is never trained, as in gensim."""
    if null_row is None:
        return keep_thresholds(counts, sample)
    return np.insert(keep_thresholds(np.delete(counts, null_row), sample), null_row, np.uint32(0))


def paths_of(tree: Huffman, name: str) -> npt.NDArray[Any]:
    """Each word's ``"code"`` (uint8) or ``"point"`` (uint32), shape (V,), of arrays."""
    whole = tree.codes.astype(np.uint8) if name == "code" else tree.points.astype(np.uint32)
    paths = np.empty(len(tree.offsets) - 1, dtype=object)
    paths[:] = np.split(whole, tree.offsets[1:-1]) if len(paths) > 1 else [whole]
    return paths


class Tables:
    """Tables of one vocabulary.

    Attributes
    ----------
    cum_table : ndarray of shape (V,), uint32, or None
        A cumulative noise distribution that was requested or set; None until then.
    bound : BoundSampler or None
        The sampler that drew most recently, with its state.
    """

    def __init__(self) -> None:
        self.cum_table: Any = None
        self.made_cum_table: npt.NDArray[np.uint32] | None = None
        self.bound: BoundSampler | None = None
        self.bound_for: Any = None
        self.tree: Huffman | None = None

    def forget(self) -> None:
        """Reset all tables: the counts have changed."""
        self.cum_table = self.made_cum_table = self.bound = self.tree = None

    def make_cum_table(self, counts: Int64Array, exponent: float, domain: int = 2**31 - 1) -> Any:
        """Make the cumulative noise distribution scaled to `domain`."""
        self.cum_table = make_cum_table(counts, exponent, domain)
        self.made_cum_table = self.cum_table.copy()  # shows whether a user changes it
        return self.cum_table

    @property
    def has_own_noise(self) -> bool:
        """Whether a user has set a noise distribution."""
        if self.cum_table is None:
            return False
        return self.made_cum_table is None or not np.array_equal(self.cum_table, self.made_cum_table)

    def noise(self, counts: Int64Array, exponent: float) -> npt.NDArray[np.float64]:
        """The noise distribution (V,), read from `cum_table` if a user has replaced it.

        Raises
        ------
        ConfigError
            If `cum_table` has another number of entries.
        """
        if self.cum_table is not None and np.shape(self.cum_table) != (len(counts),):
            raise ConfigError(
                f"cum_table must have one entry per word, ({len(counts)},), got {np.shape(self.cum_table)}"
            )
        if self.has_own_noise:
            return weights_of_cum_table(np.asarray(self.cum_table))
        return noise_distribution(counts, exponent)

    def sampler(
        self, keys: dict[Any, int], counts: Int64Array, sampler: Any, exponent: float, sample: float
    ) -> BoundSampler:
        """Bind a sampler to words and their counts; the bound one is kept while nothing has changed."""
        noise, known = self.noise(counts, exponent), self.bound
        if known is not None and self.bound_for is sampler and np.array_equal(known.data.noise, noise):
            return known
        data = NoiseData(counts, noise, keep_probabilities(counts, sample), keys)
        self.bound, self.bound_for = make_sampler(sampler).bind(data), sampler
        return self.bound

    def state_of(self, sampler: Any) -> dict[str, Any]:
        """The state of a sampler after training, for files and copies; empty if another one is bound."""
        return {} if self.bound is None or self.bound_for is not sampler else self.bound.state()

    def huffman(self, counts: Int64Array) -> Huffman:
        """The Huffman tree of the counts."""
        if self.tree is None:
            self.tree = build_huffman(counts)
        return self.tree
