"""Bytes of each part against the arrays of a model."""

from __future__ import annotations

import sys

import pytest

from ns2vec import Word2Vec
from ns2vec._kernels import Workspace
from ns2vec.calculator import memory
from ns2vec.calculator.shape import shape_of_corpus
from ns2vec.calculator.work import expect_windows, outputs_of
from ns2vec.corpus import open_corpus


def parts_of(corpus, config):
    shape = shape_of_corpus(open_corpus(corpus), config)
    return memory.memory_parts(shape, config, outputs_of(shape, config, expect_windows(shape, config)))


@pytest.mark.parametrize(
    "options", [{"negative": 5}, {"hs": True, "negative": 0}, {"hs": True, "negative": 3}]
)
@pytest.mark.parametrize("vector_size", [16, 20])
def test_parts_are_the_arrays_of_a_model(config, sentences, options, vector_size):
    found = parts_of(sentences, config(vector_size=vector_size, workers=2, **options))
    model = Word2Vec(vector_size=vector_size, window=3, min_count=2, sample=0.05, sg=1, workers=2, **options)
    model.build_vocab(sentences)
    made = model._make_network()
    matrices = {"syn0": made.inputs.rows.padded} | {goal.spec.matrix: goal.padded for goal in made.goals}
    for name in ("syn0", "syn1neg", "syn1"):
        assert found.get(name, 0) == (matrices[name].nbytes if name in matrices else 0)
    tables = made.keep.nbytes
    if made.bound is not None:
        source, data = made.bound.source, made.bound.data
        tables += source.alias.nbytes + source.log_q.nbytes + data.noise.nbytes + data.kept.nbytes
    if made.huffman is not None:
        tables += made.huffman.offsets.nbytes + made.huffman.points.nbytes + made.huffman.codes.nbytes
    assert found["tables"] == tables
    words = model.wv.index_to_key
    known = sum(map(sys.getsizeof, words)) + model.wv.expandos["count"].nbytes
    known += sys.getsizeof(words) + sys.getsizeof(model.wv.key_to_index) + 32 * len(words)
    assert found["vocabulary"] == known
    assert found["workers"] == pytest.approx(
        2 * Workspace(made.kernel(model._config()), 40_000).n_bytes, rel=0.01
    )


def test_the_encoded_corpus_is_bounded(config, sentences, write_text):
    path = str(write_text("\n".join(" ".join(sentence) for sentence in sentences if sentence) + "\n"))
    n_types = len({word for sentence in sentences for word in sentence})
    model = Word2Vec(min_count=2)
    model.build_vocab(path)
    kept = model._core.encoded
    in_memory = kept.encoded.n_bytes_in_memory + kept.remap.nbytes
    assert parts_of(path, config())["encoded_corpus"] == in_memory
    assert parts_of(path, config(corpus_memory=1000))["encoded_corpus"] == 1000 + 4 * n_types
    assert parts_of(path, config(corpus_memory=0))["encoded_corpus"] == 0
    assert parts_of(sentences, config())["encoded_corpus"] == 0


def test_the_bare_process_is_measured(monkeypatch):
    memory.process_bytes.cache_clear()
    assert 5e6 < memory.process_bytes() < 200e6
    memory.process_bytes.cache_clear()
    monkeypatch.setattr(sys, "executable", "no such python")
    assert memory.process_bytes() == memory.PROCESS_BYTES
    memory.process_bytes.cache_clear()
