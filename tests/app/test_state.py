"""What the server holds."""

from __future__ import annotations

import threading

import pytest
from app_clients import small_vectors

from ns2vec import KeyedVectors
from ns2vec.app import ModelStore
from ns2vec.app.state import Limits
from ns2vec.exceptions import ConfigError, VocabularyError


def test_a_model_of_the_same_name_is_replaced():
    store = ModelStore({"one": small_vectors()}, most=1)
    store.put("one", small_vectors(3))
    assert len(store["one"].vectors) == 9


def test_only_so_many_models_are_held():
    store = ModelStore({"one": small_vectors()}, most=1)
    with pytest.raises(ConfigError, match="close one first"):
        store.put("two", small_vectors())
    store.remove("one")
    assert store.put("two", small_vectors()).name == "two"


@pytest.mark.parametrize("act", [ModelStore.__getitem__, ModelStore.remove], ids=["get", "remove"])
def test_a_name_that_is_not_held_is_told_with_those_that_are(act):
    with pytest.raises(VocabularyError, match="no model is called 'two': there is 'one'"):
        act(ModelStore({"one": small_vectors()}), "two")


def test_vectors_without_a_word_are_refused():
    with pytest.raises(ConfigError, match="'empty' has no vectors"):
        ModelStore({"empty": KeyedVectors(3)})


def test_what_is_computed_for_a_model_is_computed_once():
    held = ModelStore({"one": small_vectors()})["one"]
    found = [held.once("key", lambda: object()) for _ in range(2)]
    assert found[0] is found[1]


def test_what_takes_long_holds_up_nothing_else():
    held = ModelStore({"one": small_vectors()})["one"]
    going, free = threading.Event(), threading.Event()

    def slow():
        going.set()
        return free.wait(30)

    thread = threading.Thread(target=held.once, args=("map", slow))
    thread.start()
    assert going.wait(30)
    assert held.once("words", lambda: 5) == 5
    free.set()
    thread.join()


def test_what_failed_is_computed_again():
    held = ModelStore({"one": small_vectors()})["one"]
    with pytest.raises(ZeroDivisionError):
        held.once("key", lambda: 1 // 0)
    assert held.once("key", lambda: 1) == 1


def test_only_vectors_that_are_sent_may_be_large():
    limits = Limits()
    assert limits.body_bytes("/api/models/x.bin") == limits.upload_bytes > limits.body_bytes("/api/noise")
