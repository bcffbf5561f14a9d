"""Checkpoints: a run that was cut anywhere and goes on ends with the bytes of one that was not."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.sampling import (
    SAMPLERS,
    Adaptive,
    AwareSampler,
    Cached,
    Mixed,
    Pool,
    Sampler,
    Source,
    make_sampler,
)
from ns2vec.sampling._aware import DynamicDraws
from ns2vec.sampling.steering import Steering
from ns2vec.training import checkpoints
from ns2vec.training.checkpoints import CheckpointFolder, parse_interval
from ns2vec.training.loop import Tally

OPTIONS = {
    "vector_size": 12, "min_count": 1, "workers": 1, "epochs": 3, "batch_words": 200, "compute_loss": True,
}  # fmt: skip


def test_a_chunk_handed_out_and_not_trained_does_not_move_the_mark_of_the_text():
    """A signal may come between both; then the checkpoint is of the chunks before."""
    written = []
    saver = checkpoints.Saver(
        parse_interval("1h"), lambda at, network: written.append(replace(at)), checkpoints.Position()
    )
    run, tally = SimpleNamespace(observers=(), network=None), Tally()
    saver.on_epoch_begin(run, tally)
    batches = [SimpleNamespace(n_sentences=1, words_before=3 * i, sentences_before=i) for i in range(3)]
    jobs = saver.watched(iter(batches))
    next(jobs)
    tally.add(3, 3, 1, 0.0)
    saver.save(run, tally)
    next(jobs)
    assert not saver.is_idle(tally)
    saver.save(run)
    tally.add(3, 3, 1, 0.0)
    saver.save(run, tally)
    marks = [at.text_mark for at in written]
    assert [at.chunks.n_jobs for at in written] == [1, 1, 2]
    assert marks[0] == marks[1] != marks[2]
    again = checkpoints.Saver(parse_interval("1h"), print, written[1])
    again.on_epoch_begin(run, tally)
    assert list(again.watched(iter(batches))) == batches[1:]


class Cut:
    """Sentences that end with Ctrl-C after so many, counted over all passes."""

    def __init__(self, sentences, n):
        self.sentences, self.n = sentences, n

    def __iter__(self):
        for sentence in self.sentences:
            self.n -= 1
            if self.n == 0:
                raise KeyboardInterrupt
            yield sentence


class Stop:
    """Ctrl-C at the end of an epoch, before the other callbacks of the model are told."""

    def __init__(self, epoch):
        self.left = epoch

    def on_epoch_end(self, model):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    on_train_begin = on_train_end = on_epoch_begin = lambda self, model: None


def digest(model):
    arrays = [model.wv.vectors, *(getattr(model, name, None) for name in ("syn1neg", "syn1"))]
    parts = [np.ascontiguousarray(array).tobytes() for array in arrays if array is not None]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def facts(model):
    return digest(model), model.epoch_losses, model.get_latest_training_loss(), model.epochs_trained


def write_slowly(monkeypatch, n_writes):
    """Ctrl-C while checkpoint number `n_writes` is written."""
    write, left = CheckpointFolder.write, [n_writes]

    def stopped(self, state):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return write(self, state)

    monkeypatch.setattr(CheckpointFolder, "write", stopped)


@pytest.mark.parametrize(
    "options",
    [
        {}, {"sg": 1, "negative_sharing": "pair"}, {"hs": 1, "negative": 0}, {"hs": 1},
        {"objective": "softmax"}, {"objective": "nce", "sg": 1}, {"sampler": "batch:size=64"},
        {"guard": "rollback"}, {"guard": "stop", "alpha": 0.05}, {"seed": 77, "cbow_mean": 0},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("cut", [450, 610, 1199])
def test_a_cut_run_ends_with_the_bytes_of_a_whole_one(tmp_path, sentences, options, cut):
    options = OPTIONS | options
    whole = Word2Vec(sentences, **options)
    Word2Vec(Cut(sentences, cut), checkpoint=tmp_path / "saved", checkpoint_every="1h", **options)
    assert facts(Word2Vec.resume(tmp_path / "saved", sentences)) == facts(whole)


@pytest.mark.parametrize("memory", ["64MiB", 1000, 0])
@pytest.mark.parametrize("how", ["path", "corpus_file"])
@pytest.mark.parametrize("cut", [2, 7, 20])
def test_files_in_every_mode(tmp_path, corpus_path, monkeypatch, memory, how, cut):
    corpus = {"sentences": str(corpus_path)} if how == "path" else {"corpus_file": str(corpus_path)}
    options = OPTIONS | {"corpus_memory": memory}
    whole = Word2Vec(**corpus, **options)
    with monkeypatch.context() as patched:
        write_slowly(patched, cut)
        Word2Vec(**corpus, checkpoint=tmp_path / "saved", checkpoint_every="0s", **options)
    given = {"corpus_iterable": str(corpus_path)} if how == "path" else corpus
    assert facts(Word2Vec.resume(tmp_path / "saved", **given)) == facts(whole)


def test_ctrl_c_between_epochs_and_a_second_cut(tmp_path, sentences):
    whole = Word2Vec(sentences, **OPTIONS)
    Word2Vec(sentences, checkpoint=tmp_path, checkpoint_every=1, callbacks=[Stop(1)], **OPTIONS)
    with pytest.raises(KeyboardInterrupt):
        Word2Vec.resume(tmp_path, sentences, callbacks=[Stop(1)])
    assert facts(Word2Vec.resume(tmp_path, sentences)) == facts(whole)


def test_checkpoints_change_nothing_and_two_stay(tmp_path, sentences):
    whole = Word2Vec(sentences, **OPTIONS)
    watched = Word2Vec(sentences, checkpoint=tmp_path, checkpoint_every="0s", **OPTIONS)
    assert facts(watched) == facts(whole)
    assert len(os.listdir(tmp_path)) == 2
    finished = Word2Vec.resume(tmp_path, sentences)
    assert facts(finished) == facts(whole)
    assert facts(Word2Vec.load(str(tmp_path / max(os.listdir(tmp_path))))) == facts(whole)


def test_arrays_that_a_user_replaced(tmp_path, sentences):
    def made(corpus, **more):
        model = Word2Vec(**OPTIONS, **more)
        model.build_vocab(sentences)
        model.wv.vectors = np.asfortranarray(model.wv.vectors, dtype=np.float64)
        model.cum_table = model.cum_table[-1] - model.cum_table[::-1] + 1
        model.train(corpus, total_examples=model.corpus_count, epochs=3, compute_loss=True)
        return model

    whole = made(sentences)
    with pytest.raises(KeyboardInterrupt):
        made(Cut(sentences, 700), checkpoint=tmp_path)
    again = Word2Vec.resume(tmp_path, sentences)
    assert np.allclose(again.wv.vectors, whole.wv.vectors, atol=1e-6)


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path, sentences, caplog):
    whole = Word2Vec(sentences, checkpoint=tmp_path, checkpoint_every="0s", **OPTIONS)
    newest = max(tmp_path.iterdir())
    newest.write_bytes(newest.read_bytes()[:-100])
    assert facts(Word2Vec.resume(tmp_path, sentences)) == facts(whole)
    assert "trying the checkpoint before it" in caplog.text
    for path in tmp_path.iterdir():
        path.write_bytes(b"")
    with pytest.raises(FormatError, match="can be read"):
        Word2Vec.resume(tmp_path, sentences)


def test_another_corpus_is_refused(tmp_path, sentences, corpus_path, caplog):
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path / "lists", **OPTIONS)
    for other, reason in [
        (sentences[::-1], "first sentences"),
        (sentences[:100] + sentences[101:], "chunks of this epoch"),
        (sentences[:200], "ends after"),
        (str(corpus_path), "an iterable of sentences"),
    ]:
        with pytest.raises(CorpusError, match=reason):
            Word2Vec.resume(tmp_path / "lists", other)
    Word2Vec.resume(tmp_path / "lists", sentences[::-1], strict=False)
    assert "not the corpus of the checkpoint" in caplog.text


@pytest.mark.parametrize("how", ["size", "time", "more files"])
def test_a_changed_file_is_refused(tmp_path, corpus_path, how):
    Word2Vec(
        str(corpus_path), checkpoint=tmp_path / "saved", checkpoint_every=1, callbacks=[Stop(1)], **OPTIONS
    )
    if how == "size":
        corpus_path.write_text(corpus_path.read_text() + "more words\n")
    elif how == "time":
        os.utime(corpus_path, (1, 1))
    else:
        (tmp_path / "texts").mkdir()
        for name in ("one", "two"):
            (tmp_path / "texts" / name).write_text("a b c\n")
        corpus_path = tmp_path / "texts"
    with pytest.raises(CorpusError, match="not the corpus of the checkpoint"):
        Word2Vec.resume(tmp_path / "saved", str(corpus_path))


def test_settings(tmp_path, sentences):
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **OPTIONS)
    with pytest.raises(ConfigError, match="window was 5 when the checkpoint was taken, got 3"):
        Word2Vec.resume(tmp_path, sentences, window=3)
    with pytest.raises(ConfigError, match="windows is not a setting"):
        Word2Vec.resume(tmp_path, sentences, windows=3)
    with pytest.raises(ConfigError, match="workers"):
        Word2Vec.resume(tmp_path, sentences, workers=0)
    with pytest.raises(ConfigError, match="already holds checkpoints"):
        Word2Vec(sentences, checkpoint=tmp_path)
    assert Word2Vec.resume(tmp_path, sentences, workers=2, window=5, sampler="unigram").workers == 2


def test_a_sampler_that_cannot_be_saved_is_given_again(tmp_path, sentences, caplog):
    def draw(n, generator):
        return generator.integers(0, 20, n)

    caplog.set_level(logging.CRITICAL)
    whole = Word2Vec(sentences, sampler=draw, **OPTIONS)
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, sampler=draw, **OPTIONS)
    with pytest.raises(ConfigError, match="give sampler= again"):
        Word2Vec.resume(tmp_path, sentences)
    assert facts(Word2Vec.resume(tmp_path, sentences, sampler=draw)) == facts(whole)


# ---- samplers that look at the model -----------------------------------------------------------------

AWARE = [
    "dynamic:m=4,anneal=linear,until=0.7", "dynamic:top=2,anneal=rise", "hard:near=input,anneal=cosine",
    "hard:m=12,duplicates=1", "adaptive:interval=150,step=0.3", "adaptive:form=rank,anneal=cosine",
    "cached:size=4,extra=8,every=3,keep=1,temperature=1", "cached:clusters=8,size=3,extra=9,anneal=linear",
    "self_adversarial:anneal=linear",
    Mixed([(Adaptive(form="rank"), 0.4), (Cached(size=4), 0.4), (Adaptive(interval=90, start=0.5), 0.2)]),
    Pool({"fruit1": ["fruit2"]}, fallback=Cached(size=4, extra=8, anneal="rise")),
]  # fmt: skip


def all_facts(model):
    return *facts(model), model.bound_sampler().report()


@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("sampler", AWARE, ids=str)
def test_samplers_that_look_at_the_model_go_on_where_they_were(
    tmp_path, sentences, monkeypatch, sampler, sharing
):
    """Cut within the epochs, and between two chunks; pools, hardness, ranks and counts go on."""
    options = OPTIONS | {"sg": 1, "negative_sharing": sharing, "sampler": sampler}
    expected = all_facts(Word2Vec(sentences, **options))
    for cut in (450, 610, 1199):
        folder = tmp_path / str(cut)
        Word2Vec(Cut(sentences, cut), checkpoint=folder, checkpoint_every="1h", **options)
        assert all_facts(Word2Vec.resume(folder, sentences)) == expected, cut
    for n_writes in (3, 19):
        folder = tmp_path / f"write {n_writes}"
        with monkeypatch.context() as patched:
            write_slowly(patched, n_writes)
            Word2Vec(sentences, checkpoint=folder, checkpoint_every="0s", **options)
        assert all_facts(Word2Vec.resume(folder, sentences)) == expected, n_writes


@pytest.mark.parametrize("sampler", AWARE[5:7])
@pytest.mark.parametrize("epoch", [1, 2])
def test_between_epochs_they_go_on_too(tmp_path, sentences, sampler, epoch):
    options = OPTIONS | {"sampler": sampler}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(sentences, checkpoint=tmp_path, checkpoint_every=1, callbacks=[Stop(epoch)], **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences)) == expected


def test_ranks_are_kept_within_an_epoch_only(tmp_path, sentences):
    """They are made new when an epoch begins, so a finished model has no lists of V times D rows."""
    options = OPTIONS | {"sampler": "adaptive:form=rank"}
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path / "cut", **options)
    Word2Vec(sentences, checkpoint=tmp_path / "whole", **options)
    for name, is_there in (("cut", True), ("whole", False)):
        _, state = CheckpointFolder(tmp_path / name).read()
        assert ("0.lists" in state.attributes["sampler_state"]) == is_there, name
    loaded = Word2Vec.load(next((tmp_path / "cut").iterdir()))
    loaded.train(sentences, total_examples=len(sentences), epochs=1)
    assert np.isfinite(loaded.wv.vectors).all()


def test_a_guard_and_a_sampler_with_state(tmp_path, sentences):
    options = OPTIONS | {"sampler": "cached:size=4,extra=8", "guard": "rollback"}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(Cut(sentences, 777), checkpoint=tmp_path, **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences)) == expected


class Counting(Steering):
    """A third party's: harder with every set, from a count of its own."""

    n_seen = 0

    def after(self, counts):
        super().after(counts)
        self.n_seen += int(counts["n_sets"])

    def before(self, progress):
        super().before(progress)
        self.draws.hardness = min(self.n_seen / 5000, 1.0)


class CountingWithHook(Counting):
    def state(self):
        return {**super().state(), "n_seen": self.n_seen, "squares": np.arange(3) ** 2}

    def restore(self, state, n_dims):
        super().restore(state, n_dims)
        self.n_seen = int(state["n_seen"])
        assert state["squares"].tolist() == [0, 1, 4]


def third_party(steering_class):
    class Theirs(AwareSampler):
        name = "theirs"

        def draws(self, base):
            return DynamicDraws(base, 8)

        def steering(self, draws, data):
            return steering_class(draws, self.annealed)

    return Theirs


def test_a_third_party_with_the_hook(tmp_path, sentences, monkeypatch):
    monkeypatch.setitem(SAMPLERS._entries, "theirs", third_party(CountingWithHook))
    options = OPTIONS | {"sampler": "theirs"}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences)) == expected


def test_a_third_party_without_the_hook_goes_on_without_its_state(tmp_path, sentences, monkeypatch):
    monkeypatch.setitem(SAMPLERS._entries, "theirs", third_party(Counting))
    options = OPTIONS | {"sampler": "theirs"}
    whole = Word2Vec(sentences, **options)
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    again = Word2Vec.resume(tmp_path, sentences)
    assert again.epochs_trained == 3
    assert digest(again) != digest(whole)
    # what the base class counts is there
    assert again.bound_sampler().report()["sets"] == whole.bound_sampler().report()["sets"]


def test_a_third_party_without_steering_needs_no_state(tmp_path, sentences, monkeypatch):
    class Plain(Sampler):
        name = "theirs"

        def source(self, data):
            return Source(make_sampler("uniform").source(data).draws)

    monkeypatch.setitem(SAMPLERS._entries, "theirs", Plain)
    options = OPTIONS | {"sampler": "theirs"}
    whole = Word2Vec(sentences, **options)
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    _, state = CheckpointFolder(tmp_path).read()
    assert "sampler_state" not in state.attributes
    assert facts(Word2Vec.resume(tmp_path, sentences)) == facts(whole)


def test_the_state_of_a_sampler_that_is_given_again(tmp_path, sentences, caplog):
    """An unregistered class is not saved, but its state is, and finds it."""
    caplog.set_level(logging.CRITICAL)
    sampler = third_party(CountingWithHook)()
    options = OPTIONS | {"sampler": sampler}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences, sampler=sampler)) == expected
    newest = max(tmp_path.iterdir())
    assert Word2Vec.load(newest).sampler == "unigram"
    with pytest.raises(FormatError, match=f"{newest.name}: the state of the sampler does not fit Dynamic"):
        Word2Vec.from_checkpoint(tmp_path, sampler="dynamic")


BROKEN = [
    (lambda state: state.update({"0.rows": state["0.rows"] + 20}), r"rows from 0 to 19"),
    (lambda state: state.update({"0.rows": state["0.rows"] - 1}), r"rows from 0 to 19"),
    (lambda state: state.update({"0.rows": state["0.rows"][:, :2]}), r"rows must have shape \(20, 4\)"),
    (lambda state: state.update({"0.rows": state["0.rows"].astype(float)}), r"rows must .*, got float64"),
    (lambda state: state.update({"0.uses": 3}), r"uses must have shape \(20,\) .*uint16, got 3"),
    (lambda state: state.pop("0.uses"), r"uses is missing"),
    (lambda state: state.update({"1.uses": 3}), r"1\.uses is unknown"),
    (lambda state: state.update({"0.speed": 3}), r"0\.speed is unknown"),
    (lambda state: state.update({"0.progress": 1.5}), r"progress must be a number from 0 to 1, got 1\.5"),
    (lambda state: state.update({"0.progress": "half"}), r"progress must be a number .*, got 'half'"),
    (lambda state: state.update({"0.total.n_sets": float("nan")}), r"total\.n_sets must be a finite number"),
    (lambda state: state.update({"sets": 3}), r"sets is unknown"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_a_state_that_does_not_fit_is_refused(tmp_path, sentences, change, message):
    options = OPTIONS | {"sampler": "cached:size=4,extra=8"}
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    path, state = CheckpointFolder(tmp_path).read()
    change(state.attributes["sampler_state"])
    checkpoints.native.write_state(path, state)
    whole = rf"{os.path.basename(path)}: the state of the sampler does not fit Cached\(.*: .*{message}"
    with pytest.raises(FormatError, match=whole):
        Word2Vec.resume(tmp_path, sentences)
    with pytest.raises(FormatError, match=whole):
        Word2Vec.load(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("0.lists", np.zeros((11, 20), np.int32), r"lists must have shape \(12, 20\)"),
        ("0.lists", np.full((12, 20), 20, np.int32), "lists must hold rows below 20"),
        ("0.deviation", np.zeros(11, np.float32), r"deviation must have shape \(12,\)"),
        ("0.n_sets", -1, "n_sets must be a finite number of at least 0"),
    ],
)
def test_ranks_that_do_not_fit_are_refused(tmp_path, sentences, name, value, message):
    """A list for a dimension more would let the sampler read beyond the input vector."""
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **OPTIONS, sampler="adaptive:form=rank")
    path, state = CheckpointFolder(tmp_path).read()
    state.attributes["sampler_state"][name] = value
    checkpoints.native.write_state(path, state)
    with pytest.raises(FormatError, match=message):
        Word2Vec.resume(tmp_path, sentences)


def test_an_empty_folder_has_no_checkpoint(tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint in this folder"):
        Word2Vec.resume(tmp_path, [["a"]])


def test_a_full_disk_does_not_end_training(tmp_path, sentences, monkeypatch, caplog):
    def full(path, state):
        raise OSError(28, "cannot write: no space left", path)

    monkeypatch.setattr(checkpoints.native, "write_state", full)
    model = Word2Vec(sentences, checkpoint=tmp_path, checkpoint_every=1, **OPTIONS)
    assert len(model.epoch_losses) == 3
    assert "no checkpoint: [Errno 28] cannot write: no space left" in caplog.text


@pytest.mark.parametrize(
    ("value", "seconds", "epochs"),
    [("90s", 90, None), ("1.5h", 5400, None), (None, 600, None), ("3", None, 3)],
)
def test_intervals(value, seconds, epochs):
    assert (parse_interval(value).seconds, parse_interval(value).epochs) == (seconds, epochs)


@pytest.mark.parametrize("value", ["soon", 0, -1, 1.5, True, "10 days"])
def test_intervals_that_mean_nothing(value, tmp_path):
    with pytest.raises(ConfigError, match="checkpoint_every must be a number of epochs"):
        Word2Vec(checkpoint=tmp_path, checkpoint_every=value)


def test_an_interval_needs_a_folder():
    with pytest.raises(ConfigError, match="needs checkpoint"):
        Word2Vec(checkpoint_every=1)
