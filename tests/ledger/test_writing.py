"""A ledger is appended to a whole line at a time, and a killed run leaves one that can be read."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.ledger import RunLedger, append_event, follow, list_runs, open_run, read_events, request_stop
from ns2vec.ledger.control import stop_is_requested

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "dog", "ran"]] * 40

ENDLESS = """
import sys
from ns2vec import Word2Vec
from ns2vec.ledger import RunLedger
sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 500
model = Word2Vec(min_count=1, vector_size=8, workers=1)
model.build_vocab(sentences)
model.train(sentences, total_examples=1000, epochs=10**6, callbacks=[RunLedger(sys.argv[1], interval=0.0)])
"""


def start(folder):
    return subprocess.Popen([sys.executable, "-c", ENDLESS, str(folder)])


def wait_for(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def events_in(folder):
    runs = list_runs(folder) if folder.exists() else []
    return runs[0].n_events if runs else 0


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_leaves_a_ledger_that_can_be_read(seed, tmp_path):
    process = start(tmp_path / "runs")
    wait_for(lambda: events_in(tmp_path / "runs") > 10)
    time.sleep(random.Random(seed).uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    process.wait()
    (run,) = list_runs(tmp_path / "runs")
    found = open_run(run.path)
    assert found.status == "lost" and found.n_unreadable == 0 and found.n_events > 10
    epochs = [event["epoch"] for event in found.epochs]
    assert epochs == list(range(epochs[0], epochs[0] + len(epochs)))


def test_another_process_stops_a_run_after_its_epoch(tmp_path):
    process = start(tmp_path / "runs")
    wait_for(lambda: events_in(tmp_path / "runs") > 10)
    (run,) = list_runs(tmp_path / "runs")
    assert run.status == "running"
    request_stop(run.path)
    assert process.wait(60) == 0
    found = open_run(run.path)
    assert (found.status, found.end["reason"]) == ("stopped", "the run was asked to stop")
    assert found.end["epochs"] == found.epochs[-1]["epoch"] < 10**6
    assert not stop_is_requested(run.path)


def test_a_follower_sees_the_run_grow(tmp_path):
    ledger, kinds = RunLedger(tmp_path, interval=0.0, run_id="mine"), []

    def watch():
        wait_for(lambda: os.path.exists(tmp_path / "mine" / "run.jsonl"))
        kinds.extend(event["kind"] for _, event in follow(tmp_path / "mine", pause=0.01))

    thread = threading.Thread(target=watch)
    thread.start()
    Word2Vec(SENTENCES, min_count=1, vector_size=8, epochs=3, callbacks=[ledger])
    thread.join(60)
    assert kinds == [event["kind"] for event in read_events(tmp_path / "mine")]
    assert kinds[-1] == "end"


def test_many_threads_append_whole_lines(tmp_path):
    ledger = RunLedger(tmp_path)
    Word2Vec(SENTENCES, min_count=1, vector_size=8, epochs=1, callbacks=[ledger])
    before = open_run(ledger.folder).n_events
    text = "x" * 20_000

    def append():
        for _ in range(20):
            append_event(ledger.folder, "warning", level="WARNING", source="test", message=text)

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run = open_run(ledger.folder)
    assert (run.n_events - before, run.n_unreadable) == (80, 0)
    assert {event["message"] for event in run.warnings} == {text}


def test_only_known_kinds_are_appended(tmp_path):
    with pytest.raises(ConfigError, match="there is no kind of event 'epoche'"):
        append_event(tmp_path, "epoche")
    with pytest.raises(FileNotFoundError):
        append_event(tmp_path / "nowhere", "epoch")
    with pytest.raises(FileNotFoundError):
        request_stop(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_made_is_an_error_before_training(tmp_path):
    (tmp_path / "runs").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="runs"):
        Word2Vec(SENTENCES, min_count=1, callbacks=[RunLedger(tmp_path / "runs")])
