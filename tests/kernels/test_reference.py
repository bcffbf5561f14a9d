"""The oracle itself: finite differences, and the random stream against its definition."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import reference
from ns2vec.objectives import OBJECTIVES
from ns2vec.reference.steps import step_window
from ns2vec.reference.training import Window


def numeric_gradient(loss, x, step=1e-6):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + step
        above = loss()
        x[index] = old - step
        gradient[index] = (above - loss()) / (2 * step)
        x[index] = old
    return gradient


@pytest.mark.parametrize("link", reference.LINKS)
@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 6), (4, 3), (7, 9)])
def test_block_step_is_minus_the_gradient(n, m, link):
    rng = np.random.default_rng(n * 10 + m)
    inputs, outputs = rng.standard_normal((n, 5)), rng.standard_normal((m, 5))
    labels, weights = rng.integers(0, 2, m).astype(float), rng.integers(1, 4, m).astype(float)
    if link != "logistic":
        labels[:] = np.arange(m) == 0
    block = (labels, weights, rng.standard_normal(m), link)
    d_inputs, d_outputs = reference.block_step(inputs, outputs, *block)

    def loss():
        return reference.block_loss(inputs, outputs, *block)

    np.testing.assert_allclose(-numeric_gradient(loss, inputs), d_inputs, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(-numeric_gradient(loss, outputs), d_outputs, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(("pooled", "mean"), [(False, True), (True, True), (True, False)])
def test_a_window_moves_along_the_gradient_of_its_loss(make_case, objective, pooled, mean):
    """With the corrected CBOW update every weight moves by -alpha * d loss / d weight."""
    options = {"pooled": pooled, "cbow_mean": mean, "cbow_corrected": True, "window": 2}
    case = make_case(objective, n_words=12, n_dims=4, shrink_windows=False, **options)
    alpha = 1e-3

    def step(model, alpha):
        stream = reference.Stream(1, 0, 0, 1)
        return step_window(model, Window.of(model, 2, [1, 3, 5, 8], stream), alpha)

    def loss_at(weights):
        model = make_case(objective, n_words=12, n_dims=4, shrink_windows=False, **options).model
        model.inputs.matrix = weights.copy()
        return step(model, 0.0)

    rows = case.oracle["syn0"]
    before = rows.copy()
    step(case.model, alpha)
    weights = before.copy()
    expected = -alpha * numeric_gradient(lambda: loss_at(weights), weights)
    np.testing.assert_allclose(rows - before, expected, rtol=1e-4, atol=1e-9)


def test_known_step_of_three_words():
    """cat with sat (positive) and car (noise): the paper's loss; both scores move the right way."""
    rng = np.random.default_rng(0)
    cat, sat, car = rng.standard_normal((3, 1, 6))
    outputs = np.vstack([sat, car])
    labels, weights = np.array([1.0, 0.0]), np.ones(2)
    scores = outputs @ cat[0]
    expected = -np.log(reference.sigmoid(scores[0])) - np.log(reference.sigmoid(-scores[1]))
    assert reference.block_loss(cat, outputs, labels, weights) == pytest.approx(expected, abs=1e-12)
    d_cat, d_outputs = reference.block_step(cat, outputs, labels, weights)
    after = (outputs + 0.01 * d_outputs) @ (cat + 0.01 * d_cat)[0]
    assert after[0] > scores[0]
    assert after[1] < scores[1]


def test_stream_is_splitmix64():
    """First outputs for state 1234567 as published with the reference implementation."""
    stream = reference.Stream(0, 0, 0, 0)
    stream.state = 1234567
    assert [stream.next() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_sigmoid_does_not_overflow():
    np.testing.assert_allclose(reference.sigmoid(np.array([-1e4, 0.0, 1e4])), [0.0, 0.5, 1.0])
