"""Bags of rows, and the units that own them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.corpus import END, Chunk, open_corpus
from ns2vec.exceptions import ConfigError
from ns2vec.inputs import Bags, mean_rows
from ns2vec.training import EmbeddingCore, Plan, TrainingConfig
from ns2vec.training.encoding import ChunkFeed
from ns2vec.training.spec import spec_of
from ns2vec.training.units import BagUnits, Units
from ns2vec.vocab import build_vocabulary, grow_vocabulary

CONFIG = TrainingConfig(vector_size=8, min_count=1, sample=0, sg=True, workers=1, seed=3, alpha=0.05)


def letters_of(keys, n_letters=26):
    """Each key has a row of its own, after those of the letters that it is made of."""
    lists = [[*(ord(letter) - 97 for letter in key), n_letters + row] for row, key in enumerate(keys)]
    rows = np.concatenate(lists).astype(np.int32)
    return Bags(np.cumsum([0, *map(len, lists)]), rows), n_letters + len(keys)


def core_of(words, **options):
    vocabulary, _ = build_vocabulary([*words], np.full(len(words), 50), min_count=1)
    units = BagUnits(KeyedVectors(8), *letters_of(vocabulary.index_to_key), name="letters")
    core = EmbeddingCore(CONFIG, units, **options)
    core.take_words(vocabulary)
    core.begin(seed=1)
    return core


def fit(core, sentences, epochs=5):
    return core.fit(open_corpus(sentences), Plan(epochs, 0.05, 0.0001, sum(map(len, sentences)), None))


@pytest.mark.parametrize("combine", ["mean", "sum"])
def test_a_vector_is_the_mean_or_the_sum_of_its_rows(combine):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(9, 4)).astype(np.float32)
    lists = [rng.integers(0, 9, size=length) for length in (1, 5, 3)]
    bags = Bags(np.cumsum([0, 1, 5, 3]), np.concatenate(lists).astype(np.int32))
    units = BagUnits(KeyedVectors(4), bags, 9, combine)
    units.take(build_vocabulary([*"abc"], np.ones(3, int), min_count=1)[0])
    units.matrix = matrix
    units.compose()
    expected = [getattr(matrix[rows].astype(float), combine)(axis=0) for rows in lists]
    np.testing.assert_allclose(units.wv.vectors, expected, rtol=1e-5)


def test_training_moves_the_rows_of_bags_and_vectors_follow():
    core = core_of(["ab", "bc", "xy", "yz"])
    before = core.inputs.matrix.copy()
    assert np.array_equal(core.wv.vectors, mean_rows(core.inputs.bags, before))
    fit(core, [["ab", "bc"], ["xy", "yz"]] * 50)
    after = core.inputs.matrix
    used = np.unique(core.inputs.bags.rows)
    assert (after[used] != before[used]).any(axis=1).all()
    rest = np.setdiff1d(np.arange(len(after)), used)
    assert np.array_equal(after[rest], before[rest])
    assert np.array_equal(core.wv.vectors, mean_rows(core.inputs.bags, after))
    assert core.wv.similarity("ab", "bc") > core.wv.similarity("ab", "yz")


def test_new_keys_bring_their_bags_and_rows():
    core = core_of(["ab", "bc"])
    fit(core, [["ab", "bc"]] * 20)
    before = core.inputs.matrix.copy()
    tokens, counts = ["ab", "ca"], np.array([3, 3])
    core.add_words(grow_vocabulary(core.wv.key_to_index, core.counts, tokens, counts, min_count=1, sample=0))
    with pytest.raises(ConfigError, match="expected a bag for each of 3 keys, got 2"):
        core.extend(seed=1)
    core.inputs.take_bags(*letters_of(core.wv.index_to_key))
    core.extend(seed=1)
    assert np.array_equal(core.inputs.matrix[: len(before)], before)
    assert core.wv.vectors.shape == (3, 8)
    assert len(core.output("syn1neg")) == 3
    fit(core, [["ab", "ca"]] * 20)
    assert not np.array_equal(core.inputs.matrix[: len(before)], before)


def test_frozen_inputs_do_not_change():
    def frozen(config, n_outputs):
        return replace(spec_of(config, n_outputs), frozen=frozenset({"inputs"}))

    core = core_of(["ab", "bc"], spec=frozen)
    before = core.inputs.matrix.copy()
    fit(core, [["ab", "bc"]] * 20)
    assert np.array_equal(core.inputs.matrix, before)
    assert core.output("syn1neg").any()


def tagged_core(spec, words="abxy", tags=("low", "high")):
    vocabulary, _ = build_vocabulary([*words], np.full(len(words), 50), min_count=1)
    core = EmbeddingCore(CONFIG, KeyedVectors(8), tags=Units(KeyedVectors(8), "dv.vectors"), spec=spec)
    core.take_words(vocabulary)
    core.tags.take(build_vocabulary([*tags], np.ones(len(tags), int), min_count=1)[0])
    core.begin(seed=1)
    return core


class Documents:
    """A feed of one chunk: documents of two kinds, each with the tag of its kind."""

    def __init__(self, core, n_documents=60):
        words, tags = core.wv.key_to_index, core.tags.wv.key_to_index
        kinds = [("ab", "low"), ("xy", "high")] * (n_documents // 2)
        ids = [row for text, _ in kinds for row in (*(words[word] for word in text), END)]
        self.chunk = Chunk(
            0, np.array(ids, np.int32), 2 * n_documents, n_documents, 0, 0,
            tags=np.array([tags[tag] for _, tag in kinds], np.int32),
            tag_offsets=np.arange(n_documents + 1),
        )  # fmt: skip

    def jobs(self, run):
        return iter([self.chunk])

    def job_of(self, run, worker):
        return ChunkFeed(None).job_of(run, worker)


@pytest.mark.parametrize("reader", ["tags", "windows"])
@pytest.mark.parametrize("pooled", [False, True])
def test_tags_of_documents_meet_their_words(reader, pooled):
    core = tagged_core(lambda config, n: replace(spec_of(config, n), reader=reader, pooled=pooled))
    words = core.wv.vectors.copy()
    assert core.fit(Documents(core), Plan(20, 0.05, 0.0001, 120, None)) == (2400, 2400)
    scores = core.tags.wv.vectors @ core.output("syn1neg").T
    of = core.wv.key_to_index
    for row, tag in enumerate(core.tags.wv.index_to_key):
        own, other = ("ab", "xy") if tag == "low" else ("xy", "ab")
        assert min(scores[row, of[word]] for word in own) > max(scores[row, of[word]] for word in other)
    assert np.array_equal(core.wv.vectors, words) == (reader == "tags")
