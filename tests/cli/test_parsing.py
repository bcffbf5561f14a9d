"""The parser that all commands share."""

from __future__ import annotations

import pytest

from ns2vec.cli.parsing import Parser, UsageError, natural


@pytest.fixture
def parser():
    made = Parser(prog="ns2vec test")
    made.add_argument("files", nargs="*")
    made.add_argument("--number", "-number", type=natural, default=0)
    made.add_switch(made.add_argument_group("switches"), "--hs", "-hs", dest="hs", help="a switch")
    return made


@pytest.mark.parametrize(
    ("line", "files", "switch"),
    [
        ("a b", ["a", "b"], None),
        ("--hs a", ["a"], True),
        ("a --hs", ["a"], True),
        ("--hs 1 a", ["a"], True),
        ("-hs 0 a", ["a"], False),
        ("--hs=0 a", ["a"], False),
        ("a --hs 0 -hs b", ["a", "b"], True),
        ("a --number 1 --hs 0 b 0", ["a", "b", "0"], False),
    ],
)
def test_switches_take_no_file_for_a_value(parser, line, files, switch):
    found = parser.parse(line.split())
    assert found.files == files
    assert getattr(found, "hs", None) is switch


@pytest.mark.parametrize("line", ["--hs=2", "--number -1", "--number x", "--num 1", "--other", "--number"])
def test_errors_name_the_command(parser, line):
    with pytest.raises(UsageError, match=r"\(see ns2vec test --help\)$"):
        parser.parse(line.split())


@pytest.mark.parametrize("command", [["query", "v.txt", "a"], ["info", "v.txt"], ["convert", "v", "w"]])
@pytest.mark.parametrize("name", ["utf9", "hex", ""])
def test_what_names_no_encoding_is_a_usage_error(ns2vec, command, name):
    outcome = ns2vec(*command, "--encoding", name)
    assert outcome.code == 2
    assert "name of an encoding such as utf8 or latin1" in outcome.refusal()
