"""The benchmark scripts: their arithmetic, and one tiny run of each."""

from __future__ import annotations

import json
import os
import pathlib

import numpy as np
import pytest

SCORES = {"google": 0.40, "ws353": 0.65, "simlex999": 0.30, "men3000": 0.70}


def scores(**changed):
    return {**SCORES, **changed}


def test_summary_pairs_the_seeds(script):
    ours = [scores(google=0.41), scores(google=0.39)]
    row = script("quality").summarise(ours, [scores(google=0.38), scores(google=0.40)])["google"]
    assert row["difference"] == pytest.approx(0.01)
    assert row["deviation"] == pytest.approx(0.04 / 2**0.5)
    # t of 90 %, one degree of freedom, is 3.0777
    assert row["bound"] == pytest.approx(0.01 - 3.0777 * 0.04 / 2, abs=1e-5)
    assert (row["ns2vec"], row["gensim"], row["n_seeds"]) == (pytest.approx(0.4), pytest.approx(0.39), 2)


@pytest.mark.parametrize(
    ("changed", "variant", "floors", "expected"),
    [
        ({}, "sg-window", True, []),
        ({"google": 0.389}, "sg-window", True, ["google"]),
        ({"google": 0.391}, "sg-window", True, []),
        ({"men3000": 0.689}, "cbow", True, ["men3000"]),
        ({"ws353": float("nan")}, "cbow", True, ["ws353"]),
    ],
)
def test_bounds_against_gensim(script, changed, variant, floors, expected):
    quality = script("quality")
    summary = quality.summarise([scores(**changed)], [scores()])
    broken = quality.broken_bounds(variant, summary, floors)
    assert [line.split()[1].rstrip(":") for line in broken] == expected


@pytest.mark.parametrize(("variant", "floors", "n_broken"), [("sg-pair", True, 3), ("cbow", True, 0)])
def test_floors_are_for_skip_gram(script, variant, floors, n_broken):
    quality = script("quality")
    low = scores(google=0.35, ws353=0.59, simlex999=0.27)
    assert len(quality.broken_bounds(variant, quality.summarise([low], [low]), floors)) == n_broken
    assert quality.broken_bounds(variant, quality.summarise([low], [low]), False) == []


def test_an_unsure_difference_breaks_the_second_bound(script):
    quality = script("quality")
    ours = [scores(google=0.44), scores(google=0.37)]
    broken = quality.broken_bounds("cbow", quality.summarise(ours, [scores(), scores()]), False)
    assert len(broken) == 1
    assert "google: 90 % bound -" in broken[0]


def test_both_programs_get_the_same_settings(script, tmp_path):
    shared = script("shared")
    for variant in shared.VARIANTS:
        theirs = shared.job_for("gensim", variant, tmp_path, seed=4)
        ours = shared.job_for("ns2vec", variant, tmp_path, seed=4)
        assert ours["parameters"].items() >= theirs["parameters"].items()
        assert set(ours["parameters"]) - set(theirs["parameters"]) <= {"negative_sharing"}


def test_a_run_is_known_again_by_settings_text_and_code(script, tmp_path):
    runs, shared = script("known_runs"), script("shared")
    text = {"bytes": 3}
    ours = shared.job_for("ns2vec", "cbow", tmp_path / "a.txt", seed=1)
    elsewhere = shared.job_for("ns2vec", "cbow", tmp_path / "b.txt", seed=1)
    assert runs.run_key(ours, text, "f") == runs.run_key(elsewhere, text, "f")
    assert runs.run_key(ours, text, "f") != runs.run_key(ours, text, "g")
    assert runs.run_key(ours, text, "f") != runs.run_key(ours, {"bytes": 4}, "f")
    theirs = shared.job_for("gensim", "cbow", tmp_path / "a.txt", seed=1)
    assert runs.run_key(theirs, text, "f") == runs.run_key(theirs, text, "g")


def test_runs_of_other_code_are_kept_when_asked(script, tmp_path, monkeypatch):
    runs, shared = script("known_runs"), script("shared")
    text, path = tmp_path / "a.txt", tmp_path / "runs.json"
    text.write_text("a b c\n", encoding="utf8")
    job = shared.job_for("ns2vec", "cbow", text, seed=1)
    monkeypatch.setattr(runs, "run_child", lambda job: {"seconds": 1.0})
    monkeypatch.setattr(runs, "code_fingerprint", lambda: "old")
    runs.KnownRuns(path, text).outcome(job, "first")
    monkeypatch.setattr(runs, "run_child", lambda job: {"seconds": 2.0})
    monkeypatch.setattr(runs, "code_fingerprint", lambda: "new")
    assert runs.KnownRuns(path, text, keep=True).outcome(job, "kept")["seconds"] == 1.0
    assert runs.KnownRuns(path, text).outcome(job, "again")["seconds"] == 2.0
    assert runs.KnownRuns(path, text, keep=True).outcome(job, "newest")["seconds"] == 2.0


def test_text_that_was_not_written_whole_is_divided_again(script, tmp_path, monkeypatch):
    held_out = script("held_out")
    text = tmp_path / "a.txt"
    text.write_text("".join(f"line {i}\n" for i in range(200)), encoding="utf8")

    def fail(self, target):
        raise OSError("no more")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="no more"):
        patched.setattr(held_out.Path, "replace", fail)
        held_out.split_corpus(text)
    training, rest = held_out.split_corpus(text)
    assert training.read_bytes() + rest.read_bytes() == text.read_bytes()
    assert rest.stat().st_size > 0


def test_the_samplers_sources_belong_to_the_code_that_trains(script):
    shared = script("shared")
    found = {path.name for pattern in shared.TRAINING_CODE for path in (shared.ROOT / "ns2vec").glob(pattern)}
    assert {"_aware.h", "_aware.pyx", "_builtin.h", "_kernels.pxd", "_sampler.pxd", "block.inc"} <= found


def test_children_find_the_processor_and_keep_blas_to_one_thread(script, monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "1")
    environment = script("processes").child_environment()
    assert "OPENBLAS_CORETYPE" not in environment
    assert "OPENBLAS_L2_SIZE" not in environment
    assert environment["OPENBLAS_NUM_THREADS"] == "1"


def test_a_failing_child_is_reported_in_one_line(script, tmp_path):
    shared, processes = script("shared"), script("processes")
    with pytest.raises(processes.ChildError, match=r"ns2vec ended with exit code 1: .*missing\.txt"):
        processes.run_child(shared.job_for("ns2vec", "cbow", tmp_path / "missing.txt"))


def test_own_memory_is_seen(script, monkeypatch):
    processes = script("processes")
    assert processes.anonymous_bytes(os.getpid()) > 1_000_000
    assert processes.anonymous_bytes(2**31 - 7) == 0
    monkeypatch.setattr(pathlib.Path, "is_dir", lambda path: True)  # it ends just after it was seen
    assert processes.tree_bytes(2**31 - 7) == 0


@pytest.fixture
def tiny(planted_text, planted_data, tmp_path):
    """Options of a run of a second, and the JSON it writes."""
    target = tmp_path / "result.json"
    options = ["--corpus", planted_text, "--data", planted_data, "--results", target, "--epochs", "1"]
    return [str(option) for option in options], target


@pytest.mark.parity
@pytest.mark.slow
def test_quality_runs_and_goes_on_where_it_stopped(script, tiny, capsys, monkeypatch):
    pytest.importorskip("gensim", reason="gensim is not installed")
    options, target = tiny
    quality = script("quality")
    code = quality.main([*options, "--variants", "sg-window", "--seeds", "1", "--workers", "1"])
    first = json.loads(target.read_text(encoding="utf8"))
    assert len(first["runs"]) == 2
    assert code == bool(first["summary"]["broken_bounds"])
    assert first["summary"]["floors_checked"] is False
    monkeypatch.setattr(script("known_runs"), "run_child", pytest.fail)
    assert code == quality.main([*options, "--variants", "sg-window", "--seeds", "1", "--workers", "1"])
    second = json.loads(target.read_text(encoding="utf8"))
    assert second["runs"] == first["runs"]
    assert "sg-window  google" in capsys.readouterr().out


def test_seeds_added_to_one_variant_count_and_none_is_left_out(script, tiny, monkeypatch):
    options, target = tiny
    quality = script("quality")

    def run_child(job):
        return {"scores": scores(google=job["parameters"]["seed"] / 10)}

    monkeypatch.setattr(script("known_runs"), "run_child", run_child)
    quality.main([*options, "--variants", "sg-window", "cbow", "--seeds", "1", "2"])
    quality.main([*options, "--variants", "sg-window", "--seeds", "6"])
    variants = json.loads(target.read_text(encoding="utf8"))["summary"]["variants"]
    assert {name: row["google"]["n_seeds"] for name, row in variants.items()} == {"sg-window": 3, "cbow": 2}
    assert variants["sg-window"]["google"]["gensim"] == pytest.approx(0.3)


def test_memory_runs(script, tiny, capsys):
    options, target = tiny
    memory = script("memory")
    assert memory.main([*options, "--corpus-memory", "0"]) == 0
    outcome = json.loads(target.read_text(encoding="utf8"))["outcome"]
    assert max(outcome["peak_bytes"].values()) > outcome["model_bytes"] > 0
    assert "peak RssAnon" in capsys.readouterr().out
    assert memory.main([*options, "--allowance", "0.001"]) == 1


def test_samplers_run_and_go_on_where_they_stopped(script, tiny, capsys, monkeypatch, without_children):
    options, target = tiny
    without_children("known_runs")
    samplers = script("samplers")
    options += ["--samplers", "uniform", "--rounds", "1"]
    assert samplers.main([*options, "--seeds", "1", "2"]) == 0
    record = json.loads(target.read_text(encoding="utf8"))["summary"]
    assert {"unigram", "uniform", "pointer"} <= set(record["speeds"])
    assert all(speed > 0 for speeds in record["speeds"].values() for speed in speeds)
    assert set(record["quality"]) == {"unigram", "uniform"}
    assert record["quality"]["uniform"]["held-out loss"]["deviation"] > 0
    assert "| uniform |" in capsys.readouterr().out
    monkeypatch.setattr(script("known_runs"), "run_child", pytest.fail)
    assert samplers.main([*options, "--seeds", "2", "--parts", "quality"]) == 0
    record = json.loads(target.read_text(encoding="utf8"))["summary"]
    assert record["quality"]["uniform"]["google"]["n_seeds"] == 1


def test_a_called_unigram_draws_what_the_built_in_one_draws(script):
    called = script("called_samplers")
    data = called.NoiseData.of_counts([100, 50, 20, 10])
    expected = called.Unigram().bind(data).sample(50, seed=5).tolist()
    assert called.make("pointer").bind(data).sample(50, seed=5).tolist() == expected
    pytest.importorskip("numba", reason="numba is not installed")
    assert called.make("numba").bind(data).sample(50, seed=5).tolist() == expected


def test_online_training(script, capsys):
    online = script("online")
    assert online.drift(np.eye(2), np.array([[2.0, 0], [1, 0]])) == (0.5, 1.0)
    assert online.main(["--rounds", "2", "--sentences", "3000", "--workers", "1"]) == 0
    _, *rounds = capsys.readouterr().out.splitlines()
    assert [row.split()[1] for row in rounds] == ["2001", "2002"]


def test_subwords_are_trained_and_known(script, tiny, monkeypatch):
    options, target = tiny
    subwords = script("subwords")
    monkeypatch.setattr(subwords, "N_GRAMS", {"min_n": 3, "max_n": 4, "bucket": 1000})
    ours = ["--programs", "ns2vec", "--variants", "cbow", "--seeds", "1"]
    assert subwords.main([*options, *ours]) == 0
    (run,) = json.loads(target.read_text(encoding="utf8"))["runs"].values()
    assert set(run["scores"]) == {"semantic", "syntactic", "ws353", "simlex999", "men3000"}


def test_subwords_are_held_to_each_peer(script):
    subwords = script("subwords")
    ours, theirs = {"seconds": 1.0, "scores": {"ws353": 0.40}}, {"seconds": 9.0, "scores": {"ws353": 0.42}}
    summary = subwords.summarise([(ours, theirs), (ours, theirs)])
    assert summary["speed"] == 9
    assert len(subwords.broken_bounds({"cbow beside gensim": summary})) == 1
    assert subwords.broken_bounds({"cbow beside gensim": subwords.summarise([(theirs, ours)])}) == []
