"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

# Programs, not test modules, which `make check-deep` and the wheel tests run.
collect_ignore = ["deep", "house/smoke.py"]

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files with slow tests first: the last ones to begin determine when all processors have finished."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real corpora and question files: ``NS2VEC_DATA``, else ``../shared/data``."""
    named = os.environ.get("NS2VEC_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}: set NS2VEC_DATA to a folder with corpus/ and eval/")
    return folder


@pytest.fixture
def write_text(tmp_path: Path):
    """Return ``write(text, name="corpus.txt") -> Path``: a file with exactly these characters or bytes."""

    def write(text: str | bytes, name: str = "corpus.txt") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return path

    return write


def topic_sentences(n_sentences=400, seed=0):
    """Two topics whose words never occur together."""
    rng = np.random.default_rng(seed)
    topics = [[f"{name}{i}" for i in range(10)] for name in ("fruit", "tool")]
    return [rng.choice(topics[i % 2], size=8).tolist() for i in range(n_sentences)]


@pytest.fixture(scope="session")
def sentences():
    """A small planted corpus."""
    return topic_sentences()


@pytest.fixture
def corpus_path(tmp_path, sentences):
    """Its path."""
    path = tmp_path / "topics.txt"
    path.write_text("\n".join(map(" ".join, sentences)) + "\n")
    return path


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_works():
    """A shell starts background jobs with Ctrl-C ignored; tests need Python's handler."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
