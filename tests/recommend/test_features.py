"""Features become bags of rows; new entities and new categories come after the old ones."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.recommend import Features, read_features

FILMS = {
    "item": [3, 1, 2, 9],
    "genre": ["crime", "", "drama", "crime"],
    "tags": [["dark", "long"], [], ["long", "long"], ["dark"]],
    "year": [1990, None, 1980, 2000],
    "price": [np.nan, 1.0, 2.0, 3.0],
}


def test_each_kind_by_what_its_values_are():
    films = read_features(FILMS, n_bins=2)
    assert films.keys == [3, 1, 2, 9]
    assert films.names_of(3) == ["genre=crime", "tags=dark", "tags=long", "year>=1990"]
    assert films.names_of(1) == ["price<2"]
    assert films.names_of(2) == ["tags=long", "genre=drama", "year<1990", "price>=2"]
    assert films.edges == {"year": (1990.0,), "price": (2.0,)}
    with pytest.raises(KeyError):
        films.names_of("3")


def test_the_header_says_what_columns_are(write_text):
    text = "item_id:token\tclass:token_seq\tyear:float\tname:token\n7\ta b\t3\tx y\n8\tb\t5\t\n"
    films = read_features(write_text(text, "films.item"), n_bins=2)
    assert films.names_of("7") == ["class=a", "class=b", "year<4", "name=x y"]
    assert films.names_of("8") == ["class=b", "year>=4"]
    some = read_features(write_text(text, "films.item"), columns={"name": "tags", "class": "category"})
    assert some.names_of("7") == ["name=x", "name=y", "class=a b"]
    bare = read_features(write_text("7|a b|3\n8|c|4\n", "films.txt"), columns=[1], separator="|")
    assert bare.names_of("7") == ["column 1=a b"]


def test_bins_have_equally_many_and_can_be_those_of_before():
    values = np.arange(800.0)
    found = read_features({"user": range(800), "age": values})
    assert len(found.names) == 9
    assert np.bincount(found.rows).tolist() == [0, *[100] * 8]
    later = read_features({"user": [7], "age": [550.0]}, edges=found.edges)
    assert set(later.names_of(7)) <= set(found.names)
    constant = read_features({"user": [1, 2], "age": [5, 5]})
    assert constant.names_of(1) == ["age>=5"]


def test_no_bag_is_empty():
    found = Features.of({"a": ["x"], "b": []})
    assert found.names_of("b") == ["(unknown)"]
    there = found.onto(["c", "b", "a", "a"])
    assert (there.offsets.tolist(), there.rows.tolist()) == ([0, 1, 2, 3, 4], [0, 0, 1, 1])
    assert found.with_names(["(unknown)", "y"]).rows.tolist() == [0, 0]


def test_growth_keeps_the_rows_of_before():
    old = Features.of({"a": ["x", "y"], "b": ["y"]})
    grown = old.joined(Features.of({"c": ["new", "x"], "b": ["z"]}))
    assert grown.names == ["(unknown)", "x", "y", "new", "z"]
    assert grown.keys == ["a", "b", "c"]
    assert [grown.names_of(key) for key in "abc"] == [["x", "y"], ["z"], ["x", "new"]]
    assert grown.rows[: grown.offsets[1]].tolist() == old.rows[: old.offsets[1]].tolist()
    same = old.joined(old)
    assert (same.names, same.rows.tolist()) == (old.names, old.rows.tolist())


def test_values_that_are_no_numbers_give_no_feature_and_a_warning(caplog):
    with caplog.at_level(logging.WARNING, "ns2vec"):
        found = read_features({"item": [1, 2, 3], "year": ["1", "unkonwn", "2"]}, columns={"year": "number"})
    assert "year: 1 values are not numbers, such as 'unkonwn'" in caplog.text
    assert found.names_of(2) == ["(unknown)"]


def test_what_is_wrong_is_refused():
    for columns, options, error, message in [
        (
            {"item": [1, 1], "genre": ["a", "b"]},
            {},
            CorpusError,
            "1 comes 2 times; expected one row for each",
        ),
        (
            {"item": [1], "genre": ["a"]},
            {"columns": {"genre": "colour"}},
            ConfigError,
            "unknown kind of feat",
        ),
        (
            {"item": [1], "genre": ["a"]},
            {"columns": ["year"]},
            FormatError,
            "no column 'year'; it has 'item'",
        ),
        (
            {"item": [1], "year": ["a"]},
            {"columns": {"year": "number"}},
            CorpusError,
            "year: expected numbers",
        ),
        ({"item": [-1], "genre": ["a"]}, {}, CorpusError, "row 1 has the key -1"),
        ({"item": [], "genre": []}, {}, CorpusError, "there are no rows in it"),
        (
            {"item": [1], "year": [1]},
            {"n_bins": 1},
            ConfigError,
            "n_bins must be a whole number of at least 2",
        ),
    ]:
        with pytest.raises(error, match=message):
            read_features(columns, **options)
