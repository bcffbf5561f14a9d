"""The Python examples of the documents run as they stand, from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DOCUMENTS = ["README.md", "EXTENDING.md"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_examples_run(repository: Path, name: str, tmp_path: Path, monkeypatch):
    """One namespace per document; a folder of its own, where a small ``corpus.txt`` lies."""
    text = (repository / name).read_text("utf-8")
    blocks = [(text[: match.start()].count("\n") + 2, match[1]) for match in BLOCK.finditer(text)]
    assert blocks
    monkeypatch.chdir(tmp_path)
    lines = ["the king of france lives in paris", "the queen of england lives in london"]
    Path("corpus.txt").write_text("\n".join(lines * 200) + "\n", encoding="utf-8")
    namespace: dict[str, object] = {"__name__": "document"}
    for line, source in blocks:
        code = "\n" * (line - 1) + source     # tracebacks show the document's own line numbers
        exec(compile(code, name, "exec"), namespace)
    assert len(namespace) > 2


def test_the_readme_names_the_two_commands(repository: Path):
    text = (repository / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_every_make_target_is_described(repository: Path):
    text = (repository / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()
    described = re.findall(r"^# make ([\w-]+)", text, re.MULTILINE)
    assert sorted(described) == sorted(phony)
