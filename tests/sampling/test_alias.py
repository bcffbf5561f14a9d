"""An alias table gives each entry its share, to the last bit that it has."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.sampling import build_alias_table

WEIGHTS = {
    "one": [3.0],
    "equal": np.ones(7),
    "zeros": [0.0, 5.0, 0.0, 1.0, 0.0],
    "zipf": 1.0 / np.arange(1, 5001) ** 0.75,
    "one of many": np.eye(1, 1000, 500)[0],
    "strided": np.arange(20.0)[::-2],
    "whole": np.array([4, 3, 2, 1]),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_each_entry_has_its_share(name):
    weights = np.asarray(WEIGHTS[name], dtype=np.float64)
    table = build_alias_table(WEIGHTS[name])
    kept = table[:, 0] / 2.0**32
    shares = np.zeros(len(weights))
    np.add.at(shares, np.arange(len(weights)), kept)
    np.add.at(shares, table[:, 1], 1.0 - kept)
    np.testing.assert_allclose(shares / len(weights), weights / weights.sum(), atol=1e-8)
    assert not shares[weights == 0].any()


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [np.nan], [np.inf, 1.0], [[1.0]]], ids=str)
def test_what_is_no_distribution_is_refused(weights):
    with pytest.raises(ConfigError, match="one of them positive"):
        build_alias_table(weights)
