"""The merge in C against its definition in NumPy, and what it promises of memory and order."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.reference.merges import MERGES as DEFINITIONS
from ns2vec.reference.merges import merged
from ns2vec.training.sharded._merge import MAX_SHARDS, RULES, merge_rows, take_changes, take_over
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
        ids, rows = np.empty(len(base), np.int32), np.empty_like(base)
        n = take_changes(copy, base, ids, rows)
        found.append((ids[:n], rows[:n]))
    return found


def test_every_rule_has_a_definition():
    assert {rule.kernel for rule in MERGES.values()} == RULES.keys() == DEFINITIONS.keys()


@pytest.mark.parametrize("width", [1, 16, 40])
@pytest.mark.parametrize("n_shards", [1, 2, 3, 8])
@pytest.mark.parametrize("rule", RULES)
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


def test_only_marked_rows_are_looked_at_and_marks_are_cleared():
    base, (copy,) = made(1)
    changed = np.flatnonzero((copy != base).any(axis=1))
    marks = np.zeros(len(base), np.uint8)
    marks[changed[::2]] = 1
    marks[np.setdiff1d(np.arange(len(base)), changed)[0]] = 1
    ids, rows = np.empty(len(base), np.int32), np.empty_like(base)
    assert ids[: take_changes(copy, base, ids, rows, marks)].tolist() == changed[::2].tolist()
    assert not marks.any()


def test_a_copy_takes_over_the_rows_that_are_named():
    base, (copy,) = made(1)
    ids = np.array([3, 4, 59], np.int32)
    before = copy.copy()
    take_over(copy, base, ids)
    before[ids] = base[ids]
    assert copy.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda base, ids, rows: merge_rows("sum", base, [(ids[::-1].copy(), rows)], 0, 4, ids), "must rise"),
        (lambda base, ids, rows: merge_rows("sum", base, [(ids, rows[:2])], 0, 4, ids), "one for each id"),
        (lambda base, ids, rows: merge_rows("sum", base, [(ids, rows)], 0, 5, ids), "rows up to 4"),
        (lambda base, ids, rows: merge_rows("sum", base, [], 0, 4, ids), f"1 to {MAX_SHARDS} shards"),
        (lambda base, ids, rows: merge_rows("sum", base, [(ids, rows)], 0, 4, ids[:2].copy()), "room for 4"),
        (lambda base, ids, rows: take_over(base, rows, ids + np.int32(1)), "from 0 to 3, found 4"),
        (lambda base, ids, rows: take_changes(base, rows[:, :8].copy(), ids, rows), "of one shape"),
        (lambda base, ids, rows: take_changes(base, rows, ids[:3].copy(), rows), "ids and marks of 4 rows"),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(call, problem):
    base = np.zeros((4, 16), np.float32)
    with pytest.raises(ValueError, match=problem):
        call(base, np.arange(4, dtype=np.int32), np.ones((4, 16), np.float32))
