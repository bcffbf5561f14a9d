"""The same answers and the same bytes as gensim."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from ns2vec.keyedvectors import KeyedVectors

pytestmark = pytest.mark.parity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("gensim.models.keyedvectors", reason="gensim is not installed")

N_WORDS, WIDTH = 400, 25


@pytest.fixture(params=["float32", "float64"])
def both(request):
    """The same 400 words in both libraries: (ours, gensim's)."""
    rng = np.random.default_rng(11)
    vectors = (rng.normal(size=(N_WORDS, WIDTH)) * 10.0 ** rng.uniform(-6, 7, size=(N_WORDS, 1))).astype(
        request.param
    )
    vectors[5] = np.round(rng.normal(size=WIDTH), 2)
    keys = [f"w{i}" for i in range(N_WORDS - 3)] + ["ä", "日本", "a\u00a0b"]
    counts = rng.integers(1, 50, size=N_WORDS)
    made = []
    for library in (KeyedVectors, theirs.KeyedVectors):
        kv = library(WIDTH, dtype=vectors.dtype)
        kv.add_vectors(keys, vectors)
        kv.allocate_vecattrs(["count"], [int])
        kv.expandos["count"][:] = counts
        made.append(kv)
    return made


def assert_same_neighbours(ours, gensims):
    assert [key for key, _ in ours] == [key for key, _ in gensims]
    np.testing.assert_allclose([score for _, score in ours], [score for _, score in gensims], atol=1e-6)


def ask(pair, question):
    ours, gensim = pair
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return question(ours), question(gensim)


@pytest.mark.parametrize(
    "question",
    [
        lambda kv: kv.most_similar("w1"),
        lambda kv: kv.most_similar(["w1", "w2"], ["w3"], topn=50),
        lambda kv: kv.most_similar(positive=[("w1", 2.0), "w2"], negative=[("w3", 0.5), "w4"]),
        lambda kv: kv.most_similar(negative=["w7"]),
        lambda kv: kv.most_similar("w1", clip_start=0, clip_end=0),
        lambda kv: kv.most_similar("w1", clip_start=5, clip_end=-5),
        lambda kv: kv.most_similar([kv.vectors[4] * 2, "w9", 12]),
        lambda kv: kv.most_similar(kv.vectors[:3]),
        lambda kv: kv.most_similar("w1", clip_start=10, clip_end=60),
        lambda kv: kv.most_similar("w1", restrict_vocab=7),
        lambda kv: kv.similar_by_vector(kv.vectors[3], topn=5),
        lambda kv: kv.similar_by_key("日本", topn=1000),
        lambda kv: kv.most_similar_cosmul(["w1", "w2"], ["w3"]),
        lambda kv: kv.most_similar_cosmul("w1", topn=30),
    ],
)
def test_neighbours(both, question):
    assert_same_neighbours(*ask(both, question))


@pytest.mark.parametrize(
    "question",
    [
        lambda kv: kv.most_similar("w1", topn=None, clip_start=3),
        lambda kv: kv.most_similar_cosmul(["w1"], ["w2"], topn=None),
        lambda kv: kv.get_mean_vector(["w1", "w2", "oov"], weights=[1, -2, 3]),
        lambda kv: kv.get_mean_vector(
            [kv.vectors[0] / np.abs(kv.vectors[0]).max(), "w2"], post_normalize=True
        ),
        lambda kv: kv.get_normed_vectors(),
        lambda kv: kv.get_vector("w3", norm=True),
        lambda kv: kv.distances("w1"),
        lambda kv: kv.distances(kv.vectors[0], ["w3", "w4"]),
        lambda kv: kv.similarity("w1", "w2"),
        lambda kv: kv.distance("w1", "w2"),
        lambda kv: kv.n_similarity(["w1", "w2", "oov"], ["w3"]),
        lambda kv: kv.relative_cosine_similarity("w1", "w2"),
        lambda kv: [float(score) for score, _ in kv.rank_by_centrality([f"w{i}" for i in range(9)])],
        lambda kv: (kv.fill_norms(), kv.norms)[1] / np.linalg.norm(kv.vectors, axis=1),
    ],
)
def test_numbers(both, question):
    ours, gensims = ask(both, question)
    np.testing.assert_allclose(ours, gensims, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize(
    "question",
    [
        lambda kv: kv.doesnt_match(["w1", "w2", "w3", "w4", "oov"]),
        lambda kv: kv.closer_than("w1", "w2"),
        lambda kv: kv.rank("w1", "w2"),
        lambda kv: kv.most_similar_to_given("w1", ["w2", "w3", "w4"]),
        lambda kv: kv.most_similar("w1", topn=0),
        lambda kv: str(kv),
        lambda kv: (kv.sort_by_descending_frequency(), kv.index_to_key)[1],
        lambda kv: kv.vectors_for_all(["w3", "oov", "w1", "w3"]).key_to_index,
        lambda kv: (kv.resize_vectors(seed=3), kv.vectors.tolist())[1],
        lambda kv: ["w1" in kv, 5 in kv, "oov" in kv, 10**6 in kv, len(kv)],
    ],
)
def test_names(both, question):
    ours, gensims = ask(both, question)
    assert ours == gensims


def groups(n_groups, size):
    rng = np.random.default_rng(6)
    return [[f"w{i}" for i in rng.choice(N_WORDS - 3, size=size, replace=False)] for _ in range(n_groups)]


@pytest.mark.parametrize(
    ("question", "size"),
    [
        (lambda kv, words: kv.similarity(*words), 2),
        (lambda kv, words: kv.distance(*words), 2),
        (lambda kv, words: kv.n_similarity(words[:2], words[2:]), 5),
        (lambda kv, words: [score for _, score in kv.most_similar(words[:2], words[2:])], 3),
        (lambda kv, words: [score for _, score in kv.most_similar_cosmul(words[:2], words[2:])], 3),
        (lambda kv, words: kv.rank(*words), 2),
    ],
)
def test_hundred_times_the_same_number(both, question, size):
    for words in groups(100, size):
        ours, gensims = ask(both, lambda kv, words=words: question(kv, words))
        np.testing.assert_allclose(ours, gensims, atol=1e-5)


@pytest.mark.parametrize(
    "question",
    [
        lambda kv, words: kv.doesnt_match(words),
        lambda kv, words: [key for key, _ in kv.most_similar(words[:2], words[2:])],
        lambda kv, words: [key for key, _ in kv.most_similar_cosmul(words[:2], words[2:])],
        lambda kv, words: kv.most_similar_to_given(words[0], words[1:]),
    ],
)
def test_hundred_times_the_same_names(both, question):
    for words in groups(100, 5):
        ours, gensims = ask(both, lambda kv, words=words: question(kv, words))
        assert ours == gensims


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        (lambda kv: kv.most_similar(), ValueError, "no input"),
        (lambda kv: kv.most_similar_cosmul(), ValueError, "cannot compute similarity with no input"),
        (lambda kv: kv.most_similar(["w1", "oov"]), KeyError, "Key 'oov' not present"),
        (lambda kv: kv.most_similar(("w1", "w2")), TypeError, "tuple"),
        (lambda kv: kv["oov"], KeyError, "Key 'oov' not present"),
        (lambda kv: kv[[]], ValueError, "at least one array"),
        (lambda kv: kv[1:2], TypeError, "slice"),
        (lambda kv: kv.get_index(["w1"]), TypeError, "list"),
        (lambda kv: kv.rank("w1", "oov"), KeyError, "Key 'oov' not present"),
        (lambda kv: kv.similarity("w1", "oov"), KeyError, "Key 'oov' not present"),
        (lambda kv: kv.doesnt_match([]), ValueError, "cannot select a word from an empty list"),
        (lambda kv: kv.n_similarity([], ["w1"]), ZeroDivisionError, "one of the passed list is empty"),
        (lambda kv: kv.get_mean_vector([]), ValueError, "cannot compute mean with no input"),
        (lambda kv: kv.get_mean_vector(["w1"], [1, 2]), ValueError, "same number of elements"),
        (lambda kv: kv.get_mean_vector(["oov"], ignore_missing=False), KeyError, "Key 'oov' not present"),
        (
            lambda kv: kv.set_vecattr("w1", "count", 1.5),
            TypeError,
            "Can't allocate type .* for attribute count",
        ),
        (lambda kv: kv.get_vecattr("w1", "none"), KeyError, "none"),
        (lambda kv: kv["w1"].__imul__(2), ValueError, "read-only"),
        (lambda kv: kv.vocab, AttributeError, "key_to_index"),
        (lambda kv: kv.index2word, AttributeError, "index_to_key"),
        (lambda kv: kv.vectors_norm, AttributeError, "get_normed_vectors"),
        (lambda kv: kv.load_word2vec_format("no-such-file"), FileNotFoundError, "no-such-file"),
        (lambda kv: kv.similarity_unseen_docs(), NotImplementedError, "Doc2Vec"),
    ],
)
def test_errors(both, question, error, words):
    for kv in both:
        with warnings.catch_warnings(), pytest.raises(error, match=words):
            warnings.simplefilter("ignore", DeprecationWarning)
            question(kv)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (lambda kv, path: kv.doesnt_match(["w1", "w2", "oov"]), "vectors for words {'oov'} are not present"),
        (lambda kv, path: kv.save_word2vec_format(path, sort_attr="none"), "attribute none not present"),
    ],
)
def test_logged_warnings(both, tmp_path, caplog, question, words):
    for kv in both:
        caplog.clear()
        with np.errstate(over="ignore"):
            question(kv, str(tmp_path / "vectors"))
        assert re.search(words, caplog.text)


@pytest.mark.parametrize(
    ("question", "category", "words"),
    [
        (lambda kv: kv.add_vector("new", kv.vectors[0]), UserWarning, "(?i)adding single vectors"),
        (lambda kv: kv.init_sims(), DeprecationWarning, "Call to deprecated `init_sims`"),
        (lambda kv: kv.word_vec("w1"), DeprecationWarning, "Call to deprecated `word_vec`"),
        (lambda kv: kv.words_closer_than("w1", "w2"), DeprecationWarning, "deprecated `words_closer_than`"),
    ],
)
def test_warnings(both, question, category, words):
    for kv in both:
        with pytest.warns(category, match=words):
            question(kv)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(
    "options", [{}, {"prefix": "*dt_"}, {"write_header": False}, {"total_vec": 7}, {"sort_attr": "none"}]
)
def test_files_are_equal_to_the_byte(both, tmp_path, binary, options):
    paths = [tmp_path / "ours", tmp_path / "gensims"]
    for kv, path in zip(both, paths, strict=True):
        with np.errstate(over="ignore"):
            kv.save_word2vec_format(str(path), binary=binary, **options)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_vocabulary_files_are_equal_to_the_byte(both, tmp_path):
    for name, kv in zip(("ours", "gensims"), both, strict=True):
        kv.save_word2vec_format(str(tmp_path / "vectors"), fvocab=str(tmp_path / name))
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "gensims").read_bytes()


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("datatype", [np.float16, np.float32, np.float64])
def test_each_loads_the_others_files(both, tmp_path, binary, suffix, datatype):
    ours, gensim = both
    options = {"binary": binary, "datatype": datatype}
    with np.errstate(over="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # gensim: overflow to float16
        ours.save_word2vec_format(str(tmp_path / f"ours{suffix}"), binary=binary)
        gensim.save_word2vec_format(str(tmp_path / f"gensims{suffix}"), binary=binary)
        loaded = [
            library.load_word2vec_format(str(tmp_path / f"{name}{suffix}"), **options)
            for library, name in (
                (theirs.KeyedVectors, "ours"),
                (KeyedVectors, "gensims"),
                (KeyedVectors, "ours"),
            )
        ]
    for kv in loaded[1:]:
        assert kv.index_to_key == loaded[0].index_to_key
        assert kv.vectors.dtype == loaded[0].vectors.dtype
        assert np.array_equal(kv.vectors, loaded[0].vectors)
        assert np.array_equal(kv.expandos["count"], loaded[0].expandos["count"])


@pytest.mark.parametrize(
    ("content", "options", "error", "words"),
    [
        (b"3 2\na 1 2\nb 3 4\n", {}, EOFError, "unexpected end of input"),
        (b"2 2\na " + bytes(8) + b"b " + bytes(5), {"binary": True}, EOFError, "unexpected end of input"),
        (b"a 1 2\n", {"binary": True, "no_header": True}, NotImplementedError, "no_header"),
        (b"1 3\na 1 2\n", {}, ValueError, None),
        (b"two 2\na 1 2\n", {}, ValueError, None),
        (b"1\na 1\n", {}, ValueError, None),
        (b"1 2\n\xff 1 2\n", {}, UnicodeDecodeError, None),
    ],
    ids=repr,
)
def test_damaged_files(tmp_path, content, options, error, words):
    path = tmp_path / "vectors"
    path.write_bytes(content)
    for library in (KeyedVectors, theirs.KeyedVectors):
        with pytest.raises(error, match=words):
            library.load_word2vec_format(str(path), **options)
