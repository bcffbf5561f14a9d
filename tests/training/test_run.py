"""One training call: whom it lets know what, and when."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ns2vec import KeyedVectors, StopTraining
from ns2vec.corpus import open_corpus
from ns2vec.training import EmbeddingCore, Observer, Plan, TrainingConfig
from ns2vec.vocab import build_vocabulary

SENTENCES = [["a", "b", "c", "d"]] * 50


class Diary(Observer):
    """Records the events; requests a check after a number of chunks."""

    def __init__(self, n_chunks=None):
        self.entries, self.n_chunks, self.sizes = [], n_chunks, []

    def on_begin(self, run):
        self.entries.append("begin")

    def on_epoch_begin(self, run, tally):
        self.entries.append("epoch begins")

    def on_network(self, run):
        assert run.network is not None
        self.entries.append("network")

    def watched(self, jobs):
        for job in jobs:
            self.sizes.append(job.n_words)
            yield job

    def pieces(self, run, jobs):
        if self.n_chunks is None:
            return None
        return (itertools.chain([job], itertools.islice(jobs, self.n_chunks - 1)) for job in jobs)

    def on_checkpoint(self, run, tally):
        self.entries.append(tally.n_words)

    def on_epoch(self, run, done):
        assert run.network is None
        self.entries.append(f"epoch of {done.n_words}")

    def on_last_epoch(self, run):
        self.entries.append("last epoch")

    def on_end(self, run):
        self.entries.append("end")


class Stop(Observer):
    def on_epoch(self, run, done):
        raise StopTraining("enough")


class Half(Observer):
    rate_factor = 0.5


def train(*observers, **options):
    config = TrainingConfig(
        **({"vector_size": 4, "workers": 1, "sample": 0, "epochs": 2, "batch_words": 40} | options)
    )
    core = EmbeddingCore(config, KeyedVectors(4))
    core.take_words(build_vocabulary(list("abcd"), np.full(4, 50), min_count=1)[0])
    core.begin(seed=1)
    found = core.fit(open_corpus(SENTENCES), Plan(config.epochs, 0.02, 0.01, 200, None), observers)
    return core, found


@pytest.mark.parametrize(("n_chunks", "looks"), [(None, [200]), (2, [80, 160, 200])])
def test_an_observer_is_told_in_order(n_chunks, looks):
    diary = Diary(n_chunks)
    _, found = train(diary, epochs=2)
    epoch = ["epoch begins", "network", *looks, "epoch of 200"]
    assert diary.entries == ["begin", *epoch, *epoch, "last epoch", "end"]
    assert found == (400, 400)
    assert diary.sizes == [40] * 10


def test_the_first_that_cuts_decides():
    diary, other = Diary(2), Diary(1)
    train(diary, other, epochs=1)
    assert diary.entries == other.entries


def test_an_observer_ends_a_run_cleanly():
    diary = Diary()
    core, found = train(diary, Stop())
    assert found == (200, 200)
    assert core.epochs_trained == 1
    assert diary.entries[-2:] == ["epoch of 200", "end"]


def test_observers_do_not_change_what_is_trained():
    plain, watched = train()[0], train(Diary(1))[0]
    assert np.array_equal(plain.wv.vectors, watched.wv.vectors)


def test_an_observer_lowers_the_rate():
    rates = []

    class Noting(Observer):
        def on_checkpoint(self, run, tally):
            rates.append(run.last_alpha)

    train(Noting(), epochs=1)
    train(Noting(), Half(), epochs=1)
    assert rates[1] == pytest.approx(rates[0] / 2)


def test_an_error_ends_a_run_for_all():
    class Broken(Observer):
        def on_checkpoint(self, run, tally):
            raise OSError("disk gone")

    diary = Diary()
    with pytest.raises(OSError, match="disk gone"):
        train(diary, Broken())
    assert diary.entries[-1] == "end"
