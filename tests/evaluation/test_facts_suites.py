"""Questions with known answers: planted vectors answer all of them, noise does not."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation import facts_corpus
from ns2vec.evaluation.facts_suites import FACTS_QUESTIONS, facts_sides
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.tasks import TASKS


@pytest.fixture(scope="module")
def corpus():
    return facts_corpus(n_types=1200, seed=1, n_words=40_000)


@pytest.fixture(scope="module")
def planted(corpus):
    """Vectors "side + row", as similar as the planted contexts; the others are noise."""
    rng = np.random.default_rng(0)
    vectors = {word: rng.normal(size=160) for word in corpus.tokens}
    for family in corpus.world.families:
        sides = [rng.normal(size=160) for _ in family.sides]
        for row in family.rows:
            own = rng.normal(size=160) * 1.19  # cosines of 0.41 in a side and 0.59 in a row, as planted
            for side, word in zip(sides, row, strict=True):
                vectors[word] = side + own
    return np.array([vectors[word] for word in corpus.tokens])


#: Minimum scores of planted vectors: relations have mismatched pairs that only the row distinguishes.
EXPECTED = {
    "analogies": 0.99,
    "word_similarity": 0.7,
    "categorization": 0.7,
    "classification": 0.99,
    "outliers": 0.99,
    "relational_similarity": 0.85,
}


@pytest.mark.parametrize("task", TASKS)
def test_planted_vectors_know_the_answers(corpus, planted, make_toy, task):
    questions = FACTS_QUESTIONS[task](corpus)
    result = TASKS[task].score(Lookup(make_toy(corpus.tokens, planted)), questions)
    assert result.coverage.n_used == result.coverage.n_total
    assert result.score >= EXPECTED[task]
    noise = TASKS[task].score(Lookup(make_toy(corpus.tokens, seed=3)), questions)
    assert noise.score < result.score - 0.4
    assert Lookup(make_toy(corpus.tokens, planted)).known(TASKS[task].words(questions)).all()


def test_a_word_has_one_side(corpus):
    words = [word for side in facts_sides(corpus).values() for word in side]
    assert len(words) == len(set(words))


def test_outliers_are_of_other_sides(corpus):
    sides = facts_sides(corpus)
    for group in FACTS_QUESTIONS["outliers"](corpus):
        assert set(group.members) <= set(sides[group.name])
        assert not set(group.outliers) & set(sides[group.name])
