"""Sharded training: the seed and the number of shards decide, and nothing else does."""

from __future__ import annotations

import hashlib
import itertools
import logging
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import Doc2Vec, FastText, TaggedDocument, Word2Vec
from ns2vec.exceptions import ConfigError, DivergenceError
from ns2vec.sampling import SAMPLERS
from ns2vec.training.loop import run_workers
from ns2vec.training.sharded.threads import Threads, run_all

RNG = np.random.default_rng(0)
SENTENCES = [[f"w{i}" for i in RNG.zipf(1.5, size=9) if i < 300] for _ in range(600)]
SMALL = {"vector_size": 20, "min_count": 1, "sample": 1e-2, "epochs": 2, "batch_words": 100, "seed": 5}


def digest(model) -> str:
    """sha256 of all that was learned."""
    arrays = [model.wv.vectors, getattr(model, "syn1", None), getattr(model, "syn1neg", None)]
    if hasattr(model, "dv"):
        arrays.append(model.dv.vectors)
    found = hashlib.sha256()
    for array in arrays:
        if array is not None:
            found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def trained(corpus=SENTENCES, family=Word2Vec, **options):
    return family(corpus, **({"shards": 4, "workers": 1} | SMALL | options))


MODELS = {
    "skip_gram": {"sg": 1},
    "cbow": {},
    "hierarchical_softmax": {"sg": 1, "hs": 1, "negative": 0},
    "both": {"hs": 1},
    "full_softmax": {"objective": "softmax"},
    "pair": {"sg": 1, "negative_sharing": "pair"},
    "dynamic": {"sg": 1, "sampler": "dynamic:m=4,anneal=linear"},
    "fasttext": {"family": FastText, "bucket": 500, "sg": 1},
}


@pytest.mark.parametrize("shards", [4, 8])
@pytest.mark.parametrize("name", MODELS)
def test_any_number_of_workers_gives_the_same_bytes(name, shards):
    options = MODELS[name] | {"shards": shards}
    found = {digest(trained(workers=workers, **options)) for workers in (1, 2, 3, 8)}
    assert len(found) == 1


@pytest.mark.parametrize("name", sorted(SAMPLERS.keys() - {"pool", "mixed"}))
def test_a_sampler_repeats_or_is_refused(name):
    options = {"sg": 1, "sampler": "batch:size=50" if name == "batch" else name, "epochs": 1}
    if name in ("adaptive", "cached"):
        with pytest.raises(ConfigError, match="draws according to what all threads have drawn"):
            trained(**options)
    else:
        assert digest(trained(workers=1, **options)) == digest(trained(workers=3, **options))


DOCUMENTS = [TaggedDocument(words, [i, f"t{i % 7}"]) for i, words in enumerate(SENTENCES)]
DOCUMENT_MODELS = [
    {"dm": 1}, {"dm": 0}, {"dm": 0, "negative_sharing": "pair"}, {"dm": 0, "dbow_words": 1},
    {"dm": 1, "dm_concat": 1, "dm_tag_count": 2},
]  # fmt: skip


def test_documents_give_the_same_bytes_with_any_number_of_workers():
    for options in DOCUMENT_MODELS:
        found = {digest(trained(DOCUMENTS, Doc2Vec, workers=n, **options)) for n in (1, 3)}
        assert len(found) == 1, options


def test_a_file_a_list_and_text_that_is_not_kept_give_the_same_bytes(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(map(" ".join, SENTENCES)) + "\n")
    kept, read_again, spilled = (
        digest(trained(str(path), workers=2, corpus_memory=memory)) for memory in ("1GiB", 0, 1000)
    )
    assert kept == read_again == spilled == digest(trained([*map(str.split, path.read_text().splitlines())]))


def test_the_number_of_shards_and_the_rule_are_part_of_the_result():
    found = [trained(shards=shards) for shards in (None, 1, 2, 4)]
    found += [trained(shard_merge=rule) for rule in ("mean", "others", "sum")]
    assert len({digest(model) for model in found}) == len(found)


def test_the_loss_is_the_same_to_the_last_bit():
    one, three = (trained(workers=workers, compute_loss=True) for workers in (1, 3))
    assert one.epoch_losses == three.epoch_losses
    assert one.epoch_losses[-1] > 0


def test_rows_that_were_not_noted_have_not_changed(monkeypatch):
    """After a round each replica is as the weights are, up to the rows that it has yet to take over."""
    train, n_rounds = Threads.train, itertools.count()

    def checked(self, *arguments):
        held = train(self, *arguments)
        for replica in self.replicas:
            replica.catch_up()
            for own, base in zip(replica.arrays, replica.bases, strict=True):
                assert own.tobytes() == base.tobytes()
        next(n_rounds)
        return held

    monkeypatch.setattr(Threads, "train", checked)
    for options in MODELS.values():
        trained(workers=2, **options)
    for options in DOCUMENT_MODELS:
        trained(DOCUMENTS, Doc2Vec, workers=2, **options)
    assert next(n_rounds) > 20


class Interrupted:
    """Sentences, with Ctrl-C after `n_left` of them."""

    def __init__(self, n_left):
        self.n_left = n_left

    def __iter__(self):
        for sentence in SENTENCES:
            self.n_left -= 1
            if self.n_left < 0:
                raise KeyboardInterrupt
            yield sentence


def test_a_run_that_was_cut_goes_on_with_other_workers_to_the_same_bytes(tmp_path):
    whole = trained(compute_loss=True)
    trained(Interrupted(1400), compute_loss=True, workers=2, checkpoint=tmp_path, checkpoint_every="1h")
    resumed = Word2Vec.resume(tmp_path, SENTENCES, workers=3)
    assert digest(resumed) == digest(whole)
    assert resumed.epoch_losses == whole.epoch_losses


def test_checkpoints_are_taken_between_rounds(tmp_path):
    whole = trained()
    trained(workers=2, checkpoint=tmp_path, checkpoint_every="0s")
    for path in sorted(tmp_path.glob("*.ns2v"))[:-1]:  # the last is of the finished run
        path.rename(tmp_path / "kept")
    for path in tmp_path.glob("*.ns2v"):
        path.unlink()
    (tmp_path / "kept").rename(tmp_path / "checkpoint-00000001.ns2v")
    assert digest(Word2Vec.resume(tmp_path, SENTENCES, workers=3)) == digest(whole)


def test_a_checkpoint_goes_on_with_as_many_shards_as_before(tmp_path):
    trained(checkpoint=tmp_path)
    with pytest.raises(ConfigError, match="shards was 4"):
        Word2Vec.resume(tmp_path, SENTENCES, shards=8)


def test_ctrl_c_is_held_back_until_a_round_is_whole():
    begun, done = threading.Event(), []

    def tick():
        if not begun.is_set():
            begun.set()
            raise KeyboardInterrupt

    def do_job(job):
        assert begun.wait(60)
        done.append(job.index)
        return 0, 0, 0.0

    jobs = iter([SimpleNamespace(index=i, n_sentences=1) for i in range(3)])
    assert isinstance(run_all(jobs, lambda: do_job, 1, tick), KeyboardInterrupt)
    assert done == [0, 1, 2]


@pytest.mark.parametrize("phase", [4, 5])
def test_a_run_that_was_interrupted_in_a_round_goes_on_to_the_same_bytes(phase, tmp_path, monkeypatch):
    """In its training, or in its merge: after one of the jobs, of which the others are then done, too."""
    whole, calls = trained(), itertools.count()

    def interrupted(jobs, *arguments):
        if next(calls) != phase:
            return run_workers(jobs, *arguments)
        run_workers(itertools.islice(jobs, 1), *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ns2vec.training.sharded.threads.run_workers", interrupted)
        trained(workers=2, checkpoint=tmp_path, checkpoint_every="1h")
    assert next(calls) == phase + 3 - phase % 2
    assert digest(Word2Vec.resume(tmp_path, SENTENCES, workers=3)) == digest(whole)


def test_a_round_that_fails_leaves_the_weights_as_they_were(monkeypatch):
    model = trained()
    before, train = digest(model), Threads.trainer

    def failing(self, replica):
        do = train(self, replica)

        def work(one):
            if one.shard == 3:
                raise ZeroDivisionError
            return do(one)

        return work

    monkeypatch.setattr(Threads, "trainer", failing)
    with pytest.raises(ZeroDivisionError):
        model.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    assert digest(model) == before


def test_rows_that_a_guard_sets_back_are_set_back_in_all_copies(caplog):
    options = {"alpha": 4.0, "guard": "rollback", "epochs": 3, "sg": 1, "shard_merge": "mean"}
    with caplog.at_level(logging.WARNING):
        found = {digest(trained(workers=workers, **options)) for workers in (1, 3)}
    assert "restored the last good rows" in caplog.text
    assert len(found) == 1


def test_training_that_runs_away_is_told():
    with pytest.raises(DivergenceError, match="learning rate"):
        trained(alpha=1e4, sg=1, shard_merge="sum")


class Hooked(Word2Vec):
    def _do_train_job(self, sentences, alpha, inits):
        return super()._do_train_job(sentences, alpha, inits)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"family": Hooked}, "_do_train_job is overridden"),
        ({"shards": 0}, "shards must be a whole number"),
        ({"shards": 257}, "shards must be a whole number from 1 to 256"),
        ({"shard_merge": "vote"}, "shard_merge must be one of"),
    ],
)
def test_what_cannot_be_sharded_is_refused(options, problem):
    with pytest.raises(ConfigError, match=problem):
        trained(**options)
