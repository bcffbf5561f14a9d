"""The same answers and the same bytes as gensim."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("question", "error"),
    [
        (lambda kv: kv.most_similar(), ValueError),
        (lambda kv: kv.most_similar(["w1", "oov"]), KeyError),
        (lambda kv: kv.most_similar(("w1", "w2")), TypeError),
        (lambda kv: kv["oov"], KeyError),
        (lambda kv: kv[[]], ValueError),
        (lambda kv: kv[1:2], TypeError),
        (lambda kv: kv.get_index(["w1"]), TypeError),
        (lambda kv: kv.doesnt_match([]), ValueError),
        (lambda kv: kv.n_similarity([], ["w1"]), ZeroDivisionError),
        (lambda kv: kv.get_mean_vector([]), ValueError),
        (lambda kv: kv.set_vecattr("w1", "count", 1.5), TypeError),
        (lambda kv: kv.vocab, AttributeError),
    ],
)
def test_errors(both, question, error):
    for kv in both:
        with pytest.raises(error):
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
