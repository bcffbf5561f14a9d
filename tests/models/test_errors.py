"""What training refuses, and that it never hangs."""

from __future__ import annotations

import _thread
import logging
import os
import re
import traceback

import numpy as np
import pytest

from ns2vec import Doc2Vec, FastText, Phrases, Word2Vec
from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.models.deprecations import INSTEAD

SMALL = {"vector_size": 8, "min_count": 1, "workers": 2, "epochs": 2}
SENTENCES = [["a", "b", "c"]] * 20


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vector_size": 0}, "vector_size must be a whole number of at least 1, got 0"),
        ({"negative": -1}, "negative must be a whole number of at least 0, got -1"),
        ({"window": 0}, "window must be"),
        ({"workers": 0}, "workers must be"),
        ({"epochs": 0}, "epochs must be"),
        ({"min_count": -1}, "min_count must be"),
        ({"vector_size": 2.5}, "vector_size must be a whole number of at least 1, got 2.5"),
        ({"vector_size": "big"}, "vector_size must be"),
        ({"alpha": float("nan")}, "alpha must be a finite number"),
        ({"sample": -1}, "sample must be"),
        ({"ns_exponent": float("inf")}, "ns_exponent must be a finite number"),
        ({"negative_sharing": "batch"}, "negative_sharing must be one of 'window', 'pair'"),
        ({"cbow_update": "koan"}, "cbow_update must be one of"),
        ({"sampler": "dice"}, "unknown sampler 'dice': expected one of 'unigram'"),
        ({"objective": "glove"}, "unknown objective 'glove': expected one of 'negative_sampling', 'nce'"),
        ({"objective": "negative_sampling", "negative": 0}, "needs negative of at least 1"),
        ({"corpus_memory": "much"}, "corpus_memory must be bytes or a size"),
        ({"hs": 0, "negative": 0}, "hs and negative are both 0"),
        ({"sg": None}, "sg must be a whole number"),
        ({"sg": "1"}, "sg must be a whole number"),
        ({"hs": None}, "hs must be a whole number"),
        ({"cbow_mean": "no"}, "cbow_mean must be a whole number"),
        ({"max_vocab_size": "big"}, "max_vocab_size must be a whole number of at least 0"),
        ({"max_vocab_size": -1}, "max_vocab_size must be a whole number of at least 0"),
        ({"max_final_vocab": 0}, "max_final_vocab must be a whole number of at least 1"),
        ({"max_final_vocab": 2.5}, "max_final_vocab must be a whole number of at least 1"),
        ({"backend": "gpu"}, "backend must be one of 'fused', 'blas', 'gemm', got 'gpu'"),
        ({"backend": "gemm", "objective": "softmax"}, "backend='gemm' with objective='softmax'"),
        ({"backend": "gemm", "objective": "sampled_softmax"}, "gemm is for logistic objectives"),
    ],
    ids=str,
)
def test_bad_options_are_value_errors_that_name_them(options, message):
    with pytest.raises(ValueError, match=message):
        Word2Vec(SENTENCES, **(SMALL | options))


@pytest.mark.parametrize(
    "kind, name, instead",
    [
        (Word2Vec, "size", ": write vector_size=..., as since gensim 4"),
        (Doc2Vec, "iter", ": write epochs=..., as since gensim 4"),
        (FastText, "bukcet", "; did you mean 'bucket'?"),
        (Phrases, "common_terms", ": write connector_words=..., as since gensim 4"),
        (Word2Vec, "colour", ""),
        (Word2Vec, "common_terms", ""),  # its new name is no argument of this constructor
    ],
    ids=str,
)
def test_an_unknown_argument_is_refused_and_the_right_one_named(kind, name, instead):
    message = f"{kind.__name__}() got an unexpected keyword argument {name!r}{instead}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        kind(SENTENCES, **{name: 10})


@pytest.mark.parametrize("name", INSTEAD)
def test_gensim_3_attributes_name_what_to_write_now(name):
    model = Word2Vec(SENTENCES, **SMALL)
    with pytest.raises(AttributeError, match=re.escape(f"{name!r}: write model.{INSTEAD[name]}")):
        getattr(model, name)
    assert not hasattr(model, "no_such_name")
    with pytest.raises(TypeError, match=r"not subscriptable: write model\.wv\[word\]"):
        model["a"]


def test_deprecated_names_still_work():
    model = Word2Vec(SENTENCES, **SMALL)
    with pytest.warns(DeprecationWarning, match="Call to deprecated `init_sims`"):
        model.init_sims(replace=True)
    assert np.linalg.norm(model.wv.vectors, axis=1) == pytest.approx(1)
    with pytest.warns(DeprecationWarning, match="Call to deprecated `seeded_vector`"):
        same = [model.seeded_vector("text", 4).tolist() for _ in range(2)]
    assert same[0] == same[1]
    assert max(map(abs, same[0])) <= 0.125


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epochs": 1}, ValueError, "give total_examples or total_words"),
        ({"total_examples": 20}, ValueError, "epochs must be given"),
        ({"total_examples": 20, "epochs": 0}, ValueError, "epochs must be given"),
        ({"total_examples": 20, "epochs": -1}, ValueError, "epochs must be a whole number of at least 1"),
        ({"total_examples": 20, "epochs": 1.5}, ValueError, "epochs must be a whole number"),
        ({"total_examples": 20, "epochs": "all"}, ValueError, "epochs must be a whole number"),
        ({"total_examples": -1, "epochs": 1}, ValueError, "total_examples must be a whole number"),
        ({"total_words": "many", "epochs": 1}, ValueError, "total_words must be a whole number"),
        ({"total_examples": 20, "epochs": 1, "start_alpha": -1}, ValueError, "alpha must be a finite number"),
        ({"total_examples": 20, "epochs": 1, "end_alpha": "low"}, ValueError, "min_alpha must be a finite"),
        ({"total_examples": 20, "epochs": 1, "speed": 2}, TypeError, "unexpected keyword argument 'speed'"),
    ],
    ids=str,
)
def test_train_says_what_it_needs(arguments, error, message):
    model = Word2Vec(SENTENCES, **SMALL)
    with pytest.raises(error, match=message):
        model.train(SENTENCES, **arguments)
    # what was refused is not kept: the next call works
    assert (model.alpha, model.min_alpha, model.epochs) == (0.025, 0.0001, 2)
    model.train(SENTENCES, total_examples=20, epochs=1)


def test_order_of_calls():
    with pytest.raises(RuntimeError, match="must first build vocabulary"):
        Word2Vec(**SMALL).train(SENTENCES, total_examples=20, epochs=1)
    with pytest.raises(TypeError, match="both are None"):
        Word2Vec(**SMALL).build_vocab()
    with pytest.raises(TypeError, match="not both"):
        Word2Vec(**SMALL).build_vocab(SENTENCES, corpus_file="x.txt")


def test_corpus_file_needs_total_words(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a b c\n" * 20)
    model = Word2Vec(**SMALL)
    model.build_vocab(corpus_file=path)
    with pytest.raises(ValueError, match="total_words must be provided alongside corpus_file"):
        model.train(corpus_file=path, total_examples=20, epochs=1)


def test_once_only_generator_with_several_epochs():
    with pytest.raises(TypeError, match=r"can't support 3 passes\. Try a re-iterable sequence"):
        Word2Vec((words for words in SENTENCES), **SMALL)


def test_nothing_survives():
    with pytest.raises(RuntimeError, match="min_count"):
        Word2Vec(SENTENCES, **(SMALL | {"min_count": 100}))


class Failing:
    """Sentences that fail in a given pass."""

    def __init__(self, failing_pass):
        self.passes, self.failing_pass = 0, failing_pass

    def __iter__(self):
        self.passes += 1
        yield from SENTENCES
        if self.passes == self.failing_pass:
            raise LookupError("the database went away")


@pytest.mark.parametrize("failing_pass", [1, 2, 3])
def test_an_iterables_error_reaches_the_caller_with_its_traceback(failing_pass):
    with pytest.raises(LookupError, match="the database went away") as caught:
        Word2Vec(Failing(failing_pass), **SMALL)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-1] == "__iter__"


def test_an_unhashable_token_is_an_error_and_no_hang():
    with pytest.raises(TypeError, match="tokens must be hashable"):
        Word2Vec([[["a"], "b"]], **SMALL)


class Interrupting(CallbackAny2Vec):
    """Ctrl-C after the first epoch."""

    def on_epoch_end(self, model):
        _thread.interrupt_main()
        for _ in range(10**7):
            pass


def test_ctrl_c_in_train_is_raised_again():
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    with pytest.raises(KeyboardInterrupt):
        model.train(SENTENCES, total_examples=20, epochs=50, callbacks=[Interrupting()])
    assert model.epochs_trained < 50


def test_ctrl_c_in_the_constructor_leaves_the_model(caplog):
    with caplog.at_level(logging.WARNING, logger="ns2vec"):
        model = Word2Vec(SENTENCES, **(SMALL | {"epochs": 50}), callbacks=[Interrupting()])
    assert 0 < model.epochs_trained < 50
    assert "interrupted" in caplog.text
    assert len(model.wv["a"]) == 8


def test_read_only_weights_are_named():
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    model.wv.vectors.setflags(write=False)
    with pytest.raises(ValueError, match="vectors is read-only"):
        model.train(SENTENCES, total_examples=20, epochs=1)


def test_a_pipe_that_is_not_kept_is_named(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(TypeError, match=r"pipe can be read only once, but 3 passes .* corpus_memory above 0"):
        Word2Vec(path, **SMALL, corpus_memory=0)


def test_weights_of_an_objective_that_came_later_are_asked_for():
    model = Word2Vec(SENTENCES, **SMALL, hs=1, negative=0)
    model.negative = 5
    with pytest.raises(ValueError, match=r"syn1neg must have shape .* got None.*init_weights"):
        model.train(SENTENCES, total_examples=20, epochs=1)


def test_plain_strings_are_warned_about_once(caplog):
    with caplog.at_level(logging.WARNING, logger="ns2vec"):
        Word2Vec(["some", "words"], **SMALL)
    assert caplog.text.count("should be a list of words") == 1


def test_no_memory_names_what_to_lower():
    with pytest.raises(MemoryError, match=r"no memory for 3 rows of 1,000,000.*lower vector_size"):
        Word2Vec(SENTENCES, **(SMALL | {"vector_size": 10**12}))


def test_short_corpus_is_noticed(caplog):
    model = Word2Vec(**SMALL)
    model.build_vocab(SENTENCES)
    with caplog.at_level(logging.WARNING, logger="ns2vec"):
        model.train(SENTENCES[:5], total_examples=20, epochs=1)
    assert "EPOCH 0: supplied example count (5) did not equal expected count (20)" in caplog.text


def test_load_is_a_method_of_the_class():
    with pytest.raises(AttributeError, match="should be called on a class object"):
        Word2Vec().load("model")
