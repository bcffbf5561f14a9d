"""A planted corpus, vectors trained on it, and the command line called in this process."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ns2vec.cli import main
from ns2vec.evaluation import facts_corpus


class Outcome(NamedTuple):
    """Exit code and what was written."""

    code: int
    out: str
    err: str

    def refusal(self) -> str:
        """The one line of an error; nothing else may have been written."""
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("ns2vec: ")
        assert "Traceback" not in self.err
        return self.err


@pytest.fixture
def ns2vec(capsys, monkeypatch):
    """Return ``run(*words, stdin=b"") -> Outcome``."""

    def run(*words: object, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def planted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small corpus of facts, plain and compressed, its questions, and vectors trained on it."""
    folder = tmp_path_factory.mktemp("planted")
    corpus = facts_corpus(n_types=2000, n_words=60_000)
    corpus.write_corpus(folder / "corpus.txt")
    corpus.write_analogies(folder / "questions.txt")
    corpus.write_similarity(folder / "pairs.tsv")
    (folder / "corpus.txt.gz").write_bytes(gzip.compress((folder / "corpus.txt").read_bytes()))
    (folder / "lines.txt").write_text("__label__sea wave\n__label__sky cloud\n" * 20, "utf-8")
    options = ["--vector-size", "24", "--sg", "--workers", "1", "--epochs", "3", "-q"]
    for name in ("vectors.bin", "vectors.txt"):
        assert main(["train", str(folder / "corpus.txt"), *options, "--output", str(folder / name)]) == 0
    return folder


@pytest.fixture
def planted(planted_folder: Path, tmp_path: Path, monkeypatch) -> Path:
    """A copy of `planted_folder`, which is the current folder."""
    copy = tmp_path / "planted"
    shutil.copytree(planted_folder, copy)
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def listing():
    """Return ``names(folder)``: what is there, hidden files too."""
    return lambda folder: sorted(os.listdir(folder))
