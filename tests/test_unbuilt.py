"""A checkout whose modules are not compiled says what to type."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

IGNORED = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "_cy")


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Path:
    """Sources and scripts without anything compiled."""
    for folder in ("ns2vec", "scripts"):
        shutil.copytree(repository / folder, tmp_path / "checkout" / folder, ignore=IGNORED)
    return tmp_path / "checkout"


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("statement", ["import ns2vec", "from ns2vec import Word2Vec", "import ns2vec.cli"])
def test_python_started_among_the_sources_says_what_to_type(checkout, statement):
    outcome = run("-c", statement, cwd=checkout)
    assert outcome.returncode == 1
    line = outcome.stderr.splitlines()[-1]
    assert line.startswith(f"ImportError: ns2vec was imported from its sources in {checkout / 'ns2vec'}, ")
    assert line.endswith(f"or compile it here: pip install --editable {checkout}")
    assert "circular" not in outcome.stderr


def test_a_module_that_is_new_and_not_compiled_yet_is_named(checkout):
    for source in (checkout / "ns2vec").rglob("*.pyx"):
        source.with_suffix(".abi3.so").touch()
    (checkout / "ns2vec" / "corpus" / "_scan.abi3.so").unlink()
    outcome = run("-c", "from ns2vec._unbuilt import *", cwd=checkout)
    assert ", where corpus._scan is not compiled" in outcome.stderr


def test_other_import_errors_come_through(checkout):
    shutil.rmtree(checkout / "ns2vec" / "cli")
    for source in (checkout / "ns2vec").rglob("*.pyx"):
        source.unlink()  # as in an installed package
    outcome = run("-c", "import ns2vec", cwd=checkout)
    assert re.search(r"ModuleNotFoundError: No module named 'ns2vec\.[\w.]*_\w+'", outcome.stderr)
    assert "pip install" not in outcome.stderr


@pytest.mark.parametrize("name", ["train", "query"])
def test_a_script_runs_the_installed_package_where_the_checkout_is_not_compiled(checkout, name):
    outcome = run(str(checkout / "scripts" / f"{name}.py"), "--help", cwd=checkout)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith(f"usage: ns2vec {name}")


def test_a_script_without_any_package_says_what_to_type(checkout):
    outcome = run("-S", str(checkout / "scripts" / "evaluate.py"), "--help", cwd=checkout)
    assert outcome.returncode == 1
    assert outcome.stderr.count("\n") == 1
    assert outcome.stderr.endswith(f" -m pip install --editable {checkout}\n")
