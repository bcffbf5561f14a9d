"""The block without Python around it (``make check-deep PARTS=portable`` builds it for other processors)."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ns2vec import _kernels

FOLDER = Path(_kernels.__file__).parent / "_cy"
NAMES = ("block_baseline.c", "block_avx2.c", "block_avx512.c", "dispatch.c")
FLAGS = ("-O1", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math")


def test_every_instruction_set_agrees_with_doubles(tmp_path):
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if shutil.which(compiler[0]) is None or not (FOLDER / "block.inc").exists():
        pytest.skip("needs a C compiler and the C sources")
    sources = [Path(__file__).parent / "block_parity.c", *(FOLDER / name for name in NAMES)]
    program = tmp_path / "block_parity"
    build = [*compiler, *FLAGS, f"-I{FOLDER}", *map(str, sources), "-lm", "-o", str(program)]
    assert subprocess.run(build, check=False).returncode == 0
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert [line.split(":")[0].split()[-1] for line in done.stdout.splitlines()] == _kernels.list_isas()
