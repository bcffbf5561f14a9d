"""Pictures are drawn where matplotlib is, and where it is not, that is said; those in the guide are small."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from sources import code_lines


@pytest.fixture
def pictures(repository):
    place = importlib.util.spec_from_file_location("pictures", repository / "examples" / "pictures.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def test_without_matplotlib_it_is_asked_for(pictures, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with (
        pytest.raises(SystemExit, match="pip install matplotlib"),
        pictures.picture(tmp_path / "a.png", "nothing"),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_a_picture_is_written(pictures, tmp_path):
    pytest.importorskip("matplotlib")
    with pictures.picture(tmp_path / "a.svg", "Lines", 2) as (left, _):
        left.plot([0, 1])
    assert "</svg>" in (tmp_path / "a.svg").read_text()


def test_each_picture_is_of_an_example_and_all_are_small(repository):
    found = sorted((repository / "docs" / "pictures").iterdir())
    assert [path.name for path in found if not (repository / "examples" / f"{path.stem}.py").exists()] == []
    assert max(path.stat().st_size for path in found) < 60_000


def test_examples_are_short(repository):
    examples = sorted((repository / "examples").glob("*.py"))
    assert [path.name for path in examples if len(code_lines(path.read_text("utf-8"))) > 60] == []
