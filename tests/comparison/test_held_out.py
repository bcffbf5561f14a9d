"""Loss and F1 of known models."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.comparison.held_out import HeldOut, log_proba, micro_f1
from ns2vec.exceptions import CorpusError

TEXT = [["a", "b"], ["c", "d"]] * 200


@pytest.mark.parametrize("objective", ["softmax", "negative_sampling", "nce", "hierarchical_softmax"])
@pytest.mark.parametrize("sg", [0, 1])
def test_a_model_that_has_learned_the_text_predicts_it(objective, sg):
    model = Word2Vec(
        TEXT,
        min_count=1,
        vector_size=8,
        objective=objective,
        sg=sg,
        alpha=0.3,
        epochs=30,
        workers=1,
        sample=0,
    )
    rows = [np.array([model.wv.key_to_index[word] for word in pair], dtype=np.int32) for pair in TEXT[:2]]
    held_out = HeldOut(rows, 4, window=5, is_cbow=not sg, k=1)
    assert held_out.f1(model) == 1.0
    assert held_out.loss(model) < 0.3
    assert np.exp(log_proba(model, model.wv.vectors)).sum(axis=1) == pytest.approx(np.ones(4))


def test_the_loss_of_skip_gram_agrees_with_perplexity():
    model = Word2Vec(TEXT, min_count=1, vector_size=8, sg=1, workers=1, objective="nce")
    rows = [np.array([model.wv.key_to_index[word] for word in pair], dtype=np.int32) for pair in TEXT[:2]]
    loss = HeldOut(rows, 4, window=5, is_cbow=False).loss(model)
    assert loss == pytest.approx(np.log(model.perplexity(TEXT[:2])), rel=0.02)


def test_truths_are_the_words_within_the_window():
    held_out = HeldOut([np.array([0, 1, 2], dtype=np.int32)], 3, window=1, is_cbow=False)
    assert held_out.words == [0, 1, 2]
    assert [truth.tolist() for truth in held_out.truths] == [[1], [0, 2], [1]]


def test_f1_without_questions_is_not_a_number():
    assert np.isnan(micro_f1([], []))
    assert micro_f1([np.array([1])], [np.array([2])]) == 0.0


def test_text_without_neighbours_is_refused():
    with pytest.raises(CorpusError, match="hold out more"):
        HeldOut([], 5, window=5, is_cbow=False)
