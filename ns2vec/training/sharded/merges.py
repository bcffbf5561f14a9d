"""How the changes that several shards made in the same row become one: rules by name."""

from __future__ import annotations

from dataclasses import dataclass

from ns2vec._registry import Registry
from ns2vec.training.sharded._merge import RULES


@dataclass(frozen=True)
class Merge:
    """A rule of merging.

    Attributes
    ----------
    kernel : str
        Its name among the rules of ``_merge.h``; `ns2vec.reference.merges` has the same in NumPy.
    summary : str
        What becomes of a row's changes.
    """

    kernel: str
    summary: str

    def __post_init__(self) -> None:
        RULES[self.kernel]


#: Name -> rule of merging.
MERGES: Registry[Merge] = Registry("merge rule")
MERGES.register("adasum", Merge("adasum", "along each other their mean, across each other their sum"))
MERGES.register("mean", Merge("mean", "the mean over the shards that changed the row"))
MERGES.register("others", Merge("others", "each one less what of it those before it have made"))
MERGES.register("sum", Merge("sum", "their sum, which goes too far for frequent rows"))

DEFAULT = "adasum"
