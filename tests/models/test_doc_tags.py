"""Which row a tag has, first and when more come."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.corpus.tagged import TagTally
from ns2vec.models.doc_tags import TagUnits


def tally(*documents):
    found = TagTally()
    for number, (n_words, tags) in enumerate(documents):
        found.add(tags, n_words, number)
    return found


def units(*documents):
    made = TagUnits(KeyedVectors(4))
    made.take_tags(tally(*documents))
    return made


def test_ints_are_rows_and_others_follow():
    made = units((6, [3]), (4, ["s1", 1]), (0, ["s2"]), (3, ["s1"]))
    dv = made.wv
    assert dv.index_to_key == [0, 1, 2, 3, "s1", "s2"]
    assert dv.key_to_index == {"s1": 4, "s2": 5}
    assert dv.expandos["word_count"].tolist() == [0, 0, 0, 0, 7, 0]
    assert dv.expandos["doc_count"].tolist() == [0, 0, 0, 0, 2, 1]
    assert made.n_plain == 4


def test_ints_alone_are_in_no_dict():
    made = units((6, [2]), (4, [0]))
    assert (made.wv.index_to_key, made.wv.key_to_index, dict(made.wv.expandos)) == ([0, 1, 2], {}, {})


def test_rows_of_tags_leave_out_unknown_ones():
    rows, offsets = units((1, [2, "a"])).rows_of([[2, "a"], [], [np.int64(0), 3, "b"], ("a",)])
    assert (rows.tolist(), offsets.tolist()) == ([2, 3, 0, 3], [0, 2, 2, 3, 4])


@pytest.mark.parametrize(
    "first, more, keys",
    [
        ([0, 1], [3], [0, 1, 2, 3]),
        ([0, "a"], [2, "b"], [0, "a", 1, 2, "b"]),
        ([0], ["b", 1], [0, 1, "b"]),
        (["a"], ["a", 1], ["a", 0, 1]),
    ],
)
def test_tags_that_come_later_get_rows_after_those_that_are_there(first, more, keys):
    made = units((1, first))
    made.add_tags(tally((2, more)))
    dv = made.wv
    assert dv.index_to_key == keys
    rows, _ = made.rows_of([keys])
    assert rows.tolist() == list(range(len(keys)))
    assert [dv.get_index(key) for key in keys] == rows.tolist()
    made.adopt(dv)
    assert made.rows_of([keys])[0].tolist() == rows.tolist()


def test_counts_go_on():
    made = units((6, ["a"]))
    made.add_tags(tally((3, ["b", "a"]), (1, ["a"])))
    assert made.wv.expandos["word_count"].tolist() == [10, 3]
    assert made.wv.expandos["doc_count"].tolist() == [3, 1]


def test_shared_tags_are_copied_before_they_grow():
    one = units((1, ["a"]))
    other = TagUnits(KeyedVectors(4))
    other.share(one.wv)
    other.add_tags(tally((1, ["b"])))
    assert one.wv.index_to_key == ["a"]
    assert one.wv.expandos["doc_count"].tolist() == [1]
    assert other.wv.index_to_key == ["a", "b"]
