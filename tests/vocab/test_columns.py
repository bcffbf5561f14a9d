"""Columns that are made on demand look like those of any dict."""

from __future__ import annotations

import copy
import pickle

import pytest

from ns2vec.vocab import Columns

READERS = {
    "item": lambda columns: columns["late"],
    "get": lambda columns: columns.get("late"),
    "items": lambda columns: dict(columns.items())["late"],
    "values": lambda columns: list(columns.values())[1],
    "dict": lambda columns: dict(columns)["late"],
    "unpacked": lambda columns: {**columns}["late"],
    "updated": lambda columns: ({} | columns)["late"],
    "or": lambda columns: (columns | {})["late"],
    "copy": lambda columns: columns.copy()["late"],
    "copied": lambda columns: copy.copy(columns)["late"],
    "deepcopied": lambda columns: copy.deepcopy(columns)["late"],
    "pickled": lambda columns: pickle.loads(pickle.dumps(columns))["late"],
    "pop": lambda columns: columns.pop("late"),
}


@pytest.fixture
def columns():
    columns = Columns({"count": [2, 1]})
    columns.later("late", lambda: [sum(columns["count"])])
    return columns


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_reader_sees_it(columns, read):
    columns["count"].append(4)
    assert read(columns) == [7]


def test_it_is_made_once_and_not_by_looking_at_others(columns):
    assert "late" in columns
    assert columns["count"] == [2, 1]
    assert not columns.is_made("late")
    first = columns["late"]
    columns["count"].append(4)
    assert columns["late"] is first


def test_what_a_user_puts_in_place_stays(columns):
    columns["late"] = [5]
    assert columns.copy() == {"count": [2, 1], "late": [5]}


def test_what_is_taken_out_is_gone(columns):
    columns.pop("late")
    assert columns.get("late") is None
    assert dict(columns) == {"count": [2, 1]}
