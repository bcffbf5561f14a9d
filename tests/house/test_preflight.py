"""What the machine lacks is said in one line (scripts/preflight.py)."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


@pytest.fixture
def preflight(repository: Path):
    spec = importlib.util.spec_from_file_location("preflight", repository / "scripts" / "preflight.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def one_line(capsys, preflight, *arguments: str) -> str:
    """Run the script in this process; it must fail and write exactly one line."""
    assert preflight.main(list(arguments)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    return err


def test_a_complete_machine_is_silent(preflight, capsys):
    assert preflight.main([]) == 0
    assert capsys.readouterr() == ("", "")


def test_old_python(preflight, capsys, monkeypatch):
    monkeypatch.setattr(preflight, "OLDEST", (3, 99))
    assert "Python 3.99 or newer is needed" in one_line(capsys, preflight)


def test_no_venv_module(preflight, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert "-venv" in one_line(capsys, preflight)


def test_no_headers(preflight, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"include": str(tmp_path)})
    line = one_line(capsys, preflight)
    assert f"Python.h is not in {tmp_path}" in line
    assert "-dev" in line


def test_no_compiler(preflight, capsys, monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    assert "no C compiler: 'no-such-compiler' is not on the PATH" in one_line(capsys, preflight)


def test_compiler_that_fails(preflight, capsys, monkeypatch):
    monkeypatch.setenv("CC", "false")
    assert "'false' cannot build a small library" in one_line(capsys, preflight)


def test_no_network(repository, tmp_path):
    """A real pip against an address where nobody listens, without cache or local links."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    settings |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1"}
    settings |= {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [sys.executable, str(repository / "scripts" / "preflight.py"), "network"]
    run = subprocess.run(command, env=settings, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    assert "cannot reach the package index http://127.0.0.1:9/simple" in run.stderr


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("WARNING: Connection refused')': /simple/numpy/\nERROR: No matching distribution", "cannot reach"),
        ("building\nkernel.c:3:1: error: unknown type name\nnote: subprocess-exited", "kernel.c:3:1: error"),
        ("something\nended here\n", "ended here"),
        ("", "(no output)"),
    ],
)
def test_a_failed_pip_is_explained(preflight, capsys, tmp_path, log, expected):
    path = tmp_path / "install.log"
    path.write_text(log, encoding="utf-8")
    assert expected in one_line(capsys, preflight, "explain", str(path))
