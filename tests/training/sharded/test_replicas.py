"""Copies of all that training changes, and what has changed in them."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import FastText, Word2Vec
from ns2vec.graph import LINE
from ns2vec.training.sharded.replicas import ChangeRoom, Replica, copied_network, trained_arrays

SENTENCES = [[f"w{i % 5}", f"w{i % 7}", f"w{i % 11}"] for i in range(60)]


def core_of(model):
    return model._ready()


def made(family=Word2Vec, **options):
    return family(SENTENCES, **({"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 1} | options))


@pytest.mark.parametrize("model", [made(hs=1, sg=1), made(FastText, bucket=100)])
def test_a_copy_of_a_network_shares_nothing_that_is_trained(model):
    network = core_of(model).network()
    ours, theirs = trained_arrays(network), trained_arrays(copied_network(network))
    assert [array.tobytes() for array in ours] == [array.tobytes() for array in theirs]
    assert not any(np.shares_memory(one, other) for one in ours for other in theirs)


def test_outputs_that_are_the_inputs_are_so_in_a_copy_too():
    model = LINE(vector_size=8, order=1, epochs=1).fit([(i, (i + 1) % 9) for i in range(9)])
    network = copied_network(core_of(model).network())
    assert network.goals[0].side is network.inputs
    assert len(trained_arrays(network)) == 1


def test_changes_are_those_of_the_rows_that_a_chunk_has_touched():
    model = made(sg=1, sample=0)
    core = core_of(model)
    network = core.network()
    replica = Replica(network, core.config, 0)
    before = [array.copy() for array in replica.arrays]
    replica.worker.train(np.array([0, 1, 2, -1], np.int32), 0.1, 0)
    expected = [own - old for own, old in zip(replica.arrays, before, strict=True)]
    found = replica.changes(ChangeRoom(replica.arrays))
    for (ids, rows, _), changed in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ids, np.flatnonzero(changed.any(axis=1)))
        np.testing.assert_array_equal(rows, changed[ids])
    assert found[0][0].tolist() == [0, 1, 2]


def test_a_replica_takes_over_what_others_have_changed():
    core = core_of(made())
    network = core.network()
    replica = Replica(network, core.config, 0)
    replica.bases[0][[1, 3]] += 1
    replica.is_outdated([np.array([1, 3], np.int32), np.empty(0, np.int32)])
    replica.catch_up()
    assert replica.arrays[0].tobytes() == replica.bases[0].tobytes()
    assert not replica.behind
