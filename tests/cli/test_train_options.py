"""Options of ``ns2vec train`` and the parameters of Word2Vec."""

from __future__ import annotations

import re

import pytest

from ns2vec import Word2Vec
from ns2vec.cli import command_parser
from ns2vec.cli.train_options import DEFAULTS, model_parameters
from ns2vec.sampling import SAMPLERS, make_sampler
from ns2vec.sampling.spec import options_of
from ns2vec.training.config import CHOICES

# What cannot be written on a command line, has a name of its own there, or is planned.
NOT_OPTIONS = {
    "callbacks",
    "checkpoint",
    "checkpoint_every",
    "comment",
    "corpus_file",
    "hashfxn",
    "progress",
    "sentences",
    "trim_rule",
}


def parameters(line: str) -> dict[str, object]:
    return model_parameters(command_parser("train").parse(["c.txt", *line.split()]))


def test_nothing_given_leaves_the_librarys_defaults():
    assert parameters("") == {}


def test_every_parameter_has_its_option():
    for name in DEFAULTS.keys() - NOT_OPTIONS:
        flag = f"--{name.replace('_', '-')}"
        value = CHOICES[name][0] if name in CHOICES else "1"
        assert list(parameters(f"{flag} {value}")) == [name]


@pytest.mark.parametrize("name", SAMPLERS)
def test_help_lists_the_samplers_with_their_options(name):
    """As they are written after --sampler, each with its default."""
    lines = command_parser("train").format_help().splitlines()
    line = next(line for line in lines if re.fullmatch(rf" {{4}}{name}(:.*)?", line))
    options = line.strip().removeprefix(name).removeprefix(":").split(", ")
    given = {option for option in options_of(SAMPLERS[name]) if option not in ("on_collision", "exclude")}
    assert {option.partition("=")[0] for option in options if option} == given
    if name not in ("pool", "mixed"):
        text = ",".join(option for option in options if "=" in option)
        assert repr(make_sampler(f"{name}:{text}")) == repr(make_sampler(name))


@pytest.mark.parametrize("name", CHOICES)
def test_help_lists_the_choices(name):
    text = " ".join(command_parser("train").format_help().split())
    assert ", ".join(CHOICES[name]) in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--sg", {"sg": 1}),
        ("--sg 0", {"sg": 0}),
        ("--cbow", {"sg": 0}),
        ("-cbow 0", {"sg": 1}),
        ("--architecture skip_gram", {"sg": 1}),
        ("--architecture skip-gram", {"sg": 1}),
        ("--architecture cbow", {"sg": 0}),
        ("-size 50 -iter 3 -threads 4", {"vector_size": 50, "epochs": 3, "workers": 4}),
        ("--size 50 --iter 3 --threads 4", {"vector_size": 50, "epochs": 3, "workers": 4}),
        ("-hs 1 -negative 0", {"hs": 1, "negative": 0}),
        ("--ns-exponent -0.5", {"ns_exponent": -0.5}),
        ("--shrink-windows 0 --corpus-memory 64MiB", {"shrink_windows": False, "corpus_memory": "64MiB"}),
        (
            "--objective hierarchical_softmax --negative 0",
            {"objective": "hierarchical_softmax", "negative": 0},
        ),
    ],
)
def test_ways_to_write_it(line, expected):
    found = parameters(line)
    assert found == expected
    assert {name: type(value) for name, value in found.items()} == {
        name: type(value) for name, value in expected.items()
    }
    Word2Vec(**found)
