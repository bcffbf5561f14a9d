"""Word2Vec from the user's point of view: learns, is reproducible, reads every kind of corpus."""

from __future__ import annotations

import hashlib
import weakref

import numpy as np
import pytest

from ns2vec import LineSentence, StopTraining, Word2Vec
from ns2vec.callbacks import CallbackAny2Vec

SMALL = {"vector_size": 20, "min_count": 1, "sample": 0, "epochs": 3, "workers": 1, "batch_words": 200}


def digest(model):
    return hashlib.sha256(np.ascontiguousarray(model.wv.vectors).tobytes()).hexdigest()


@pytest.mark.parametrize(
    "options",
    [
        {"sg": 0, "cbow_update": "corrected"},
        {"sg": 0, "hs": 1, "negative": 0},
        {"sg": 1, "hs": 1},
        {"sg": 1, "negative_sharing": "pair"},
        {"sg": 1, "backend": "blas"},
        {"sg": 1, "objective": "hierarchical_softmax"},
        {"sg": 1, "ns_exponent": -0.5},
    ],
    ids=str,
)
def test_topics_come_apart(sentences, options):
    model = Word2Vec(sentences, **(SMALL | {"epochs": 15, "alpha": 0.05} | options))
    for word in ("fruit3", "tool5"):
        neighbours = [key for key, _ in model.wv.most_similar(word, topn=9)]
        assert sum(key[:4] == word[:4] for key in neighbours) >= 8


def test_every_way_to_read_gives_the_same_bytes(sentences, corpus_path):
    wanted = digest(Word2Vec(sentences, **SMALL))
    assert digest(Word2Vec(corpus_file=corpus_path, **SMALL)) == wanted
    assert digest(Word2Vec(corpus_path, **SMALL)) == wanted
    assert digest(Word2Vec(LineSentence(str(corpus_path)), **SMALL)) == wanted
    for memory in (0, 64, "1MiB"):
        assert digest(Word2Vec(corpus_file=corpus_path, corpus_memory=memory, **SMALL)) == wanted
    assert digest(Word2Vec([np.array(words) for words in sentences], **SMALL)) == wanted
    assert digest(Word2Vec(map_again(sentences), **SMALL)) == wanted


class map_again:  # noqa: N801 - a user's re-iterable
    def __init__(self, sentences):
        self.sentences = sentences

    def __iter__(self):
        return iter(tuple(words) for words in self.sentences)


def test_building_and_training_apart_equals_the_constructor(sentences):
    model = Word2Vec(**SMALL)
    model.build_vocab(sentences)
    trained, raw = model.train(
        sentences,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    assert (trained, raw) == (3 * 3200, 3 * 3200)
    assert digest(model) == digest(Word2Vec(sentences, **SMALL))


def test_later_epochs_draw_anew(sentences):
    """Five calls of one epoch are not five times the same epoch: the stream continues with the model."""
    model = Word2Vec(**(SMALL | {"min_alpha": 0.025}))
    model.build_vocab(sentences)
    fresh = {name: getattr(model, name).copy() for name in ("syn1neg",)} | {
        "vectors": model.wv.vectors.copy()
    }
    results = []
    for _ in range(2):
        model.wv.vectors[:], model.syn1neg[:] = fresh["vectors"], fresh["syn1neg"]
        model.train(sentences, total_words=model.corpus_total_words, epochs=1)
        results.append(digest(model))
    assert results[0] != results[1]
    assert model.epochs_trained == 2


def test_initial_vectors_are_gensims(sentences):
    model = Word2Vec(vector_size=20, min_count=1, seed=7)
    model.build_vocab(sentences)
    expected = (np.random.default_rng(7).random((20, 20), dtype=np.float32) * 2 - 1) / 20
    assert np.array_equal(model.wv.vectors, expected)
    assert not model.syn1neg.any()


def test_int_tokens_and_generators_train():
    sentences = [[1, 2, 3], [2, 3, 4]] * 20
    model = Word2Vec(**SMALL)
    model.build_vocab(iter(sentences))
    before = model.wv.vectors.copy()
    model.train((words for words in sentences), total_examples=model.corpus_count, epochs=1)
    assert not np.array_equal(model.wv.vectors, before)
    assert set(model.wv.key_to_index) == {1, 2, 3, 4}


def test_users_arrays_of_any_stride_are_trained(sentences):
    plain = Word2Vec(**SMALL)
    plain.build_vocab(sentences)
    model = Word2Vec(**SMALL)
    model.build_vocab(sentences)
    wide = np.zeros((20, 50), np.float32)
    wide[:, 5:25] = model.wv.vectors
    model.wv.vectors = wide[:, 5:25]
    model.syn1neg = np.asfortranarray(model.syn1neg)
    for each in (plain, model):
        each.train(sentences, total_words=each.corpus_total_words, epochs=2)
    assert np.array_equal(plain.wv.vectors, wide[:, 5:25])
    assert not wide[:, :5].any()


def test_locked_rows_stay(sentences):
    model = Word2Vec(**SMALL)
    model.build_vocab(sentences)
    model.wv.vectors_lockf = np.ones(20, np.float32)
    model.wv.vectors_lockf[0] = 0.0
    before = model.wv.vectors.copy()
    model.train(sentences, total_words=model.corpus_total_words, epochs=1)
    assert np.array_equal(model.wv.vectors[0], before[0])
    assert (model.wv.vectors[1:] != before[1:]).any(axis=1).all()


def test_replaced_cum_table_is_what_negatives_come_from(sentences):
    model = Word2Vec(**(SMALL | {"sg": 1}))
    model.build_vocab(sentences)
    only_first = np.full(20, 2**31 - 1, np.uint32)
    model.cum_table = only_first
    model.train([["nothing", model.wv.index_to_key[5], model.wv.index_to_key[6]]], total_words=3, epochs=1)
    changed = np.flatnonzero(model.syn1neg.any(axis=1)).tolist()
    assert changed == [0, 5, 6]


def test_loss_falls_and_is_exact_for_any_number_of_threads(sentences):
    model = Word2Vec(sentences, **(SMALL | {"sg": 1, "epochs": 6, "compute_loss": True, "workers": 3}))
    assert len(model.epoch_losses) == 6
    assert model.get_latest_training_loss() == pytest.approx(sum(model.epoch_losses))
    assert model.epoch_losses[-1] < 0.9 * model.epoch_losses[0]
    single = Word2Vec(sentences, **(SMALL | {"sg": 1, "epochs": 1, "compute_loss": True}))
    # at the start all outputs are zero, so each score costs log 2
    assert single.epoch_losses[0] == pytest.approx(model.epoch_losses[0], rel=0.05)


def test_word_counts(sentences):
    model = Word2Vec([["a", "b", "rare"], [], ["a", "b"]], **(SMALL | {"min_count": 2}))
    assert (model.corpus_count, model.corpus_total_words) == (3, 5)
    assert model.train([["a", "b", "rare"], [], ["a", "b"]], total_examples=3, epochs=2) == (8, 10)
    assert str(model) == "Word2Vec<vocab=2, vector_size=20, alpha=0.025>"


class Recorder(CallbackAny2Vec):
    def __init__(self, stop_after=None):
        self.events, self.stop_after = [], stop_after

    def on_train_begin(self, model):
        self.events.append("train begin")

    def on_epoch_begin(self, model):
        self.events.append("epoch begin")

    def on_epoch_end(self, model):
        self.events.append("epoch end")
        if self.events.count("epoch end") == self.stop_after:
            raise StopTraining("enough")

    def on_train_end(self, model):
        self.events.append("train end")


def test_callbacks_in_order(sentences):
    recorder = Recorder()
    Word2Vec(sentences, **(SMALL | {"epochs": 2}), callbacks=[recorder])
    epoch = ["epoch begin", "epoch end"]
    assert recorder.events == ["train begin", *epoch, *epoch, "train end"]


def test_a_callback_ends_training_cleanly(sentences):
    recorder = Recorder(stop_after=2)
    model = Word2Vec(sentences, **(SMALL | {"epochs": 9}), callbacks=[recorder])
    assert len(model.epoch_losses) == 2
    assert "train end" not in recorder.events


def test_arrays_of_an_epoch_are_not_held(sentences):
    model = Word2Vec(sentences, **SMALL)
    model.wv.vectors = model.wv.vectors.copy()
    model.train(sentences, total_examples=400, epochs=1)
    held = weakref.ref(model.wv.vectors)
    model.wv.vectors = np.zeros((20, 20), np.float32)
    assert held() is None


def test_a_callbacks_own_error_comes_through(sentences):
    recorder = Recorder()
    recorder.on_epoch_end = lambda model: 1 / 0
    with pytest.raises(ZeroDivisionError):
        Word2Vec(sentences, **SMALL, callbacks=[recorder])


def test_learning_rate_falls_linearly(sentences):
    model = Word2Vec(sentences, **(SMALL | {"alpha": 0.1, "min_alpha": 0.01}))
    assert model.min_alpha_yet_reached == pytest.approx(0.01, abs=0.01)
    assert (model.alpha, model.min_alpha) == (0.1, 0.01)


def test_blas_stays_on_one_thread_while_workers_train(sentences):
    threadpoolctl = pytest.importorskip(
        "threadpoolctl", reason="threadpoolctl says how many threads BLAS uses"
    )
    seen = []

    class Looking(Word2Vec):
        def _do_train_job(self, sentences, alpha, inits):
            pools = threadpoolctl.threadpool_info()  # other tests may have loaded OpenMP, which is no BLAS
            seen.extend(pool["num_threads"] for pool in pools if pool["user_api"] == "blas")
            return super()._do_train_job(sentences, alpha, inits)

    Looking(sentences[:40], **(SMALL | {"backend": "blas", "epochs": 1}))
    assert seen
    assert set(seen) == {1}


def test_no_seed_is_a_seed_by_chance(sentences):
    first, second = (Word2Vec(sentences, min_count=1, vector_size=8, seed=None, epochs=1) for _ in range(2))
    assert first.seed is None
    assert not np.array_equal(first.wv.vectors, second.wv.vectors)
