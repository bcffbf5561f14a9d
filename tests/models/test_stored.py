"""Models that come back by files, pickle and deepcopy train on as if nothing had happened."""

from __future__ import annotations

import copy
import io
import pickle

import numpy as np
import pytest

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import native
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import Adaptive, Batch, Cached, Mixed

OPTIONS = {"vector_size": 10, "min_count": 1, "workers": 1, "seed": 5, "epochs": 2}


def through_file(model, tmp_path):
    model.save(tmp_path / "model")
    return Word2Vec.load(tmp_path / "model")


def through_gensim(model, tmp_path):
    model.save_gensim(tmp_path / "model", sep_limit=50)
    return Word2Vec.load(tmp_path / "model")


def through_handle(model, tmp_path):
    stream = io.BytesIO()
    model.save(stream)
    return Word2Vec.load(io.BytesIO(stream.getvalue()))


WAYS = {
    "file": through_file,
    "handle": through_handle,
    "gensim": through_gensim,
    "pickle": lambda model, _: pickle.loads(pickle.dumps(model)),
    "deepcopy": lambda model, _: copy.deepcopy(model),
}


@pytest.mark.parametrize("options", [{"hs": 1}, {"hs": 1, "negative": 0}], ids=str)
@pytest.mark.parametrize("save", ["save", "save_gensim"])
def test_the_vectors_of_a_model_with_a_tree_are_saved(tmp_path, sentences, save, options):
    wv = Word2Vec(sentences, **OPTIONS, **options).wv
    getattr(wv, save)(tmp_path / "kv")
    found = KeyedVectors.load(tmp_path / "kv")
    assert np.array_equal(found.vectors, wv.vectors)
    assert found.get_vecattr("fruit1", "count") == wv.get_vecattr("fruit1", "count")


@pytest.mark.parametrize("way", WAYS)
def test_load_stays_a_method_of_the_class(tmp_path, sentences, way):
    found = WAYS[way](Word2Vec(sentences, **OPTIONS), tmp_path)
    with pytest.raises(AttributeError, match="should be called on a class object"):
        found.load(tmp_path / "other")


KINDS = [{}, {"sg": 1}, {"hs": 1, "negative": 0}, {"hs": 1}, {"compute_loss": True, "null_word": 1}]


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("way", WAYS)
def test_it_trains_on_to_the_same_bytes(tmp_path, sentences, way, options):
    model = Word2Vec(sentences, **OPTIONS, **options)
    found = WAYS[way](model, tmp_path)
    assert np.array_equal(found.wv.vectors, model.wv.vectors)
    for name in (
        "vector_size",
        "alpha",
        "window",
        "hs",
        "negative",
        "seed",
        "corpus_count",
        "train_count",
        "epochs",
    ):
        assert getattr(found, name) == getattr(model, name), name
    if way == "gensim":
        found.epochs_trained = model.epochs_trained  # which gensim does not know
    for one in (model, found):
        one.build_vocab([["fruit1", "kiwi"]] * 5, update=True)
        one.train(sentences, total_examples=len(sentences), epochs=2)
    assert np.array_equal(found.wv.vectors, model.wv.vectors)
    assert found.epochs_trained == 4


AWARE = [
    "dynamic:m=4", "hard", "adaptive:interval=150,step=0.3", "adaptive:form=rank", "cached:size=4,keep=1",
    "cached:clusters=8", "self_adversarial", Mixed([(Cached(), 0.5), (Adaptive(form="rank"), 0.5)]),
]  # fmt: skip


@pytest.mark.parametrize("sampler", AWARE, ids=str)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "gensim"])
def test_samplers_that_look_at_the_model_train_on(tmp_path, sentences, way, sampler):
    """Pools, hardness and counts are stored; single steps and callbacks that save have no side effects."""
    model = Word2Vec(sentences, **OPTIONS, sampler=sampler)
    found = WAYS[way](model, tmp_path)
    assert found.bound_sampler().report() == model.bound_sampler().report()
    assert found.bound_sampler().report()["sets"] > 0
    for one in (model, found):
        one.train(sentences, total_examples=len(sentences), epochs=2)
    assert np.array_equal(found.wv.vectors, model.wv.vectors)
    assert found.bound_sampler().report() == model.bound_sampler().report()


def test_a_copy_has_pools_of_its_own(sentences):
    model = Word2Vec(sentences, **OPTIONS, sampler="cached")
    found = copy.deepcopy(model)
    kept = model.bound_sampler().source.draws.rows.copy()
    found.train(sentences, total_examples=len(sentences), epochs=2)
    assert np.array_equal(model.bound_sampler().source.draws.rows, kept)


def test_gensim_files_have_no_state_of_samplers(tmp_path, sentences):
    found = through_gensim(Word2Vec(sentences, **OPTIONS, sampler="cached"), tmp_path)
    assert found.sampler == "unigram"
    assert not hasattr(found, "sampler_state")


def test_a_model_with_another_sampler_has_no_state(tmp_path, sentences):
    """What was gathered belongs to the sampler that gathered it."""
    model = Word2Vec(sentences, **OPTIONS, sampler="cached")
    model.sampler = "dynamic"
    assert through_file(model, tmp_path).bound_sampler().report()["sets"] == 0


def test_a_sampler_that_is_left_out_of_a_file_takes_its_state_along(tmp_path, sentences):
    model = Word2Vec(sentences, **OPTIONS, sampler="cached")
    model.save(tmp_path / "model", ignore=["sampler"])
    assert Word2Vec.load(tmp_path / "model").sampler == "unigram"


def test_a_matrix_is_let_go_after_training(sentences):
    model = Word2Vec(sentences, **OPTIONS, sampler="adaptive:form=rank")
    (steering,) = model.bound_sampler().source.steering
    assert steering.outputs is None
    model._do_train_job(sentences[:3], 0.01, (None, None))
    assert steering.outputs is None


@pytest.mark.parametrize("name", [*OBJECTIVES, "auto"])
def test_every_objective(tmp_path, sentences, name):
    model = Word2Vec(sentences, **OPTIONS, objective=name)
    found = through_file(model, tmp_path)
    assert found.objective == name
    for one in (model, found):
        one.train(sentences, total_examples=len(sentences), epochs=1)
    assert np.array_equal(found.wv.vectors, model.wv.vectors)


def test_samplers_and_noise_tables(tmp_path, sentences):
    model = Word2Vec(sentences, **OPTIONS, sampler=Batch(size=64))
    assert through_file(model, tmp_path).bound_sampler().sampler.state_dict() == Batch(size=64).state_dict()
    model = Word2Vec(sentences, **OPTIONS)
    model.cum_table = np.arange(1, 21, dtype=np.uint32) * 1000
    assert np.array_equal(through_file(model, tmp_path).cum_table, model.cum_table)


def test_a_sampler_without_a_name_is_not_saved(tmp_path, sentences, caplog):
    model = Word2Vec(sentences, **OPTIONS, sampler=lambda n, rng: rng.integers(20, size=n))
    assert through_file(model, tmp_path).sampler == "unigram"
    assert "the sampler is not saved" in caplog.text


def test_mapped(tmp_path, sentences):
    model = Word2Vec(sentences, **OPTIONS)
    model.save(tmp_path / "model")
    found = Word2Vec.load(tmp_path / "model", mmap="r")
    assert isinstance(found.wv.vectors, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        found.train(sentences, total_examples=400, epochs=1)
    found = Word2Vec.load(tmp_path / "model", mmap="c")
    found.train(sentences, total_examples=400, epochs=1)
    assert np.array_equal(Word2Vec.load(tmp_path / "model").wv.vectors, model.wv.vectors)
    assert not np.array_equal(found.wv.vectors, model.wv.vectors)


def test_subclasses(tmp_path, sentences):
    class Mine(Word2Vec):
        def __init__(self, corpus):
            self.note = ("walks", 3)
            super().__init__(corpus, **OPTIONS)

    model = Mine(sentences)
    model.save(tmp_path / "model")
    found = Mine.load(tmp_path / "model")
    assert type(found) is Mine
    assert found.note == ("walks", 3)
    assert type(KeyedVectors.load(tmp_path / "model")) is Word2Vec


class Walks(Word2Vec):
    """A subclass with options of its own, one of which has a value for the class."""

    length = 10

    def __init__(self, sentences=None, *, length=20, restart=0.1, train=None, **options):
        super().__init__(**options)
        self.length, self.restart = length, restart
        if sentences is not None:
            self.build_vocab([sentence[:length] for sentence in sentences])


@pytest.mark.parametrize("way", ["file", "pickle", "deepcopy"])
def test_a_subclass_gets_its_own_options_back(tmp_path, sentences, way):
    """gensim's files have no place for them."""
    model = Walks(sentences, length=3, restart=0.5, **OPTIONS, window=7)
    model.save(tmp_path / "model")
    found = Walks.load(tmp_path / "model") if way == "file" else WAYS[way](model, tmp_path)
    assert type(found) is Walks
    assert (found.length, found.restart, found.window, len(found.wv)) == (3, 0.5, 7, len(model.wv))


def test_a_subclass_resumes_with_its_own_options(tmp_path, sentences):
    model = Walks(length=3, **OPTIONS, checkpoint=tmp_path / "run")
    model.build_vocab(sentences)
    model.train(sentences, total_examples=len(sentences), epochs=1)
    assert Walks.resume(tmp_path / "run", sentences, length=3).length == 3
    with pytest.raises(ConfigError, match="length was 3 when the checkpoint was taken, got 4"):
        Walks.resume(tmp_path / "run", sentences, length=4)


def test_an_option_of_a_subclass_replaces_no_method(sentences, caplog):
    state = Walks(**OPTIONS).to_state()
    state.attributes["train"] = 1
    found = Walks.from_state(state)
    assert callable(found.train)
    assert "the class has a method of that name" in caplog.text


def test_the_wrong_kind(tmp_path, sentences):
    Word2Vec(sentences, **OPTIONS).wv.save(tmp_path / "kv")
    with pytest.raises(AttributeError, match="Model of type KeyedVectors can't be loaded by Word2Vec"):
        Word2Vec.load(tmp_path / "kv")


def test_a_file_starts_no_training(tmp_path, sentences):
    """Parameters of the constructor that read or write files are not taken from a file."""
    state = Word2Vec(sentences, **OPTIONS).to_state()
    state.attributes |= {
        "sentences": "/etc/passwd",
        "corpus_file": "/etc/passwd",
        "train": 1,
        "_do_train_job": 2,
    }
    native.write_state(tmp_path / "model", state)
    found = Word2Vec.load(tmp_path / "model")
    assert callable(found.train)
    assert found.corpus_count == 400


def test_weights_that_do_not_fit_are_refused(tmp_path, sentences):
    state = Word2Vec(sentences, **OPTIONS).to_state()
    state.arrays["syn1neg"] = state.arrays["syn1neg"][:3]
    native.write_state(tmp_path / "model", state)
    with pytest.raises(FormatError, match=r"syn1neg has shape \(3, 10\)"):
        Word2Vec.load(tmp_path / "model")


def test_a_model_without_vocabulary(tmp_path):
    found = through_file(Word2Vec(**OPTIONS, window=9), tmp_path)
    assert found.window == 9
    assert len(found.wv) == 0
    found.build_vocab([["a", "b"]] * 9)
    assert len(found.wv) == 2


def test_what_happened_is_noted(tmp_path, sentences):
    found = through_file(Word2Vec(sentences, **OPTIONS), tmp_path)
    assert [event["event"] for event in Word2Vec().lifecycle_events] == ["created"]
    events = [event["event"] for event in found.lifecycle_events]
    assert events == ["prepare_vocab", "build_vocab", "train", "created", "saving", "loaded"]
    assert all("ns2vec" in event and "python" in event for event in found.lifecycle_events)


@pytest.mark.parametrize("way", ["file", "gensim"])
@pytest.mark.parametrize(
    "options",
    [{}, {"hs": 1, "negative": 0}, {"sampler": Adaptive()}],
    ids=["negative sampling", "hierarchical softmax", "a sampler that gathers"],
)
def test_a_model_whose_words_were_cut_is_saved_and_trains_on(tmp_path, sentences, caplog, way, options):
    model = Word2Vec(sentences, **OPTIONS, **options)
    wv = model.wv
    wv.vectors, wv.index_to_key = wv.vectors[:4], wv.index_to_key[:4]
    wv.key_to_index = {key: row for row, key in enumerate(wv.index_to_key)}
    found = WAYS[way](model, tmp_path)
    assert found.wv.index_to_key == wv.index_to_key
    assert "values for 4 keys: the first are kept" in caplog.text
    found.train([wv.index_to_key] * 3, total_examples=3, epochs=1)


def test_weights_of_another_size_are_left_out_of_the_file(tmp_path, sentences, caplog):
    model = Word2Vec(sentences, **OPTIONS)
    model.wv.vectors = model.wv.vectors[:, :3]
    found = through_file(model, tmp_path)
    assert np.array_equal(found.wv.vectors, model.wv.vectors)
    assert "syn1neg is not saved: it has shape" in caplog.text


@pytest.mark.parametrize("way", ["file", "gensim", "handle"])
def test_a_loaded_model_has_no_lengths_yet(tmp_path, sentences, way):
    """As after training: clients that change the vectors in place look whether `norms` is None."""
    model = Word2Vec(sentences, **OPTIONS)
    model.wv.fill_norms()
    found = WAYS[way](model, tmp_path)
    assert found.wv.norms is None
    assert found.wv.most_similar("fruit1") == model.wv.most_similar("fruit1")


def test_what_an_old_file_does_not_note_is_none(tmp_path, sentences):
    """gensim notes the words of the corpus since 3.5."""
    state = Word2Vec(sentences, **OPTIONS).to_state()
    del state.attributes["corpus_total_words"], state.attributes["corpus_count"]
    native.write_state(tmp_path / "model", state)
    found = Word2Vec.load(tmp_path / "model")
    assert (found.corpus_total_words, found.corpus_count) == (None, None)
    assert found.train(sentences, total_examples=400, epochs=1)[1] == 3200
    assert through_file(found, tmp_path).corpus_total_words is None
