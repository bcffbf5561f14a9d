"""Rows of the speed table: how rounds, missing peers, page and chart are handled; one tiny run of each."""

from __future__ import annotations

import functools
import json
import shutil

import pytest


def run(speed, **more):
    """What one arm measured in one round."""
    return {"program": "ns2vec", "peak_bytes": 5, "speed": speed, "raw_words_per_second": speed, **more}


def rounds_of(**speeds):
    """Rounds from the speeds of each arm; None is a peer that did not run."""
    n_rounds = max(map(len, speeds.values()))
    return [
        {
            "arms": {
                name: run(found[i], program=name)
                if found[i]
                else {"program": name, "missing": "not installed: No module named 'x'"}
                for name, found in speeds.items()
                if i < len(found)
            }
        }
        for i in range(n_rounds)
    ]


def test_the_value_is_the_ratio_of_medians(script):
    row = script("rows").ROWS["sg"]
    summary = script("summary").summarise(row, rounds_of(ns2vec=[26, 28, 900], gensim=[1, 3, 2]))
    assert summary["value"] == 14
    assert summary["verdict"] == "must"
    assert summary["arms"]["gensim"]["speed"] == 2
    assert (summary["n_rounds"], summary["reasons"]) == (3, [])


@pytest.mark.parametrize(
    ("value", "must", "aim", "expected"),
    [
        (20, 13, 20, "aim"),
        (19.9, 13, 20, "must"),
        (12.99, 13, 20, "missed"),
        (None, 13, 20, "not measured"),
        (5, None, None, "-"),
    ],
)
def test_verdicts(script, value, must, aim, expected):
    assert script("summary").verdict_on(value, must, aim) == expected


def test_a_missing_peer_is_a_row_with_the_reason(script):
    row = script("rows").ROWS["fasttext"]
    rounds = rounds_of(ns2vec=[10], fasttext=[None])
    summary = script("summary").summarise(row, rounds)
    assert summary["value"] is None
    assert summary["reasons"] == ["fasttext: not installed: No module named 'x'"]
    described = {"what": "w", "against": "a", "kind": row.kind, "summary": summary, "rounds": rounds}
    line = script("table").cells(row.name, described)
    assert line[4] == "-"
    assert line[-1] == "not measured (fasttext: not installed: No module named 'x')"


def test_a_program_that_is_not_installed_is_told_from_one_that_fails(script, tmp_path, monkeypatch):
    processes, shared = script("processes"), script("shared")
    (tmp_path / "fasttext.py").write_text("raise ImportError('no fasttext')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(processes.MissingProgramError, match="not installed: no fasttext"):
        processes.run_child(shared.job_for("fasttext", "cbow", tmp_path / "any.txt"))


def test_the_fastest_peer_counts_and_goes_on_alone(script):
    row = script("rows").ROWS["file"]
    speeds = {"ns2vec": [24, 24], "gensim corpus_file": [1], "gensim LineSentence": [2, 2]}
    rounds = rounds_of(**speeds)
    for measured in rounds:
        for name, arm in measured["arms"].items():
            arm["program"] = name.split()[0]
    assert script("measure").arms_left(row, []) == list(speeds)
    assert script("measure").arms_left(row, rounds) == ["ns2vec", "gensim LineSentence"]
    assert script("summary").summarise(row, rounds)["value"] == 12


def test_two_threads_are_held_against_the_peak(script):
    row = script("rows").ROWS["threads-sg"]
    rounds = rounds_of(**{"1 thread": [10], "2 threads": [18]})
    rounds[0]["peaks"] = {"1": 100.0, "2": 180.0}
    summary = script("summary").summarise(row, rounds)
    assert summary["value"] == pytest.approx(1.0)
    assert summary["verdict"] == "aim"
    rounds[0]["peaks"] = {}
    rounds[0]["no_peak"] = "no compiler"
    summary = script("summary").summarise(row, rounds)
    assert (summary["value"], summary["reasons"]) == (None, ["no compiler"])


def test_use_of_the_peak_counts_six_operations_a_pair_and_dimension(script):
    row = script("rows").ROWS["fma"]
    rounds = rounds_of(ns2vec=[10])
    rounds[0]["arms"]["ns2vec"].update(parameters={"vector_size": 300}, scored_pairs=1000, epoch_seconds=2.0)
    rounds[0]["peaks"] = {"1": 1_800_000.0}
    assert script("summary").summarise(row, rounds)["value"] == pytest.approx(0.5)


def test_an_epoch_is_the_difference_of_two_runs(script):
    one = {"seconds": 3.0, "wall_seconds": 4.0, "peak_bytes": {"train": 5}}
    two = {"seconds": 5.0, "wall_seconds": 6.0, "peak_bytes": {"train": 7}, "build": {"isa": "a"}}
    found = script("measure").training_phase(one, two, {"n_words": 10, "trained_words": 6})
    assert found["epoch_seconds"] == 2
    assert (found["raw_words_per_second"], found["trained_words_per_second"]) == (5, 3)
    assert (found["one_epoch_wall_seconds"], found["peak_bytes"], found["isa"]) == (4.0, 7, "a")


def test_every_row_can_be_summarised_and_asked_for(script):
    rows, summary, main = script("rows"), script("summary"), script("__main__")
    assert {row.kind for row in rows.ROWS.values()} <= set(summary.KINDS)
    assert {row.command for row in rows.ROWS.values()} <= set(main.COMMANDS)
    for row in rows.ROWS.values():
        assert any(arm.program == "ns2vec" for arm in row.arms)
        assert (row.must is None) == (row.aim is None)
        assert row.must is None or row.must < row.aim


def test_an_unknown_command_says_which_there_are(script, capsys):
    assert script("__main__").main(["fly"]) == 2
    assert "expected one of all, train" in capsys.readouterr().err
    assert script("__main__").main([]) == 0


def test_the_readme_is_what_the_json_says(script):
    assert script("table").main(["--check"]) == 0


def options_of(folder, results, document):
    """What the table is made of, and where it goes, and the chart."""
    names = {
        "results": results,
        "quality": folder / "none",
        "document": document,
        "chart": folder / "chart.svg",
    }
    return [str(part) for name, path in names.items() for part in (f"--{name}", path)]


def test_the_table_goes_between_the_markers(script, tmp_path, capsys):
    table, row = script("table"), script("rows").ROWS["sg"]
    rounds = rounds_of(ns2vec=[26e6, 20e6, 27e6], gensim=[2e6, 2e6, 1e6])
    for measured in rounds:
        measured["arms"]["ns2vec"]["corpus_bytes"], measured["arms"]["gensim"]["corpus_bytes"] = 1000, 500
    described = {
        "what": row.what, "against": row.against, "kind": row.kind, "corpus": {"bytes": 1000},
        "machine": {"commit": "abc"}, "summary": script("summary").summarise(row, rounds),
        "rounds": rounds,
    }  # fmt: skip
    record = {"machine": {"processor": "P", "n_cores": 2}, "rows": {"sg": described}}
    results, document = tmp_path / "t.json", tmp_path / "page.md"
    results.write_text(json.dumps(record), encoding="utf-8")
    document.write_text("before\n", encoding="utf-8")
    options = options_of(tmp_path, results, document)
    assert table.main(options) == 1
    assert "expected one line" in capsys.readouterr().err
    document.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", encoding="utf-8")
    assert table.main([*options, "--check"]) == 1
    assert table.main(options) == 0
    assert table.main([*options, "--check"]) == 0
    text = document.read_text(encoding="utf-8")
    figures = "26.00 M | 13.0 x | 10.0 to 27.0 | 13 x | 20 x | must"
    peer = "gensim corpus_file, 1 worker, on 500 bytes"
    assert f"| skip-gram, 1 thread | {peer} | {figures} |" in text.split("\n")
    assert "text of 1,000 bytes; medians" in text
    assert ">skip-gram vs gensim</text>" in (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text


@pytest.mark.parametrize(
    ("name", "isa", "reasons"),
    [
        ("sg", "avx512", []),
        ("sg", "avx2", ["asked of avx512, measured with avx2"]),
        ("sg-avx2", "avx2", []),
    ],
)
def test_a_miss_says_when_the_target_is_for_another_instruction_set(script, name, isa, reasons):
    rounds = rounds_of(ns2vec=[5], gensim=[1])
    rounds[0]["arms"]["ns2vec"]["isa"] = isa
    summary = script("summary").summarise(script("rows").ROWS[name], rounds)
    assert (summary["verdict"], summary["reasons"]) == ("missed", reasons)
    rounds[0]["arms"]["ns2vec"]["speed"] = 30
    assert script("summary").summarise(script("rows").ROWS[name], rounds)["reasons"] == []


def test_a_miss_is_not_rounded_to_its_target(script):
    number = script("table").number
    assert [number(value, "ratio", (1.3, 2)) for value in (1.2664, 1.3, 1.9999, 2.0)] == [
        "1.27 x", "1.3 x", "1.9999 x", "2.0 x",
    ]  # fmt: skip
    assert number(0.9196, "threads", (0.92, None)) == ".9196"
    assert number(1.2664, "ratio", (None, None)) == "1.3 x"


def test_a_miss_can_be_explained(script, tmp_path, capsys):
    table, row = script("table"), script("rows").ROWS["sg"]
    rounds = rounds_of(ns2vec=[10e6], gensim=[2e6])
    described = {
        "what": row.what, "against": row.against, "kind": row.kind, "corpus": {"bytes": 1000},
        "machine": {"commit": "abc"},
        "summary": script("summary").summarise(row, rounds), "rounds": rounds, "peer_bytes": 0,
    }  # fmt: skip
    results, document = tmp_path / "t.json", tmp_path / "page.md"
    record = {"machine": {"processor": "P", "n_cores": 2}, "rows": {"sg": described}}
    results.write_text(json.dumps(record), encoding="utf-8")
    document.write_text(f"{table.BEGIN}\n{table.END}\n", encoding="utf-8")
    options = options_of(tmp_path, results, document)
    assert table.main([*options, "--reason", "cbow", "why"]) == 1
    assert "no row 'cbow' in t.json: it has sg" in capsys.readouterr().err
    assert table.main([*options, "--reason", "sg", "rows wait for memory"]) == 0
    assert table.main([*options, "--check"]) == 0
    assert "| missed (rows wait for memory) |" in document.read_text(encoding="utf-8")
    assert "| missed (rows wait for memory) |" in results.with_suffix(".md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("n_bytes", "is_shorter"), [(100, True), (0, False), (10**9, False)])
def test_peers_may_have_a_prefix(script, planted_text, n_bytes, is_shorter):
    found = script("shared").prefix_of(planted_text, n_bytes)
    assert (found != planted_text) == is_shorter
    if is_shorter:
        assert found.read_bytes() == planted_text.read_bytes()[:n_bytes]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_peak_is_measured(script):
    assert script("peak").fma_peak("baseline", 1, 0.01) > 1e8


def test_the_peak_without_a_compiler_is_missing(script, monkeypatch):
    peak = script("peak")
    peak.compiled.cache_clear()
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(script("processes").MissingProgramError, match="no 'no-such-compiler'"):
        peak.fma_peak("baseline", 1)


def with_long_epochs(module, monkeypatch):
    """Let each epoch take an hour more: two then take longer than one however busy the machine is."""
    run = module.run_child

    def run_for_hours(job):
        outcome = run(job)
        return {**outcome, "seconds": outcome["seconds"] + 3600 * job["parameters"].get("epochs", 0)}

    monkeypatch.setattr(module, "run_child", run_for_hours)


@pytest.mark.slow
def test_rows_are_measured_and_not_measured_again(
    script, planted_text, planted_data, tmp_path, monkeypatch, without_children
):
    measure, target = script("measure"), tmp_path / "table.json"
    without_children("measure")
    monkeypatch.setattr(measure, "fma_peak", functools.partial(measure.fma_peak, seconds=0.01))
    with_long_epochs(measure, monkeypatch)
    options = ["--corpus", planted_text, "--data", planted_data, "--results", target, "--rounds", "1"]
    argv = ["train", "--rows", "threads-sg", *map(str, options)]
    assert measure.main(argv) == 0
    first = json.loads(target.read_text(encoding="utf8"))["rows"]["threads-sg"]
    assert first["summary"]["arms"]["2 threads"]["raw_words_per_second"] > 0
    assert first["summary"]["value"] > 0
    assert "skip-gram, 2 threads" in target.with_suffix(".md").read_text(encoding="utf8")
    monkeypatch.setattr(measure, "run_child", pytest.fail)
    assert measure.main(argv) == 0
    assert json.loads(target.read_text(encoding="utf8"))["rows"]["threads-sg"] == first


@pytest.mark.slow
@pytest.mark.parity
@pytest.mark.parametrize("command", ["vocab", "load", "query", "evaluate"])
def test_the_other_commands_run(
    script, planted_text, planted_data, tmp_path, monkeypatch, without_children, command
):
    pytest.importorskip("gensim", reason="gensim is not installed")
    if command != "vocab":  # which starts a process for each program, as all do
        without_children("measure")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    target = tmp_path / "table.json"
    options = ["--corpus", planted_text, "--data", planted_data, "--results", target, "--rounds", "1"]
    sizes = ["--load-words", "50", "--load-dim", "4", "--queries", "5"]
    assert script("measure").main([command, *map(str, options), *sizes]) == 0
    rows = json.loads(target.read_text(encoding="utf8"))["rows"]
    assert {row["command"] for row in rows.values()} == {command}
    assert all(row["summary"]["value"] > 0 for row in rows.values())


def test_scaling_keeps_the_proportions_and_finds_the_spread(script, planted_text):
    scaling = script("scaling")
    points = {str(cost): {"summary": {"ns_per_trained_word": cost}} for cost in (100.0, 115.0, 120.0)}
    assert scaling.spread_of(points) == pytest.approx(0.2)
    assert [n_bytes for _, n_bytes, _ in scaling.points_of("corpus")] == list(scaling.SIZES)
    assert [settings["window"] for _, _, settings in scaling.points_of("window")] == [2, 5, 10, 15]
    quarter = scaling.text_of(str(planted_text), 97_350_442, None).stat().st_size
    assert quarter == pytest.approx(planted_text.stat().st_size / 4, abs=1)


@pytest.mark.slow
def test_scaling_runs(script, planted_text, tmp_path, monkeypatch, without_children):
    scaling, target = script("scaling"), tmp_path / "scaling.json"
    without_children("scaling")
    monkeypatch.setitem(scaling.AXES, "window", ("window", (2,)))
    monkeypatch.setattr(scaling, "TEXT8_BYTES", 0)
    with_long_epochs(scaling, monkeypatch)
    argv = ["--corpus", str(planted_text), "--results", str(target), "--axes", "window", "--rounds", "1"]
    assert scaling.main(argv) == 0
    axes = json.loads(target.read_text(encoding="utf8"))["axes"]
    assert axes["window"]["2"]["summary"]["ns_per_trained_word"] > 0
