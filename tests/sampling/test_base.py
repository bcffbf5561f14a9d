"""What a sampler may know of a vocabulary: lists of words become rows."""

from __future__ import annotations

import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.sampling import NoiseData


def test_lists_become_rising_rows(named_data):
    offsets, rows = named_data.lists_to_csr({"c": ["d", "a", "d", "x"], "x": ["a"], "a": []}, "lists")
    assert offsets.tolist() == [0, 0, 0, *[2] * 8]
    assert rows.tolist() == [0, 3]


def test_rows_stand_for_words_where_there_are_no_keys(data, named_data):
    assert data.lists_to_csr({2: [5]}, "lists")[1].tolist() == [5]
    with pytest.raises(ConfigError, match="lists: none of its 1 words"):
        named_data.lists_to_csr({2: [5]}, "lists")


def test_a_key_that_is_a_number():
    data = NoiseData.of_counts([3, 2, 1], key_to_index={30: 0, 20: 1, 10: 2})
    assert data.lists_to_csr({30: [10, 20]}, "lists")[1].tolist() == [1, 2]
