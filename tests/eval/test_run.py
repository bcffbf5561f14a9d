"""eval/run.py: vectors in, the project's scores out."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def test_table_and_json_file(script, planted_vectors, planted_data, tmp_path, capsys):
    target = tmp_path / "scores.json"
    arguments = [str(planted_vectors), "--data", str(planted_data), "--json", str(target)]
    assert script("run").main(arguments) == 0
    printed = capsys.readouterr().out
    record = json.loads(target.read_text(encoding="utf8"))
    assert record["analogies"][0]["suite"] == "google"
    assert record["analogies"][0]["accuracy"] > 0.99
    assert [suite["suite"] for suite in record["pairs"]] == ["ws353", "simlex999", "men3000"]
    assert "country-capital-apart" not in printed
    assert [line.split()[0] for line in printed.splitlines()[1:]] == [*script("protocol").METRICS]


def test_json_on_stdout_and_sections(script, planted_vectors, planted_data, capsys):
    options = [str(planted_vectors), "--data", str(planted_data)]
    assert script("run").main([*options, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["vector_size"] == 120
    assert script("run").main([*options, "--sections"]) == 0
    assert "  country-capital-apart " in capsys.readouterr().out


def test_data_comes_from_the_environment(script, planted_vectors, planted_data, monkeypatch, capsys):
    monkeypatch.setenv("NS2VEC_DATA", str(planted_data))
    assert script("run").main([str(planted_vectors)]) == 0
    assert "google" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.txt", "--data", "DATA"], "missing.txt"),
        (["VECTORS", "--data", "no-such-folder"], "no-such-folder has no folder eval/"),
        (["DATA/eval/analogy/google.txt", "--data", "DATA"], "google.txt"),
    ],
)
def test_errors_are_one_line(script, planted_vectors, planted_data, capsys, arguments, message):
    named = [
        text.replace("DATA", str(planted_data)).replace("VECTORS", str(planted_vectors)) for text in arguments
    ]
    assert script("run").main(named) == 1
    complaint = capsys.readouterr().err
    assert message in complaint
    assert complaint.startswith("eval/run.py: ")
    assert len(complaint.splitlines()) == 1


def test_as_a_program(repository, planted_vectors, planted_data):
    command = [sys.executable, str(repository / "eval" / "run.py"), str(planted_vectors)]
    command += ["--data", str(planted_data)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=planted_data, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("suite")


@pytest.mark.data
def test_the_real_suites_are_there_and_complete(script, data_dir):
    from ns2vec.evaluation.gensim_protocol import parse_analogies, parse_word_pairs

    protocol = script("protocol")
    folder = protocol.data_folder(data_dir) / "eval"
    sizes = {"ws353": 353, "simlex999": 999, "men3000": 3000}
    for name in protocol.PAIRS:
        path = folder / name
        assert len(parse_word_pairs(path)) == sizes[path.stem]
    sections = parse_analogies(folder / protocol.ANALOGIES[0])
    assert sum(len(questions) for _, questions in sections) == 19_544
