"""Short files, short functions, and nothing left lying about."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sources import (
    CYTHON,
    FOLDERS,
    PACKAGE,
    ROOT,
    C,
    at,
    c_code_lines,
    code_lines,
    cython_functions,
    expect_none,
    files,
    name_of,
    numbered_code,
    parsed,
    python_functions,
    read,
)

MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 40


def test_no_file_is_too_long():
    counted = {
        path: c_code_lines(read(path)) if path.suffix in C else len(code_lines(read(path)))
        for path in files(".py", *CYTHON, *C)
    }
    expect_none(
        (f"{at(path)}: {n_lines} lines" for path, n_lines in counted.items() if n_lines > MAX_FILE_LINES),
        f"Split these files: at most {MAX_FILE_LINES} lines of code each.",
    )


def test_no_function_is_too_long():
    wrong = []
    for path in files(".py", *CYTHON):
        find = cython_functions if path.suffix in CYTHON else python_functions
        for function in find(read(path)):
            if function.n_lines > MAX_FUNCTION_LINES:
                wrong.append(f"{at(path, function.line)}: {function.name} has {function.n_lines}")
    expect_none(wrong, f"Split these functions: at most {MAX_FUNCTION_LINES} lines of code each.")


SPEAKS_OR_EXITS = re.compile(
    r"(?<![\w.])(print|exit|quit|breakpoint)\(|basicConfig\(|sys\.exit\(|os\._exit\("
)


def test_the_library_logs_and_never_exits():
    library = [path for path in files(".py", ".pyx", ".pxi", folders=("ns2vec",)) if "cli" not in path.parts]
    expect_none(
        (
            f"{at(path, number)}: {line.strip()}"
            for path in library
            for number, line in numbered_code(path)
            if SPEAKS_OR_EXITS.search(line)
        ),
        "Log through the module's logger, raise an exception; only ns2vec/cli prints and exits.",
    )


def test_assert_is_not_used_on_input():
    expect_none(
        (
            at(path, node.lineno)
            for path in files(".py", folders=("ns2vec",))
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Assert)
        ),
        "Raise an exception: assert vanishes under -O.",
    )


def texts() -> list[Path]:
    """Everything a reader of the repository sees, except this file and the licence."""
    named = ["Makefile", "pyproject.toml", "setup.py", "MANIFEST.in", ".ci/run", *map(str, ROOT.glob("*.md"))]
    found = [*map(ROOT.joinpath, named), *files(".py", ".pyi", ".toml", *CYTHON, *C)]
    return [path for path in found if path.exists() and path != Path(__file__).resolve()]


LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|/(work|home|root|Users|mnt)/\w")


def test_no_leftovers_and_no_paths_of_one_machine():
    expect_none(
        (
            f"{at(path, number)}: {line.strip()}"
            for path in texts()
            for number, line in enumerate(read(path).split("\n"), start=1)
            if LEFTOVER.search(line)
        ),
        "Finish what these lines leave for later; write paths that exist on every machine.",
    )


def test_a_folder_with_python_files_is_a_package():
    folders = {path.parent for path in files(".py", folders=("ns2vec",))}
    expect_none(
        (name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()),
        "Add __init__.py to these folders.",
    )


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="not a git checkout")
def test_nothing_else_lies_at_the_top():
    """A test that writes into the current folder leaves what the next commit takes along."""
    command = ["git", "-C", ROOT, "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"git does not list the files: {listed.stderr}")
    folders = {name.partition("/")[0] for name in listed.stdout.split("\0") if "/" in name}
    expect_none(
        sorted(folders - {*FOLDERS, "docs", "fuzz", ".ci", ".github"}),
        "These folders do not belong to the project: take them out of git.",
    )


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").exists()


def test_a_module_that_pytest_is_given_first_is_loaded_once():
    """``conftest.py`` imports it by its name; doctests of the classes' other users fail otherwise."""
    program = (
        "import pytest; pytest.main(['--collect-only', '-q', 'ns2vec/training/observers.py']);"
        "import ns2vec.training as package; from ns2vec.training.observers import Observer;"
        "raise SystemExit(Observer is not package.Observer)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
