"""The queries against brute force, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors


def unit(vector):
    return vector / np.linalg.norm(vector)


def names(found):
    return [key for key, _ in found]


def ranking(kv, query, without):
    scores = np.array([unit(row.astype(np.float64)) @ query for row in kv.vectors])
    order = [i for i in np.argsort(-scores) if kv.index_to_key[i] not in without]
    return [(kv.index_to_key[i], pytest.approx(scores[i], abs=1e-6)) for i in order]


def test_analogy_is_the_mean_of_unit_vectors(kv):
    query = unit(unit(kv["king"]) - unit(kv["man"]) + unit(kv["woman"]))
    expected = ranking(kv, query, {"king", "man", "woman"})
    assert kv.most_similar(["king", "woman"], ["man"]) == expected
    assert kv.most_similar(positive=["king", "woman"], negative="man", topn=2) == expected[:2]
    assert all(type(score) is float for _, score in kv.most_similar("king"))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_cosmul_by_a_key_is_cosmul_by_its_vector_of_any_length(dtype):
    kv = KeyedVectors(50, dtype=dtype)
    kv.add_vectors([f"w{row}" for row in range(40)], np.random.default_rng(1).normal(size=(40, 50)))
    for row in range(40):
        by_key = kv.most_similar_cosmul([f"w{row}"], ["w3"], topn=None)
        for vector in (kv.get_vector(f"w{row}", norm=True), kv[f"w{row}"]):
            assert (
                kv.most_similar_cosmul([vector], [kv.get_vector("w3", norm=True)], topn=None) == by_key
            ).all()


@pytest.mark.parametrize("method", ["most_similar", "most_similar_cosmul", "similar_by_word"])
@pytest.mark.parametrize("kind", [float, np.float32, np.uint8, np.array], ids=lambda kind: kind.__name__)
def test_numbers_of_any_kind_say_how_many(kv, method, kind):
    ask = getattr(kv, method)
    assert ask("king", topn=kind(3), restrict_vocab=kind(6)) == ask("king", topn=3, restrict_vocab=6)
    assert kv.most_similar_many(["king"], kind(3), kind(6)) == kv.most_similar_many(["king"], 3, 6)


def test_rows_and_seeds_may_be_numbers_of_any_kind(kv, tmp_path):
    assert kv.most_similar("king", clip_start=2.0, clip_end=np.uint8(6)) == kv.most_similar(
        "king", clip_start=2, clip_end=6
    )
    (tmp_path / "analogies").write_text(": royal\nman king woman queen\n")
    (tmp_path / "pairs").write_text("man\twoman\t1\nking\tqueen\t2\nking\tman\t3\n")
    for ask, path in ((kv.evaluate_word_analogies, "analogies"), (kv.evaluate_word_pairs, "pairs")):
        assert ask(str(tmp_path / path), restrict_vocab=4e0) == ask(str(tmp_path / path), restrict_vocab=4)
    kv.resize_vectors(seed=3.0)


@pytest.mark.parametrize("option", ["topn", "restrict_vocab"])
@pytest.mark.parametrize("value", ["3", 2.5, float("nan"), [3]], ids=repr)
def test_what_is_no_number_is_refused_by_name(kv, option, value):
    for ask in (
        kv.most_similar,
        kv.most_similar_cosmul,
        lambda key, **one: kv.most_similar_many([key], **one),
    ):
        with pytest.raises(TypeError, match=f"^{option} must be a whole number, got"):
            ask("king", **{option: value})


def test_weights_vectors_and_row_numbers(kv):
    query = unit(2.5 * unit(kv["king"]) - 0.5 * kv["stone"])
    expected = ranking(kv, query, {"king"})
    assert kv.most_similar([("king", 2.5), (kv["stone"] * -1, 0.5)]) == expected
    assert kv.most_similar([(2, 2.5)], [(kv["stone"], -0.5)]) == expected
    assert kv.most_similar(kv["king"])[0] == ("king", pytest.approx(1, abs=1e-6))
    assert names(kv.most_similar(np.stack([kv["king"], kv["man"]]))) == names(
        kv.most_similar([kv["king"], kv["man"]])
    )


def test_topn(kv):
    assert len(kv.most_similar("king", topn=3)) == 3
    assert len(kv.most_similar("king", topn=np.int64(99))) == 7
    for nothing in (0, -1, np.uint8(0)):
        assert kv.most_similar("king", topn=nothing) == []
        assert kv.most_similar_cosmul("king", topn=nothing) == []
    everything = kv.most_similar("king", topn=None)
    assert everything.shape == (8,)
    assert everything[2] == pytest.approx(1, abs=1e-6)
    some = kv.most_similar("king", topn=None, clip_start=1, clip_end=4)
    np.testing.assert_allclose(some, everything[1:4], atol=1e-6)


def test_restricting(kv):
    assert sorted(names(kv.most_similar("king", clip_start=1, clip_end=4))) == ["queen", "woman"]
    assert sorted(names(kv.most_similar("king", restrict_vocab=4, clip_start=6))) == ["man", "queen", "woman"]
    assert sorted(names(kv.most_similar_cosmul("king", restrict_vocab=4))) == ["man", "queen", "woman"]
    assert sorted(names(kv.most_similar("pear", restrict_vocab=2))) == ["man", "woman"]
    assert len(kv.most_similar("pear", restrict_vocab=1000)) == 7
    assert names(kv.most_similar_many(["king"], restrict_vocab=4)[0]) == names(
        kv.most_similar("king", restrict_vocab=4)
    )


def test_an_indexer_answers(kv):
    class Indexer:
        def most_similar(self, vector, topn):
            return [(float(vector @ vector), topn)]

    assert kv.most_similar("king", topn=4, indexer=Indexer()) == [(pytest.approx(1), 4)]
    assert kv.most_similar("king", topn=None, indexer=Indexer()).shape == (8,)


@pytest.mark.parametrize("method", ["most_similar", "most_similar_cosmul"])
def test_wrong_questions(kv, method):
    ask = getattr(kv, method)
    with pytest.raises(ValueError, match="cannot compute similarity with no input"):
        ask()
    with pytest.raises(ValueError, match="cannot compute similarity with no input"):
        ask([], [])
    with pytest.raises(KeyError, match="'kong' not present"):
        ask(["king", "kong"])
    with pytest.raises(TypeError, match="write it as a list"):
        ask(("king", "queen"))


def test_an_array_of_strings_is_a_list_of_keys(kv):
    assert kv.most_similar(np.array(["king", "man"])) == kv.most_similar(["king", "man"])
    assert kv.most_similar("king", np.array(["man"])) == kv.most_similar("king", "man")


def test_any_token_can_be_asked_for(kv):
    kv.add_vectors([b"bytes", ("a", "pair")], np.ones((2, 6)) * [[1], [-1]])
    assert kv.most_similar(b"bytes") == kv.most_similar([b"bytes"])
    assert kv.most_similar(("a", "pair")) == kv.most_similar([("a", "pair")])
    with pytest.raises(TypeError, match="expected a list of keys, got the bytes b'other'"):
        kv.most_similar(b"other")


def test_an_item_that_is_no_pair(kv):
    with pytest.raises(TypeError, match="expected a key, a vector or a pair"):
        kv.most_similar([("king",)])
    with pytest.raises(TypeError, match="expected a key, a vector or a pair"):
        kv.most_similar([1.5])


def test_many_queries(kv):
    queries = ["king", "pear", kv["stone"], 3]
    found = kv.most_similar_many(queries, topn=4)
    for query, answers in zip(queries, found, strict=True):
        assert answers == kv.most_similar([query], topn=4)
    assert kv.most_similar_many([]) == []
    assert kv.most_similar_many(["king"], topn=0) == [[]]
    with pytest.raises(KeyError, match="'kong' not present"):
        kv.most_similar_many(["king", "kong"])


def test_ties_go_to_the_lower_row():
    kv = KeyedVectors(2)
    kv.add_vectors(list("abcdefgh"), np.ones((8, 2)))
    assert names(kv.most_similar("c", topn=3)) == ["a", "b", "d"]
    assert names(kv.most_similar_many(["c"], topn=3)[0]) == ["a", "b", "d"]


def test_zero_vectors_are_similar_to_nothing():
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "zero", "against"], [[1, 0], [0, 0], [-1, 0]])
    assert kv.most_similar("a") == [("zero", 0.0), ("against", -1.0)]
    assert kv.similarity("a", "zero") == 0
    assert [score for _, score in kv.most_similar("zero")] == [0, 0]


def answers(kv):
    found = [
        kv.most_similar("king"),
        kv.most_similar_many(["king"])[0],
        kv.most_similar_cosmul("king", "man"),
    ]
    words = [names(pairs) for pairs in found]
    words += [kv.doesnt_match(["king", "pear", "apple"]), kv.closer_than("king", "man")]
    numbers = [score for pairs in found for _, score in pairs] + [
        kv.similarity("king", "man"),
        *kv.distances("king"),
    ]
    return words, pytest.approx(numbers, abs=1e-6)


@pytest.mark.parametrize(
    "view",
    [
        lambda x: np.pad(x, ((0, 0), (0, 10)))[:, :6],
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        lambda x: np.ascontiguousarray(x[::-1])[::-1],
        np.asfortranarray,
    ],
)
def test_results_do_not_depend_on_stride(kv, view):
    words, numbers = answers(kv)
    kv.vectors = view(kv.vectors)
    same_words, same_numbers = answers(kv)
    assert same_words == words
    assert same_numbers.expected == numbers


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_dtypes(kv, dtype):
    expected = names(kv.most_similar("king"))
    kv.vectors = kv.vectors.astype(dtype)
    assert names(kv.most_similar("king")) == expected
    assert names(kv.most_similar_many(["king"])[0]) == expected
    assert kv.distances("king").shape == (8,)
    assert np.array_equal(kv.distances(kv["king"].tolist()), kv.distances(kv["king"].astype(float)))


def test_wrappers(kv):
    expected = kv.most_similar("king", topn=2, restrict_vocab=5)
    assert kv.similar_by_word("king", 2, 5) == kv.similar_by_key("king", 2, 5) == expected
    assert names(kv.similar_by_vector(kv["king"], topn=3, restrict_vocab=5)) == ["king", *names(expected)]
    assert kv.most_similar_to_given("king", ["stone", names(expected)[0]]) in ("stone", names(expected)[0])


def test_distances_are_one_less_similarity(kv):
    assert kv.distance("king", "king") == 0
    assert kv.similarity("king", "king") == 1
    one_by_one = [kv.distance("king", word) for word in kv.index_to_key]
    np.testing.assert_allclose(kv.distances("king"), one_by_one, atol=1e-6)
    np.testing.assert_allclose(
        kv.distances(kv["king"] * 3, ["man", "pear"]), [one_by_one[0], one_by_one[5]], atol=1e-6
    )
    np.testing.assert_allclose(
        kv.cosine_similarities(kv["king"], kv.vectors), 1 - np.array(one_by_one), atol=1e-6
    )
    assert kv.similarity("king", "man").dtype == np.float32
    nearest = max(["man", "pear", "stone"], key=lambda word: kv.similarity("king", word))
    assert kv.most_similar_to_given("king", ["man", "pear", "stone"]) == nearest


def test_similarity_of_lists(kv):
    assert kv.n_similarity(["king"], ["man"]) == kv.similarity("king", "man")
    means = [kv.vectors[:2].mean(axis=0), kv.vectors[2:5].mean(axis=0)]
    expected = unit(means[0]) @ unit(means[1])
    assert kv.n_similarity(["man", "woman"], ["king", "queen", "apple"]) == pytest.approx(expected, abs=1e-6)
    for lists in ([], ["man"]), (["man"], []):
        with pytest.raises(ZeroDivisionError, match="At least one of the passed list is empty"):
            kv.n_similarity(*lists)


def test_closer_and_rank(kv):
    order = names(kv.most_similar("king", topn=99))
    for place, word in enumerate(order, start=1):
        assert kv.rank("king", word) == place
        assert set(kv.closer_than("king", word)) == set(order[: place - 1])
    with pytest.warns(DeprecationWarning, match="words_closer_than"):
        assert kv.words_closer_than("king", order[0]) == []


def test_odd_one_out(kv, caplog):
    kv["pear"] = kv["apple"] + 0.1
    kv["stone"] = kv["apple"] - 0.1
    assert kv.doesnt_match(["apple", "king", "pear", "stone", "kong"]) == "king"
    assert "'kong'" in caplog.text
    ranked = kv.rank_by_centrality(["apple", "king", "pear"], use_norm=False)
    assert [word for _, word in ranked][-1] == "king"
    with pytest.raises(ValueError, match="cannot select a word from an empty list"):
        kv.doesnt_match([])


def test_relative_similarity(kv):
    total = sum(score for _, score in kv.most_similar("king", topn=3))
    expected = pytest.approx(kv.similarity("king", "queen") / total, rel=1e-5)
    assert kv.relative_cosine_similarity("king", "queen", topn=3) == expected


def test_vectors_for_all(kv):
    some = kv.vectors_for_all(["pear", "kong", "man", "pear"])
    assert some.index_to_key == ["pear", "man"]
    assert np.array_equal(some.vectors, kv[["pear", "man"]])
    assert [some.get_vecattr(key, "count") for key in some.index_to_key] == [2, 1]
    copied = kv.vectors_for_all(iter(["pear", "man"]), allow_inference=False, copy_vecattrs=True)
    assert [copied.get_vecattr(key, "count") for key in copied.index_to_key] == [5, 50]
    assert len(kv.vectors_for_all([])) == 0


def test_evaluations_are_delegated(kv, tmp_path):
    (tmp_path / "questions").write_text(": all\nman woman king queen\n")
    score, sections = kv.evaluate_word_analogies(str(tmp_path / "questions"))
    assert score in (0.0, 1.0)
    assert sections[-1]["section"] == "Total accuracy"
    with pytest.raises(ConfigError, match="'most_similar' or 'most_similar_cosmul', got 'x'"):
        kv.evaluate_word_analogies(str(tmp_path / "questions"), similarity_function="x")
    (tmp_path / "pairs").write_text("man\twoman\t9\nking\tpear\t1\napple\tpear\t8\n")
    assert kv.evaluate_word_pairs(str(tmp_path / "pairs"))[2] == 0
