"""Vectors to look at, in notebooks and as files."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.exceptions import VocabularyError


@pytest.fixture
def vectors():
    made = KeyedVectors(3)
    keys = ["<i7>", "dog", "cat", "stone", 5, "tree"]
    made.add_vectors(keys, np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32))
    return made


def test_the_page_shows_words_and_neighbours_and_needs_nothing(vectors):
    text = vectors.show(["dog", "nobody", "<i7>"], topn=2).html
    nearest = vectors.most_similar("dog", topn=1)[0]
    assert html.escape(f"{nearest[0]} {nearest[1]:.2f}") in text
    assert "&lt;i7&gt;" in text and "<i7>" not in text
    assert "nobody" not in text
    assert "<script" not in text
    assert not re.search(r'(src|href)="(?!data:|#)', text)


def test_a_notebook_gets_it_in_a_frame_of_its_own(vectors):
    shown = vectors.show()
    frame = shown._repr_html_()
    assert frame.startswith("<iframe ") and 'sandbox=""' in frame
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', frame)[1]) == shown.html


def test_it_is_saved_as_one_file(vectors, tmp_path):
    vectors.show(topn=1).save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8") == vectors.show(topn=1).html


@pytest.mark.parametrize("words", [["nobody"], []])
def test_unknown_words_are_refused(vectors, words):
    with pytest.raises(VocabularyError, match="none of these words has a vector"):
        vectors.show(words)


def test_a_model_shows_its_words():
    model = Word2Vec([["red", "green", "blue"]] * 10, min_count=1, vector_size=4, epochs=1)
    assert model.show(["red"]).html == model.wv.show(["red"]).html
