"""A registry is a mapping whose errors list what there is."""

from __future__ import annotations

import pytest

from ns2vec._registry import Registry, did_you_mean
from ns2vec.exceptions import ConfigError


@pytest.fixture
def colours():
    registry = Registry("colour")
    registry.register("red", 1)
    registry.entry("green")(2)
    return registry


def test_it_is_a_mapping(colours):
    assert dict(colours) == {"red": 1, "green": 2}
    assert len(colours) == 2
    assert "red" in colours
    assert "blue" not in colours
    assert list(colours) == ["red", "green"]


@pytest.mark.parametrize("name", ["blue", "", None, 3, ["red"]])
def test_an_unknown_name_lists_the_known(colours, name):
    with pytest.raises(ConfigError, match=r"unknown colour .*: expected one of 'red', 'green'"):
        colours[name]


def test_a_misspelt_name_gets_the_one_that_was_meant(colours):
    with pytest.raises(ConfigError, match=r"; did you mean 'green'\?$"):
        colours["gren"]
    assert did_you_mean("purple", colours) == did_you_mean(None, colours) == ""


def test_a_name_is_taken_once(colours):
    with pytest.raises(ConfigError, match="colour 'red' is already registered"):
        colours.register("red", 3)
    assert colours["red"] == 1


def test_a_group_without_packages_is_empty():
    with pytest.raises(ConfigError, match="unknown shade 'x': expected one of "):
        Registry("shade", group="ns2vec.no_such_group")["x"]
