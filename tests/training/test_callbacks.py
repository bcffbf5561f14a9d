"""What may be a callback."""

from __future__ import annotations

import pytest

from ns2vec import Word2Vec
from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.exceptions import ConfigError

SENTENCES = [["a", "b", "c"]] * 20
SMALL = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 2}
EVENTS = ["on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end"]


@pytest.mark.parametrize("event", EVENTS)
def test_an_object_with_one_of_the_methods_will_do(event):
    seen = []
    Word2Vec(
        SENTENCES, **SMALL, callbacks=[type("Duck", (), {event: lambda self, model: seen.append(event)})()]
    )
    assert seen == [event] * (2 if "epoch" in event else 1)


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ([object()], "needs one of the methods on_train_begin, on_epoch_begin, on_epoch_end, on_train_end"),
        ([type("Typo", (), {"on_epoch_ended": print})()], "needs one of the methods"),
        ([CallbackAny2Vec], r"got the class CallbackAny2Vec: write CallbackAny2Vec\(\)"),
        (CallbackAny2Vec(), r"callbacks must be a list, got .*: write callbacks=\[...\]"),
    ],
    ids=["none", "typo", "class", "object"],
)
def test_what_is_no_list_of_callbacks_is_refused_before_training(callbacks, message):
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    with pytest.raises(ConfigError, match=message):
        model.train(SENTENCES, total_examples=20, epochs=1, callbacks=callbacks)
    assert model.train_count == 0
    read = []
    with pytest.raises(ConfigError, match=message):  # and before a corpus is read
        Word2Vec(map(read.append, SENTENCES), **(SMALL | {"epochs": 1}), callbacks=callbacks)
    assert read == []


def test_none_is_no_callback():
    assert Word2Vec(SENTENCES, callbacks=None, **SMALL).train_count == 1
