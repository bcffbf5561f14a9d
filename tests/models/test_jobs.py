"""gensim's batch hook: a subclass that turns each token into a walk."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.models.jobs import sentence_batches


class Walker(Word2Vec):
    """Each sentence is one start node; the walk is made in the hook."""

    def _do_train_job(self, sentences, alpha, inits):
        with self.lock:
            self.seen.append((len(sentences), alpha))
        walks = [[(node + step) % 10 for step in range(6)] for (node,) in sentences]
        return super()._do_train_job(walks, alpha, inits)


def make_walker(**options):
    model = Walker(vector_size=8, min_count=1, workers=1, sample=0, **options)
    model.seen, model.lock = [], threading.Lock()
    return model


def gensims_schedule(n_jobs, per_job, total, epochs, alpha, min_alpha):
    """Rate of each batch: linear in the share of sentences pushed before it."""
    rates = []
    for epoch in range(epochs):
        for job in range(n_jobs):
            progress = (epoch + job * per_job / total) / epochs
            rates.append(max(min_alpha, alpha - (alpha - min_alpha) * progress))
    return rates


def test_overridden_hook_gets_batches_and_gensims_rates():
    starts = [[i % 10] for i in range(100)]
    model = make_walker(batch_words=20, sg=1)
    model.build_vocab(starts)
    before = model.wv.vectors.copy()
    trained, raw = model.train(starts, total_examples=100, total_words=100, epochs=2)
    assert [n for n, _ in model.seen] == [20] * 10
    rates = gensims_schedule(5, 20, 100, 2, 0.025, 0.0001)
    assert [alpha for _, alpha in model.seen] == pytest.approx(rates)
    assert (trained, raw) == (1200, 1200)
    assert (model.wv.vectors != before).any(axis=1).all()


def test_hook_trains_with_several_threads_and_repeats_with_one():
    starts = [[i % 10] for i in range(100)]
    results = []
    for workers in (1, 1, 3):
        model = make_walker(batch_words=10)
        model.workers = workers
        model.build_vocab(starts)
        model.train(starts, total_examples=100, epochs=2)
        results.append(model.wv.vectors.copy())
        assert len(model.seen) == 20
    assert np.array_equal(results[0], results[1])


def test_hook_can_be_called_by_hand():
    model = Word2Vec(vector_size=8, min_count=1, sample=0)
    model.build_vocab([["a", "b"], ["b", "c"]])
    tally, raw_tally = model._do_train_job([["a", "b", "unknown"]], 0.025, model._get_thread_working_mem())
    assert raw_tally == 3
    assert tally == 2
    assert model.syn1neg.any()


def test_hook_called_by_hand_trains_replaced_arrays():
    model = Word2Vec(vector_size=8, min_count=1, sample=0)
    model.build_vocab([["a", "b"], ["b", "c"]])
    model.syn1neg = np.zeros((3, 8), np.float64)
    model._do_train_job([["a", "b", "c"]], 0.025, model._get_thread_working_mem())
    assert model.syn1neg.any()


@pytest.mark.parity
def test_batches_and_rates_are_gensims():
    word2vec = pytest.importorskip("gensim.models.word2vec", reason="gensim is the peer")
    rng = np.random.default_rng(3)
    sentences = [[f"w{i}" for i in rng.integers(0, 30, size=n)] for n in rng.integers(1, 40, size=200)]

    def jobs_of(base):
        seen = []

        class Looking(base):
            def _do_train_job(self, sentences, alpha, inits):
                seen.append((len(sentences), alpha))
                return super()._do_train_job(sentences, alpha, inits)

        Looking(sentences, vector_size=8, min_count=1, workers=1, epochs=3, batch_words=100)
        return seen

    ours, gensims = jobs_of(Word2Vec), jobs_of(word2vec.Word2Vec)
    assert [n for n, _ in ours] == [n for n, _ in gensims]
    assert [rate for _, rate in ours] == pytest.approx([rate for _, rate in gensims])


def test_errors_in_the_hook_come_through():
    class Broken(Word2Vec):
        def _do_train_job(self, sentences, alpha, inits):
            raise OSError("no such graph")

    with pytest.raises(OSError, match="no such graph"):
        Broken([["a", "b"]] * 5, min_count=1)


@pytest.mark.parametrize(("limit", "sizes"), [(4, [2, 1, 1]), (1, [1, 1, 1, 1]), (100, [4])])
def test_batches_hold_whole_sentences(limit, sizes):
    sentences = [["a"], ["b", "c"], ["d"] * 9, []]
    batches = list(sentence_batches(sentences, limit, lambda job: sum(map(len, job))))
    assert [batch.n_sentences for batch in batches][: len(sizes)] == sizes
    assert [word for batch in batches for words in batch.sentences for word in words] == [
        w for s in sentences for w in s
    ]
    assert [batch.index for batch in batches] == list(range(len(batches)))
    assert batches[-1].sentences_before + batches[-1].n_sentences == 4


def test_hooks_that_are_not_called_are_named(caplog):
    class Loop(Word2Vec):
        def _worker_loop(self, job_queue, progress_queue):
            raise AssertionError

        def _raw_word_count(self, job):
            return super()._raw_word_count(job)

    assert "Loop overrides _worker_loop, which ns2vec does not call" in caplog.text
    assert "_raw_word_count" not in caplog.text
    assert len(Loop([["a", "b"]] * 5, min_count=1).wv) == 2


def test_samplers_are_annealed_from_batch_to_batch(sentences):
    """As without the hook; an epoch alone would stay at the hardness that it began with."""

    class Model(Word2Vec):
        def _do_train_job(self, sentences, alpha, inits):
            seen.append(self.bound_sampler().source.draws.hardness)
            return super()._do_train_job(sentences, alpha, inits)

    seen = []
    options = {"vector_size": 8, "min_count": 1, "workers": 1, "batch_words": 400, "epochs": 1}
    Model(sentences, sampler="dynamic:anneal=linear", **options)
    assert seen[0] == 1.0
    assert seen[-1] < 0.3
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen) > 4
