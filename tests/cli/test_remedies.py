"""Advice of the library in the words of the command line."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from ns2vec.cli.remedies import as_options
from ns2vec.formats import VectorTable, native, word2vec_binary

PYTHON = re.compile(r"\b[a-z_]+=('|True|False|\d)|KeyedVectors|ns2vec\.formats")


@pytest.mark.parametrize(
    ("message", "options", "expected"),
    [
        ("use errors='replace'", {"--errors"}, "use --errors replace"),
        ("use errors='replace'", set(), "use errors='replace'"),
        ("or pass unicode_errors='replace'", {"--errors"}, "or pass --errors replace"),
        ("or pass limit=12 to read", {"--limit"}, "or pass --limit 12 to read"),
        ("or pass on_malformed='skip'", {"--malformed"}, "or pass --malformed skip"),
        ("duplicates='first' or 'last' reads", {"--duplicates"}, "--duplicates first or last reads"),
        ("use backend='fused' or 'blas'", {"--backend"}, "use --backend fused or blas"),
        ("pass binary=True", {"--from", "--format"}, "pass --from word2vec_binary"),
        ("pass binary=False", {"--format"}, "pass --format word2vec_text"),
        ("loads with no_header=True", {"--format"}, "loads with --format glove"),
        ("leave out no_header=True", {"--from"}, "leave out --from glove"),
        ("found b'x=1.5'", {"--x"}, "found b'x=1.5'"),
        ("the key 'errors=5x'", {"--errors"}, "the key 'errors=5x'"),
    ],
)
def test_advice_names_the_options_that_the_command_has(message, options, expected):
    assert as_options(message, options) == expected


CONTENTS = {
    "keys in another encoding": b"2 2\n\xe4 1 2\nb 3 4\n",
    "more vectors than the header says": b"1 2\na 1 2\nb 3 4\n",
    "no header where one should be": b"a 1 2\nb 3 4\n",
    "a header where none should be": b"2 3\na 1 2 3\nb 3 4 5\n",
    "decimal commas": b"2 2\na 0,1 0,2\nb 1 2\n",
    "places before values": b"a 1:0.5 2:0.5\nb 1:0.5 2:0.5\n",
    "a short line": b"2 2\na 1 2\nb 1\n",
    "a gzip file": gzip.compress(b"2 2\na 1 2\nb 3 4\n"),
    "a web page": b"<html>\n",
    "a pickle": b"\x80\x04\x95\x0c\0\0\0\0\0\0\0}.",
    "HDF5": b"\x89HDF\r\n\x1a\n\0\0\0",
    "binary vectors": None,
    "a saved model": None,
}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("command", ["query", "info", "evaluate", "convert"])
def test_no_command_advises_python(ns2vec, tmp_path, monkeypatch, name, command):
    monkeypatch.chdir(tmp_path)
    path, content = Path("vectors.txt"), CONTENTS[name]
    table = VectorTable(["a", "b"], np.random.default_rng(1).normal(size=(2, 9)).astype(np.float32))
    if content is not None:
        path.write_bytes(content)
    else:
        (word2vec_binary if name == "binary vectors" else native).write(path, table)
    words = {"query": ["a"], "info": [], "evaluate": ["--facts"], "convert": ["new.bin"]}[command]
    option = "--from" if command == "convert" else "--format"
    for named in (None, "word2vec_text", "word2vec_binary", "glove", "fasttext_vec"):
        outcome = ns2vec(command, path, *words, *([option, named] if named else []))
        assert not PYTHON.search(outcome.err), outcome.err
        assert outcome.code or named in (None, "word2vec_binary", "word2vec_text", "glove", "fasttext_vec")


def test_a_corpus_in_another_encoding(ns2vec, tmp_path):
    (tmp_path / "corpus.txt").write_bytes(b"the caf\xe9 is\n" * 9)
    outcome = ns2vec("train", tmp_path / "corpus.txt", "--output", tmp_path / "v.bin", "-q")
    assert "use --errors replace or --errors ignore" in outcome.refusal()


@pytest.mark.parametrize("command", ["query", "info", "evaluate"])
def test_keys_in_other_encodings_are_read(ns2vec, tmp_path, command):
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"3 2\n\xe4 1 2\nb 3 4\nc 4 3\n")
    words = {"query": ["b"], "info": [], "evaluate": ["--facts"]}[command]
    refused = ns2vec(command, path, *words)
    assert "name the file's encoding (--encoding), or pass --errors replace" in refused.err
    for options in (["--encoding", "latin1"], ["--errors", "replace"], ["--unicode-errors", "ignore"]):
        assert "not valid" not in ns2vec(command, path, *words, *options).err
    if command == "info":
        assert "\u00e4 b c" in ns2vec("info", path, "--encoding", "latin1").out
