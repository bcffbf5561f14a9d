"""``ns2vec phrases`` and ``ns2vec train --phrases``."""

from __future__ import annotations

from pathlib import Path

import pytest

from ns2vec import FrozenPhrases, LineSentence, Phrases
from ns2vec.cli.parsing import UsageError
from ns2vec.cli.phrases import with_phrases
from ns2vec.corpus import open_corpus
from ns2vec.formats import FORMATS

TEXT = "in new york city they drink tea\nnew york city is far\nthey drink tea in new york\nis tea far\n" * 4
LEARN = ["--min-count", "1", "--threshold", "1.5", "-q"]


@pytest.fixture
def text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text(TEXT)
    return tmp_path


def learned(**options):
    return Phrases(LineSentence("text.txt"), **{"min_count": 1, "threshold": 1.5, **options})


def test_learn_apply_and_export_do_what_the_library_does(ns2vec, text):
    assert ns2vec("phrases", "learn", "text.txt", "-o", "two.ns2v", *LEARN) == (0, "", "")
    found = FrozenPhrases.load("two.ns2v")
    assert found.phrasegrams == learned().export_phrases() != {}
    outcome = ns2vec("phrases", "apply", "text.txt", "--phrases", "two.ns2v")
    assert outcome.out == "".join(" ".join(words) + "\n" for words in found[LineSentence("text.txt")])
    listed = [line.split("\t") for line in ns2vec("phrases", "export", "two.ns2v").out.splitlines()]
    assert {phrase: float(score) for phrase, score in listed} == pytest.approx(found.phrasegrams, rel=1e-5)
    assert sorted((float(score) for _, score in listed), reverse=True) == [
        float(score) for _, score in listed
    ]


def test_phrases_of_phrases(ns2vec, text):
    assert ns2vec("phrases", "learn", "text.txt", "-o", "two.ns2v", *LEARN).code == 0
    again = ["phrases", "learn", "text.txt", "--phrases", "two.ns2v", "-o", "three.ns2v", *LEARN]
    again += ["--threshold", "0.5"]
    assert ns2vec(*again).code == 0
    joined = ns2vec("phrases", "apply", "text.txt", "--phrases", "two.ns2v", "--phrases", "three.ns2v").out
    assert max(word.count("_") for word in joined.split()) >= 2


def test_options_reach_the_library(ns2vec, text):
    options = [
        "--scoring",
        "npmi",
        "--connector-words",
        "york,is",
        "--delimiter",
        "+",
        "--min-count",
        "1",
        "-q",
    ]
    assert ns2vec("phrases", "learn", "text.txt", "-o", "two.ns2v", *options).code == 0
    expected = learned(scoring="npmi", threshold=0.5, connector_words={"york", "is"}, delimiter="+")
    assert FrozenPhrases.load("two.ns2v").phrasegrams == expected.export_phrases()


def test_files_of_gensim_and_counts_are_joined_by(ns2vec, text):
    learned().save("counted.ns2v")
    learned().freeze().save_gensim("frozen.pickle")
    outputs = {
        ns2vec("phrases", "apply", "text.txt", "--phrases", name).out
        for name in ("counted.ns2v", "frozen.pickle")
    }
    assert len(outputs) == 1


def test_standard_input_is_text_too(ns2vec, text):
    learned().save("two.ns2v")
    outcome = ns2vec("phrases", "apply", "-", "--phrases", "two.ns2v", stdin=TEXT.encode())
    assert outcome.out == ns2vec("phrases", "apply", "text.txt", "--phrases", "two.ns2v").out


@pytest.mark.parametrize("n_passes", [1, 2])
def test_training_joins_phrases_first(ns2vec, text, n_passes):
    options = [
        "--phrases",
        n_passes,
        "--phrase-min-count",
        "1",
        "--phrase-threshold",
        "0.5",
        "--min-count",
        "1",
    ]
    assert ns2vec("train", "text.txt", "-o", "vectors.txt", "--vector-size", "4", "-q", *options).code == 0
    keys = FORMATS["word2vec_text"].read("vectors.txt").keys
    assert max(key.count("_") for key in keys) >= n_passes
    assert "new" not in keys


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["learn", "text.txt"], "--output"),
        (["apply", "text.txt"], "--phrases"),
        (["export", "a", "b"], "one file"),
        (["apply", "-", "text.txt", "--phrases", "a"], "standard input"),
        (["learn", "text.txt", "-o", "two.ns2v", "--threshold", "0"], "threshold"),
        (["forget", "text.txt"], "invalid choice: 'forget'"),
    ],
    ids=" ".join,
)
def test_usage_errors_have_code_2(ns2vec, text, words, message):
    outcome = ns2vec("phrases", *words)
    assert outcome.code == 2
    assert message in outcome.refusal()
    assert not Path("two.ns2v").exists()


def test_failures_have_code_1(ns2vec, text):
    for words in (
        ["learn", "missing.txt", "-o", "two.ns2v"],
        ["export", "text.txt"],
        ["export", "missing.ns2v"],
    ):
        outcome = ns2vec("phrases", *words)
        assert outcome.code == 1
        assert words[1] in outcome.refusal()


def test_a_stream_is_not_trained_on_with_phrases():
    with pytest.raises(UsageError, match="read only once"):
        with_phrases(open_corpus(iter([["new", "york"]])), 1)
