"""What is published: contents of sdist and wheel, and the wheel at work in an empty environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
pytest.importorskip("Cython", reason="building a wheel needs the build requirements of pyproject.toml")

DATA = (
    "py.typed",
    "suites/*.toml",
    "ledger/schema.json",
    "reports/*.css",
    "app/static/*.*",
    "app/static/rooms/*.*",
)
UNPUBLISHED = ("build", "dist", "tests", "scripts", "eval", "benchmarks", "__pycache__")


def run(*command: object, cwd: Path, **settings: str) -> str:
    """Run `command` away from the checkout's settings; its output is the message if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "CFLAGS"}}
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def sdist(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution from a copy, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("sdist")
    copy = folder / "checkout"
    skipped = shutil.ignore_patterns(".*", "*.so", "*.egg-info", *UNPUBLISHED)
    shutil.copytree(repository, copy, ignore=skipped)
    code = f"from setuptools import build_meta; print(build_meta.build_sdist({str(folder)!r}))"
    run(sys.executable, "-c", code, cwd=copy)
    return next(folder.glob("ns2vec-*.tar.gz"))


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the sdist alone: what is missing there shows here.

    Without optimisation, which takes most of the time: `make check-deep PARTS=wheels` builds as releases do.
    """
    folder = tmp_path_factory.mktemp("wheel")
    compiler = folder / "cc"
    compiler.write_text(f'#!/bin/sh\nexec {os.environ.get("CC", "cc")} "$@" -O0\n', encoding="utf-8")
    compiler.chmod(0o755)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    run(*command, "--wheel-dir", folder, sdist, cwd=folder, CC=str(compiler))
    return next(folder.glob("ns2vec-*.whl"))


def sources(repository: Path, *patterns: str) -> set[str]:
    """Files of the package in the checkout, as paths that begin with ``ns2vec/``."""
    found = {path for pattern in patterns for path in (repository / "ns2vec").rglob(pattern)}
    return {path.relative_to(repository).as_posix() for path in found}


def test_sdist_holds_the_sources_and_no_more(repository: Path, sdist: Path):
    with tarfile.open(sdist) as archive:
        names = {member.name.split("/", 1)[1] for member in archive if member.isfile()}
    expected = sources(repository, "*.py", "*.pyi", "*.pyx", "*.pxd", "*.pxi", *DATA)
    expected |= sources(repository, "*.h", "*.inc", "_cy/*.c")
    expected |= {"CHANGELOG.md", "LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py"}
    generated = {name for name in names if name.startswith("ns2vec.egg-info/")} | {"PKG-INFO", "setup.cfg"}
    assert names - generated == expected


def test_wheel_holds_the_package_and_no_more(repository: Path, wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        described = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(described).decode()
    compiled = {name for name in names if name.endswith((".so", ".pyd"))}
    assert names - compiled == sources(repository, "*.py", "*.pyi", *DATA)
    modules = {name.split(".", 1)[0] for name in compiled}
    assert modules == {name.removesuffix(".pyx") for name in sources(repository, "*.pyx")}
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: >=3.10" in metadata
    required = [line.split(";")[0] for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert len(required) >= 4
    assert [line for line in required if "<" in line] == [], "no upper pins"


def test_wheel_works_in_an_empty_environment(repository: Path, wheel: Path, tmp_path: Path):
    """Installed with its dependencies into a fresh environment, used from outside the checkout."""
    preflight = repository / "scripts" / "preflight.py"
    offline = subprocess.run(
        [sys.executable, str(preflight), "network"], capture_output=True, text=True, check=False
    )
    if offline.returncode:
        pytest.skip(offline.stderr.strip())
    environment = tmp_path / "empty"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    smoke = shutil.copy(repository / "tests" / "house" / "smoke.py", tmp_path)
    output = run(python, "-I", smoke, cwd=tmp_path)
    assert output.startswith("ns2vec ")
    assert str(environment) in output
