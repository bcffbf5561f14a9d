"""Doc2Vec's vocabulary of words and tags, its training hooks and its copies."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ns2vec import Doc2Vec, TaggedDocument, Word2Vec
from ns2vec.exceptions import FormatError
from ns2vec.formats.state import ModelState

SMALL = {"vector_size": 8, "min_count": 1, "sample": 0, "epochs": 3, "workers": 1, "alpha": 0.05}
DOCUMENTS = [TaggedDocument(list(text), [tag]) for tag, text in enumerate(["abc", "abd", "xyz", "xy"] * 20)]


def test_building_and_training_apart_equals_the_constructor():
    one = Doc2Vec(DOCUMENTS, dm=0, **SMALL)
    other = Doc2Vec(dm=0, **SMALL)
    other.build_vocab(DOCUMENTS)
    other.train(DOCUMENTS, total_examples=80, total_words=other.corpus_total_words, epochs=3)
    assert np.array_equal(one.dv.vectors, other.dv.vectors)


def test_pruning_while_counting_keeps_all_tags():
    model = Doc2Vec(DOCUMENTS, max_vocab_size=3, **SMALL)
    assert len(model.dv) == 80
    assert len(model.wv) < 7


def test_counting_alone_leaves_words_and_tags():
    model = Doc2Vec(DOCUMENTS, **SMALL)
    before = len(model.wv), len(model.dv)
    assert model.scan_vocab([TaggedDocument(["new", "words"], ["t"])]) == (2, 1)
    assert (len(model.wv), len(model.dv)) == before


def test_frequencies_bring_no_tags_and_keep_those_there_are():
    model = Doc2Vec(DOCUMENTS, **SMALL)
    model.build_vocab_from_freq({"a": 5, "new": 3}, update=True)
    assert (len(model.wv), len(model.dv)) == (8, 80)
    model.build_vocab_from_freq({"a": 5, "new": 3})
    assert (len(model.wv), len(model.dv)) == (2, 0)
    model.train(DOCUMENTS, total_examples=80, epochs=1)
    assert np.isfinite(model.infer_vector(["a"])).all()


def test_words_and_tags_of_another_model_are_shared_until_they_grow():
    one, other = Doc2Vec(DOCUMENTS, **SMALL), Doc2Vec(**SMALL)
    other.reset_from(one)
    assert other.dv.index_to_key is one.dv.index_to_key
    assert other.dv.vectors.shape == one.dv.vectors.shape
    other.build_vocab([TaggedDocument(["new"], ["tag"])], update=True)
    assert (len(one.wv), len(one.dv)) == (7, 80)
    assert (len(other.wv), len(other.dv)) == (8, 81)
    other.train(DOCUMENTS, total_examples=80, epochs=1)


def test_memory_counts_tags():
    model = Doc2Vec(DOCUMENTS, **SMALL)
    report = model.estimate_memory()
    assert report["doctag_syn0"] == 80 * 64
    assert report["doctag_lookup"] == model.estimated_lookup_memory() == 80 * 200
    assert report["total"] == sum(size for name, size in report.items() if name != "total")
    assert Doc2Vec(DOCUMENTS, dm_concat=1, **SMALL).estimate_memory()["syn1neg"] == 8 * 96 * 4


class Doubling(Doc2Vec):
    """Trains each document twice."""

    def _do_train_job(self, job, alpha, inits):
        self.seen = self.seen + len(job) if hasattr(self, "seen") else len(job)
        return super()._do_train_job([document for document in job for _ in range(2)], alpha, inits)


def test_a_subclass_sees_batches_of_documents():
    model = Doubling(DOCUMENTS, dm=0, **SMALL)
    assert model.seen == 80 * 3
    before = model.dv.vectors.copy()
    assert model._do_train_job(DOCUMENTS[:2], 0.05, None) == (12, 12)
    assert np.flatnonzero((model.dv.vectors != before).any(axis=1)).tolist() == [0, 1]


def test_a_guard_watches_tags():
    model = Doc2Vec(DOCUMENTS, dm=0, guard="rollback", **SMALL)
    assert np.isfinite(model.dv.vectors).all()
    assert len(model.epoch_losses) == 3


def test_locked_tags_stay():
    model = Doc2Vec(dm=0, **SMALL)
    model.build_vocab(DOCUMENTS)
    model.dv.vectors_lockf = np.ones(80, np.float32)
    model.dv.vectors_lockf[:40] = 0
    before = model.dv.vectors.copy()
    model.train(DOCUMENTS, total_examples=80, epochs=1)
    assert np.array_equal(model.dv.vectors[:40], before[:40])
    assert (model.dv.vectors[40:] != before[40:]).any(axis=1).all()


def test_a_copy_has_its_own_tags():
    model = Doc2Vec(DOCUMENTS, **SMALL)
    other = copy.deepcopy(model)
    other.build_vocab([TaggedDocument(["a"], ["tag"])], update=True)
    assert (len(model.dv), len(other.dv)) == (80, 81)


@pytest.mark.parametrize("mmap", [None, "r", "c"])
def test_a_file_holds_words_and_tags(mmap, tmp_path):
    model = Doc2Vec([*DOCUMENTS, TaggedDocument(["a", "b"], ["text", 7])], comment="mine", **SMALL)
    model.save(tmp_path / "model")
    found = Doc2Vec.load(tmp_path / "model", mmap=mmap)
    assert str(found) == str(model)
    assert found.dv.index_to_key == model.dv.index_to_key
    assert found.dv.key_to_index == model.dv.key_to_index == {"text": 80}
    assert np.array_equal(found.dv.vectors, model.dv.vectors)
    assert found.dv.expandos["word_count"].tolist() == model.dv.expandos["word_count"].tolist()
    assert type(Word2Vec.load(tmp_path / "model")) is Doc2Vec


def test_a_state_whose_parts_do_not_fit_is_refused():
    state = Doc2Vec(DOCUMENTS, **SMALL).to_state()
    state.others["dv"].vectors = state.others["dv"].vectors[:, :4]
    with pytest.raises(FormatError, match="tags have vectors of shape"):
        Doc2Vec.from_state(state)
    with pytest.raises(AttributeError, match="can't be loaded by Doc2Vec"):
        Doc2Vec.from_state(ModelState("Word2Vec", state.vectors))


@pytest.mark.parametrize("name, value", [("dm_tag_count", "many"), ("dm_concat", "no"), ("dbow_words", 0.5)])
def test_options_of_a_file_are_checked(name, value):
    state = Doc2Vec(DOCUMENTS, **SMALL).to_state()
    state.attributes[name] = value
    with pytest.raises(ValueError, match=name):
        Doc2Vec.from_state(state)
