"""How the changes that several shards made in the same row are merged: rules by name."""

from __future__ import annotations

from dataclasses import dataclass

from ns2vec._registry import Registry
from ns2vec.training.sharded._merge import RULES


@dataclass(frozen=True)
class Merge:
    """A merge rule.

    Attributes
    ----------
    kernel : str
        Its name among the rules of ``_merge.h``; `ns2vec.reference.merges` has it in NumPy.
    summary : str
        What is done with the changes of a row.
    rate_power : float
        Shards train at the learning rate times ``n_shards ** rate_power``. If shards move a row in the same
        direction, a mean makes the step of one shard for that of all.

    Examples
    --------
    >>> from ns2vec.training.sharded.merges import MERGES
    >>> [round(MERGES["adasum"].rate_factor(n_shards), 2) for n_shards in (1, 4, 8)]
    [1.0, 1.41, 1.68]
    """

    kernel: str
    summary: str
    rate_power: float = 0.0

    def __post_init__(self) -> None:
        RULES[self.kernel]

    @property
    def reads_curvature(self) -> bool:
        """Whether it depends on the curvature that rows meet (`ns2vec.training.sharded.curvature`)."""
        return self.kernel == "sequential"

    def rate_factor(self, n_shards: int) -> float:
        """The factor of the learning rate."""
        return float(n_shards**self.rate_power)


#: Name -> merge rule.
MERGES: Registry[Merge] = Registry("merge rule")
MERGES.register(
    "sequential",
    Merge("sequential", "what shards one after another would do: less where rows have settled"),
)
MERGES.register("adasum", Merge("adasum", "along each other their mean, across each other their sum", 0.25))
MERGES.register("mean", Merge("mean", "the mean over the shards that changed the row", 0.5))
MERGES.register("others", Merge("others", "each one less what of it those before it have made", 0.25))
MERGES.register("sum", Merge("sum", "their sum, which goes too far for frequent rows"))

DEFAULT = "sequential"
