"""How a window is split so that no step overshoots: the rule of ``_cy/cuts.pxi`` in plain NumPy."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Hashable, Sequence

from ns2vec._typing import Float64Array as Array
from ns2vec.reference.objectives import KINDS

SET_CONTEXTS = 32  # maximum number of contexts that share a set of negatives or move in one step
NARROW = 10  # contexts of a window of 5 words
SLOPE = 0.25  # maximum slope of a sigmoid
WIDE = 0.25  # limit for a block of more than NARROW contexts; for others it is 1
GROWTH = 0.5  # maximum per step of alpha times the draws and copies of one pair of rows
PLAIN = 0.5  # the same times the number of outputs: below it, lengths need not be checked


def parts_of(n_contexts: int, n_parts: int) -> list[range]:
    """The contexts that each of `n_parts` sets of negatives serves; sizes differ by at most one."""
    starts = [part * n_contexts // n_parts for part in range(n_parts + 1)]
    return [range(start, end) for start, end in itertools.pairwise(starts)]


def has_wide_windows(reader: str, window: int) -> bool:
    """Whether windows may have more than NARROW contexts: on a Huffman path, inputs then move one by one."""
    return reader == "windows" and 2 * window > NARROW


def norm_of_outputs(outputs: Array, weights: Array, link: str) -> float:
    """Weighted sum of the squared lengths of outputs (m, D); if they share a sum, 4 times the largest."""
    norms = (outputs**2).sum(axis=1)
    return float(norms.max() / SLOPE if KINDS[link] == "shared" else weights @ norms)


def most_copies(rows: Sequence[Hashable]) -> int:
    """The number of copies of the most frequent row."""
    return max(Counter(rows).values())


def is_whole(
    contexts: Sequence[Hashable],
    n_of_window: int,
    norm_of_inputs: float,
    outputs: tuple[Array, Array, str],
    heaviest: float,
    alpha: float,
) -> bool:
    """Whether one step for all contexts is equivalent to one step for each of them.

    Parameters
    ----------
    contexts : sequence
        Inputs that are trained on the outputs.
    n_of_window : int
        Number of contexts of the whole window.
    norm_of_inputs : float
        Sum of the squared lengths of the contexts' rows.
    outputs : tuple of ndarray (m, D), ndarray (m,), str
        Output rows, their weights, and the link.
    heaviest : float
        The largest weight; 1 under a softmax.
    alpha : float
    """
    if len(contexts) == 1:
        return heaviest == 1.0
    return n_of_window <= SET_CONTEXTS and stays_within(contexts, norm_of_inputs, outputs, heaviest, alpha)


def stays_within(
    contexts: Sequence[Hashable],
    norm_of_inputs: float,
    outputs: tuple[Array, Array, str],
    heaviest: float,
    alpha: float,
) -> bool:
    """Whether one step moves neither contexts nor outputs past their goals; parameters as for `is_whole`."""
    n = len(contexts)
    if not SLOPE * alpha * heaviest * norm_of_inputs <= (1.0 if n <= NARROW else WIDE):
        return False
    copies = most_copies(contexts)
    if heaviest == 1.0 and copies == 1:
        return True
    pressure = alpha * heaviest * copies
    if pressure * len(outputs[0]) <= PLAIN:
        return True
    return pressure <= GROWTH and alpha * copies * SLOPE * norm_of_outputs(*outputs) <= 1.0


def run_is_whole(
    tags: Sequence[Hashable],
    norm_of_tags: float,
    outputs: tuple[Array, Array, str],
    heaviest: float,
    alpha: float,
) -> bool:
    """Whether one step for a run of words is equivalent to one step for each word.

    Parameters
    ----------
    tags : sequence
        Inputs that are trained on the outputs.
    norm_of_tags : float
        Sum of their squared lengths.
    outputs : tuple of ndarray (m, D), ndarray (m,), str
        Words of the run and negatives: rows, the weight of each, and the link.
    heaviest : float
        The largest of these weights.
    alpha : float
    """
    if len(tags) == 1 and heaviest == 1.0:
        return True
    return len(tags) <= SET_CONTEXTS and stays_within(tags, norm_of_tags, outputs, heaviest, alpha)


def part_of_step(change: Array, outputs: tuple[Array, Array, str], alpha: float, copies: int) -> float:
    """The part of a step of one input that does not overshoot if outputs are not changed.

    Along the change, the loss falls at least up to there, since the slope of a sigmoid is at most SLOPE.

    Parameters
    ----------
    change : ndarray of shape (D,)
        The whole step of `alpha`.
    outputs : tuple of ndarray (m, D), ndarray (m,), str
    alpha : float
    copies : int
        The most copies of an input.
    """
    vectors, weights, _ = outputs
    bend = SLOPE * alpha * copies * float(weights @ (vectors @ change) ** 2)
    length = float(change @ change)
    return length / bend if bend > length else 1.0


def n_rounds(need: float, most: float) -> int:
    """Number of steps into which a step of size `need` is split: each at most 1, and at most `most` steps."""
    return math.ceil(min(need, most)) if need > 1.0 and most > 1.0 else 1


def rounds_of_context(
    context: Array, outputs: tuple[Array, Array, str], heaviest: float, alpha: float
) -> int:
    """Rounds for one input row (D,); the most frequent output was drawn `heaviest` times."""
    if heaviest == 1.0:
        return 1
    need = max(heaviest * float(context @ context), norm_of_outputs(*outputs))
    return n_rounds(alpha * max(SLOPE * need, heaviest / GROWTH), heaviest)


def rounds_of_hidden(
    hidden: Array,
    contexts: Sequence[Hashable],
    outputs: tuple[Array, Array, str],
    heaviest: float,
    alpha: float,
    share: float,
) -> int:
    """Rounds for a hidden vector (D,) that gets back `share` of its change through distinct contexts."""
    if heaviest == 1.0 or KINDS[outputs[2]] == "shared":
        return 1
    copies = most_copies(contexts)
    spread = copies * share
    need = max(heaviest * float(hidden @ hidden), spread * norm_of_outputs(*outputs))
    return n_rounds(alpha * max(SLOPE * need, spread * heaviest / GROWTH), heaviest * copies)
