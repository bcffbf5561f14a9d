"""The spec of a training: which input rows are trained on which outputs, decided once from the options.

Kernels, probabilities, estimates and the explanation of a step all read the `Spec`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ns2vec.objectives import OBJECTIVES, Objective, choose_objective

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ns2vec.training.config import TrainingConfig


@dataclass(frozen=True)
class TargetSpec:
    """One objective with the matrix of its output rows.

    Attributes
    ----------
    matrix : str
        Name of the matrix: ``"syn1neg"`` has a row for each word, ``"syn1"`` one for each inner node of the
        Huffman tree.
    objective : type of Objective
    bias : bool
        Each output has a number that is added to its scores; these are named after the matrix, with
        ``_bias``.
    start : {"zeros", "random"}
        Initial values of its rows.
    tied : bool
        Its rows are those of the inputs: it has no matrix of its own.
    """

    matrix: str
    objective: type[Objective]
    bias: bool = False
    start: str = "zeros"
    tied: bool = False

    @property
    def outputs(self) -> str:
        """Which rows are trained: ``"sampled"``, ``"path"``, ``"all"`` or ``"labels"``."""
        return self.objective.outputs

    @property
    def bias_name(self) -> str:
        """Name of the biases."""
        return f"{self.matrix}_bias"


@dataclass(frozen=True)
class Spec:
    """What is trained, and how.

    Attributes
    ----------
    targets : tuple of TargetSpec
        In the order of training. At most one of them has outputs that are words.
    reader : {"windows", "tags", "pairs"}
        Which inputs are trained on which outputs: the words around a centre and the tags of its document, if
        any; only these tags; or, for each output, the inputs that a pair gives.
    frozen : frozenset of {"inputs", "tags", "outputs"}
        Parts that are read but not changed.
    pooled : bool
        All inputs of a window make one vector (CBOW); otherwise each is an input of its own (skip-gram).
    mean : bool
        The pooled vector is the mean of its inputs, not their sum.
    window : int
    pairs : bool
        Each (input, centre) pair has its own negatives.
    concat : int
        The pooled vector is the concatenation of this many tags and of all `window` words before and after; a
        padding word replaces missing ones. 0: it is their mean or sum.

    Examples
    --------
    >>> from ns2vec.training import TrainingConfig
    >>> spec = TrainingConfig(sg=True, hs=True).spec(n_words=1000)
    >>> spec.architecture, [target.objective.name for target in spec.targets]
    ('skip_gram', ['hierarchical_softmax', 'negative_sampling'])
    """

    targets: tuple[TargetSpec, ...]
    reader: str = "windows"
    frozen: frozenset[str] = frozenset()
    pooled: bool = False
    mean: bool = True
    window: int = 5
    pairs: bool = False
    concat: int = 0

    @property
    def n_slots(self) -> int:
        """Length of an output row in vectors."""
        return self.concat + 2 * self.window if self.concat else 1

    @property
    def architecture(self) -> str:
        """Return ``"skip_gram"`` or ``"cbow"``."""
        return "cbow" if self.pooled else "skip_gram"

    @property
    def is_pair_of_words(self) -> bool:
        """Whether each word of a window is a separate input."""
        return self.reader == "windows" and not self.pooled

    @property
    def words(self) -> type[Objective] | None:
        """The target whose outputs are words; None if only the Huffman tree is trained."""
        return next((target.objective for target in self.targets if target.outputs != "path"), None)

    @property
    def has_path(self) -> bool:
        """Whether the Huffman tree's inner nodes are trained."""
        return any(target.outputs == "path" for target in self.targets)

    @property
    def has_one_updater(self) -> bool:
        """Whether only one thread trains, because BLAS does the work of the others."""
        return any(target.outputs == "all" for target in self.targets)

    def inputs_of(self, contexts: Sequence[int]) -> list[Sequence[int]]:
        """Group the rows of a window into inputs: each alone, or all as one."""
        if self.pooled:
            return [contexts] if contexts else []
        return [[row] for row in contexts]


def alone(objective: str | None, hs: int, negative: int) -> tuple[int, int]:
    """`hs` and `negative` if ``objective=`` names exactly this one, instead of both.

    Examples
    --------
    >>> from ns2vec.training.spec import alone
    >>> alone("nce", hs=1, negative=5), alone("hierarchical_softmax", hs=0, negative=5)
    ((0, 5), (1, 0))
    """
    if objective is None:
        return hs, negative
    is_path = choose_objective(objective, 0).outputs == "path"
    return int(is_path), 0 if is_path else negative


def spec_of(config: TrainingConfig, n_words: int) -> Spec:
    """Decide what a configuration trains on a vocabulary of `n_words`.

    Parameters
    ----------
    config : TrainingConfig
    n_words : int
        Determines the objective of ``objective="auto"``.
    """
    path = OBJECTIVES["hierarchical_softmax"] if config.hs else None
    words = OBJECTIVES["negative_sampling"] if config.negative else None
    if config.objective is not None:
        chosen = choose_objective(config.objective, n_words)
        if chosen.outputs == "path":
            path, words = chosen, None
        else:
            words = chosen
    found = (("syn1", path), ("syn1neg", words))
    return Spec(
        targets=tuple(TargetSpec(matrix, objective) for matrix, objective in found if objective is not None),
        pooled=not config.sg,
        mean=config.cbow_mean,
        window=config.window,
        pairs=config.sg and config.negative_sharing == "pair",
    )
