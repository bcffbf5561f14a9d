"""Ledgers are read while they are written, after a crash, and when they are of a later version."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.ledger import append_event, follow, list_runs, open_run, read_events, read_since, run_folder
from ns2vec.ledger.reading import read_lines
from ns2vec.ledger.recording import process
from ns2vec.ledger.run_record import thinned


def event(kind, **fields):
    return {"v": 1, "kind": kind, "time": 1.0, "at": 1.0, **fields}


def written(folder, events, rest=b""):
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in events)
    (folder / "run.jsonl").write_bytes(lines.encode() + rest)
    return folder


EVENTS = [
    event("config", model="Word2Vec", settings={"negative": 5}, plan={"epochs": 2}, epochs_done=0),
    event("interval", epoch=1, progress=0.25, loss=2.5, words_per_second=10.0),
    event("epoch", epoch=1, loss=2.0, words_per_second=12.0),
    event("interval", epoch=2, progress=0.75, loss="nan"),
    event("end", status="finished", epochs=2),
]


def test_a_torn_last_line_was_never_written(tmp_path):
    whole = len(json.dumps(EVENTS[-1], separators=(",", ":")))
    for n_bytes in (1, whole // 2, whole):  # the last one lacks its LF only
        rest = json.dumps(EVENTS[-1], separators=(",", ":")).encode()[:n_bytes]
        run = open_run(written(tmp_path / "torn", EVENTS[:-1], rest))
        assert (run.n_events, run.n_unreadable, run.end) == (4, 0, {})


def test_what_is_appended_to_a_torn_line_is_read(tmp_path):
    folder = written(tmp_path / "torn", EVENTS[:-1], b'{"v":1,"kind":"epo')
    append_event(folder, "evaluation", source="later", scores={"pairs": {"value": 0.5}})
    run = open_run(folder)
    assert (run.n_events, run.n_unreadable) == (5, 1)
    assert run.scores() == {"pairs": {"value": 0.5}}


def test_later_kinds_and_fields_are_handed_on(tmp_path):
    strange = [event("gradient", norm=2.0), event("epoch", epoch=2, entropy=1.0)]
    folder = written(tmp_path / "later", [*EVENTS, *strange])
    run = open_run(folder)
    assert run.other_kinds == {"gradient": 1} and run.epochs[-1]["entropy"] == 1.0
    assert [one["kind"] for one in read_events(folder)][-2:] == ["gradient", "epoch"]


@pytest.mark.parametrize(
    "line", [b"not json", b"[1,2]", b'"text"', b'{"no":"kind"}', b'{"a":1', b'"b":2}', b"\xff\xfe{}"]
)  # fmt: skip
def test_lines_that_are_no_events_are_counted_and_left_out(line, tmp_path):
    folder = written(tmp_path / "odd", EVENTS, line + b"\n" + b'{"v":1,"kind":"warning","message":"m"}\n')
    run = open_run(folder)
    assert (run.n_events, run.n_unreadable, len(run.warnings)) == (6, 1, 1)


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "run.jsonl").write_text("one\ntwo\n", encoding="utf-8")
    with pytest.raises(FormatError, match="expected a JSON object with a kind in each line"):
        open_run(tmp_path)


def test_reading_goes_on_where_it_ended(tmp_path):
    folder = written(tmp_path / "run", EVENTS[:2], b'{"v":1,"kind"')
    first, offset = read_since(folder)
    assert [one["kind"] for _, one in first] == ["config", "interval"]
    assert read_since(folder, offset) == ([], offset)
    written(folder, EVENTS)
    second, offset = read_since(folder, offset)
    assert [one["kind"] for _, one in second] == ["epoch", "interval", "end"]
    assert offset == os.path.getsize(folder / "run.jsonl") == second[-1][0]
    for place, _ in [*first, *second]:  # each event can be resumed from
        rest = [one for _, one in read_since(folder, place)[0]]
        assert rest == EVENTS[len(EVENTS) - len(rest) :]


def test_an_offset_within_a_line_goes_to_the_next_and_one_after_the_end_begins_again(tmp_path):
    folder = written(tmp_path / "run", EVENTS)
    assert [one["kind"] for _, one in read_since(folder, 3)[0]] == [one["kind"] for one in EVENTS[1:]]
    assert len(read_since(folder, 10**9)[0]) == len(EVENTS)
    found, offset = read_since(folder, 0, limit=2)
    assert [one["kind"] for _, one in found] == ["config", "interval"]
    assert read_since(folder, offset)[0][0][1]["kind"] == "epoch"


def test_following_ends_with_the_run(tmp_path):
    folder = written(tmp_path / "run", EVENTS)
    assert [one for _, one in follow(folder)] == EVENTS


def test_blocks_end_between_lines(tmp_path, monkeypatch):
    monkeypatch.setattr("ns2vec.ledger.reading.BLOCK", 50)
    folder = written(tmp_path / "run", EVENTS)
    assert list(read_events(folder)) == EVENTS
    assert [end for _, end in read_lines(str(folder / "run.jsonl"))][-1] == os.path.getsize(
        folder / "run.jsonl"
    )


def test_series_are_of_intervals_and_not_finite_figures_come_back(tmp_path):
    run = open_run(written(tmp_path / "run", [*EVENTS, event("interval", loss="inf")]))
    at, loss = run.series("loss")
    assert np.array_equal(loss, [2.5, np.nan, np.inf], equal_nan=True) and len(at) == 3
    with pytest.raises(ConfigError, match="there is no series 'lose'"):
        run.series("lose")


def test_long_ledgers_are_read_thinned(tmp_path):
    intervals = [event("interval", epoch=1, loss=float(i), progress=i / 9999) for i in range(10_000)]
    folder = written(
        tmp_path / "long", [EVENTS[0], *intervals[:5000], EVENTS[2], *intervals[5000:], EVENTS[-1]]
    )
    run = open_run(folder, most=500)
    assert run.n_events == 10_003 and len(run.epochs) == 1 and run.status == "finished"
    assert 100 < len(run.series("loss")[1]) < 1100
    assert run.last == intervals[-1]
    assert len(open_run(folder, most=None).series("loss")[1]) == 10_000
    at, loss = run.series("loss", 20)
    assert len(at) <= 20 and np.all(np.diff(loss) > 0)


def test_thinned_points_are_means_of_neighbours():
    at, values = thinned(np.arange(5.0), np.array([1.0, 3.0, np.nan, np.nan, 7.0]), 3)
    assert at.tolist() == [0.5, 2.5, 4.0]
    assert np.array_equal(values, [2.0, np.nan, 7.0], equal_nan=True)


def test_a_list_of_runs_is_the_newest_first_and_leaves_out_what_is_none(tmp_path):
    for name, time in (("old", 1.0), ("new", 9.0)):
        written(tmp_path / name, [{**EVENTS[0], "time": time}, *EVENTS[1:]])
    (tmp_path / "empty").mkdir()
    (tmp_path / "a file").write_text("", encoding="utf-8")
    runs = list_runs(tmp_path)
    assert [run.id for run in runs] == ["new", "old"]
    summary = runs[0].summary()
    assert (summary["status"], summary["epochs"], summary["loss"], summary["progress"]) == (
        "finished",
        1,
        2.0,
        1.0,
    )


def test_a_glance_at_a_long_ledger_sees_its_ends(tmp_path):
    middle = [event("interval", epoch=1, progress=0.5, loss=1.0)] * 9000
    written(tmp_path / "runs" / "long", [EVENTS[0], *middle, EVENTS[2], EVENTS[-1]])
    (run,) = list_runs(tmp_path / "runs")
    assert run.n_events < 9000 and run.config["model"] == "Word2Vec" and run.status == "finished"


@pytest.mark.parametrize("name", ["../etc", "a/b", "", ".hidden", "a\\b", "..", "x" * 101, "nul\0"])
def test_the_name_of_a_run_is_no_path(name, tmp_path):
    with pytest.raises(ConfigError, match="a run is named by"):
        run_folder(tmp_path, name)


def test_a_run_without_an_end_is_running_while_its_process_lives(tmp_path):
    here = {**EVENTS[0], **process(), "interval_seconds": 1.0}
    assert open_run(written(tmp_path / "here", [here])).status == "running"
    gone = {**here, "process_mark": "1"}  # the number belongs to another process by now
    assert open_run(written(tmp_path / "gone", [gone])).status == "lost"
    folder = written(tmp_path / "elsewhere", [{**here, "host": "another"}])
    assert open_run(folder).status == "running"
    os.utime(folder / "run.jsonl", (1.0, 1.0))
    assert open_run(folder).status == "lost"
