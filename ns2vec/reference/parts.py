"""What members of a cluster send to owners of rows: nodes of the tree of a merge, as bfloat16 numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array
from ns2vec.reference.merges import adasum

OWNED_ROWS = 256  # consecutive rows that have the same owner if there are several candidates


def nodes_of(first: int, end: int, n: int) -> list[tuple[int, int]]:
    """The largest nodes that consist of changes [first, end) of n only, in order.

    Node i of level l holds the changes from ``i * 2**l`` up to the next node, or up to the last of all.

    Examples
    --------
    >>> from ns2vec.reference.parts import nodes_of
    >>> nodes_of(0, 3, 7), nodes_of(3, 7, 7)
    ([(0, 2), (2, 3)], [(3, 4), (4, 7)])
    """
    inside = [
        (left, min(left + size, n))
        for size in (2**level for level in range(n.bit_length() + 1))
        for left in range(0, n, size)
        if first <= left and min(left + size, n) <= end
    ]
    largest = {left: max(right for other, right in inside if other == left) for left, _ in inside}
    return [
        (left, right)
        for left, right in sorted(largest.items())
        if not any(other < left and right <= largest[other] for other in largest)
    ]


def gathered(changes: Sequence[npt.ArrayLike], first: int, n: int) -> list[Array]:
    """The neighbouring changes as they are sent, after merging; the first of them is number `first` of n.

    Examples
    --------
    >>> from ns2vec.reference.parts import gathered
    >>> [row.tolist() for row in gathered([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]], 0, 4)]
    [[1.0, 1.0], [2.0, 0.0]]
    """
    rows = np.asarray(changes, dtype=np.float64)
    return [adasum(rows[a - first : b - first]) for a, b in nodes_of(first, first + len(rows), n)]


def owner_of(row: int, n_sent: Sequence[int], turn: int) -> int:
    """The owner of a row: the member that would send the most; of several, the next one in turn.

    Examples
    --------
    >>> from ns2vec.reference.parts import owner_of
    >>> owner_of(0, [1, 2, 2], 0), owner_of(600, [1, 2, 2], 0), owner_of(0, [1, 1, 1], 2)
    (1, 2, 2)
    """
    n, begin = len(n_sent), row // OWNED_ROWS + turn
    return max(((begin + distance) % n for distance in range(n)), key=lambda member: n_sent[member])


def bfloat16(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """The upper halves of float32 numbers, rounded to nearest, ties to even.

    Examples
    --------
    >>> from ns2vec.reference.parts import bfloat16
    >>> [hex(half) for half in bfloat16(np.array([1.0, 1.001, np.nan], np.float32))]
    ['0x3f80', '0x3f80', '0x7fc0']
    """
    bits = rows.view(np.uint32).astype(np.uint64)
    bits += np.uint64(0x7FFF) + ((bits >> np.uint64(16)) & np.uint64(1))
    halves: npt.NDArray[np.uint16] = (bits >> np.uint64(16)).astype(np.uint16)
    halves[np.isnan(rows)] = 0x7FC0  # rounding up might have turned it into infinity
    return halves
