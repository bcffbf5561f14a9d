"""Which objectives are combined with which samplers."""

from __future__ import annotations

import pytest

from ns2vec.comparison import make_candidates
from ns2vec.comparison.candidates import plain_samplers
from ns2vec.exceptions import ConfigError
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import SAMPLERS


def test_every_entry_of_the_registries_takes_part():
    found = make_candidates()
    assert {one.objective for one in found} == set(OBJECTIVES)
    assert {one.sampler for one in found} - {None} == set(plain_samplers())
    assert set(plain_samplers()) <= set(SAMPLERS)
    assert len(found) == len(set(found))


def test_a_new_sampler_appears_by_itself(monkeypatch):
    monkeypatch.setitem(SAMPLERS._entries, "another", SAMPLERS["uniform"])
    assert "negative_sampling/another" in [one.name for one in make_candidates()]


def test_both_lists_are_multiplied_but_for_objectives_that_draw_nothing():
    found = make_candidates(["nce", "hierarchical_softmax", "softmax"], ["uniform", "batch:size=512"])
    names = ["softmax", "nce/uniform", "nce/batch:size=512", "hierarchical_softmax"]
    assert [one.name for one in found] == names
    assert [one.outputs for one in found] == ["all", "sampled", "sampled", "path"]


@pytest.mark.parametrize("lists", [(["no"], None), (None, ["no"]), (None, ["batch:no=1"])])
def test_unknown_names_are_refused(lists):
    with pytest.raises(ConfigError, match="no"):
        make_candidates(*lists)
