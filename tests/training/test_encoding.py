"""Ids that are kept from counting to training: only while text and vocabulary are the same."""

from __future__ import annotations

import os

import pytest

from ns2vec import Doc2Vec, TaggedDocument, Word2Vec
from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.corpus import FileCorpus
from ns2vec.corpus.iterables import IterableCorpus

SMALL = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("a b c c\n" * 50)
    return path


@pytest.fixture
def readings(monkeypatch):
    """How often a file was encoded again."""
    seen, chunks = [], FileCorpus.chunks

    def counted(self, *arguments, **options):
        seen.append(self.name)
        return chunks(self, *arguments, **options)

    monkeypatch.setattr(FileCorpus, "chunks", counted)
    return seen


def built(path, **options):
    model = Word2Vec(**SMALL, **options)
    model.build_vocab(path)
    return model


def train(model, path, epochs=1):
    return model.train(path, total_examples=50, epochs=epochs)


def test_the_ids_of_counting_are_trained(path, readings):
    assert train(built(path), path, epochs=2) == (400, 400)
    assert readings == []


def test_a_changed_file_is_read_again_and_then_kept(path, readings):
    model = built(path)
    path.write_text("a b\n" * 50)
    assert train(model, path, epochs=3) == (300, 300)
    assert len(readings) == 1


def test_a_file_that_changes_while_it_is_counted_is_read_again(path, readings, monkeypatch):
    scan = FileCorpus.scan

    def scan_then_change(self, **options):
        found = scan(self, **options)
        path.write_text("a b\n" * 50)
        return found

    monkeypatch.setattr(FileCorpus, "scan", scan_then_change)
    assert train(built(path), path) == (100, 100)
    assert len(readings) == 1


def test_another_file_in_its_place_is_read_again(path, readings):
    model = built(path)
    status = os.stat(path)
    other = path.with_suffix(".new")
    other.write_text("c c c c\n" * 50)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, path)
    train(model, path)
    assert len(readings) == 1


def test_another_vocabulary_of_the_same_size_is_not_trained_with_old_ids(path, readings):
    model = built(path)
    model.wv.key_to_index = {"a": 0, "b": 1, "x": 2}
    model.wv.index_to_key = ["a", "b", "x"]
    assert train(model, path) == (100, 200)
    model.wv.key_to_index["y"] = model.wv.key_to_index.pop("a")
    assert train(model, path) == (50, 200)
    assert len(readings) == 2


def test_a_rule_that_chooses_again_is_obeyed(path):
    model = built(path, max_final_vocab=2)
    assert set(model.wv.key_to_index) == {"c"}  # a and b are as frequent, so both go
    model.scan_vocab(path)
    model.prepare_vocab(trim_rule=lambda word, count, min_count: 2 if word == "a" else 1)
    model.init_weights()
    assert train(model, path) == (50, 200)


def test_nothing_is_held_after_the_vocabulary_is_made(path):
    model = built(path)
    assert model._scan is None
    assert model._rows_of_tokens is None
    model.scan_vocab(path)
    assert model._scan is None
    assert model._core.encoded.encoded is None
    with pytest.raises(TypeError, match="unexpected keyword"):
        model.build_vocab(path, speed=2)


# ---- lists, while a run lasts ------------------------------------------------------------------------


class Sentences(list):
    """A list of a class of its own, which may give other words each time."""


@pytest.fixture
def passes(monkeypatch):
    """How often an iterable was encoded."""
    seen, chunks = [], IterableCorpus.chunks

    def counted(self, *arguments, **options):
        seen.append(self)
        return chunks(self, *arguments, **options)

    monkeypatch.setattr(IterableCorpus, "chunks", counted)
    return seen


@pytest.mark.parametrize("corpus", [[["a", "b", "c"]] * 50, (("a", "b", "c"),) * 50], ids=["lists", "tuples"])
def test_lists_are_encoded_once_a_run(corpus, passes):
    model = Word2Vec(corpus, epochs=3, **SMALL)
    assert model.train(corpus, total_examples=50, epochs=3) == (450, 450)
    assert len(passes) == 2


def test_documents_are_encoded_once_a_run(passes):
    Doc2Vec([TaggedDocument(["a", "b"], [i]) for i in range(50)], epochs=3, **SMALL)
    assert len(passes) == 1


def test_kept_lists_train_the_same_bytes():
    corpus = [TaggedDocument(["a", "b", "x", "c"][: i % 5], [i]) for i in range(200)]
    kept, read = (Doc2Vec(corpus, epochs=3, batch_words=50, corpus_memory=n, **SMALL) for n in ("1MiB", 0))
    assert kept.dv.vectors.tobytes() == read.dv.vectors.tobytes()


@pytest.mark.parametrize(
    ("corpus", "options"),
    [
        (Sentences([["a", "b"]] * 50), {}),
        ([Sentences(["a", "b"])] * 50, {}),
        ([["a", "b"]] * 50, {"corpus_memory": 100}),
        ([["a", "b"]] * 50, {"callbacks": [CallbackAny2Vec()]}),
    ],
    ids=["own list", "own sentences", "no room", "callback"],
)
def test_what_may_change_is_read_each_epoch(corpus, options, passes):
    Word2Vec(corpus, epochs=3, **SMALL, **options)
    assert len(passes) == 3


def test_a_list_that_a_callback_changes_is_read_again():
    class Halving(CallbackAny2Vec):
        def on_epoch_end(self, model):
            del corpus[25:]

    corpus = [["a", "b"]] * 50
    model = Word2Vec(**SMALL)
    model.build_vocab(corpus)
    assert model.train(corpus, total_examples=50, epochs=2, callbacks=[Halving()]) == (150, 150)
