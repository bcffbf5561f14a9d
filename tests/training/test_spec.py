"""What is trained, read from the options in one place."""

from __future__ import annotations

import pytest

from ns2vec.objectives import OBJECTIVES
from ns2vec.training.config import TrainingConfig


@pytest.mark.parametrize(
    ("options", "targets"),
    [
        ({}, {"syn1neg": "negative_sampling"}),
        ({"hs": True}, {"syn1neg": "negative_sampling", "syn1": "hierarchical_softmax"}),
        ({"hs": True, "negative": 0}, {"syn1": "hierarchical_softmax"}),
        ({"negative": 0}, {}),
        ({"objective": "nce", "hs": True}, {"syn1neg": "nce", "syn1": "hierarchical_softmax"}),
        ({"objective": "hierarchical_softmax"}, {"syn1": "hierarchical_softmax"}),
        ({"objective": "auto"}, {"syn1neg": "softmax"}),
    ],
    ids=str,
)
def test_each_objective_has_its_matrix(options, targets):
    spec = TrainingConfig(**options).spec(n_words=100)
    assert {target.matrix: target.objective.name for target in spec.targets} == targets
    assert spec.has_path == ("syn1" in targets)
    assert (spec.words.name if spec.words else None) == targets.get("syn1neg")


def test_the_vocabulary_decides_for_auto():
    config = TrainingConfig(objective="auto")
    assert [config.spec(n).words.name for n in (100, 100_000)] == ["softmax", "negative_sampling"]
    assert [config.spec(n).has_one_updater for n in (100, 100_000)] == [True, False]


def test_inputs_are_words_or_windows():
    skip_gram, cbow = TrainingConfig(sg=True).spec(), TrainingConfig(sg=False).spec()
    assert skip_gram.inputs_of([3, 4]) == [[3], [4]]
    assert cbow.inputs_of([3, 4]) == [[3, 4]]
    assert skip_gram.inputs_of([]) == cbow.inputs_of([]) == []


@pytest.mark.parametrize("sg", [True, False])
@pytest.mark.parametrize("sharing", ["window", "pair"])
def test_only_skip_gram_has_negatives_for_each_pair(sg, sharing):
    spec = TrainingConfig(sg=sg, negative_sharing=sharing).spec()
    assert spec.pairs == (sg and sharing == "pair")


def test_every_objective_has_a_spec():
    for name in OBJECTIVES:
        (target,) = TrainingConfig(objective=name).spec().targets
        assert target.objective is OBJECTIVES[name]
