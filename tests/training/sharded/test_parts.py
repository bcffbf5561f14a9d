"""What members send each other, against its definition, and the merge by owners against that of threads."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ns2vec.reference.parts import OWNED_ROWS, bfloat16, gathered, nodes_of, owner_of
from ns2vec.training.sharded import _merge
from ns2vec.training.sharded._merge import add_touches, find_curve, merge_rows
from ns2vec.training.sharded._parts import (
    RULES,
    WIRES,
    add_to_sets,
    count_parts,
    fill_parts,
    merge_parts,
    take_merged,
)
from ns2vec.training.sharded.curvature import Method
from ns2vec.training.sharded.exchange import Exchange, marks_of, spread
from ns2vec.training.sharded.wire import Buffers, apply_block

N_ROWS, WIDTH, STRIDE = 700, 10, 16


def changes_of(n_shards: int, seed: int = 0):
    """Some rows that each shard has changed; the first ones all of them."""
    rng = np.random.default_rng(seed)
    found = {}
    for shard in range(n_shards):
        ids = np.flatnonzero((rng.random(N_ROWS) < 0.4) | (np.arange(N_ROWS) < 9)).astype(np.int32)
        rows = np.zeros((len(ids), STRIDE), np.float32)
        rows[:, :WIDTH] = rng.normal(0.1, 0.3, (len(ids), WIDTH))
        found[shard] = [(ids, rows, rng.integers(1, 60, len(ids)).astype(np.uint8))]
    return found


def way_of(changes, member_of, turn=0):
    """What all members know of a round."""
    sets = np.zeros((N_ROWS, (len(member_of) + 63) // 64), np.uint64)
    touches = np.zeros(N_ROWS, np.float32)
    for shard, [(ids, _, codes)] in changes.items():
        add_to_sets(sets, touches, shard, spread(ids, codes, N_ROWS))
    return sets, touches, np.array(member_of, np.uint8), max(member_of) + 1, turn


def curve_of(width=STRIDE):
    """Curvature along some directions."""
    rows = np.random.default_rng(3).normal(size=(60, width)).astype(np.float32)
    rows[:, WIDTH:] = 0.0
    return find_curve([(rows, np.ones(60, np.float32), 0.02)], WIDTH)


def method_for(rule, touches):
    """How a matrix is merged by a rule."""
    return [Method(rule, curve_of(), touches[0]) if rule == "sequential" else Method(rule)]


def exchanges(changes, member_of, rule="adasum", wire="float32"):
    """One `Exchange` for each member."""
    mine = [{s: one for s, one in changes.items() if member_of[s] == i} for i in range(max(member_of) + 1)]
    marks = [marks_of(of_member, [N_ROWS]) for of_member in mine]
    owners = np.array(member_of, np.uint8)
    return [
        Exchange(partial(method_for, rule), wire, me, len(mine), owners, of_member, [N_ROWS], marks)
        for me, of_member in enumerate(mine)
    ]


def merged(changes, member_of, base, rule="adasum", wire="float32"):
    """The weights after a round in which members exchange parts, and how many rows went up."""
    members = exchanges(changes, member_of, rule, wire)
    buffers = [Buffers() for _ in members]
    parts = [one.parts([WIDTH], buffer) for one, buffer in zip(members, buffers, strict=True)]
    found, copy = base.copy(), base.copy()
    for me, one in enumerate(members):
        block = one.merged([part[me] for part in parts], [base], [WIDTH], buffers[me])
        apply_block([found], block, [copy])
    assert found.tobytes() == copy.tobytes()
    return found, sum(len(rows) for part in parts for of_owner in part for rows in of_owner)


def test_rules_have_the_numbers_that_they_have_for_threads():
    assert RULES == _merge.RULES


MEMBERS = {
    "one": [0] * 8,
    "two": [0] * 4 + [1] * 4,
    "uneven": [0, 0, 1, 1, 1, 2, 2, 2],
    "one shard each": [*range(8)],
}


@pytest.mark.parametrize("members", MEMBERS)
@pytest.mark.parametrize("rule", RULES)
def test_whoever_has_the_shards_the_merge_is_that_of_threads(rule, members):
    changes, base = changes_of(8), np.random.default_rng(1).normal(size=(N_ROWS, STRIDE)).astype(np.float32)
    expected = base.copy()
    lists = [(ids, rows) for [(ids, rows, _)] in changes.values()]
    touches = np.zeros(N_ROWS, np.float32)
    for [(ids, _, codes)] in changes.values():
        add_touches(touches, ids, codes)
    merge_rows(rule, expected, lists, 0, N_ROWS, np.empty(N_ROWS, np.int32), curve_of(), touches)
    found, _ = merged(changes, MEMBERS[members], base, rule)
    assert found[:, :WIDTH].tobytes() == np.ascontiguousarray(expected[:, :WIDTH]).tobytes()
    assert (found[:, WIDTH:] == base[:, WIDTH:]).all()


def test_more_shards_than_a_word_has_bits_are_merged_alike():
    changes, base = changes_of(70), np.ones((N_ROWS, STRIDE), np.float32)
    alone, _ = merged(changes, [0] * 70, base)
    found, _ = merged(changes, [shard // 24 for shard in range(70)], base)
    assert found.tobytes() == alone.tobytes()


def test_bfloat16_is_alike_whoever_has_the_shards_and_rounds_what_stays():
    changes, base = changes_of(8), np.ones((N_ROWS, STRIDE), np.float32)
    found = [merged(changes, member_of, base, wire="bfloat16")[0] for member_of in MEMBERS.values()]
    assert len({one.tobytes() for one in found}) == 1
    assert found[0].tobytes() != merged(changes, MEMBERS["one"], base)[0].tobytes()


@pytest.mark.parametrize("wire", WIRES)
def test_parts_are_those_of_the_definition(wire):
    """Who owns a row, and what each member sends to its owner; in bfloat16 changes go as they are."""
    changes, member_of, turn = changes_of(7), [0, 0, 0, 1, 1, 2, 2], 5
    way, dtype = way_of(changes, member_of, turn), WIRES[wire]
    sent = count_parts("adasum", wire, way)
    expected = {(a, b): [] for a in range(3) for b in range(3)}
    n_owned = [0, 0, 0]
    for row in range(N_ROWS):
        rows = {s: kept[ids == row][0, :WIDTH] for s, [(ids, kept, _)] in changes.items() if row in ids}
        lists, first = [], 0
        for member in range(3):
            mine = [rows[s] for s in rows if member_of[s] == member]
            lists.append(gathered(mine, first, len(rows)) if mine and wire == "float32" else mine)
            first += len(mine)
        if rows:
            owner = owner_of(row, [len(one) for one in lists], turn)
            n_owned[owner] += 1
            for member in {0, 1, 2} - {owner}:
                expected[member, owner] += lists[member]
    assert sent.diagonal().tolist() == n_owned
    for me in range(3):
        parts = [np.empty((0 if to == me else sent[me, to], WIDTH), dtype) for to in range(3)]
        shards = [(s, *changes[s][0][:2]) for s in changes if member_of[s] == me]
        fill_parts("adasum", wire, way, me, shards, parts, sent)
        for to in {0, 1, 2} - {me}:
            rows = np.array(expected[me, to])
            if wire == "bfloat16":
                np.testing.assert_array_equal(parts[to], bfloat16(rows))
            else:
                np.testing.assert_allclose(parts[to], rows, rtol=1e-5, atol=1e-6)


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(0, 39), st.integers(1, 40))
def test_nodes_are_apart_and_make_up_what_there_is(n, first, length):
    first = min(first, n - 1)
    end = min(first + length, n)
    found = nodes_of(first, end, n)
    assert [a for a, _ in found] == [first, *(b for _, b in found[:-1])]
    assert found[-1][1] == end
    assert len(found) <= 2 * n.bit_length()


def test_a_half_of_the_tree_travels_as_one_row_and_what_one_member_alone_changed_not_at_all():
    ids = np.arange(N_ROWS, dtype=np.int32)
    codes = np.ones(N_ROWS, np.uint8)
    changes = {shard: [(ids, np.ones((N_ROWS, STRIDE), np.float32), codes)] for shard in range(8)}
    base = np.zeros((N_ROWS, STRIDE), np.float32)
    n_sent = {rule: merged(changes, MEMBERS["two"], base, rule)[1] for rule in ("sequential", "others")}
    assert n_sent == {"sequential": N_ROWS, "others": 4 * N_ROWS}
    alone = {shard: changes[shard] if shard < 4 else [(ids[:0], base[:0], codes[:0])] for shard in range(8)}
    assert merged(alone, MEMBERS["two"], base)[1] == 0


def test_rows_that_several_might_own_are_shared_out():
    ids = np.arange(4 * OWNED_ROWS, dtype=np.int32)
    sets = np.zeros((len(ids), 1), np.uint64)
    touches = np.zeros(len(ids), np.float32)
    for shard in (0, 1):
        add_to_sets(sets, touches, shard, np.ones(len(ids), np.uint8))
    assert (touches == 0).all()  # a code of 1 is a row that has changed without being counted
    sent = count_parts("adasum", "float32", (sets, touches, np.array([0, 1], np.uint8), 2, 0))
    assert sent.tolist() == [[512, 512], [512, 512]]


@settings(max_examples=30)
@given(arrays(np.float32, (3, 5), elements=st.floats(width=32)))
def test_numbers_travel_in_bfloat16_as_in_the_definition(rows):
    """From a member that has one shard to the owner, and from there to the weights."""
    change = np.zeros((3, STRIDE), np.float32)
    change[:, :5] = rows
    way = (np.full((3, 1), 2, np.uint64), np.ones(3, np.float32), np.array([0, 1], np.uint8), 2, 0)
    sent = count_parts("sum", "bfloat16", way)
    ids, halves = np.empty(3, np.int32), np.empty((3, 5), np.uint16)
    nothing = np.empty((0, 5), np.uint16)
    shards = [(1, np.arange(3, dtype=np.int32), change)]
    merge_parts("sum", "bfloat16", way, 1, shards, [nothing, nothing], change, ids, halves, sent)
    once = (bfloat16(rows).astype(np.uint32) << np.uint32(16)).view(np.float32) + np.float32(0.0)
    np.testing.assert_array_equal(halves, bfloat16(once))
    weights = np.zeros((3, STRIDE), np.float32)
    take_merged(weights, ids, halves)
    np.testing.assert_array_equal(weights[:, :5], once)


def broken(what):
    """`merge_parts` with one argument that does not fit."""
    changes = changes_of(2)
    way = way_of(changes, [0, 1])
    sent = count_parts("adasum", "float32", way)
    n = int(sent[0, 0])
    given = {
        "rule": "adasum", "wire": "float32", "way": way, "me": 0, "shards": [(0, *changes[0][0][:2])],
        "parts": [np.empty((0, WIDTH), np.float32), np.zeros((int(sent[1, 0]), WIDTH), np.float32)],
        "base": np.zeros((N_ROWS, STRIDE), np.float32), "ids": np.empty(n, np.int32),
        "rows": np.empty((n, WIDTH), np.float32), "sent": sent,
    }  # fmt: skip
    merge_parts(**given | what(given))


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        (lambda g: {"parts": [g["parts"][0], g["parts"][1][:-1]]}, "part 1: expected float32 of shape"),
        (lambda g: {"parts": [g["parts"][0], g["parts"][1].astype(np.uint16)]}, "got uint16 of"),
        (lambda g: {"base": g["base"][:-1].copy()}, f"expected {N_ROWS} rows"),
        (lambda g: {"rows": np.empty((len(g["ids"]), 17), np.float32)}, "at most 16 numbers"),
        (lambda g: {"shards": [(0, g["shards"][0][1][1:], g["shards"][0][2][1:])]}, "not of the same rows"),
        (lambda g: {"shards": []}, "not of the same rows"),
        (lambda g: {"shards": [(0, *(one[:-1] for one in g["shards"][0][1:2]), g["shards"][0][2])]}, "each"),
        (lambda g: {"way": (*g["way"][:2], np.array([1, 0], np.uint8), 2, 0)}, "in their order, got 0"),
        (lambda g: {"way": (g["way"][0] << np.uint64(1), *g["way"][1:])}, "not among the 2"),
        (lambda g: {"way": (*g["way"][:3], 1, 0)}, "shards of 1 members"),
        (lambda g: {"way": (g["way"][0], g["way"][1][1:], *g["way"][2:])}, f"touches of {N_ROWS} rows"),
        (lambda g: {"rule": "sequential"}, "needs a curve"),
        (lambda g: {"rule": "sequential", "curve": [a[:4] for a in curve_of()]}, "up to 8 directions"),
        (lambda g: {"me": 2}, "a member of 2, got 2"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(what, problem):
    with pytest.raises(ValueError, match=problem):
        broken(what)


@pytest.mark.parametrize(
    ("ids", "rows", "problem"),
    [
        ([0, 6], np.zeros((2, 4), np.float32), "from 0 to 5, found 6"),
        ([0], np.zeros((2, 4), np.float32), "expected 1 rows"),
        ([0], np.zeros((1, 4), np.float64), "got float64"),
        ([0], np.zeros((1, 17), np.float32), "at most 16"),
    ],
)
def test_merged_rows_that_do_not_fit_are_refused(ids, rows, problem):
    with pytest.raises(ValueError, match=problem):
        take_merged(np.zeros((6, 16), np.float32), np.array(ids, np.int32), rows)


def test_codes_that_do_not_fit_are_refused():
    sets, touches = np.zeros((6, 1), np.uint64), np.zeros(6, np.float32)
    for shard, n_codes in ((0, 5), (64, 6)):
        with pytest.raises(ValueError, match="codes of 6 rows and a shard below 64"):
            add_to_sets(sets, touches, shard, np.zeros(n_codes, np.uint8))
