"""`evaluate_word_analogies` and `evaluate_word_pairs` of gensim's KeyedVectors and of ours, side by side."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from ns2vec import KeyedVectors

pytestmark = pytest.mark.parity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("gensim.models.keyedvectors", reason="gensim is not installed")

WORDS = [f"{kind}{i}" for i in range(12) for kind in ("place", "river")]
WORDS += ["Place3", "RIVER3", "Été", "straße"]
OPTIONS = [
    {},
    {"case_insensitive": False},
    {"dummy4unknown": True},
    {"case_insensitive": False, "dummy4unknown": True},
    {"restrict_vocab": 15},
    {"restrict_vocab": 15, "dummy4unknown": True, "case_insensitive": False},
]


@pytest.fixture
def both():
    """The same words in both libraries: a river is its place plus one direction plus noise."""
    rng = np.random.default_rng(7)
    places, river = rng.normal(size=(12, 10)), rng.normal(size=10)
    pairs = np.stack([places, places + river + 0.6 * rng.normal(size=(12, 10))], axis=1).reshape(24, 10)
    vectors = np.vstack([pairs, rng.normal(size=(4, 10))]).astype(np.float32)
    made = []
    for library in (KeyedVectors, theirs.KeyedVectors):
        kv = library(10)
        kv.add_vectors(WORDS, vectors)
        made.append(kv)
    return made


@pytest.fixture
def questions(write_text):
    """Two sections, and of everything: unknown words, other cases, lines that are no question."""
    lines = [": first"]
    for i in range(11):
        asked = [f"place{i + 1}", f"PLACE{i + 1}", "Place3"]
        lines += [f"place{i} river{i} {place} river{i + 1}" for place in asked]
    lines += ["", ": second one", "place1 river1 nowhere river2", "place1 RIVER3 Place3 river1"]
    lines += ["three words only", "ÉTÉ Straße place1 river1", "place1 river1 été straße", ": empty"]
    return write_text("\n".join([*lines, ""]), "questions.txt")


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_analogies(both, questions, options):
    ours, gensims = (kv.evaluate_word_analogies(str(questions), **options) for kv in both)
    assert ours == gensims
    sections = ours[1]
    assert [section["section"] for section in sections] == ["first", "second one", "empty", "Total accuracy"]
    assert min(len(sections[-1][outcome]) for outcome in ("correct", "incorrect")) > 0


def test_analogies_of_options_by_position(both, questions):
    options = (20, False, True, "most_similar")
    ours, gensims = (kv.evaluate_word_analogies(str(questions), *options) for kv in both)
    assert ours == gensims


@pytest.mark.parametrize("layout", [{}, {"delimiter": ";", "encoding": "latin-1"}], ids=str)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_word_pairs(both, write_text, options, layout):
    rng = np.random.default_rng(3)
    words = [*WORDS, "PLACE5", "nowhere", "été"]
    pairs = [rng.choice(words, size=2, replace=False) for _ in range(80)]
    lines = ["# a comment", *("\t".join([*pair, f"{rng.uniform(0, 10):.1f}"]) for pair in pairs)]
    text = "\n".join([*lines, "place1\tplace2", "place1\tplace2\tmuch", ""])
    path = write_text(
        text.replace("\t", layout.get("delimiter", "\t")).encode(layout.get("encoding", "utf8")), "pairs"
    )
    ours, gensims = (kv.evaluate_word_pairs(str(path), **layout, **options) for kv in both)
    for mine, gensim in zip(ours[:2], gensims[:2], strict=True):  # Pearson, Spearman: value and p
        assert type(mine) is type(gensim)
        np.testing.assert_allclose(mine, gensim, atol=1e-5)
    assert ours[2] == pytest.approx(gensims[2])
    assert ours[2] > 0


ANALOGIES, PAIRS = "evaluate_word_analogies", "evaluate_word_pairs"
NO_PAIRS = "No valid similarity judgements found in"


@pytest.mark.parametrize(
    ("method", "text", "words"),
    [
        (ANALOGIES, "a b c d\n", "Missing section header before line #"),
        (PAIRS, "no\tpairs\n", NO_PAIRS),
        (PAIRS, "a\tb\t1\nc\td\t2\n", NO_PAIRS),
        (ANALOGIES, None, "no-such-file"),
        (PAIRS, None, "no-such-file"),
    ],
)
def test_errors(both, write_text, method, text, words):
    path = "no-such-file" if text is None else str(write_text(text, "odd.txt"))
    raised = []
    for kv in both:
        with pytest.raises((ValueError, OSError), match=words) as caught:
            getattr(kv, method)(path)
        raised.append(caught.type)
    assert issubclass(*raised)
