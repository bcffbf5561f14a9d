"""Architectures: which input rows a window brings, and how their change goes back.

The loops themselves are in ``_cy/loops.pxi`` (`train_skip_gram`, `train_cbow`) and, in NumPy, in
`ns2vec.reference`; this registry names them for options, tests and the command line.
"""

from __future__ import annotations

from dataclasses import dataclass

from ns2vec._registry import Registry

__all__ = ["ARCHITECTURES", "Architecture"]


@dataclass(frozen=True)
class Architecture:
    """One way of reading a window.

    Attributes
    ----------
    name : str
    has_pairs : bool
        Each context is an input of its own, so ``negative_sharing="pair"`` makes a difference.
    """

    name: str
    has_pairs: bool


ARCHITECTURES: Registry[Architecture] = Registry("architecture")
ARCHITECTURES.register("skip_gram", Architecture("skip_gram", has_pairs=True))
ARCHITECTURES.register("cbow", Architecture("cbow", has_pairs=False))
