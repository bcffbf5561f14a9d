"""The line about an epoch."""

from __future__ import annotations

import logging

import pytest

from ns2vec import Word2Vec

SENTENCES = [["a", "b", "c"]] * 20


@pytest.mark.parametrize(
    ("options", "has_loss"),
    [
        ({}, False),
        ({"compute_loss": True}, True),
        ({"guard": "stop"}, True),
        ({"objective": "softmax"}, False),
    ],
    ids=repr,
)
def test_the_line_names_a_loss_only_if_one_was_computed(options, has_loss, caplog):
    caplog.set_level(logging.INFO, "ns2vec.training.observers")
    Word2Vec(SENTENCES, vector_size=4, min_count=1, epochs=1, workers=1, **options)
    line = next(message for message in caplog.messages if message.startswith("epoch 1/1"))
    assert ("loss" in line) == has_loss
