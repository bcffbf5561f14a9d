"""A model that is trained while one looks at it."""

from __future__ import annotations

import time

from ns2vec.app import ModelStore
from ns2vec.app.demo import NAME, Demo


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_the_vectors_can_be_asked_while_it_is_trained_and_it_ends_when_asked():
    store = ModelStore()
    demo = Demo(store, epochs=1000, n_words=750_000)
    demo.start()
    wait_until(lambda: len(store))
    early = store[NAME].vectors
    assert "paris" in early
    assert "count" in early.expandos
    demo.stop()
    demo.join(60)
    assert not demo.is_alive()
    assert demo.error is None
    assert "of 1000 epochs" in store[NAME].source


def test_what_goes_wrong_is_kept_and_logged(caplog):
    demo = Demo(ModelStore(), n_words=-1)
    demo.run()
    assert demo.error is not None
    assert "the demo could not be trained" in caplog.text
