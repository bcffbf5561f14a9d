"""The word mover's distance against a linear program of its own."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.optimize import linprog


def by_linear_program(kv, first, second, norm):
    """The transport problem as Kusner et al. write it."""
    rows, columns = sorted(set(first)), sorted(set(second))
    cost = [
        [
            np.linalg.norm(kv.get_vector(a, norm=norm).astype(float) - kv.get_vector(b, norm=norm))
            for b in columns
        ]
        for a in rows
    ]
    n, m = len(rows), len(columns)
    sums = [np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))]
    weights = [first.count(key) / len(first) for key in rows] + [
        second.count(key) / len(second) for key in columns
    ]
    return linprog(np.ravel(cost), A_eq=np.vstack(sums), b_eq=weights).fun


@pytest.mark.parametrize("norm", [True, False])
def test_against_a_linear_program(kv, norm):
    pytest.importorskip("ot", reason="POT is not installed")
    first, second = ["man", "king", "king", "apple"], ["woman", "queen", "pear", "stone", "man"]
    expected = by_linear_program(kv, first, second, norm)
    assert kv.wmdistance(first, second, norm=norm) == pytest.approx(expected, rel=1e-6)
    assert kv.wmdistance(first, ["unicorn", *second], norm=norm) == pytest.approx(expected, rel=1e-6)


def test_the_ends(kv, caplog):
    pytest.importorskip("ot", reason="POT is not installed")
    assert kv.wmdistance(["unicorn"], ["king"]) == float("inf")
    assert "no known word" in caplog.text
    assert kv.wmdistance(["king"], ["king", "king"]) == 0.0
    kv["queen"] = kv["king"].copy()
    assert kv.wmdistance(["king"], ["queen"]) == float("inf")


def test_without_the_package(kv, monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(ImportError, match=r"pip install 'ns2vec\[wmd\]'"):
        kv.wmdistance(["king"], ["queen"])


@pytest.mark.parity
def test_equal_to_gensims(kv):
    pytest.importorskip("ot", reason="POT is not installed")
    theirs_module = pytest.importorskip("gensim.models.keyedvectors", reason="gensim is not installed")
    theirs = theirs_module.KeyedVectors(6)
    theirs.add_vectors(kv.index_to_key, kv.vectors)
    for norm in (True, False):
        for first, second in (
            (["man", "king"], ["stone", "pear"]),
            (["man"] * 3 + ["king"], ["king", "river"]),
        ):
            assert kv.wmdistance(first, second, norm) == pytest.approx(
                theirs.wmdistance(first, second, norm), rel=1e-5
            )
