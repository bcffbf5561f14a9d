"""Vocabulary growth, weights that are made again, scores of sentences."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.objectives import OBJECTIVES

OPTIONS = {"vector_size": 12, "min_count": 1, "workers": 1, "sample": 0, "seed": 3}
MORE = [["fruit1", "fruit2", "kiwi", "plum"]] * 30 + [["tool3", "saw"]] * 10


def test_old_words_stay_and_new_ones_follow(sentences):
    model = Word2Vec(sentences, **OPTIONS)
    keys, counts = list(model.wv.index_to_key), model.wv.expandos["count"].copy()
    vectors, outputs, epochs = model.wv.vectors.copy(), model.syn1neg.copy(), model.epochs_trained
    model.build_vocab(MORE, update=True)
    assert model.wv.index_to_key == [*keys, "kiwi", "plum", "saw"]
    assert np.array_equal(model.wv.vectors[:20], vectors)
    assert np.array_equal(model.syn1neg[:20], outputs)
    assert not model.syn1neg[20:].any()
    assert np.abs(model.wv.vectors[20:]).max() <= 1 / 12
    assert model.wv.vectors[20:].any(axis=1).all()
    assert model.epochs_trained == epochs
    assert model.cum_table.shape == (23,)
    expected = dict(zip(keys, counts.tolist(), strict=True)) | {"kiwi": 30, "plum": 30, "saw": 10}
    for word in ("fruit1", "fruit2"):
        expected[word] += 30
    expected["tool3"] += 10
    assert {key: model.wv.get_vecattr(key, "count") for key in model.wv.index_to_key} == expected
    assert (model.corpus_count, model.corpus_total_words) == (40, 140)


def test_new_rows_are_those_of_a_fresh_model_of_that_size(sentences):
    model = Word2Vec(sentences, **OPTIONS)
    model.build_vocab(MORE, update=True)
    fresh = Word2Vec(**OPTIONS)
    fresh.build_vocab_from_freq(dict.fromkeys(map(str, range(23)), 1))
    assert np.array_equal(model.wv.vectors[20:], fresh.wv.vectors[20:])


@pytest.mark.parametrize("options", [{"sg": 1}, {"sg": 0}, {"hs": 1, "negative": 0}, {"hs": 1}], ids=str)
def test_a_new_word_finds_its_twin(sentences, options):
    """kiwi occurs in the places of fruit words; after one update, its neighbours are fruit."""
    model = Word2Vec(sentences, **OPTIONS, **options, epochs=20, alpha=0.05)
    rng = np.random.default_rng(4)
    more = [["kiwi", *rng.choice([f"fruit{i}" for i in range(10)], size=7)] for _ in range(150)]
    model.build_vocab(more, update=True)
    model.train(more, total_examples=len(more), epochs=10, start_alpha=0.05)
    nearest = [key for key, _ in model.wv.most_similar("kiwi", topn=3)]
    assert all(key.startswith("fruit") for key in nearest)


@pytest.mark.parametrize("twin", ["word0", "word7", "word19"])
@pytest.mark.parametrize("sg", [0, 1])
def test_a_planted_word_finds_its_twin(sg, twin):
    """A new word that occurs in exactly the places of one of 20 known words is nearest to that one."""
    rng = np.random.default_rng(5)
    places = {f"word{i}": rng.choice(30, size=5, replace=False) for i in range(20)}
    known = []
    for word in [*places] * 60:
        left, right = (list(map("place{}".format, side)) for side in rng.choice(places[word], size=(2, 2)))
        known.append([*left, word, *right])
    planted = [["new" if word == twin else word for word in s] for s in known if twin in s]
    model = Word2Vec(known, **(OPTIONS | {"vector_size": 20}), sg=sg, window=2, epochs=10, alpha=0.05)
    model.build_vocab(planted, update=True)
    model.train(planted, total_examples=len(planted), epochs=10, start_alpha=0.05)
    assert twin in [key for key, _ in model.wv.most_similar("new", topn=3)]


@pytest.mark.parametrize("name", [*OBJECTIVES, "auto"])
def test_every_objective_grows(sentences, name):
    model = Word2Vec(sentences, **OPTIONS, objective=name, epochs=1)
    model.build_vocab(MORE, update=True)
    n_trained, _ = model.train(MORE, total_examples=40, epochs=2)
    assert n_trained == 280
    assert np.isfinite(model.wv.vectors).all()


@pytest.mark.parametrize("sampler", ["unigram", "uniform", "log_uniform", "batch"])
def test_samplers_see_the_grown_vocabulary(sentences, sampler):
    model = Word2Vec(sentences, **OPTIONS, sampler=sampler, epochs=1)
    model.build_vocab([["new"] * 5000], update=True)
    bound = model.bound_sampler()
    assert bound.data.n_words == 21
    model.train([["new", "fruit1"]] * 5, total_examples=5, epochs=1)
    if sampler == "log_uniform":  # by rank: the most frequent word is last and is drawn most
        assert np.argmax(bound.source.log_q) == 20


def test_the_tree_is_built_again(sentences):
    model = Word2Vec(sentences, **OPTIONS, hs=1, negative=0)
    depth = len(model.wv.get_vecattr("fruit1", "code"))
    model.build_vocab([["new"] * 100000], update=True)
    assert len(model.wv.get_vecattr("new", "code")) == 1
    assert len(model.wv.get_vecattr("fruit1", "code")) >= depth
    assert model.syn1.shape == (21, 12)


def test_a_loaded_model_takes_words_of_the_users_own(sentences, tmp_path):
    Word2Vec(sentences, **OPTIONS, hs=1).save(tmp_path / "model")
    model = Word2Vec.load(tmp_path / "model")
    model.wv.key_to_index["kiwi"] = 20
    model.wv.index_to_key.append("kiwi")
    model.wv.allocate_vecattrs()
    model.wv.set_vecattr("kiwi", "count", 7)
    model.update_weights()
    assert model.wv.vectors.shape == model.syn1neg.shape == model.syn1.shape == (21, 12)
    assert len(model.wv.get_vecattr("kiwi", "code")) > 0


def test_a_callback_lets_the_vocabulary_grow(sentences):
    class Growing:
        def on_epoch_end(self, model):
            if "kiwi" not in model.wv:
                model.build_vocab(MORE, update=True)

    model = Word2Vec(**OPTIONS)
    model.build_vocab(sentences)
    trained, _ = model.train(sentences + MORE, total_examples=440, epochs=3, callbacks=[Growing()])
    assert len(model.wv) == 23
    assert trained == 3 * (400 * 8 + 30 * 2 + 10) + 2 * (30 * 2 + 10)
    assert model.syn1neg[20:].any(axis=1).all()


def test_updates_repeat_to_the_byte(sentences):
    def trained():
        model = Word2Vec(sentences, **OPTIONS)
        model.build_vocab(MORE, update=True)
        model.train(MORE, total_examples=40, epochs=3)
        return model

    assert np.array_equal(trained().wv.vectors, trained().wv.vectors)


@pytest.mark.parametrize("options", [{}, {"hs": 1}], ids=str)
def test_growth_moves_nothing_and_makes_no_table(sentences, options):
    """So a small corpus costs the time of its words, not of all words."""
    model = Word2Vec(sentences, **OPTIONS, **options)
    model.build_vocab(MORE, update=True)
    wv, syn1neg = model.wv, model.syn1neg
    parts = wv.index_to_key, wv.key_to_index, wv.expandos
    memory = [wv.vectors, syn1neg, wv.expandos["count"]]
    model.build_vocab([["another"]], update=True)
    assert all(
        new is old for new, old in zip((wv.index_to_key, wv.key_to_index, wv.expandos), parts, strict=True)
    )
    now = [wv.vectors, model.syn1neg, wv.expandos["count"]]
    assert all(np.shares_memory(new, old) for new, old in zip(now, memory, strict=True))
    assert not any(wv.expandos.is_made(name) for name in ("sample_int", "code", "point"))
    assert len(wv.expandos["sample_int"]) == len(wv) == 24


def test_attributes_of_the_users_own_grow_too(sentences):
    model = Word2Vec(sentences, **OPTIONS)
    model.wv.set_vecattr("fruit1", "colour", "red")
    model.build_vocab(MORE, update=True)
    assert len(model.wv.expandos["colour"]) == 23
    assert model.wv.get_vecattr("fruit1", "colour") == "red"


def test_a_vocabulary_that_two_models_share_is_left_to_the_other(sentences):
    model, other = Word2Vec(sentences, **OPTIONS), Word2Vec(**OPTIONS)
    other.reset_from(model)
    before = model.wv.get_vecattr("fruit1", "count")
    other.build_vocab(MORE, update=True)
    assert (len(model.wv), len(other.wv)) == (20, 23)
    assert model.wv.get_vecattr("fruit1", "count") == before
    model.train(sentences, total_examples=len(sentences), epochs=1)
    model.build_vocab(MORE, update=True)
    assert model.wv.index_to_key == other.wv.index_to_key


def test_a_short_file_is_read_again_and_trained(sentences, tmp_path):
    """To note for which vocabulary its ids are would take longer than to read it."""
    path = tmp_path / "more.txt"
    path.write_text("kiwi fruit1\n" * 3)
    model = Word2Vec(sentences, **OPTIONS)
    model.build_vocab(path, update=True)
    assert model.train(path, total_examples=3, epochs=2) == (12, 12)


def test_rare_words_and_rules(sentences):
    model = Word2Vec(sentences, **(OPTIONS | {"min_count": 3}))
    model.build_vocab([["rare"], ["often"] * 3, ["fruit1"]], update=True)
    assert "rare" not in model.wv
    assert "often" in model.wv


def test_frequencies_update(sentences):
    model = Word2Vec(sentences, **OPTIONS)
    before = model.wv.get_vecattr("fruit1", "count")
    model.build_vocab_from_freq({"fruit1": 7, "kiwi": 2}, update=True, corpus_count=9)
    assert model.wv.get_vecattr("fruit1", "count") == before + 7
    assert model.wv.get_vecattr("kiwi", "count") == 2
    assert model.corpus_count == 9


def test_lock_factors_of_old_rows_are_kept(sentences):
    model = Word2Vec(sentences, **OPTIONS)
    model.wv.vectors_lockf = np.zeros(20, dtype=np.float32)
    before = model.wv.vectors.copy()
    model.build_vocab(MORE, update=True)
    model.train(MORE, total_examples=40, epochs=1)
    assert np.array_equal(model.wv.vectors[:20], before)
    assert model.wv.vectors_lockf.tolist() == [0.0] * 20 + [1.0] * 3


def test_an_update_needs_a_vocabulary():
    for update in (
        lambda model: model.build_vocab([["a"]], update=True),
        lambda model: model.build_vocab_from_freq({"a": 1}, update=True),
        lambda model: model.update_weights(),
    ):
        with pytest.raises(RuntimeError, match="cannot do an online vocabulary-update"):
            update(Word2Vec(**OPTIONS))


def test_fifty_rounds_of_growth_with_two_workers(sentences):
    model = Word2Vec(sentences, **(OPTIONS | {"workers": 2}), hs=1)
    for round_no in range(50):
        more = [[f"new{round_no}", "fruit1", "fruit2"]] * 20 + [[f"new{round_no}b", "tool1"]] * 5
        model.build_vocab(more, update=True)
        model.train(more, total_examples=25, epochs=2)
    assert len(model.wv) == 120
    assert np.isfinite(model.wv.vectors).all()
    assert all(key.startswith(("fruit", "new")) for key, _ in model.wv.most_similar("new49", topn=3))


# ---- weights ----------------------------------------------------------------------------------------


def test_reset_from_gives_a_model_that_trains(sentences):
    """In gensim the new vectors lack lock factors, and a later train() never returns."""
    model = Word2Vec(sentences, **OPTIONS)
    other = Word2Vec(**OPTIONS)
    other.reset_from(model)
    assert other.wv.index_to_key is model.wv.index_to_key
    assert other.corpus_count == model.corpus_count
    assert not other.syn1neg.any()
    other.train(sentences, total_examples=len(sentences), epochs=model.epochs, end_alpha=model.min_alpha)
    assert np.allclose(other.wv.vectors, model.wv.vectors, atol=1e-5)
    with pytest.raises(ValueError, match="needs a model that has a vocabulary"):
        other.reset_from(Word2Vec(**OPTIONS))


def test_null_word():
    model = Word2Vec([["a", "b"]], **OPTIONS, null_word=1)
    assert set(model.wv.index_to_key) == {"a", "b", "\0"}
    assert model.wv.get_vecattr("\0", "sample_int") == 0
    model = Word2Vec(**OPTIONS)
    model.build_vocab_from_freq({"a": 2})
    model.add_null_word()
    model.add_null_word()
    model.init_weights()
    assert model.wv.index_to_key == ["a", "\0"]
    assert model.wv.get_vecattr("\0", "count") == 1


# ---- score ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sg", [0, 1])
def test_score_is_the_sum_over_the_path(sentences, sg):
    model = Word2Vec(sentences, **OPTIONS, hs=1, negative=0, sg=sg, window=2, epochs=10)
    sentence = ["fruit1", "tool2", "unknown", "fruit3", "fruit4"]
    rows = [model.wv.get_index(word) for word in sentence if word in model.wv]
    total = 0.0
    for t, centre in enumerate(rows):
        contexts = [rows[i] for i in range(len(rows)) if 0 < abs(i - t) <= 2]
        inputs = model.wv.vectors[contexts].astype(float)
        for hidden in inputs if sg else [inputs.mean(axis=0)]:
            point, code = (model.wv.expandos[name][centre] for name in ("point", "code"))
            for node, bit in zip(point, code, strict=True):
                total += -np.log1p(np.exp((2.0 * bit - 1.0) * (hidden @ model.syn1[node])))
    assert model.score([sentence, [], ["unknown"]]) == pytest.approx([total, 0, 0], rel=1e-5)


def test_score_prefers_what_it_was_trained_on(sentences):
    model = Word2Vec(sentences, **OPTIONS, hs=1, negative=0, epochs=10)
    seen, mixed = model.score(iter([["fruit1", "fruit2", "fruit3"], ["fruit1", "tool2", "fruit3"]]))
    assert seen > mixed
    assert model.score([["fruit1"]]).dtype == np.float32


def test_score_says_what_it_needs(sentences):
    with pytest.raises(RuntimeError, match="hs=1, negative=0"):
        Word2Vec(sentences, **OPTIONS).score(sentences)
    with pytest.raises(RuntimeError, match="first build vocabulary"):
        Word2Vec(**OPTIONS, hs=1, negative=0).score(sentences)


def test_score_ends_with_a_warning(sentences, caplog):
    model = Word2Vec(sentences, **OPTIONS, hs=1, negative=0)
    assert np.array_equal(model.score(sentences, total_sentences=3), model.score(sentences[:3]))
    assert "scoring ends after total_sentences=3" in caplog.text


def test_score_of_a_model_with_both_objectives(sentences):
    """gensim asks for hs alone, and takes the tree's part."""
    model = Word2Vec(sentences, **OPTIONS, hs=1)
    alone = Word2Vec(**OPTIONS, hs=1, negative=0)
    alone.reset_from(model)
    alone.wv.vectors, alone.syn1 = model.wv.vectors, model.syn1
    assert np.array_equal(model.score(sentences[:5]), alone.score(sentences[:5]))
