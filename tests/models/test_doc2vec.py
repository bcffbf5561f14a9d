"""Doc2Vec from the user's point of view: modes, names, inference, text formats."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Doc2Vec, KeyedVectors, TaggedDocument, Word2Vec
from ns2vec.exceptions import ConfigError

SMALL = {"vector_size": 16, "min_count": 1, "sample": 0, "epochs": 10, "workers": 1, "alpha": 0.05}
MODES = [{"dm": 1}, {"dm": 1, "dm_mean": 0}, {"dm_concat": 1}, {"dm": 0}, {"dm": 0, "dbow_words": 1}]


def topic_documents(n=200):
    rng = np.random.default_rng(0)
    words = [[f"{name}{i}" for i in range(10)] for name in ("fruit", "tool")]
    return [TaggedDocument(rng.choice(words[i % 2], size=8).tolist(), [i]) for i in range(n)]


@pytest.fixture(scope="module", params=MODES, ids=str)
def model(request):
    return Doc2Vec(topic_documents(), **SMALL, **request.param)


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, "Doc2Vec<dm/m,d100,n5,w5,mc5,s0.001,t3>"),
        ({"dm_mean": 0, "workers": 1}, "Doc2Vec<dm/s,d100,n5,w5,mc5,s0.001>"),
        ({"dm": 0, "hs": 1, "min_count": 1}, "Doc2Vec<dbow,d100,n5,hs,s0.001,t3>"),
        ({"dm": 0, "dbow_words": 1, "sample": 0}, "Doc2Vec<dbow+w,d100,n5,w5,mc5,t3>"),
        ({"comment": "mine", "negative": 0, "hs": 1}, 'Doc2Vec<"mine",dm/m,d100,hs,w5,mc5,s0.001,t3>'),
    ],
)
def test_its_name_says_what_is_trained(options, expected):
    model = Doc2Vec(**options)
    assert str(model) == expected
    assert (model.dm, model.dbow) == (bool(options.get("dm", 1)), not options.get("dm", 1))


def test_dm_learns_from_its_tags_what_the_words_around_do_not_tell():
    """Documents repeat one word; at the ends of a window of nothing else, only the tag shows which."""
    documents = [TaggedDocument([f"w{i % 4}"] * 6, [i % 4]) for i in range(80)]
    for mean in (0, 1):
        model = Doc2Vec(documents, dm=1, dm_mean=mean, window=1, **SMALL)
        scores = model.dv.vectors @ model.syn1neg.T
        own = [model.wv.key_to_index[f"w{tag}"] for tag in range(4)]
        assert (scores.argmax(axis=1) == own).all()


def test_the_mean_and_the_sum_of_inputs_train_other_vectors():
    one, other = (Doc2Vec(topic_documents(), **SMALL, dm_mean=mean) for mean in (1, 0))
    assert not np.array_equal(one.dv.vectors, other.dv.vectors)


def test_words_stay_as_they_begin_without_dbow_words():
    trained = Doc2Vec(topic_documents(), dm=0, **SMALL)
    begun = Doc2Vec(dm=0, **SMALL)
    begun.build_vocab(topic_documents())
    assert np.array_equal(trained.wv.vectors, begun.wv.vectors)
    assert not np.array_equal(trained.dv.vectors, begun.dv.vectors)


def test_words_and_tags_do_not_begin_alike():
    model = Doc2Vec(**SMALL)
    model.build_vocab(topic_documents())
    assert not (model.wv.vectors[0] == model.dv.vectors[0]).any()


def test_concatenated_inputs_make_long_outputs():
    documents = [*topic_documents(), TaggedDocument(["fruit1"], [3, 4]), TaggedDocument(["tool1"], [])]
    model = Doc2Vec(documents, dm_concat=1, window=2, **SMALL)
    assert str(model) == "Doc2Vec<dm/c,d16,n5,w2>"
    assert model.syn1neg.shape == (21, 5 * 16)
    assert model.layer1_size == 80
    assert np.array_equal(model.infer_vector(["fruit1"]), model.infer_vectors([["tool1"], ["fruit1"]])[1])
    with pytest.raises(ConfigError, match="dm_tag_count=2"):
        Doc2Vec([TaggedDocument(["a", "b"], [0, 1])] * 9, dm_concat=1, dm_tag_count=2, **SMALL).infer_vector(
            ["a"]
        )


def test_options_of_word2vec_are_options_and_others_are_not():
    model = Doc2Vec(ns_exponent=0.5, objective="nce", batch_words=77)
    assert (model.ns_exponent, model.objective, model.batch_words) == (0.5, "nce", 77)
    for unknown in ("size", "sg"):
        with pytest.raises(TypeError, match=unknown):
            Doc2Vec(**{unknown: 1})


def test_the_trim_rule_of_the_constructor_counts():
    from ns2vec.compat.gensim.modules.utils import RULE_DEFAULT, RULE_DISCARD

    model = Doc2Vec(
        topic_documents(),
        trim_rule=lambda word, *_: RULE_DISCARD if word == "tool1" else RULE_DEFAULT,
        **SMALL,
    )
    assert "tool1" not in model.wv
    assert "tool2" in model.wv


def test_a_tag_or_else_a_word_is_looked_up(model):
    assert np.array_equal(model[3], model.dv[3])
    assert np.array_equal(model["tool3"], model.wv["tool3"])
    with pytest.raises(KeyError, match="Key 'kiwi' not present"):
        model["kiwi"]


def test_docvecs_is_a_deprecated_name_of_dv(model):
    with pytest.warns(DeprecationWarning, match="docvecs"):
        assert model.docvecs is model.dv
    with pytest.warns(DeprecationWarning, match="docvecs"):
        model.docvecs = model.dv


def test_vectors_that_the_user_gives_hold_the_tags():
    given = KeyedVectors(16)
    model = Doc2Vec(topic_documents(), dv=given, **SMALL)
    assert model.dv is given
    assert len(given) == 200


def test_is_a_word2vec_and_train_returns_nothing(model):
    assert isinstance(model, Word2Vec)
    assert Doc2Vec(topic_documents(), **SMALL).train(topic_documents(), total_examples=200, epochs=1) is None


def test_unknown_tags_are_left_out():
    model = Doc2Vec(topic_documents(), **SMALL)
    before = model.dv.vectors.copy()
    model.train([TaggedDocument(["fruit1", "fruit2"], [999, "x", 3])], total_examples=1, epochs=1)
    changed = (model.dv.vectors != before).any(axis=1)
    assert np.flatnonzero(changed).tolist() == [3]


# ---- inference -----------------------------------------------------------------------------------------


def test_an_inferred_document_is_near_those_of_its_topic(model):
    if model.dm:
        pytest.skip("the words around tell the topic, so tags have nothing to learn")
    for words, topic in ((["fruit1", "fruit5", "fruit2"], 0), (["tool3", "tool9"], 1)):
        nearest = model.dv.most_similar([model.infer_vector(words)], topn=20)
        assert sum(tag % 2 == topic for tag, _ in nearest) >= 19


def test_options_of_inference_count(model):
    words = ["fruit1", "fruit5", "fruit2"]
    usual = model.infer_vector(words)
    for options in ({"alpha": 0.2}, {"epochs": 3}, {"min_alpha": 0.04}):
        assert not np.array_equal(model.infer_vector(words, **options), usual)
    for options in ({"alpha": -1}, {"epochs": 0}, {"min_alpha": float("nan")}):
        with pytest.raises(ConfigError, match=next(iter(options))):
            model.infer_vector(words, **options)


def test_a_text_is_no_document(model):
    with pytest.raises(TypeError, match="must be a list of strings"):
        model.infer_vector("fruit1 fruit2")
    with pytest.raises(TypeError, match="split it into words"):
        model.infer_vectors([["fruit1"], "fruit1 fruit2"])


def test_documents_to_infer_may_be_tagged(model):
    documents = topic_documents(5)
    found = model.infer_vectors(documents)
    assert np.array_equal(found, model.infer_vectors([document.words for document in documents]))
    assert model.infer_vectors([]).shape == (0, 16)


def test_inference_needs_a_vocabulary():
    with pytest.raises(RuntimeError, match="no words to infer from"):
        Doc2Vec().infer_vector(["a"])


def test_the_similarity_of_new_documents_is_that_of_their_vectors(model):
    one, other = ["fruit1", "fruit2"], ["fruit2", "fruit1", "unknown"]
    assert model.similarity_unseen_docs(one, one) == pytest.approx(1, abs=1e-6)
    vectors = [model.infer_vector(words) for words in (one, other)]
    expected = np.dot(*[vector / np.linalg.norm(vector) for vector in vectors])
    assert model.similarity_unseen_docs(one, other) == pytest.approx(expected)


# ---- text formats, and old names -----------------------------------------------------------------------


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("words, tags", [(True, False), (False, True), (True, True)])
def test_words_and_tags_are_written_for_word2vec(words, tags, binary, tmp_path):
    documents = [TaggedDocument(["a", "b"], [0, "x"]), TaggedDocument(["a"], [1])]
    model = Doc2Vec(documents, **SMALL)
    path = tmp_path / "vectors"
    model.save_word2vec_format(path, doctag_vec=tags, word_vec=words, prefix="*dt_", binary=binary)
    found = KeyedVectors.load_word2vec_format(path, binary=binary)
    expected = {key: model.wv[key] for key in model.wv.index_to_key if words}
    expected |= {f"*dt_{key}": model.dv[key] for key in model.dv.index_to_key if tags}
    assert sorted(found.index_to_key) == sorted(expected)
    for key, vector in expected.items():
        assert np.allclose(found[key], vector)


def test_a_text_is_cut_at_lines_as_gensim_cuts_it(tmp_path):
    path = tmp_path / "text"
    path.write_text("".join("w " * length + "\n" for length in range(12)))
    found = Doc2Vec._get_offsets_and_start_doctags_for_corpusfile(path, 4)
    assert found == ([0, 36, 64, 100], [0, 6, 8, 10])
    assert Doc2Vec._get_offsets_and_start_doctags_for_corpusfile(path, 1) == ([0], [0])


def test_init_sims_is_about_tags(model):
    with pytest.warns(DeprecationWarning, match="init_sims"):
        model.init_sims()
    assert len(model.dv.norms) == len(model.dv)


def test_without_words_a_window_is_not_needed():
    documents = [TaggedDocument(["a", "b"], [0]), TaggedDocument(["c", "d"], [1])] * 20
    options = {"dm": 0, "min_count": 1, "vector_size": 8, "workers": 1}
    none, some = (Doc2Vec(documents, **options, window=window) for window in (0, 5))
    assert none.window == 0
    assert np.array_equal(none.dv.vectors, some.dv.vectors)
    with pytest.raises(ValueError, match="window must be a whole number of at least 1"):
        Doc2Vec(documents, **(options | {"dm": 1}), window=0)
