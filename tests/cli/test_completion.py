"""What shells complete."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from ns2vec.cli import COMMANDS
from ns2vec.cli.completion import SHELLS, script

pytest.importorskip("shtab")


@pytest.fixture(scope="module")
def scripts() -> dict[str, str]:
    return {shell: script(shell, COMMANDS) for shell in SHELLS}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_in_the_script_and_the_shell_reads_it(scripts, shell, tmp_path):
    assert [name for name in COMMANDS if name not in scripts[shell]] == []
    if shutil.which(shell) is not None:
        path = tmp_path / "script"
        path.write_text(scripts[shell], "utf-8")
        done = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["ns2vec", "tra"], {"train"}), (["ns2vec", "train", "corpus.txt", "--vector-s"], {"--vector-size"}),
     (["ns2vec", "completion", "f"], {"fish"}), (["ns2vec", "info", "vect"], {"vectors.bin"})],
    ids=["command", "option", "choice", "file"],
)  # fmt: skip
def test_bash_completes(scripts, tmp_path, words, expected):
    (tmp_path / "vectors.bin").touch()
    (tmp_path / "script").write_text(scripts["bash"], "utf-8")
    code = f"""
        source ./script
        COMP_WORDS=({" ".join(words)})
        COMP_CWORD={len(words) - 1}
        {bash_function(scripts["bash"])} ns2vec {words[-1]} {words[-2]}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert set(done.stdout.split()) == expected, done.stderr


def bash_function(text: str) -> str:
    """Return the function that the script gives to ``complete``."""
    (line,) = [line for line in text.splitlines() if line.startswith("complete ")]
    return line.split("-F")[1].split()[0]


def test_without_the_extra_it_is_named(ns2vec, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    outcome = ns2vec("completion", "bash")
    assert outcome.code == 1
    assert "pip install ns2vec[completion]" in outcome.refusal()
