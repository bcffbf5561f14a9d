"""Checkpoints: a run that is interrupted and continued ends with the bytes of an uninterrupted one."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from cut_runs import OPTIONS, Cut, Stop, facts, write_slowly

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.training import checkpoints
from ns2vec.training.checkpoints import parse_interval
from ns2vec.training.loop import Tally


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
