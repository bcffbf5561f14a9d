"""``ns2vec explain``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SMALL = ("explain", "--vector-size", 16, "--epochs", 1)


@pytest.mark.parametrize("architecture", ["skip_gram", "cbow"])
@pytest.mark.parametrize("objective", ["negative_sampling", "nce", "sampled_softmax", "hierarchical_softmax"])
def test_text_and_json_tell_the_same_numbers(ns2vec, planted, architecture, objective):
    words = [*SMALL, "--word", "paris", "--corpus", "corpus.txt", "--architecture", architecture]
    words += ["--objective", objective]
    step = json.loads(ns2vec(*words, "--json").out)
    outcome = ns2vec(*words)
    assert (outcome.code, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= 100
    assert f"The loss of the step is {step['loss']:.6f}" in outcome.out
    assert step["loss"] == pytest.approx(sum(entry["loss"] for entry in step["outputs"]), abs=1e-5)
    assert "paris" in step["sentence"]
    table = outcome.out.partition("target ")[2].partition("Lengths")
    for entry in step["outputs"]:
        assert f"{entry['score']:.4f}  ->{entry['score_after']:10.4f}" in outcome.out
        assert f"{entry['norm']:10.6f}  -> {entry['norm_after']:10.6f}" in table[2]
    input_words = [entry["word"] for entry in step["inputs"]]
    assert (input_words == ["paris"]) if architecture == "skip_gram" else (step["centre"] == "paris")


def test_who_meets_whom(ns2vec, planted):
    words = [
        *SMALL,
        "--word",
        "paris",
        "--corpus",
        "corpus.txt",
        "--sg",
        "--negative",
        2,
        "--sampler",
        "uniform",
    ]
    step = json.loads(ns2vec(*words, "--json").out)
    seen, *noise = step["outputs"]
    told = " ".join(ns2vec(*words).out.split())
    assert (
        f"paris (input) is scored with {seen['word']} (observed) and {noise[0]['word']} (noise, P = " in told
    )
    assert f"P = {noise[0]['noise_probability']:.4g}" in told
    other = json.loads(ns2vec(*words, "--json", "--seed", 5).out)
    assert other["outputs"] != step["outputs"]


def test_the_softmax_shows_the_seen_word_and_the_most_likely(ns2vec, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the cat sat on the mat\nthe dog sat on a rug\n" * 20, encoding="utf-8")
    words = [*SMALL, "--corpus", path, "--word", "cat", "--objective", "softmax"]
    step = json.loads(ns2vec(*words, "--json").out)
    assert (step["n_outputs"], len(step["outputs"])) == (8, 6)
    told = " ".join(ns2vec(*words).out.split())
    assert "and all other words, 8 in total" in told
    assert "... and 2 words with smaller predictions" in told


def test_the_generated_corpus(ns2vec):
    outcome = ns2vec(*SMALL, "--word", "paris")
    assert (outcome.code, outcome.err) == (0, "")
    assert "is scored with paris (observed)" in " ".join(outcome.out.split())


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--word", "zebrafish-42"], 1, "'zebrafish-42' is not among the 2,000 words of the vocabulary"),
        (["--word", "paris", "--hs"], 2, "one objective is explained at a time"),
        (["--sg"], 2, "required: --word"),
        (["--word", "paris", "--negative", "0"], 2, "--negative 0 leaves nothing to train"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(ns2vec, words, code, message):
    outcome = ns2vec(*SMALL, *words)
    assert outcome.code == code
    assert message in outcome.refusal()


def test_a_word_without_company(ns2vec, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("alone\nthe cat\n", encoding="utf-8")
    outcome = ns2vec(*SMALL, "--corpus", path, "--word", "alone", "--min-count", 1)
    assert outcome.code == 1
    assert "'alone' occurs in no sentence with another known word" in outcome.refusal()


def test_a_pipe_cannot_be_read_twice():
    command = [sys.executable, "-m", "ns2vec.cli", "explain", "--word", "a", "--corpus", "-"]
    done = subprocess.run(command, input=b"a b\n", capture_output=True, check=False)
    assert done.returncode == 2
    assert b"can be read only once" in done.stderr
