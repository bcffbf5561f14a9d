"""Questions and answers."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.questions import NAMED, Asker, QuestionError, render, split_terms


@pytest.fixture
def asker():
    vectors = KeyedVectors(3)
    keys = ["man", "woman", "king", "queen", "Apple", "-"]
    rows = [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0.1], [0, -1, 0]]
    vectors.add_vectors(keys, np.array(rows, dtype=np.float32))
    return Asker(vectors, topn=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("king", (["king"], [])),
        ("king queen", (["king", "queen"], [])),
        ("king - man + woman", (["king", "woman"], ["man"])),
        ("- man king", (["king"], ["man"])),
        ("king - man - woman", (["king"], ["man", "woman"])),
        ("well-known +1", (["well-known", "+1"], [])),
        ("-", (["-"], [])),
        ("+", (["+"], [])),
        ("- -", ([], ["-"])),
        ("+ -", (["-"], [])),
        ("king - -", (["king"], ["-"])),
        ("king + + - -", (["king", "+"], ["-"])),
        ("king -", (["king", "-"], [])),
    ],
)
def test_terms(text, expected):
    assert split_terms(text.split()) == expected


def test_a_quoted_key_with_blanks_stays_whole(asker):
    asker.vectors.add_vectors(["New York"], np.ones((1, 3), dtype=np.float32))
    assert asker.unquoted(["New York", "king - man", " "]) == ["New York", "king", "-", "man", " "]


def test_answers_are_the_librarys(asker):
    vectors = asker.vectors
    found = asker.neighbours(["king", "woman"], ["man"])
    assert [(entry["word"], entry["similarity"]) for entry in found["neighbours"]] == [
        (word, pytest.approx(score))
        for word, score in vectors.most_similar(["king", "woman"], ["man"], topn=2)
    ]
    assert asker.analogy(["man", "king", "woman"])["neighbours"] == found["neighbours"]
    assert asker.odd_one_out(["man", "woman", "Apple"])["odd_one_out"] == "Apple"
    assert asker.similarity(["man", "king"])["similarity"] == pytest.approx(np.sqrt(0.5))


def test_restriction(asker):
    asker.restrict_vocab = 2
    assert {entry["word"] for entry in asker.neighbours(["king"])["neighbours"]} == {"man", "woman"}


@pytest.mark.parametrize(
    ("question", "words", "message"),
    [
        ("analogy", ["man", "king"], "needs three words"),
        ("odd-one-out", ["man", "king", "man"], "three different words or more, got 2"),
        ("similarity", ["man"], "needs two words, got 1"),
        ("similarity", ["man", "zebra"], "no vector for 'zebra'$"),
        ("similarity", ["man", "apple"], "no vector for 'apple'; did you mean: Apple"),
        ("similarity", ["man", "quen"], "no vector for 'quen'; did you mean: queen"),
    ],
)
def test_questions_without_answer(asker, question, words, message):
    with pytest.raises(QuestionError, match=message):
        NAMED[question][1](asker, words)


def test_nothing_asked(asker):
    with pytest.raises(QuestionError, match="at least one word"):
        asker.neighbours([], [])


def test_lines(asker):
    assert render({"neighbours": []}) == ""
    assert render(asker.odd_one_out(["man", "woman", "Apple"])) == "Apple"
    assert render(asker.similarity(["man", "king"])) == "0.7071"
    assert render(asker.neighbours(["man"])).splitlines() == ["woman  0.7071", "king   0.7071"]
