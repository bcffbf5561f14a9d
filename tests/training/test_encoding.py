"""Ids that are kept from counting to training: only while text and vocabulary are the same."""

from __future__ import annotations

import os

import pytest

from ns2vec import Word2Vec
from ns2vec.corpus import FileCorpus

SMALL = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("a b c c\n" * 50)
    return path


@pytest.fixture
def readings(monkeypatch):
    """How often a file was encoded anew."""
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
