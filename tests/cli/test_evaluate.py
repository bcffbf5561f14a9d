"""``ns2vec evaluate``."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from ns2vec import KeyedVectors
from ns2vec.evaluation import evaluate_all


def test_a_table_for_each_file(ns2vec, planted):
    words = ["evaluate", "vectors.bin", "vectors.txt", "--analogies", "questions.txt", "--pairs", "pairs.tsv"]
    outcome = ns2vec(*words)
    assert (outcome.code, outcome.err) == (0, "")
    first, second = outcome.out.split("vectors.txt: ")
    assert first.startswith("vectors.bin: ")
    assert first.split("\n", 1)[1] == second.split("\n", 1)[1]
    assert "rho" in first
    assert "country-capital-apart" not in first
    assert "country-capital-apart" in ns2vec(*words, "--sections").out


def test_json_holds_the_librarys_report(ns2vec, planted):
    outcome = ns2vec(
        "evaluate", "vectors.bin", "--analogies", "questions.txt", "--pairs", "pairs.tsv", "--json",
        "--restrict-vocab", "500", "--case-sensitive",
    )  # fmt: skip
    vectors = KeyedVectors.load_word2vec_format("vectors.bin", binary=True)
    report = evaluate_all(vectors, "questions.txt", "pairs.tsv", restrict_vocab=500, case_insensitive=False)
    assert json.loads(outcome.out) == [{"vectors": "vectors.bin", **json.loads(report.to_json())}]


def test_no_restriction(ns2vec, planted):
    words = ["evaluate", "vectors.bin", "--analogies", "questions.txt", "--json", "--restrict-vocab"]
    asked = [json.loads(ns2vec(*words, n).out)[0]["analogies"][0]["n_asked"] for n in ("100", "0")]
    assert asked[0] < asked[1]


def test_the_facts(ns2vec, planted):
    (found,) = json.loads(ns2vec("evaluate", "vectors.bin", "--facts", "--json").out)
    assert found["analogies"][0]["suite"] == "facts"
    assert found["pairs"][0]["suite"] == "facts-similarity"


def test_compressed_files_and_standard_input(ns2vec, planted):
    expected = ns2vec("evaluate", "vectors.txt", "--pairs", "pairs.tsv").out.split("\n", 1)[1]
    Path("pairs.tsv.xz").write_bytes(lzma.compress(Path("pairs.tsv").read_bytes()))
    outcome = ns2vec("evaluate", "-", "--pairs", "pairs.tsv.xz", stdin=Path("vectors.txt").read_bytes())
    assert outcome.out.split("\n", 1)[1] == expected


def test_files_that_are_not_questions(ns2vec, planted):
    Path("none.txt").write_text("no section\n", "utf-8")
    outcome = ns2vec("evaluate", "vectors.bin", "--analogies", "none.txt")
    assert outcome.code == 1
    assert "Missing section header" in outcome.err
    Path("unknown.tsv").write_text("q1\tq2\t3\n", "utf-8")
    assert ns2vec("evaluate", "vectors.bin", "--pairs", "unknown.tsv", "--json").code == 1
