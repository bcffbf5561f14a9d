"""A planted corpus, vectors trained on it, and the command line, called in this process."""

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
from ns2vec.recommend import planted_interactions


class Outcome(NamedTuple):
    """Exit code and output."""

    code: int
    out: str
    err: str

    def refusal(self) -> str:
        """The one line of an error; there must be no other output."""
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("ns2vec: ")
        assert "Traceback" not in self.err
        return self.err


@pytest.fixture(autouse=True)
def short_measurements(monkeypatch):
    """Measure speeds only for a moment: the values of the figures do not matter here."""
    monkeypatch.setattr("ns2vec.calculator.estimates.SECONDS", 0.05)
    monkeypatch.setattr("ns2vec.comparison.trials.LONGEST_TRIAL", 0.02)


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
    edges = [(f"{side}{a}", f"{side}{b}") for side in "xy" for a in range(10) for b in range(a)]
    (folder / "edges.txt").write_text("# two cliques\n" + "".join(f"{a} {b}\n" for a, b in edges))
    (folder / "corpus.txt.gz").write_bytes(gzip.compress((folder / "corpus.txt").read_bytes()))
    (folder / "lines.txt").write_text("__label__sea wave\n__label__sky cloud\n" * 20, "utf-8")
    write_clicks(folder)
    options = ["--vector-size", "24", "--sg", "--workers", "1", "--epochs", "3", "-q"]
    for name in ("vectors.bin", "vectors.txt"):
        assert main(["train", str(folder / "corpus.txt"), *options, "--output", str(folder / name)]) == 0
    return folder


def write_clicks(folder: Path) -> None:
    """Write clicks of users with times to ``clicks.csv``, and a few later ones to ``later.csv``."""
    data = planted_interactions(100, 60, 3, per_user=10, noise=0.0).interactions
    keys = [
        (data.user_keys[user], data.item_keys[item])
        for user, item in zip(data.users, data.items, strict=True)
    ]
    lines = [f"{user},{item},{time}" for (user, item), time in zip(keys, data.times.tolist(), strict=True)]
    (folder / "clicks.csv").write_text("\n".join(["user,item,time", *lines, ""]), encoding="utf-8")
    later = [f"u{row},i{row % 60}" for row in range(100) if (f"u{row}", f"i{row % 60}") not in keys]
    (folder / "later.csv").write_text("\n".join(["user,item", *later, ""]), encoding="utf-8")


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    """A folder with interactions of planted tastes."""
    write_clicks(tmp_path)
    return tmp_path


@pytest.fixture
def planted(planted_folder: Path, tmp_path: Path, monkeypatch) -> Path:
    """A copy of `planted_folder`, which is the current folder."""
    copy = tmp_path / "planted"
    shutil.copytree(planted_folder, copy)
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def listing():
    """Return ``names(folder)``: its files, including hidden ones."""
    return lambda folder: sorted(os.listdir(folder))
