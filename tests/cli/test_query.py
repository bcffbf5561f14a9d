"""``ns2vec query``, with words and at the prompt."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

from ns2vec import FastText, KeyedVectors
from ns2vec.fasttext import save_facebook_model


@pytest.fixture
def vectors(planted):
    return KeyedVectors.load_word2vec_format("vectors.bin", binary=True)


def words_of(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines()]


@pytest.mark.parametrize(
    "words",
    [
        ["king", "-", "man", "+", "woman"],
        ["king - man + woman"],
        ["--positive", "king woman", "--negative", "man"],
        ["--positive", "king", "woman", "--negative", "man"],
        ["king", "--positive", "woman", "--negative", "man"],
        ["--analogy", "man", "king", "woman"],
        ["--analogy", "man king woman"],
        ["--analogy", "king - man + woman"],
        ["--analogy", "king", "-", "man", "+", "woman"],
    ],
    ids=" ".join,
)
def test_sums_and_analogies(ns2vec, vectors, words):
    outcome = ns2vec("query", "vectors.bin", *words, "--topn", "4")
    assert (outcome.code, outcome.err) == (0, "")
    expected = vectors.most_similar(["king", "woman"], ["man"], topn=4)
    assert outcome.out.splitlines() == [line.rstrip() for line in outcome.out.splitlines()]
    assert words_of(outcome.out) == [word for word, _ in expected]
    assert [line.split()[1] for line in outcome.out.splitlines()] == [f"{score:.4f}" for _, score in expected]


@pytest.mark.parametrize("sign", ["-", "+"])
@pytest.mark.parametrize("before", [[], ["--"]], ids=["", "after --"])
def test_a_lone_sign_is_a_word(ns2vec, planted, sign, before):
    Path("signs.txt").write_text("3 2\n- 1 0\n+ 1 .1\nx 0 1\n", "utf-8")
    outcome = ns2vec("query", "signs.txt", "--topn", "1", *before, sign)
    assert (outcome.code, words_of(outcome.out)) == (0, ["+" if sign == "-" else "-"])
    assert words_of(ns2vec("query", "signs.txt", stdin=f"{sign}\n".encode()).out)[0] != sign
    unknown = ns2vec("query", "vectors.bin", "--", sign)
    assert unknown.code == 1
    assert f"no vector for '{sign}'" in unknown.refusal()


def test_json(ns2vec, vectors):
    outcome = ns2vec("query", "vectors.bin", "paris", "--json", "--topn", "2", "--restrict-vocab", "1000")
    found = json.loads(outcome.out)
    assert (found["positive"], found["negative"]) == (["paris"], [])
    expected = vectors.most_similar("paris", topn=2, restrict_vocab=1000)
    assert [entry["word"] for entry in found["neighbours"]] == [word for word, _ in expected]
    odd = json.loads(ns2vec("query", "vectors.bin", "--odd-one-out", "king", "queen", "paris", "--json").out)
    assert odd == {"words": ["king", "queen", "paris"], "odd_one_out": vectors.doesnt_match(odd["words"])}
    near = json.loads(ns2vec("query", "vectors.bin", "--similarity", "king", "queen", "--json").out)
    assert near["similarity"] == pytest.approx(float(vectors.similarity("king", "queen")))


def test_vectors_from_standard_input(ns2vec, planted):
    content = Path("vectors.txt").read_bytes()
    assert ns2vec("query", "-", "king", stdin=content) == ns2vec("query", "vectors.txt", "king")
    content = Path("vectors.bin").read_bytes()
    assert ns2vec("query", "-", "king", "--format", "word2vec_binary", stdin=content).code == 0
    assert "put the question on the command line" in ns2vec("query", "-", stdin=content).refusal()


def test_an_unknown_word_is_named_with_its_neighbours_in_spelling(ns2vec, planted):
    outcome = ns2vec("query", "vectors.bin", "king", "grandmothr")
    assert outcome.code == 1
    assert outcome.refusal() == "ns2vec: no vector for 'grandmothr'; did you mean: grandmother, grandfather\n"


@pytest.mark.parametrize("name", ["model.ns2v", "vectors.ns2v", "facebook.bin"])
def test_vectors_with_ngrams_answer_for_unknown_words(ns2vec, tmp_path, name):
    sentences = [["walk", "walked", "slowly"], ["trees", "grow", "slowly"]] * 30
    model, path = FastText(sentences, min_count=1, vector_size=12, bucket=1000, workers=1), tmp_path / name
    if name.startswith("facebook"):
        save_facebook_model(model, path)
    else:
        (model if name.startswith("model") else model.wv).save(path)
    outcome = ns2vec("query", path, "walking", "--topn", "1")
    assert (outcome.code, words_of(outcome.out)) == (0, [model.wv.most_similar("walking", topn=1)[0][0]])


def test_one_question_at_a_time(ns2vec, planted):
    outcome = ns2vec("query", "vectors.bin", "king", "--similarity", "king", "queen")
    assert outcome.code == 2
    assert "one question at a time" in outcome.refusal()


def test_limit(ns2vec, planted):
    assert len(words_of(ns2vec("query", "vectors.bin", "the", "--limit", "5", "--topn", "9").out)) == 4


def test_lines_of_standard_input_are_questions(ns2vec, vectors):
    lines = [
        "king",
        "",
        "nosuchword",
        "king - man + woman",
        ":sim king queen",
        ":topn 2",
        "king",
        ":odd a b",
        ":x",
    ]
    outcome = ns2vec("query", "vectors.bin", stdin="\n".join(lines).encode())
    assert outcome.code == 0
    answers = outcome.out.split("\n\n")
    assert [len(answer.splitlines()) for answer in answers] == [10, 10, 1, 2]
    assert words_of(answers[0])[:2] == words_of(answers[3])
    assert answers[2] == f"{vectors.similarity('king', 'queen'):.4f}"
    complaints = outcome.err.splitlines()
    assert len(complaints) == 3
    assert all(line.startswith("ns2vec: ") for line in complaints)
    assert "'nosuchword'" in complaints[0]
    assert ":help lists them" in complaints[2]


def test_lines_of_standard_input_as_json_lines(ns2vec, planted):
    outcome = ns2vec("query", "vectors.bin", "--json", stdin=b"king\nqueen\n")
    assert [json.loads(line)["positive"] for line in outcome.out.splitlines()] == [["king"], ["queen"]]


def test_quit_and_help(ns2vec, planted):
    outcome = ns2vec("query", "vectors.bin", stdin=b":help\n:topn none\n:quit\nking\n")
    assert outcome.code == 0
    assert ":analogy" in outcome.out
    assert outcome.err == "ns2vec: :topn needs a whole number of at least 1\n"


def test_no_questions_at_all(ns2vec, planted):
    assert ns2vec("query", "vectors.bin", stdin=b"") == (0, "", "")


def test_at_a_terminal(planted):
    """A pseudo-terminal: greeting, prompt, a word that is not there, one that is, Ctrl-D."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ns2vec.cli", "query", "vectors.bin", "--topn", "1"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    try:
        shown = read_until(ours, b"> ")
        for line in (b"kingg\n", b"king\n"):
            os.write(ours, line)
            shown += read_until(ours, b"> ")
        os.write(ours, b"\x04")
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b":help" in shown
    assert b"no vector for 'kingg'; did you mean: king" in shown
    assert re.search(rb"\w+ +0\.\d{4}", shown)
    assert b"Traceback" not in shown


def read_until(descriptor: int, wanted: bytes) -> bytes:
    """Read what a terminal shows up to the prompt, which is the last thing before it waits."""
    found = b""
    while wanted not in found:
        ready, _, _ = select.select([descriptor], [], [], 60)
        assert ready, found
        found += os.read(descriptor, 4096)
    return found
