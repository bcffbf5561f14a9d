"""The scripts of eval/ and benchmarks/ as modules, and a small data folder in the real layout."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from ns2vec.evaluation import facts_corpus

SCRIPTS = ("check", "protocol", "run")


@pytest.fixture
def script(repository: Path, monkeypatch: pytest.MonkeyPatch):
    """Return ``script(name)``: a script of eval/ as if run in its folder, or a module of benchmarks/."""
    for name in SCRIPTS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "path", [str(repository / "eval"), str(repository), *sys.path])
    yield lambda name: importlib.import_module(name if name in SCRIPTS else f"benchmarks.{name}")
    for name in SCRIPTS:
        sys.modules.pop(name, None)


@pytest.fixture
def without_children(script, monkeypatch):
    """Return ``without_children(name)``: a module of benchmarks/ that does its jobs in this process.

    It is for tests of how outcomes are used: other tests start processes for each kind of job, and a
    process takes longer to start than to do its job here.
    """

    def run_child(job):
        tasks = script("child").TASKS
        outcome = tasks[job.get("task", "train")](json.loads(json.dumps(job)), lambda **phase: None)
        return {**json.loads(json.dumps(outcome)), "wall_seconds": 1.0, "peak_bytes": {"start": 1}}

    return lambda name: monkeypatch.setattr(script(name), "run_child", run_child)


@pytest.fixture(scope="session")
def corpus():
    """A facts corpus on which training takes only a moment."""
    return facts_corpus(n_types=1200, seed=1, n_words=60_000)


@pytest.fixture(scope="session")
def planted_data(corpus, tmp_path_factory) -> Path:
    """A data folder whose suites are questions of the facts corpus."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("analogy", "similarity"):
        (folder / "eval" / name).mkdir(parents=True)
    corpus.write_analogies(folder / "eval" / "analogy" / "google.txt")
    for name in ("ws353", "simlex999", "men3000"):
        corpus.write_similarity(folder / "eval" / "similarity" / f"{name}.tsv")
    return folder


@pytest.fixture(scope="session")
def planted_text(corpus, tmp_path_factory) -> Path:
    """The corpus as a file."""
    path = tmp_path_factory.mktemp("text") / "facts.txt"
    corpus.write_corpus(path)
    return path


@pytest.fixture(scope="session")
def planted_vectors(corpus, tmp_path_factory) -> Path:
    """A word2vec text file of "side + row" vectors, which answer every question."""
    rng = np.random.default_rng(0)
    lines = []
    for family in corpus.world.families:
        sides = rng.normal(size=(len(family.sides), 120))
        for row in family.rows:
            row_vector = rng.normal(size=120)
            for side, word in zip(sides, row, strict=True):
                if word != "-":
                    lines.append(" ".join([word, *(f"{value:.4f}" for value in side + row_vector)]))
    path = tmp_path_factory.mktemp("vectors") / "planted.txt"
    path.write_text(f"{len(lines)} 120\n" + "\n".join(lines) + "\n", encoding="utf8")
    return path
