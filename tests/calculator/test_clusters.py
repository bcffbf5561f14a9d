"""What `calculate` says of a cluster, against members that are objects of this process."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ns2vec import Word2Vec, cli
from ns2vec.calculator import clusters, estimate
from ns2vec.exceptions import ConfigError
from ns2vec.training.sharded.fleet import Fleet, using
from ns2vec.training.sharded.transport import InProcess

RNG = np.random.default_rng(1)
SENTENCES = [[f"w{i}" for i in RNG.zipf(1.2, size=20) if i < 5000] for _ in range(3000)]
OPTIONS = {"vector_size": 16, "min_count": 1, "batch_words": 1000, "epochs": 1, "shards": 4, "sg": 1}


def computed(n_workers=2, **options):
    return estimate(SENTENCES, calibrate=False, cluster_workers=n_workers, **OPTIONS, **options).cluster


@pytest.mark.parametrize("n_workers", [2, 4])
def test_bytes_of_a_round_are_those_that_travel(n_workers):
    fleet, found = Fleet(InProcess(), n_workers), computed(n_workers)
    with using(fleet):
        Word2Vec(SENTENCES, **OPTIONS)
    assert found.rounds == pytest.approx(fleet.traffic["rounds"], abs=1)
    for sent, expected in (("changes", found.changed_bytes), ("merged", found.merged_bytes)):
        assert fleet.traffic[sent] / found.rounds == pytest.approx(expected, rel=0.1)


def test_the_memory_of_weights_is_that_of_a_member():
    transport = InProcess()
    with using(Fleet(transport, 2)):
        Word2Vec(SENTENCES, **OPTIONS)
        (member, _) = transport.members.values()
        assert sum(base.nbytes for base in member.bases) == computed().worker["weights"]
        copies = [*member.replica.arrays, *member.replica.touches]
        assert sum(own.nbytes for own in copies) == computed().worker["replicas"]


def test_what_ray_imports_counts_where_it_is_installed(monkeypatch):
    found = []
    for spec in (None, object()):
        monkeypatch.setattr(clusters, "find_spec", lambda name, spec=spec: spec)
        found.append(computed().driver["process"])
    assert found[1] - found[0] == clusters.ARROW_BYTES


def test_a_slow_network_is_the_bound():
    options = {"calibrate": True, "calibration_seconds": 0.05, "cluster_workers": 4}
    slow = estimate(SENTENCES, network="1Mbit", **options, **OPTIONS).cluster
    assert (slow.bound, computed().bound) == ("network", None)
    assert slow.network_seconds == pytest.approx(1e4 * computed(4).network_seconds)


def test_one_worker_sends_nothing_and_more_workers_than_shards_are_none():
    assert computed(1).changed_bytes == computed(1).merged_bytes == 0
    assert computed(9).workers == 4


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"network": "fast"}, "network must be a speed"),
        ({"n_workers": 0}, "cluster_workers"),
    ],
)
def test_what_cannot_be_is_refused(options, problem):
    with pytest.raises(ConfigError, match=problem):
        computed(**options)
    with pytest.raises(ConfigError, match="a cluster trains shards"):
        estimate(SENTENCES, calibrate=False, cluster_workers=2)


def test_the_command_says_that_it_is_computed(tmp_path, capsys):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, SENTENCES)))
    command = ["calculate", str(path), "--no-calibration", "--shards", "4", "--network", "1Gbit"]
    assert cli.main(command) == 2
    assert "--network needs --cluster-workers" in capsys.readouterr().err
    assert cli.main([*command, "--cluster-workers", "2"]) == 0
    assert "cluster, computed" in capsys.readouterr().out
    assert cli.main([*command, "--cluster-workers", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cluster"]["workers"] == 2
