"""The merge in C against its definition in NumPy, and what it promises of memory and order."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.reference.merges import MERGES as DEFINITIONS
from ns2vec.reference.merges import curvature, merged
from ns2vec.training.sharded._merge import (
    MAX_SHARDS,
    RULES,
    add_touches,
    find_curve,
    merge_rows,
    take_changes,
    take_over,
)
from ns2vec.training.sharded.merges import MERGES


def made(n_shards: int, n_rows: int = 60, width: int = 32, seed: int = 0):
    """A base and copies of it, of which each has changed some rows."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(n_rows, width)).astype(np.float32)
    copies = [base.copy() for _ in range(n_shards)]
    for copy in copies:
        rows = rng.random(n_rows) < 0.6
        copy[rows] += rng.normal(0.2, 0.3, size=(rows.sum(), width)).astype(np.float32)
    return base, copies


def changes(base, copies):
    """What each copy has changed; the copies are as the base again."""
    found = []
    for copy in copies:
        ids, rows, codes = np.empty(len(base), np.int32), np.empty_like(base), np.empty(len(base), np.uint8)
        n = take_changes(copy, base, ids, rows, codes)
        found.append((ids[:n], rows[:n]))
    return found


def test_every_rule_has_a_definition():
    assert {rule.kernel for rule in MERGES.values()} == RULES.keys() == DEFINITIONS.keys() | {"sequential"}


@pytest.mark.parametrize("width", [1, 16, 40])
@pytest.mark.parametrize("n_shards", [1, 2, 3, 8])
@pytest.mark.parametrize("rule", DEFINITIONS)
def test_a_merge_is_that_of_its_definition(rule, n_shards, width):
    base, copies = made(n_shards, width=width)
    expected = merged(rule, base, copies)
    parts, ids = changes(base, copies), np.empty(len(base), np.int32)
    assert all(copy.tobytes() == base.tobytes() for copy in copies)
    touched = np.unique(np.concatenate([rows for rows, _ in parts]))
    n = merge_rows(rule, base, parts, 0, len(base), ids)
    np.testing.assert_array_equal(ids[:n], touched)
    np.testing.assert_allclose(base, expected, rtol=1e-4, atol=1e-5)


def test_ranges_of_rows_make_the_same_bytes_as_all_rows():
    base, copies = made(4)
    parts, other = changes(base, copies), base.copy()
    merge_rows("adasum", base, parts, 0, 60, np.empty(60, np.int32))
    for first, end in ((31, 60), (0, 17), (17, 31)):
        merge_rows("adasum", other, parts, first, end, np.empty(end - first, np.int32))
    assert other.tobytes() == base.tobytes()


@pytest.mark.parametrize("compares_all", [False, True])
def test_only_touched_rows_are_looked_at_and_touches_are_cleared(compares_all):
    base, (copy,) = made(1)
    changed = np.flatnonzero((copy != base).any(axis=1))
    touches = np.zeros(len(base), np.uint32)
    touches[changed[::2]] = 7
    touches[np.setdiff1d(np.arange(len(base)), changed)[0]] = 1
    ids, rows, codes = np.empty(len(base), np.int32), np.empty_like(base), np.empty(len(base), np.uint8)
    n = take_changes(copy, base, ids, rows, codes, touches, compares_all)
    found = changed if compares_all else changed[::2]
    assert ids[:n].tolist() == found.tolist()
    assert codes[:n].tolist() == [8 if row in changed[::2] else 1 for row in found]
    assert not touches.any()


def test_touches_are_kept_to_an_eighth_of_a_power_of_two():
    counts = np.array([1, 2, 15, 16, 17, 100, 1000, 2**20 + 1, 2**32 - 1], np.uint32)
    base = np.zeros((len(counts), 16), np.float32)
    ids, rows, codes = np.empty(len(base), np.int32), np.empty_like(base), np.empty(len(base), np.uint8)
    assert take_changes(base + 1, base, ids, rows, codes, counts.copy()) == len(base)
    found = np.zeros(len(base), np.float32)
    add_touches(found, ids, codes)
    assert found[:4].tolist() == [1, 2, 15, 16]
    assert ((found <= counts) & (found > counts * (8 / 9))).all()


def curved(width: int, seed: int = 0):
    """Rows of two matrices, all of them sampled, with half the curvature along each further direction."""
    rng = np.random.default_rng(seed)
    met = []
    for n_rows, factor in ((256, 0.02), (64, 0.1)):
        scale = 2.0 ** -np.arange(width)
        rows = (rng.normal(size=(n_rows, width)) * scale).astype(np.float32)
        met.append((rows, np.ones(n_rows, np.float32), factor))
    return met


@pytest.mark.parametrize("width", [1, 5, 40])
@pytest.mark.parametrize("n_shards", [1, 2, 3, 8])
def test_shards_in_sequence_are_those_of_the_definition(n_shards, width):
    base, copies = made(n_shards, width=width)
    touches = np.random.default_rng(1).integers(0, 400, len(base)).astype(np.float32)
    met = curved(width)
    found, expected = base.copy(), merged("sequential", base, copies, touches, curvature(met))
    curve, ids = find_curve(met, width), np.empty(len(base), np.int32)
    merge_rows("sequential", found, changes(base, copies), 0, len(base), ids, curve, touches)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=2e-3)


def test_directions_are_those_of_the_largest_curvature():
    met = curved(40)
    along, directions = find_curve(met, 40)
    values = np.linalg.eigvalsh(curvature(met))
    np.testing.assert_allclose(along[:6], values[::-1][:6], rtol=0.02)
    np.testing.assert_allclose(along[8], values[:-8].mean(), rtol=0.5, atol=1e-6)
    np.testing.assert_allclose(directions @ directions.T, np.eye(8), atol=1e-5)


def test_a_quadratic_loss_is_left_where_shards_in_turn_would_leave_it():
    """Steps down x'Hx / 2, of which each shard makes as many from the same row."""
    rng, n_shards, n_steps = np.random.default_rng(2), 4, 50
    rows = (rng.normal(size=(512, 6)) * 2.0 ** -np.arange(6)).astype(np.float32)
    met = [(rows, np.ones(512, np.float32), 0.01)]
    hessian = curvature(met)
    start = rng.normal(size=6)
    after = [np.linalg.matrix_power(np.eye(6) - hessian, n_steps * n) @ start for n in (1, n_shards)]
    base, curve = start.astype(np.float32).reshape(1, 6), find_curve(met, 6)
    parts = [(np.zeros(1, np.int32), (after[0] - start).astype(np.float32).reshape(1, 6))] * n_shards
    touches = np.array([n_shards * n_steps], np.float32)
    merge_rows("sequential", base, parts, 0, 1, np.empty(1, np.int32), curve, touches)
    np.testing.assert_allclose(base[0], after[1], atol=0.02)
    assert np.abs(parts[0][1][0] * n_shards + start - after[1]).max() > 0.2


def test_a_copy_takes_over_the_rows_that_are_named():
    base, (copy,) = made(1)
    ids = np.array([3, 4, 59], np.int32)
    before = copy.copy()
    take_over(copy, base, ids)
    before[ids] = base[ids]
    assert copy.tobytes() == before.tobytes()


CODES = np.ones(4, np.uint8)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda base, ids, rows: merge_rows("sum", base, [(ids[::-1].copy(), rows)], 0, 4, ids), "must rise"),
        (lambda base, ids, rows: merge_rows("sum", base, [(ids, rows[:2])], 0, 4, ids), "one for each id"),
        (lambda base, ids, rows: merge_rows("sum", base, [(ids, rows)], 0, 5, ids), "rows up to 4"),
        (lambda base, ids, rows: merge_rows("sum", base, [], 0, 4, ids), f"1 to {MAX_SHARDS} shards"),
        (lambda base, ids, rows: merge_rows("sum", base, [(ids, rows)], 0, 4, ids[:2].copy()), "room for 4"),
        (lambda base, ids, rows: take_over(base, rows, ids + np.int32(1)), "from 0 to 3, found 4"),
        (lambda base, ids, rows: take_changes(base, rows[:, :8].copy(), ids, rows, CODES), "of one shape"),
        (lambda base, ids, rows: take_changes(base, rows, ids[:3].copy(), rows, CODES), "touches of 4 rows"),
        (lambda base, ids, rows: merge_rows("sequential", base, [(ids, rows)], 0, 4, ids), "needs a curve"),
        (lambda base, ids, rows: add_touches(rows[0], ids + np.int32(13), CODES), "from 0 to 15, found 16"),
        (lambda base, ids, rows: find_curve([(base, rows[0], 1.0)], 16), "touches of each"),
        (lambda base, ids, rows: find_curve([(base, rows[0, :4], 1.0)], 17), "width from 1 to 16"),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(call, problem):
    base = np.zeros((4, 16), np.float32)
    with pytest.raises(ValueError, match=problem):
        call(base, np.arange(4, dtype=np.int32), np.ones((4, 16), np.float32))
