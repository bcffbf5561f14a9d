"""The Python examples of the documents run as they stand, from top to bottom."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DOCUMENTS = ["README.md", "EXTENDING.md", "docs/migrating-from-gensim.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_examples_run(repository: Path, name: str, tmp_path: Path):
    """In a process of its own, in a folder where a small ``corpus.txt`` lies."""
    text = (repository / name).read_text("utf-8")
    lines: list[str] = []
    for block in BLOCK.finditer(text):
        lines += [""] * (text[: block.start()].count("\n") + 1 - len(lines))   # keep the line numbers
        lines += block[1].splitlines()
    assert lines, "a document without an example"
    script = tmp_path / f"{Path(name).stem}.py"
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sentences = ["the king of france lives in paris", "the queen of england lives in london"]
    (tmp_path / "corpus.txt").write_text("\n".join(sentences * 200) + "\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_readme_names_the_two_commands(repository: Path):
    text = (repository / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_every_make_target_is_described(repository: Path):
    text = (repository / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()
    described = re.findall(r"^# make ([\w-]+)", text, re.MULTILINE)
    assert sorted(described) == sorted(phony)
