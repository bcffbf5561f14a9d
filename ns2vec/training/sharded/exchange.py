"""A member's side of the exchange of a round: what it sends to the owners of rows, and the rows that it owns.

All members first report to each other which rows their shards have changed and how often they have trained
them, one byte for each row and shard. From these bytes, each of them derives who owns a row (the member with
the most to send of it), what each sends, and in which order; so rows are sent without their numbers. A member
also derives how curved the loss is, which decides how changes are merged. It merges the changes of its own
shards before it sends them, as far as the merge would do so anyway: shards 0 to 3 are one half of the tree
of eight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.training.sharded._parts import WIRES, add_to_sets, count_parts, fill_parts, merge_parts
from ns2vec.training.sharded.curvature import Method
from ns2vec.training.sharded.replicas import Changes, Codes
from ns2vec.training.sharded.wire import Block, Buffers

#: For each shard: its number, and a byte for each row of each matrix, 0 for those that have not changed.
Marks: TypeAlias = list[tuple[int, list[npt.NDArray[np.uint8]]]]
#: For each matrix: rows that are sent to an owner.
Part: TypeAlias = list[npt.NDArray[Any]]


def marks_of(changes: dict[int, Changes], n_rows: Sequence[int]) -> Marks:
    """The rows that shards have changed, and how often they have trained them.

    Examples
    --------
    >>> from ns2vec.training.sharded.exchange import marks_of
    >>> rows, codes = np.ones((2, 16), np.float32), np.array([3, 1], np.uint8)
    >>> marks_of({3: [(np.array([0, 4], np.int32), rows, codes)]}, [6])
    [(3, [array([3, 0, 0, 0, 1, 0], dtype=uint8)])]
    """
    return [
        (shard, [spread(ids, codes, n) for (ids, _, codes), n in zip(found, n_rows, strict=True)])
        for shard, found in changes.items()
    ]


def spread(ids: Int32Array, codes: Codes, n_rows: int) -> Codes:
    """The codes of rows among those of all rows, which are 0."""
    found = np.zeros(n_rows, dtype=np.uint8)
    found[ids] = codes
    return found


class Exchange:
    """The exchange of one round, for one member.

    Parameters
    ----------
    methods : callable
        From how often all shards have trained each row, (n_rows,) for each matrix, to how each is merged.
    wire : {"float32", "bfloat16"}
    me : int
        The number of this member.
    n_members : int
    member_of : ndarray of shape (n_shards,), uint8
        The member that trains each shard, in ascending order.
    changes : dict of int to Changes
        Of the shards that were trained by this member.
    n_rows : sequence of int
        Of each matrix.
    marks : sequence of Marks
        From all members.
    """

    def __init__(
        self,
        methods: Callable[[list[Float32Array]], list[Method]],
        wire: str,
        me: int,
        n_members: int,
        member_of: npt.NDArray[np.uint8],
        changes: dict[int, Changes],
        n_rows: Sequence[int],
        marks: Sequence[Marks],
    ) -> None:
        self.wire, self.me, self.n_members = wire, me, n_members
        self.changes = changes
        n_words = (len(member_of) + 63) // 64
        sets = [np.zeros((n, n_words), dtype=np.uint64) for n in n_rows]
        touches = [np.zeros(n, dtype=np.float32) for n in n_rows]
        for shard, codes in (one for of_member in marks for one in of_member):
            for matrix, of_matrix in enumerate(codes):
                add_to_sets(sets[matrix], touches[matrix], shard, of_matrix)
        self.methods = methods(touches)
        self.ways = []
        for turn, (shards, counts, method) in enumerate(zip(sets, touches, self.methods, strict=True)):
            known = counts if method.touches is None else method.touches
            self.ways.append((shards, known, member_of, n_members, turn))
        self.sent = [
            count_parts(method.rule, wire, way) for method, way in zip(self.methods, self.ways, strict=True)
        ]

    def of_matrix(self, matrix: int) -> list[tuple[int, Int32Array, Float32Array]]:
        """The changes of this member's shards in a matrix."""
        return [(shard, *found[matrix][:2]) for shard, found in self.changes.items()]

    def parts(self, widths: Sequence[int], buffers: Buffers) -> list[Part]:
        """What is sent to each member, in memory that is valid until the next round; nothing to this one."""
        found: list[Part] = [[] for _ in range(self.n_members)]
        for matrix, (way, sent, width) in enumerate(zip(self.ways, self.sent, widths, strict=True)):
            rows = [
                buffers.rows(0 if to == self.me else int(sent[self.me, to]), width, WIRES[self.wire])
                for to in range(self.n_members)
            ]
            fill_parts(self.methods[matrix].rule, self.wire, way, self.me, self.of_matrix(matrix), rows, sent)
            for part, of_matrix in zip(found, rows, strict=True):
                part.append(of_matrix)
        found[self.me] = []
        return found

    def merged(
        self, parts: Sequence[Part], bases: Sequence[Float32Array], widths: Sequence[int], buffers: Buffers
    ) -> Block:
        """Merge the rows that this member owns; the weights are not changed.

        Parameters
        ----------
        parts : sequence of Part
            From each member.
        bases : sequence of ndarray
            The weights.
        widths : sequence of int
            Numbers of a row that are sent.
        buffers : Buffers

        Returns
        -------
        Block
            The rows after the round or, in bfloat16, their changes.
        """
        block: Block = []
        for matrix, (way, sent, base, width) in enumerate(
            zip(self.ways, self.sent, bases, widths, strict=True)
        ):
            dtype, n_owned = WIRES[self.wire], int(sent[self.me, self.me])
            ids, rows = np.empty(n_owned, dtype=np.int32), buffers.rows(n_owned, width, dtype)
            came = [part[matrix] if part else np.empty((0, width), dtype) for part in parts]
            shards, method = self.of_matrix(matrix), self.methods[matrix]
            merge_parts(
                method.rule, self.wire, way, self.me, shards, came, base, ids, rows, sent, method.curve
            )
            block.append((ids, rows))
        return block
