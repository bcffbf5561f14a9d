"""Every option of a model is a number of Python's after the door, wherever the user came in."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.training import parse_memory
from ns2vec.training.checkpoints import Interval, parse_interval
from ns2vec.training.config import FLAGS, KEPT, NUMBERS, SWITCHES, WHOLE, TrainingConfig

SENTENCES = [["a", "b", "c"], ["b", "c", "d"]] * 20
SMALL = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
EXTRA = {"max_vocab_size": int, "max_final_vocab": int, "sorted_vocab": int, "null_word": int}


def plain(kind):
    return {int: np.int64, float: np.float64, bool: np.bool_}[kind]


@pytest.mark.parametrize(("name", "kind"), [*KEPT.items(), *EXTRA.items()])
@pytest.mark.parametrize("given", [np.float32, np.int16, np.bool_], ids=lambda kind: kind.__name__)
def test_a_number_of_any_kind_is_the_same_option(name, kind, given):
    value = given(True) if name in FLAGS or given is np.bool_ else given(5)
    if name in (*SWITCHES, "sorted_vocab", "null_word"):
        value = given(True)
    model = Word2Vec(**(SMALL | {name: value}))
    model.build_vocab(SENTENCES)
    assert (getattr(model, name), type(getattr(model, name))) == (kind(value), kind)


@pytest.mark.parametrize(
    "options",
    [{"seed": np.int64(7)}, {"hs": np.True_}, {"workers": 2.0}, {"max_final_vocab": 8.0}, {"seed": 7.0},
     {"batch_words": np.uint8(100)}, {"negative": np.array(5)}, {"sample": None}, {"epochs": np.int8(2)},
     {"corpus_memory": np.float64(1e6)}, {"seed": 2**200}],
    ids=repr,
)  # fmt: skip
def test_such_a_model_trains(options):
    assert np.isfinite(Word2Vec(SENTENCES, **(SMALL | options)).wv.vectors).all()


def test_options_that_are_set_later_become_numbers_too():
    model = Word2Vec(SENTENCES, **SMALL)
    model.seed, model.window, model.workers = np.int64(3), 2.0, np.uint8(1)
    model.build_vocab(SENTENCES)
    assert [(value, type(value)) for value in (model.seed, model.window, model.workers)] == [
        (3, int), (2, int), (1, int),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*WHOLE, *SWITCHES, *NUMBERS, *FLAGS, *EXTRA])
@pytest.mark.parametrize("value", ["2", float("nan"), [1]], ids=repr)
def test_what_is_no_number_is_refused_by_its_name(name, value):
    if name == "corpus_memory":
        value = [1]
    with pytest.raises(ConfigError, match=f"^{name} must be (a|True)"):
        Word2Vec(**(SMALL | {name: value}))


@pytest.mark.parametrize("name", ["window", "negative", "workers", "batch_words", "epochs"])
def test_numbers_that_the_kernels_cannot_hold_are_refused(name):
    with pytest.raises(ConfigError, match=f"^{name} must be a whole number from . to 2147483647, got"):
        Word2Vec(**(SMALL | {name: 2**31}))


@pytest.mark.parametrize(
    "arguments",
    [{"total_examples": np.float64(40)}, {"total_words": np.uint8(240)}, {"total_examples": 40.0}],
    ids=repr,
)
def test_train_takes_numbers_of_any_kind(arguments):
    models = [Word2Vec(**SMALL) for _ in range(2)]
    for model in models:
        model.build_vocab(SENTENCES)
    options = {"start_alpha": np.float16(0.5), "word_count": np.int8(0), "compute_loss": np.True_}
    models[0].train(SENTENCES, epochs=np.int64(2), **options, **arguments)
    plain = {name: int(value) for name, value in arguments.items()}
    models[1].train(SENTENCES, epochs=2, start_alpha=0.5, compute_loss=True, **plain)
    assert (models[0].wv.vectors == models[1].wv.vectors).all()
    assert type(models[0].epochs) is int


@pytest.mark.parametrize("name", ["min_count", "sample", "corpus_count", "word_count"])
def test_other_doors_refuse_by_name(name):
    model = Word2Vec(SENTENCES, **SMALL)
    with pytest.raises(ConfigError, match=f"^{name} must be a"):
        if name == "corpus_count":
            model.build_vocab_from_freq({"a": 1}, corpus_count="many")
        elif name == "word_count":
            model.train(SENTENCES, total_examples=40, epochs=1, word_count=0.5)
        else:
            model.build_vocab(SENTENCES, **{name: "many"})


def test_sizes_and_intervals():
    assert parse_memory(np.float64(1e6)) == parse_memory(np.int64(10**6)) == parse_memory("1MB") == 10**6
    assert parse_interval(np.int64(2)) == parse_interval(2.0) == parse_interval("2") == Interval(epochs=2)
    for value in (np.True_, 0, 1.5, "often"):
        with pytest.raises(ConfigError, match=r"^checkpoint_every must be a number of epochs"):
            parse_interval(value)
    with pytest.raises(ConfigError, match=r"^corpus_memory must be"):
        parse_memory(np.True_)


@pytest.mark.parametrize(
    ("options", "unused"),
    [
        ({"objective": "softmax", "sampler": "uniform"}, ["sampler"]),
        ({"objective": "auto", "negative_sharing": "pair"}, ["negative_sharing"]),
        ({"hs": 1, "negative": 0, "sampler": "unigram:exponent=0.5"}, ["sampler"]),
        ({"objective": "hierarchical_softmax", "sampler": "batch", "negative_sharing": "pair"},
         ["sampler", "negative_sharing"]),
        ({"sg": 1, "cbow_update": "corrected"}, ["cbow_update"]),
        ({"objective": "nce", "sampler": "uniform", "negative_sharing": "pair"}, []),
        ({"cbow_update": "corrected"}, []),
        ({"objective": "softmax", "sampler": "unigram"}, []),
    ],
)  # fmt: skip
def test_an_option_without_effect_is_warned_about(options, unused, caplog):
    Word2Vec(SENTENCES, **(SMALL | options))
    warned = [message for message in caplog.messages if "has no effect" in message]
    assert [message.split()[0] for message in warned] == unused


def test_a_config_is_made_of_numbers():
    config = TrainingConfig(window=5.0, alpha=1, sg=np.True_, compute_loss=0)
    assert [type(value) for value in (config.window, config.alpha, config.sg, config.compute_loss)] == [
        int, float, bool, bool,
    ]  # fmt: skip


def test_questions_to_a_model_take_numbers_of_any_kind():
    model = Word2Vec(SENTENCES, **SMALL)
    assert model.predict_output_word(["a"], topn=2.0) == model.predict_output_word(["a"], topn=2)
    assert model.estimate_memory(np.float64(1e6)) == model.estimate_memory(10**6)
    paths = Word2Vec(SENTENCES, hs=1, negative=0, **SMALL)
    assert len(paths.score(SENTENCES, total_sentences=3.0)) == 3
    for ask in (
        lambda: model.predict_output_word(["a"], topn="2"),
        lambda: model.estimate_memory("many"),
        lambda: paths.score(SENTENCES, total_sentences=2.5),
    ):
        with pytest.raises(ConfigError, match="must be a whole number of at least 0, got"):
            ask()
