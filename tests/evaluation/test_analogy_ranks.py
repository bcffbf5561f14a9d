"""Ranks of the right answers against a loop of ten lines, for every method."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation import analogy_ranks as module
from ns2vec.evaluation import evaluate_word_analogies
from ns2vec.evaluation.analogy_ranks import ANALOGY_METHODS, Question, rank_answers
from ns2vec.evaluation.lookup import Lookup
from ns2vec.exceptions import ConfigError

WORDS = [f"w{i}" for i in range(90)]


def slow_ranks(toy, questions, method):
    """Float64, one question after the other, the formulas of the papers."""
    unit = toy.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    ranks = []
    for question in questions:
        a, b, c = (unit[WORDS.index(word)] for word in (question.a, question.b, question.c))
        if method == "3cosadd":
            scores = unit @ b - unit @ a + unit @ c
        elif method == "3cosmul":
            scores = (1 + unit @ b) / 2 * (1 + unit @ c) / 2 / ((1 + unit @ a) / 2 + 1e-6)
        else:
            with np.errstate(invalid="ignore"):
                scores = (unit - c) @ (b - a) / np.linalg.norm(b - a) / np.linalg.norm(unit - c, axis=1)
        out = {WORDS.index(w) for w in (question.a, question.b, question.c, *question.accepted) if w in WORDS}
        best = max(scores[WORDS.index(word)] for word in question.accepted if word in WORDS)
        ranks.append(1 + sum(scores[row] > best for row in range(len(WORDS)) if row not in out))
    return ranks


def random_questions(n_questions, n_accepted=1, seed=0):
    rng = np.random.default_rng(seed)
    drawn = (rng.choice(WORDS, 3 + n_accepted, replace=False).tolist() for _ in range(n_questions))
    return [Question(*words[:3], tuple(words[3:])) for words in drawn]


@pytest.mark.parametrize("method", ANALOGY_METHODS)
@pytest.mark.parametrize("n_accepted", [1, 3])
def test_equals_the_loop(make_toy, method, n_accepted):
    toy = make_toy(WORDS, seed=1)
    questions = random_questions(80, n_accepted)
    assert rank_answers(Lookup(toy), questions, method).tolist() == slow_ranks(toy, questions, method)


@pytest.mark.parametrize("method", ANALOGY_METHODS)
def test_tiles_blocks_and_batches_change_nothing(make_toy, monkeypatch, method):
    toy = make_toy(WORDS, seed=1)
    questions = random_questions(80)
    expected = slow_ranks(toy, questions, method)
    monkeypatch.setattr(module, "MAX_TILE", 64)
    monkeypatch.setattr(module, "QUESTIONS_AT_ONCE", 33)
    assert rank_answers(Lookup(toy), questions, method).tolist() == expected


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_number_types(make_toy, dtype):
    toy = make_toy(WORDS, seed=1)
    toy.vectors = toy.vectors.astype(dtype)
    questions = random_questions(60)
    assert rank_answers(Lookup(toy), questions).tolist() == slow_ranks(toy, questions, "3cosadd")


def test_rank_one_is_what_gensims_protocol_counts(make_toy):
    toy = make_toy(WORDS, seed=4, vector_size=3)
    questions = random_questions(400, seed=2)
    lines = [": all", *(f"{q.a} {q.b} {q.c} {q.accepted[0]}" for q in questions)]
    score, _ = evaluate_word_analogies(toy, lines)
    ranks = rank_answers(Lookup(toy), questions)
    assert 0 < score == (ranks == 1).mean()


def test_variants_of_the_question_do_not_stand_before_the_answer(make_toy):
    vectors = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 0.5], [1, 1, 1]], dtype=np.float32)
    asked = [Question("man", "woman", "king", ("queen",))]
    toy = make_toy(
        ["man", "woman", "king", "WOMAN", "queen"], np.vstack([vectors, vectors[:1] * -1]).tolist()[:5]
    )
    toy.vectors = np.array(toy.vectors, dtype=np.float32)
    assert rank_answers(Lookup(toy), asked).tolist() == [1]


def test_what_has_no_rank(make_toy):
    toy = make_toy(WORDS)
    questions = [Question("w1", "w2", "w3", ("no",)), Question("no", "w2", "w3", ("w4",))]
    assert rank_answers(Lookup(toy), questions).tolist() == [0, 0]
    assert (rank_answers(Lookup(toy, missing="mean"), questions) > 0).tolist() == [False, True]
    assert rank_answers(Lookup(toy), []).tolist() == []


def test_zero_rows_harm_nothing(make_toy):
    toy = make_toy(WORDS)
    toy.vectors[:5] = 0
    for method in ANALOGY_METHODS:
        assert (rank_answers(Lookup(toy), random_questions(50), method) >= 1).all()


def test_an_unknown_method(make_toy):
    with pytest.raises(ConfigError, match="unknown analogy method '4cosadd'"):
        rank_answers(Lookup(make_toy(WORDS)), [], "4cosadd")
