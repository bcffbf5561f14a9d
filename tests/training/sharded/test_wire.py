"""What travels between the processes of a cluster."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec.training.sharded.member import Member
from ns2vec.training.sharded.replicas import ChangeRoom
from ns2vec.training.sharded.wire import Buffers, apply_block, n_bytes


def test_memory_is_given_out_once_in_a_round_and_again_in_the_next():
    buffers = Buffers()
    first, second = buffers.rows(3, 4), buffers.rows(5, 4)
    assert not np.shares_memory(first, second)
    buffers.begin_round()
    assert np.shares_memory(buffers.rows(6, 4, np.dtype(np.uint16)), first)
    assert np.shares_memory(buffers.rows(6, 4), second)


@pytest.mark.parametrize(
    ("rows", "after"),
    [(np.full((2, 10), 4.0, np.float32), 4.0), (np.full((2, 10), 0x4000, np.uint16), 3.0)],
    ids=["float32 replaces", "bfloat16 adds"],
)
def test_merged_rows_are_brought_into_weights_and_their_copies(rows, after):
    arrays, copies = [np.ones((4, 16), np.float32)], [np.zeros((4, 16), np.float32)]
    block = [(np.array([1, 3], np.int32), rows)]
    apply_block(arrays, block, copies)
    assert arrays[0][:, 0].tolist() == [1.0, after, 1.0, after]
    assert copies[0][:, :10].tolist() == [[0.0] * 10, [after] * 10] * 2
    assert (arrays[0][:, 10:] == 1.0).all()
    assert n_bytes([block]) == 2 * 4 + rows.nbytes


def member_with(changed: int) -> Member:
    """A member of two whose shards have changed one row."""
    member = Member()
    member.bases, member.widths = [np.ones((4, 16), np.float32)], [10]
    room = ChangeRoom(member.bases)
    room.ids[0][0], room.rows[0][0], room.codes[0][0] = changed, 0.5, 2
    member.config = SimpleNamespace(shard_merge="sum")
    member.changes = {changed // 2: room.first([1])}
    return member


def test_a_merge_leaves_the_weights_of_the_member_as_they_are():
    """A round may be left out, and be trained again."""
    members = [member_with(1), member_with(3)]
    marks = [[(i, [2 * (np.arange(4) == 1 + 2 * i).astype(np.uint8)])] for i in range(2)]
    owners = np.array([0, 1], np.uint8)
    shared = [one.share("float32", me, owners, 0.1, *marks) for me, one in enumerate(members)]
    assert [n_sent for n_sent, *_ in shared] == [4, 4]  # a byte for each row; who alone changed a row owns it
    blocks = [one.merge(*(parts[1 + me] for parts in shared)) for me, one in enumerate(members)]
    assert all((one.bases[0] == 1.0).all() for one in members)
    weights = [np.ones((4, 16), np.float32)]
    for block in blocks:
        apply_block(weights, block)
    assert weights[0][:, 0].tolist() == [1.0, 1.5, 1.0, 1.5]


def test_a_member_does_one_thing_after_the_other():
    for call in (lambda: Member().train(0, [], 0.0), lambda: Member().apply(1)):
        with pytest.raises(RuntimeError, match="has to start an epoch first"):
            call()
    with pytest.raises(RuntimeError, match="has to share its changes first"):
        Member().merge()
