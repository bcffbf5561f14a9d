"""The planted world: every word has one place, and the rows of a family can be told apart."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from ns2vec.evaluation.facts_tables import (
    ABSENT,
    MARKERS_IN_COMMON,
    MARKERS_PER_ROW,
    build_world,
    load_real_families,
    pseudo_words,
)
from ns2vec.exceptions import ConfigError


def test_every_word_of_the_real_tables_has_one_place():
    families, function_words = load_real_families()
    words = [*function_words, *(word for family in families for word in family.words())]
    assert [word for word, count in Counter(words).items() if count > 1] == []
    assert all(word == word.lower() and " " not in word for word in words)


def test_the_real_tables_are_rectangular_and_hold_a_few_hundred_facts():
    families, _ = load_real_families()
    n_facts = 0
    for family in families:
        assert {len(row) for row in family.rows} == {len(family.sides)}
        assert len(family.cues) == len(family.sides)
        assert ABSENT not in [row[0] for row in family.rows]
        n_facts += sum(word != ABSENT for row in family.rows for word in row[1:])
    assert 300 <= n_facts <= 600


@pytest.mark.parametrize(("n_types", "seed"), [(1500, 1), (4000, 9)])
def test_a_world_has_exactly_the_types_asked_for(n_types, seed):
    world = build_world(n_types, seed)
    words = [word for family in world.families for word in family.words()]
    markers = {marker for rows in world.markers for row in rows for marker in row}
    everything = [*words, *markers, *world.fillers]
    assert len(everything) == len(set(everything)) == n_types


def test_a_bigger_world_has_more_families_of_the_same_structure():
    small, large = build_world(1500, 1), build_world(6000, 1)
    assert len(small.families) < len(large.families)
    assert len(small.facts) < len(large.facts)
    assert large.families[: len(small.families)] == small.families


def test_rows_share_few_markers():
    world = build_world(3000, 2)
    for rows in world.markers:
        sets = [set(row) for row in rows]
        assert {len(row) for row in sets} == {MARKERS_PER_ROW}
        assert all(len(a & b) <= MARKERS_IN_COMMON for a, b in itertools.combinations(sets, 2))


def test_half_of_each_relation_stands_together():
    world = build_world(3000, 2)
    halves = Counter((fact.relation, fact.together) for fact in world.facts)
    for relation in {fact.relation for fact in world.facts}:
        assert halves[relation, False] - halves[relation, True] in (0, 1)
        assert halves[relation, True] >= 10


def test_the_seed_decides():
    assert build_world(2000, 3) == build_world(2000, 3)
    assert build_world(2000, 3).facts != build_world(2000, 4).facts


def test_too_few_types_is_an_error():
    with pytest.raises(ConfigError, match=r"n_types must be at least \d+ .* got 100$"):
        build_world(100, 1)


def test_pseudo_words_are_distinct_pronounceable_and_new():
    words = pseudo_words(5000, seed=1)
    assert len(set(words)) == 5000
    assert all(word.isascii() and word.isalpha() and 3 <= len(word) <= 20 for word in words)
    assert all(set(word) & set("aeiou") for word in words)
    fresh = pseudo_words(5000, seed=1, taken=words[:100])
    assert not set(words[:100]) & set(fresh)
    assert pseudo_words(100, seed=2) != words[:100]
