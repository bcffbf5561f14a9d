"""One script on gensim and on ns2vec: FastText's tables, hashes, answers and errors."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from ns2vec.compat.gensim.modules import fasttext as ours

pytestmark = pytest.mark.parity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("gensim.models.fasttext", reason="gensim is not installed")

BOTH = (ours, theirs)
SENTENCES = [
    line.split()
    for line in (
        "human interface computer",
        "survey user computer system response time",
        "eps user interface system",
        "system human system eps",
        "Österreich trees",
        "graph minors trees survey",
    )
]
SMALL = {"vector_size": 12, "min_count": 1, "bucket": 1000, "seed": 42, "workers": 1}
WORDS = ["human", "humans", "Österreicher", "日本", "a", "\u0301x", "🙂🙂", ""]


def both(action):
    """What an action returns, or the type of error that it raises, in each library."""
    found = []
    for module in BOTH:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(action(module))
        except Exception as error:
            found.append(next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins"))
    return found


def facts_of(model):
    wv = model.wv
    shapes = [getattr(wv, name).shape for name in ("vectors", "vectors_vocab", "vectors_ngrams")]
    buckets = [(row.tolist(), row.dtype) for row in wv.buckets_word]
    return shapes, buckets, wv.index_to_key, wv.bucket, model.estimate_memory(), str(model)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hs": 1, "negative": 0},
        {"min_n": 2, "max_n": 2},
        {"max_n": 0},
        {"min_n": 5, "max_n": 4},
        {"sg": 1},
    ],
    ids=str,
)
def test_tables(options):
    one, other = both(lambda module: facts_of(module.FastText(SENTENCES, **(SMALL | options))))
    assert one == other


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("lengths", [(3, 6), (1, 2), (2, 2), (4, 3)])
def test_ngrams_and_hashes(word, lengths):
    def hashes(module):
        return [
            list(module.ft_ngram_hashes(word, *lengths, 100)),
            module.compute_ngrams(word, *lengths),
            module.compute_ngrams_bytes(word, *lengths),
            [module.ft_hash_bytes(piece) for piece in module.compute_ngrams_bytes(word, *lengths)],
        ]

    one, other = both(hashes)
    assert one == other


@pytest.mark.parametrize("compact", [True, False])
def test_rows_begin_alike(compact):
    one, other = ours.FastText(**SMALL, compact=compact), theirs.FastText(**SMALL)
    for model in (one, other):
        model.build_vocab(SENTENCES)
    for name in ("vectors_vocab", "vectors_ngrams"):
        np.testing.assert_allclose(getattr(one.wv, name), getattr(other.wv, name), atol=1e-7)


QUESTIONS = {
    "in": lambda wv: ["zzz" in wv, "human" in wv, "zzz" in wv.key_to_index],
    "shapes": lambda wv: [wv["zzz"].shape, wv[["zzz", "human"]].shape, wv.get_vector("zz", norm=True).shape],
    "empty": lambda wv: bool(wv[""].any()),
    "most similar": lambda wv: len(wv.most_similar("humans", topn=3)),
    "similarity": lambda wv: wv.similarity("humans", "human") != 0,
    "rank of unknown": lambda wv: wv.rank("humans", "human"),
    "closer than unknown": lambda wv: wv.closer_than("humans", "human"),
    "vectors_for_all": lambda wv: wv.vectors_for_all(["human", "zzz"]).index_to_key,
    "without inference": lambda wv: wv.vectors_for_all(["human", "zzz"], allow_inference=False).index_to_key,
    "sentence": lambda wv: wv.get_sentence_vector(["human", "zzz"]).shape,
    "index": lambda wv: wv.get_index("zzz"),
    "no text": lambda wv: wv[None],
}


@pytest.mark.parametrize("options", [{}, {"max_n": 0}], ids=str)
@pytest.mark.parametrize("question", QUESTIONS)
def test_answers(question, options):
    one, other = both(lambda module: QUESTIONS[question](module.FastText(SENTENCES, **(SMALL | options)).wv))
    assert one == other


@pytest.mark.parametrize("options", [{"word_ngrams": 2}, {"bucket": -5}, {"comment": "x"}], ids=str)
def test_errors(options):
    one, other = both(lambda module: module.FastText(SENTENCES, **(SMALL | options)) and None)
    assert one == other


def test_growth():
    def grow(module):
        model = module.FastText(SENTENCES, **SMALL)
        model.build_vocab([["kiwi", "kiwis", "human"]], update=True)
        model.train([["kiwi", "kiwis", "human"]], total_examples=1, epochs=1)
        return facts_of(model)

    one, other = both(grow)
    assert one == other


def test_facebooks_files_go_both_ways(tmp_path):
    for writer, reader in (BOTH, BOTH[::-1]):
        path, other = str(tmp_path / f"{writer.__name__}.bin"), str(tmp_path / "again.bin")
        model = writer.FastText(SENTENCES, **SMALL)
        writer.save_facebook_model(model, path)
        again = reader.load_facebook_model(path)
        np.testing.assert_allclose(again.wv[WORDS], model.wv[WORDS], atol=1e-6)
        reader.save_facebook_model(again, other)
        assert Path(other).read_bytes() == Path(path).read_bytes()


@pytest.mark.parametrize("options", [{}, {"hs": 1, "negative": 0}], ids=str)
def test_saved_models_go_both_ways(tmp_path, options):
    path = str(tmp_path / "model")
    made = theirs.FastText(SENTENCES, **(SMALL | options))
    made.save(path)
    read = ours.FastText.load(path)
    np.testing.assert_allclose(read.wv[WORDS], made.wv[WORDS], atol=1e-6)
    assert read.wv.min_n == made.wv.min_n
    read.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    read.save_gensim(path)
    again = theirs.FastText.load(path)
    np.testing.assert_allclose(again.wv[WORDS], read.wv[WORDS], atol=1e-6)
    again.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    again.wv.save(path)
    vectors = ours.FastTextKeyedVectors.load(path)
    np.testing.assert_allclose(vectors[WORDS], again.wv[WORDS], atol=1e-6)
    vectors.save_gensim(path)
    assert np.allclose(theirs.FastTextKeyedVectors.load(path)[WORDS], vectors[WORDS], atol=1e-6)
