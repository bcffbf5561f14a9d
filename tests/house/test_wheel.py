"""What is published: contents of sdist and wheel, and the wheel at work in an empty environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
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
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the sdist, as old as those that went into it."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


@pytest.fixture(scope="session")
def wheel(repository: Path, unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the sdist's files alone, with what the checkout has compiled of the same files.

    setuptools compiles again what is older than its sources. All is compiled, as for a release, by
    `make check-deep PARTS=wheels`; that nothing is missing for it is seen in `included`.
    """
    modules = unpacked / "build" / f"lib.{sysconfig.get_platform()}-{sys.implementation.cache_tag}"
    for path in (repository / "ns2vec").rglob(f"*{sysconfig.get_config_var('EXT_SUFFIX')}"):
        target = modules / path.relative_to(repository)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    if (repository / "build" / "cython").is_dir():
        shutil.copytree(repository / "build" / "cython", unpacked / "build" / "cython")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    run(*command, "--wheel-dir", folder, unpacked, cwd=folder)
    return next(folder.glob("ns2vec-*.whl"))


def included(folder: Path) -> dict[str, list[str]]:
    """What each source of native code takes in by name, ``include`` or ``cdef extern from``."""
    asks = re.compile(r"""^\s*(?:#\s*include|include|cdef extern from)\s+["']([^"'<>]+)["']""", re.MULTILINE)
    kinds = (".pyx", ".pxd", ".pxi", ".c", ".h", ".inc")
    paths = [path for path in (folder / "ns2vec").rglob("*") if path.suffix in kinds]
    return {path.relative_to(folder).as_posix(): asks.findall(path.read_text("utf-8")) for path in paths}


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


def test_the_sources_of_the_sdist_include_nothing_that_is_not_there(repository: Path, unpacked: Path):
    asked = included(unpacked)
    assert asked == included(repository)
    names = {path.name for path in (unpacked / "ns2vec").rglob("*")}
    foreign = {"Python.h"}
    missing = {
        (source, name)
        for source, found in asked.items()
        for name in found
        if name not in foreign and Path(name).name not in names
    }
    assert missing == set()
    assert sum(map(len, asked.values())) > 20, "the sources are not read as they were"


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
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python]
    # most modules of the dependencies are never imported here: they need no bytecode
    run(*pip, "install", "--quiet", "--no-compile", wheel, cwd=tmp_path)
    smoke = shutil.copy(repository / "tests" / "house" / "smoke.py", tmp_path)
    output = run(python, "-I", smoke, cwd=tmp_path)
    assert output.startswith("ns2vec ")
    assert str(environment) in output
