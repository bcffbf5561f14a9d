"""Ranks of the right answers against a loop of ten lines, for every method; the measures of a suite."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation import analogies as module
from ns2vec.evaluation import evaluate_word_analogies
from ns2vec.evaluation.analogies import (
    ANALOGY_METHODS,
    AnalogySection,
    Question,
    rank_answers,
    score_analogies,
)
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
        ranks.append(1 + sum(scores[row] >= best for row in range(len(WORDS)) if row not in out))
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


def test_what_ties_with_the_answer_is_ranked_before_it(make_toy):
    toy = make_toy(WORDS, seed=1)
    toy.vectors[50:] = toy.vectors[10:50]  # each answer has a twin
    questions = [Question("w1", "w2", "w3", (f"w{10 + number}",)) for number in range(40)]
    for method in ANALOGY_METHODS:
        assert rank_answers(Lookup(toy), questions, method).min() > 1
    toy.vectors[:] = 1
    assert (rank_answers(Lookup(toy), questions) == len(WORDS) - 3).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_score_that_is_no_number_is_no_rank(make_toy, bad):
    toy = make_toy(WORDS, seed=1)
    toy.vectors[[2, 40]] = bad
    with np.errstate(invalid="ignore"):
        found = rank_answers(Lookup(toy), [Question("w1", "w3", "w5", (f"w{i}",)) for i in (39, 40)])
        unasked = rank_answers(Lookup(toy), [Question("w2", "w3", "w5", ("w39",))])
    assert (found > 0).tolist() == [True, False]
    assert unasked.tolist() == [0]


def test_a_variant_of_an_answer_is_one_and_a_word_of_the_question_is_none(make_toy):
    vectors = [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, -1, 1], [1, 1, 1], [1, 1, 0.9]]
    toy = make_toy(["man", "woman", "king", "queen", "QUEEN", "duchess"], np.array(vectors, dtype=np.float32))
    asked = [("queen",), ("duchess",), ("woman",), ("woman", "duchess")]
    questions = [Question("man", "woman", "king", accepted) for accepted in asked]
    assert rank_answers(Lookup(toy), questions).tolist() == [1, 2, 0, 2]


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


SQUARE = ["man", "woman", "king", "queen", "apple"]
VECTORS = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]], dtype=np.float32)
RIGHT, WRONG = Question("man", "woman", "king", ("queen",)), Question("man", "woman", "king", ("apple",))
UNKNOWN = Question("man", "woman", "king", ("duchess",))


@pytest.fixture
def lookup(make_toy):
    """Return ``lookup(missing="skip")`` of five words."""
    return lambda missing="skip": Lookup(make_toy(SQUARE, VECTORS), missing=missing)


def test_micro_macro_groups_and_parts(lookup):
    sections = [
        AnalogySection("one", "first", (RIGHT, RIGHT, RIGHT)),
        AnalogySection("two", "second", (WRONG,)),
        AnalogySection("three", "", (UNKNOWN,)),
    ]
    result = score_analogies(lookup(), sections)
    assert result.score == result.measures["accuracy"] == 0.75
    assert result.measures["macro"] == 0.5
    assert (result.measures["accuracy:first"], result.measures["accuracy:second"]) == (1.0, 0.0)
    assert [(part.name, part.n_used, part.n_total) for part in result.parts] == [
        ("one", 3, 3), ("two", 1, 1), ("three", 0, 1)
    ]  # fmt: skip
    assert [part.score for part in result.parts[:2]] == [1.0, 0.0]
    assert np.isnan(result.parts[2].score)
    assert (result.measures["top5"], result.measures["mean_rank"]) == (1.0, (3 * 1 + 2) / 4)
    assert result.items.values.tolist() == [1.0, 1.0, 1.0, 0.0]
    assert result.items.groups.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("missing", "score", "n_used"), [("skip", 1.0, 1), ("zero", 0.5, 2), ("mean", 0.5, 2)]
)
def test_policies(lookup, missing, score, n_used):
    result = score_analogies(lookup(missing), [AnalogySection("all", "", (RIGHT, UNKNOWN))])
    assert (result.score, result.coverage.n_used, result.coverage.n_known) == (score, n_used, 1)


def test_any_accepted_answer_will_do(lookup):
    asked = Question("man", "woman", "king", ("duchess", "apple", "queen"))
    assert score_analogies(lookup(), [AnalogySection("all", "", (asked,))]).score == 1.0


def test_only_some_questions(lookup):
    sections = [AnalogySection("one", "", (RIGHT,)), AnalogySection("two", "", (WRONG,))]
    result = score_analogies(lookup(), sections, keep=np.array([False, True]))
    assert (result.score, result.coverage.n_used) == (0.0, 1)


def test_nothing_to_answer(lookup):
    result = score_analogies(lookup(), [AnalogySection("all", "g", (UNKNOWN,))])
    assert np.isnan([result.score, result.low, result.measures["accuracy:g"]]).all()
    assert np.isnan(score_analogies(lookup(), []).score)
