"""``ns2vec app``: a server of its own process."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

pytest.importorskip("fastapi")


def test_it_serves_models_until_it_is_interrupted(planted):
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "ns2vec.cli",
        "app",
        "--model",
        "vectors.bin",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            line = server.stdout.readline()
            found = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/#token=[\w-]{32}\n", line)
            assert found is not None, line + server.stderr.read()
            with urllib.request.urlopen(f"{found[1]}/api/models") as answer:
                (model,) = json.load(answer)
            assert (model["name"], model["n_dims"]) == ("vectors.bin", 24)
        finally:
            server.send_signal(signal.SIGTERM)
            out, err = server.communicate(timeout=30)
    assert server.returncode in (0, 143), err
    assert out == ""
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_told_in_one_line(ns2vec):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = ns2vec("app", "--port", taken.getsockname()[1])
    assert outcome.code == 2
    assert "cannot listen on 127.0.0.1:" in outcome.refusal()


@pytest.mark.parametrize("port", ["-1", "70000", "x"])
def test_a_port_that_is_none_is_refused(ns2vec, port):
    outcome = ns2vec("app", "--port", port)
    assert outcome.code == 2
    assert "port" in outcome.refusal()


def test_a_model_that_is_not_there_is_told(ns2vec):
    outcome = ns2vec("app", "--model", "missing.bin")
    assert outcome.code == 1
    assert "missing.bin: no such file" in outcome.refusal()


def test_names_and_models_of_the_command_line_are_kept(planted):
    from ns2vec.cli import command_parser
    from ns2vec.cli.app import state_of

    words = [
        "--model",
        "vectors.bin",
        "--model",
        "vectors.txt",
        "--allow-host",
        "Example.org",
        "--host",
        "::1",
    ]
    state = state_of(command_parser("app").parse([*words, "--read-only", "--runs", "elsewhere"]))
    assert [held.name for held in state.models] == ["vectors.bin", "vectors.txt"]
    assert {"example.org", "[::1]", "localhost"} <= state.hosts
    assert state.read_only
    assert str(state.runs) == "elsewhere"
