"""Workers, learning rates and progress bars."""

from __future__ import annotations

import io
import logging
import signal
import threading
import time
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.training import EmbeddingCore, TrainingConfig
from ns2vec.training.checkpoints import Interval, Position, Saver
from ns2vec.training.loop import Crew, Tally, run_workers
from ns2vec.training.progress import ProgressBar
from ns2vec.training.run import Plan, Run
from ns2vec.vocab import build_vocabulary


def jobs_of(n):
    return (SimpleNamespace(index=i, n_sentences=2) for i in range(n))


@pytest.mark.parametrize("n_workers", [1, 2, 7])
def test_every_job_is_done_once(n_workers):
    done, lock, tally = [], threading.Lock(), Tally()

    def make_worker():
        def work(job):
            with lock:
                done.append(job.index)
            return 3, 4, 0.5

        return work

    run_workers(jobs_of(50), make_worker, n_workers, tally, lambda: None)
    assert sorted(done) == list(range(50))
    assert (tally.n_trained, tally.n_words, tally.n_sentences, tally.loss) == (150, 200, 100, 25.0)


def test_one_failure_stops_everyone():
    tally = Tally()

    def make_worker():
        def work(job):
            if job.index == 3:
                raise ArithmeticError("job 3")
            return 1, 1, 0.0

        return work

    before = {*threading.enumerate()}  # other tests interrupt runs, whose workers finish what they have begun
    with pytest.raises(ArithmeticError, match="job 3"):
        run_workers(jobs_of(10**9), make_worker, 3, tally, lambda: None)
    assert not any(thread.name.startswith("ns2vec") for thread in {*threading.enumerate()} - before)


def test_threads_that_cannot_start_stop_the_others(monkeypatch):
    start, n_started = threading.Thread.start, []

    def start_two(self):
        if len(n_started) == 2:
            raise RuntimeError("can't start new thread")
        n_started.append(self)
        start(self)

    monkeypatch.setattr(threading.Thread, "start", start_two)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        run_workers(jobs_of(10**9), lambda: lambda job: (1, 1, 0.0), 5, Tally(), lambda: None)
    assert not any(thread.is_alive() for thread in n_started)


def test_an_interrupt_while_a_job_is_fetched_is_not_lost(monkeypatch):
    fetching, interrupted, dismiss = threading.Event(), threading.Event(), Crew.dismiss

    def dismiss_and_tell(self):
        self.stop = True
        interrupted.set()
        dismiss(self)

    def jobs():
        for job in jobs_of(1000):
            fetching.set()
            interrupted.wait(10)
            yield job

    def interrupt():
        fetching.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr(Crew, "dismiss", dismiss_and_tell)
    tally = Tally()
    with pytest.raises(KeyboardInterrupt):
        run_workers(jobs(), lambda: lambda job: (1, 1, 0.0), 1, tally, interrupt, tick_seconds=0.01)
    assert tally.n_words <= 1


def interrupt_main():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def test_an_interrupt_waits_for_the_jobs_under_way():
    """An interrupted Thread.join takes a running thread for a finished one (CPython < 3.13)."""
    tally = Tally()

    def work(job):
        interrupt_main()
        time.sleep(0.3)  # the time in which weights would continue to change
        return 1, 1, 0.0

    for n_interrupts in range(1, 4):
        with pytest.raises(KeyboardInterrupt) as caught:
            run_workers(jobs_of(1000), lambda: work, 1, tally, lambda: None, tick_seconds=10)
        assert caught.type is KeyboardInterrupt
        assert tally.is_settled
        assert tally.n_jobs == n_interrupts


def test_a_second_interrupt_does_not_wait():
    may_end, ended, tally = threading.Event(), threading.Event(), Tally()

    def work(job):
        interrupt_main()
        time.sleep(0.3)
        interrupt_main()
        may_end.wait(10)
        ended.set()
        return 1, 1, 0.0

    saver = Saver(Interval(), lambda position, network: None, Position())
    with pytest.raises(KeyboardInterrupt):
        run_workers(jobs_of(1000), lambda: work, 1, tally, lambda: None, tick_seconds=10)
    assert tally.n_jobs == 0
    assert not tally.is_settled
    assert not saver.is_idle(tally)  # so no checkpoint is taken of weights that still change
    may_end.set()
    assert ended.wait(10)


def test_no_jobs_is_fine():
    tally = Tally()
    run_workers(iter(()), lambda: lambda job: (1, 1, 0.0), 2, tally, lambda: None)
    assert tally.n_words == 0


def test_rate_follows_words_else_sentences():
    by_words = Plan(2, 1.0, 0.0, total_words=100, total_examples=10)
    assert by_words.progress(0, 50, 1) == pytest.approx(0.25)
    assert by_words.progress(1, 50, 1) == pytest.approx(0.75)
    assert by_words.progress(1, 500, 1) == 1.0
    assert by_words.by_examples().progress(0, 50, 1) == pytest.approx(0.05)
    assert by_words.alpha(0.25) == pytest.approx(0.75)


def test_last_rate_is_that_of_the_last_chunk_for_any_number_of_threads():
    jobs = [SimpleNamespace(words_before=10 * i, sentences_before=i, n_sentences=1) for i in range(10)]
    last_may_finish = threading.Event()

    class Waiting:
        def jobs(self, run):
            return iter(jobs)

        def job_of(self, run, worker):
            return partial(self.train, run)

        def train(self, run, job):
            if job.words_before == 90:
                last_may_finish.set()
            else:
                last_may_finish.wait(10)
            return 1, 10, run.rate(job)

    core = EmbeddingCore(TrainingConfig(vector_size=4, workers=10), KeyedVectors(4))
    vocabulary, _ = build_vocabulary(["a", "b"], np.array([2, 1]), min_count=1)
    core.take_words(vocabulary)
    core.begin(seed=1)
    run = Run(core, Plan(1, 1.0, 0.0, 100, 10), Waiting())
    assert run.train_epoch().alpha == pytest.approx(0.1)
    assert run.last_alpha == pytest.approx(0.1)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_bar_is_silent_without_a_terminal():
    stream = io.StringIO()
    with ProgressBar("epoch 1/1", 100, stream=stream) as bar:
        bar.update(50, "alpha")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("with_tqdm", [True, False])
def test_bar_shows_itself_on_a_terminal(with_tqdm, monkeypatch):
    if with_tqdm:
        pytest.importorskip("tqdm", reason="extra 'progress'")
    else:
        monkeypatch.setattr(ProgressBar, "open_tqdm", lambda self: None)
    stream = Terminal()
    with ProgressBar("epoch 1/1", 100, stream=stream) as bar:
        bar.last -= 10
        bar.update(50, "alpha 0.02")
        if with_tqdm:
            bar.bar.refresh()
    assert "epoch 1/1" in stream.getvalue()
    assert "50" in stream.getvalue()


def test_bar_shows_itself_in_a_notebook(monkeypatch):
    monkeypatch.setattr(ProgressBar, "open_tqdm", lambda self: None)
    stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    with ProgressBar("epoch 1/1", 100, stream=stream) as bar:
        bar.last -= 10
        bar.update(50)
    assert "epoch 1/1:  50 %" in stream.getvalue()


@pytest.mark.parametrize("with_tqdm", [True, False])
def test_bar_is_not_drawn_more_often_than_eyes_see(with_tqdm, monkeypatch):
    if with_tqdm:
        pytest.importorskip("tqdm", reason="tqdm is not installed")
    else:
        monkeypatch.setattr(ProgressBar, "open_tqdm", lambda self: None)
    stream = Terminal()
    with ProgressBar("counting words", None, stream=stream) as bar:
        bar.last += 1000  # the last drawing was just now, however long this takes
        before = stream.getvalue()
        for n_words in range(100):
            bar.update(n_words, "1 %")
        assert stream.getvalue() == before


def test_one_log_line_an_epoch(sentences, caplog):
    with caplog.at_level(logging.INFO, logger="ns2vec.training.observers"):
        Word2Vec(sentences, vector_size=8, min_count=1, epochs=2, compute_loss=True)
    lines = [record.getMessage() for record in caplog.records if "words/s" in record.getMessage()]
    assert len(lines) == 2
    assert all("alpha" in line and "loss" in line for line in lines)
