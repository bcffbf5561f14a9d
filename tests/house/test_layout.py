"""Short files, short functions, and nothing left lying about."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sources import (
    CYTHON,
    FOLDERS,
    PACKAGE,
    ROOT,
    C,
    c_code_lines,
    code_lines,
    cython_functions,
    files,
    name_of,
    python_functions,
)

MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 40
LIBRARY = [path for path in files(".py", ".pyx", ".pxi", folders=("ns2vec",)) if "cli" not in path.parts]


@pytest.mark.parametrize("path", files(".py", *CYTHON, *C), ids=name_of)
def test_no_file_is_too_long(path: Path):
    text = path.read_text("utf-8")
    n_lines = c_code_lines(text) if path.suffix in C else len(code_lines(text))
    assert n_lines <= MAX_FILE_LINES


@pytest.mark.parametrize("path", files(".py", *CYTHON), ids=name_of)
def test_no_function_is_too_long(path: Path):
    find = cython_functions if path.suffix in CYTHON else python_functions
    text = path.read_text("utf-8")
    assert [function for function in find(text) if function.n_lines > MAX_FUNCTION_LINES] == []


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_the_library_logs_and_never_exits(path: Path):
    text = path.read_text("utf-8")
    coded = [line for number, line in enumerate(text.split("\n"), start=1) if number in code_lines(text)]
    forbidden = re.compile(r"(?<![\w.])(print|exit|quit|breakpoint)\(|basicConfig\(|sys\.exit\(|os\._exit\(")
    assert [line for line in coded if forbidden.search(line)] == []


@pytest.mark.parametrize("path", files(".py", folders=("ns2vec",)), ids=name_of)
def test_assert_is_not_used_on_input(path: Path):
    tree = ast.parse(path.read_text("utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)] == []


def texts() -> list[Path]:
    """Everything a reader of the repository sees, except this file and the licence."""
    named = ["Makefile", "pyproject.toml", "setup.py", "MANIFEST.in", ".ci/run", *map(str, ROOT.glob("*.md"))]
    found = [*map(ROOT.joinpath, named), *files(".py", ".pyi", ".toml", *CYTHON, *C)]
    return [path for path in found if path.exists() and path != Path(__file__).resolve()]


@pytest.mark.parametrize("path", texts(), ids=name_of)
def test_no_leftovers_and_no_paths_of_one_machine(path: Path):
    forbidden = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|/(work|home|root|Users|mnt)/\w")
    lines = path.read_text("utf-8").split("\n")
    assert [f"{number}: {line}" for number, line in enumerate(lines, start=1) if forbidden.search(line)] == []


def test_a_folder_with_python_files_is_a_package():
    folders = {path.parent for path in files(".py", folders=("ns2vec",))}
    assert [name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="not a git checkout")
def test_nothing_else_lies_at_the_top():
    """A test that writes into the current folder leaves what the next commit takes along."""
    command = ["git", "-C", ROOT, "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"git does not list the files: {listed.stderr}")
    folders = {name.partition("/")[0] for name in listed.stdout.split("\0") if "/" in name}
    assert folders - {*FOLDERS, "docs", "fuzz", ".ci", ".github"} == set()


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").exists()
