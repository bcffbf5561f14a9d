"""Results in order, exceptions in their place, no item started that is not needed."""

from __future__ import annotations

import threading
from contextlib import closing
from itertools import count

import pytest

from ns2vec._ahead import map_ahead


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_results_come_in_order(n_threads):
    assert list(map_ahead(lambda item: item * item, range(50), n_threads)) == [i * i for i in range(50)]


def test_threads_work_at_the_same_time():
    meeting = threading.Barrier(2, timeout=60)
    assert sorted(map_ahead(lambda _: meeting.wait(), range(2), 2)) == [0, 1]


def test_an_exception_comes_in_its_place():
    results = map_ahead(lambda item: 1 // item, [1, 0, 1], 2)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_an_exception_of_the_items_comes_through():
    def items():
        yield 1
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(map_ahead(abs, items(), 2))


def test_closing_stops_an_endless_row():
    drawn = []
    with closing(map_ahead(drawn.append, count(), 2)) as results:
        for _ in range(5):
            next(results)
    assert len(drawn) <= 8
