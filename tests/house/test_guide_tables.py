"""Every table of the guide is what its JSON file says, and every file has its command."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path


def load(repository: Path):
    spec = importlib.util.spec_from_file_location("guide_tables", repository / "scripts" / "guide_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guide_is_made_of_its_files(repository: Path):
    assert load(repository).main(["--check"]) == 0


def test_every_file_is_shown_with_its_command(repository: Path):
    text = (repository / "docs" / "choosing-a-sampler.md").read_text("utf-8")
    shown = set(re.findall(r"<!-- table: (\S+) command -->", text))
    assert shown == {path.name for path in (repository / "docs" / "data").glob("compare-*.json")}
    for name in shown:
        record = json.loads((repository / "docs" / "data" / name).read_text("utf-8"))
        assert record["command"].startswith("ns2vec compare ")


def test_a_changed_number_is_noticed(repository: Path):
    module = load(repository)
    text = module.GUIDE.read_text("utf-8")
    changed = text.replace("| softmax | ", "| softmax | 1", 1)
    assert changed != text
    assert module.with_tables(changed) == text
