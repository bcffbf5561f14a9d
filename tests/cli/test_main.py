"""The command as a whole: names, help, exit codes, streams."""

from __future__ import annotations

import logging
import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import ns2vec as package
from ns2vec.cli import COMMANDS, command_parser, train

COMMAND = [sys.executable, "-m", "ns2vec.cli"]


def examples() -> list[str]:
    """Every command line in the help texts."""
    found = []
    for command in COMMANDS.values():
        found += command.EXAMPLES.strip().partition("\n\n")[0].splitlines()
    return found


def test_no_words_show_the_commands(ns2vec):
    outcome = ns2vec()
    assert outcome.code == 2
    assert outcome.out == ""
    for name in COMMANDS:
        assert f"\n  {name}" in outcome.err


def test_help_is_a_result(ns2vec):
    outcome = ns2vec("--help")
    assert outcome.code == 0
    assert all(command.HELP in outcome.out for command in COMMANDS.values())


def test_version_names_kernels_and_compiler(ns2vec):
    outcome = ns2vec("--version")
    found = package.build_info()
    assert outcome == (0, f"ns2vec {found['version']} ({found['isa']} kernels, {found['compiler']})\n", "")


def test_the_package_runs_as_the_command():
    command = [sys.executable, "-m", "ns2vec", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("ns2vec ")


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["tain"], "train"), (["train", "c.txt", "-o", "x", "--vector-sise", 3], "--vector-size"),
     (["evaluate", "v.bin", "--missing", "skp"], "skip"),
     (["train", "c.txt", "-o", "x", "--objective", "ncee"], "nce")],
    ids=["command", "option", "choice", "name of the library"],
)  # fmt: skip
def test_what_is_misspelt_gets_what_was_meant(ns2vec, words, meant):
    outcome = ns2vec(*words)
    assert outcome.code == 2
    assert f"; did you mean {meant!r}?" in outcome.refusal()


def test_help_is_a_word_too(ns2vec):
    assert ns2vec("help", "query") == ns2vec("query", "--help")
    assert ns2vec("help") == ns2vec("--help")


def test_a_file_where_an_action_belongs(ns2vec, planted):
    outcome = ns2vec("graph", "vectors.txt")
    assert outcome.code == 2
    assert "; say what to do with the file: ns2vec graph embed vectors.txt (see" in outcome.refusal()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_examples(ns2vec, name):
    outcome = ns2vec(name, "--help")
    assert outcome.code == 0
    assert f"\n  ns2vec {name} " in outcome.out + " "
    assert outcome.err == ""


def test_every_option_is_explained():
    for name in COMMANDS:
        for line in command_parser(name).format_help().splitlines():
            assert "None" not in line.split()


@pytest.mark.parametrize("example", examples())
def test_examples_of_the_help_work(ns2vec, planted, example, tmp_path):
    """Plain commands in this process, what needs a shell in one."""
    if example == "ns2vec demo" or "--keep" in example:
        pytest.skip("the whole demo has a slow test of its own")
    if example.startswith("ns2vec app") and "--openapi" not in example:
        pytest.skip("it serves until it is ended: tests/cli/test_app.py")
    if "--cluster ray" in example:
        pytest.importorskip("ray", reason="pip install 'ns2vec[ray]': make test-cluster runs it")
    if not re.search(r"[|<>;]", example):
        for command in example.split(" && "):
            program, *words = shlex.split(command)
            assert (program, ns2vec(*words).code) == ("ns2vec", 0)
        return
    tool = tmp_path / "ns2vec"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m ns2vec.cli "$@"\n', encoding="utf-8")
    tool.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(example, shell=True, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tain"], "invalid choice: 'tain'"),
        (["train"], "the corpus is missing"),
        (["train", "c.txt", "--vector-size", "many"], "invalid int value: 'many'"),
        (["train", "c.txt", "--vectorsize", "3"], "unrecognized arguments: --vectorsize"),
        (["train", "c.txt", "--epoch", "3"], "unrecognized arguments: --epoch"),
        (["train", "c.txt", "--errors", "hide"], "invalid choice: 'hide'"),
        (["evaluate", "v.bin"], "give --analogies, --pairs or --facts"),
        (["query"], "required: VECTORS"),
        (["query", "v.bin", "x", "--topn", "0"], "invalid whole number of at least 1 value: '0'"),
        (["convert", "one"], "required: OUT"),
        (["convert", "a", "b", "--to", "xml"], "invalid choice: 'xml'"),
        (["calculate"], "give one of these: a corpus, --counts, --words or --positives"),
        (["calculate", "c.txt", "--null-word"], "--null-word is not used by the calculation"),
        (["demo", "--pairs", "p.tsv"], "need --corpus"),
    ],
    ids=" ".join,
)
def test_usage_errors_are_one_line_and_code_2(ns2vec, words, message):
    outcome = ns2vec(*words)
    assert outcome.code == 2
    assert message in outcome.refusal()


@pytest.mark.parametrize(
    "words",
    [
        ["train", "missing.txt", "--json"],
        ["evaluate", "missing.bin", "--facts"],
        ["query", "missing.bin", "word"],
        ["query", "missing.bin"],
        ["convert", "missing.bin", "out.txt"],
        ["info", "missing.bin"],
        ["calculate", "missing.txt"],
        ["calculate", "--counts", "missing.txt"],
        ["demo", "--corpus", "missing.txt", "--quiet"],
    ],
    ids=" ".join,
)
def test_a_missing_file_is_one_line_and_code_1(ns2vec, words, tmp_path, monkeypatch, listing):
    monkeypatch.chdir(tmp_path)
    outcome = ns2vec(*words)
    assert outcome.code == 1
    last = outcome.err.splitlines()[-1]
    assert last.startswith(f"ns2vec: {next(word for word in words if word.startswith('missing'))}: ")
    assert "Errno" not in last
    assert outcome.err.count("\n") == 1
    assert listing(tmp_path) == []


def test_words_and_options_come_in_any_order(ns2vec, planted):
    first = ns2vec("query", "vectors.bin", "king", "queen", "--topn", "3")
    assert first.code == 0
    assert ns2vec("query", "--topn", "3", "vectors.bin", "king", "queen") == first
    assert ns2vec("query", "vectors.bin", "--topn", "3", "king", "queen") == first
    assert ns2vec("query", "vectors.bin", "king", "--topn", "3", "queen") == first


def test_words_behind_two_dashes_are_words(ns2vec, planted):
    assert "no vector for '--odd'" in ns2vec("query", "vectors.bin", "--", "--odd").refusal()


def test_verbosity(ns2vec, planted):
    words = ["train", "corpus.txt", "--epochs", "2", "--vector-size", "8", "-o", "new.bin"]
    usual = ns2vec(*words).err.splitlines()
    assert [line.split()[1] for line in usual if " epoch " in line] == ["epoch", "epoch"]
    assert all("words/s" in line for line in usual if " epoch " in line)
    assert ns2vec(*words, "-q").err == ""
    assert ns2vec(*words, "-debug", "0").err == ""
    assert len(ns2vec(*words, "-v").err.splitlines()) > len(usual)
    root = logging.getLogger("ns2vec")
    assert root.handlers == []
    assert root.level == logging.NOTSET


def test_very_verbose_shows_where_an_error_happened(ns2vec):
    outcome = ns2vec("convert", "missing.bin", "-", "-vv")
    assert outcome.code == 1
    assert "Traceback" in outcome.err
    assert outcome.err.splitlines()[-1].startswith("ns2vec: missing.bin: ")


def test_ctrl_c_anywhere_is_130_without_traceback(ns2vec, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("ns2vec.cli.info.installation", interrupted)
    outcome = ns2vec("info")
    assert outcome.code == 130
    assert outcome.refusal() == "ns2vec: interrupted\n"


def test_sigterm_is_143_and_the_handler_is_put_back(ns2vec, monkeypatch):
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("ns2vec.cli.info.installation", lambda: os.kill(os.getpid(), signal.SIGTERM))
    outcome = ns2vec("info")
    assert outcome.code == 143
    assert outcome.refusal() == "ns2vec: terminated\n"
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_bug_keeps_its_traceback(ns2vec, monkeypatch):
    monkeypatch.setattr("ns2vec.cli.info.installation", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ns2vec("info")


def test_out_of_memory_is_one_line(ns2vec, planted):
    outcome = ns2vec("train", "corpus.txt", "--vector-size", 10**12, "-o", "new.bin", "-q")
    assert outcome.code == 1
    assert "out of memory" in outcome.refusal()
    assert not Path("new.bin").exists()


def test_a_reader_that_has_enough_is_no_error(planted):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stdout:
        done = subprocess.run(
            [*COMMAND, "convert", "vectors.bin", "-"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize(
    "words", [["info"], ["convert", "vectors.bin", "-"], ["query", "vectors.bin", "king"]]
)
def test_standard_output_on_a_full_device(planted, words):
    with open("/dev/full", "wb") as stdout:
        done = subprocess.run(
            [*COMMAND, *words], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no space left" in done.stderr.lower()


@pytest.mark.parametrize("name", ["train", "evaluate", "query", "convert"])
def test_scripts_of_the_checkout(ns2vec, repository, name, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    script = repository / "scripts" / f"{name}.py"
    done = subprocess.run(
        [sys.executable, script, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ns2vec(name, "--help").out


def test_main_works_in_another_thread(planted):
    """Signals can be handled in the main thread only; everywhere else they are left alone."""
    code = """
        import sys, threading
        from ns2vec.cli import main
        found = []
        thread = threading.Thread(target=lambda: found.append(main(["query", "vectors.bin", "king"])))
        thread.start()
        thread.join()
        sys.exit(found[0])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, check=False)
    assert done.returncode == 0


def test_the_registry_names_modules_by_their_name():
    assert COMMANDS["train"] is train
    assert all(name == command.NAME for name, command in COMMANDS.items())
