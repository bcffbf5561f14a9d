"""What travels between the processes of a cluster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ns2vec.training.sharded.member import Member, union
from ns2vec.training.sharded.wire import Buffers, apply_block, packed, parts_of, unpacked


@given(arrays(np.float32, (3, 5), elements=st.floats(-(2.0**99), 2.0**99, width=32)))
def test_bfloat16_is_the_nearest(rows):
    """Half a unit in the last of eight bits is at most 2 ** -8 of the number, or of the least one."""
    found = unpacked(packed(rows, "bfloat16"))
    assert (np.abs(found - rows) <= np.abs(rows) * 2.0**-8 + 1e-40).all()
    assert not (found.view(np.uint32) & 0xFFFF).any()


def test_bfloat16_of_a_tie_is_the_even_one_and_of_nan_is_nan():
    ties = np.array([[0x3F808000, 0x3F818000]], np.uint32).view(np.float32)
    assert packed(ties, "bfloat16").tolist() == [[0x3F80, 0x3F82]]
    strange = np.array([[np.nan, np.inf, -0.0]], np.float32)
    assert str(unpacked(packed(strange, "bfloat16")).tolist()) == "[[nan, inf, -0.0]]"


@pytest.mark.parametrize("n_owners", [1, 2, 3])
def test_every_row_has_one_owner_and_all_have_some(n_owners):
    ids = np.arange(0, 5000, 3, dtype=np.int32)
    rows = np.random.default_rng(0).random((len(ids), 16), dtype=np.float32)
    parts = parts_of([(ids, rows)], [10], n_owners, "float32", Buffers())
    sent = [part[0][0] for part in parts]
    assert sorted(np.concatenate(sent)) == ids.tolist()
    assert min(map(len, sent)) > 0.8 * len(ids) / n_owners
    for ((found, numbers),) in parts:
        assert (numbers == rows[np.searchsorted(ids, found), :10]).all()


def test_ids_of_all_lists_rise_and_each_knows_its_places():
    rng = np.random.default_rng(1)
    lists = [np.sort(rng.choice(50, n, replace=False)).astype(np.int32) for n in (0, 7, 30)]
    ids, places = union(lists, 50)
    assert ids.tolist() == sorted({*lists[1], *lists[2]})
    assert all((ids[at] == one).all() for at, one in zip(places, lists, strict=True))


def test_a_merge_leaves_the_weights_of_the_member_as_they_are():
    """A round may be left out, and be trained again."""
    member = Member()
    member.bases, member.widths = [np.ones((4, 16), np.float32)], [10]
    change = (np.array([1, 3], np.int32), np.full((2, 10), 0.5, np.float32))
    parts = [[(2, [change])], [(0, [change])]]
    block = member.merge("sum", "float32", *parts)
    assert (member.bases[0] == 1.0).all()
    apply_block(member.bases, block)
    assert member.bases[0][:, :10].tolist() == [[1.0] * 10, [2.0] * 10] * 2
    assert (member.bases[0][:, 10:] == 1.0).all()


def test_a_member_trains_within_an_epoch_only():
    for call in (lambda: Member().train(0, [], 0.0, 0, 1, "float32"), lambda: Member().apply(1)):
        with pytest.raises(RuntimeError, match="has to start an epoch first"):
            call()
