"""The whole estimate: figures that belong together, and errors that name their field."""

from __future__ import annotations

import json

import pytest

from ns2vec import Word2Vec
from ns2vec.calculator import estimate
from ns2vec.exceptions import ConfigError
from ns2vec.objectives import OBJECTIVES

OPTIONS = {"vector_size": 20, "window": 3, "min_count": 2, "sample": 0.05, "workers": 1}


def test_an_estimate_of_a_corpus(sentences):
    found = estimate(sentences, **OPTIONS, sg=1, negative=4, calibration_seconds=0.01, epochs=3)
    model = Word2Vec(sentences, **OPTIONS, sg=1, negative=4, epochs=3)
    trained, read = model.train(sentences, total_words=model.corpus_total_words, epochs=20)
    assert found.n_words == read / 20
    assert found.vocabulary == len(model.wv)
    assert found.trained_words == pytest.approx(trained / 20, rel=0.01)
    assert found.scored_pairs == pytest.approx(5 * found.positives, abs=5)
    assert found.negatives_drawn == pytest.approx(4 * found.windows, abs=5)
    assert found.flop == pytest.approx(6 * 20 * found.scored_pairs, rel=1e-4)
    assert found.parameters == model.wv.vectors.size + model.syn1neg.size
    assert found.memory_total == sum(found.memory.values())
    assert set(found.seconds) == {"counting", "setup", "training"}
    assert found.assumptions == ["the sentences themselves take no memory"]


def test_cbow_makes_one_input_of_a_window(sentences):
    cbow = estimate(sentences, **OPTIONS, negative=4, calibrate=False)
    skip_gram = estimate(sentences, **OPTIONS, sg=1, negative=4, calibrate=False)
    assert cbow.positives == cbow.windows == skip_gram.windows
    assert cbow.flop == pytest.approx(20 * (6 * cbow.scored_pairs + 3 * skip_gram.positives), rel=1e-4)


def test_without_calibration_there_are_no_seconds():
    found = estimate(counts=[10, 5], min_count=1, calibrate=False)
    assert found.seconds is None
    assert found.words_per_second is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_counts_alone_have_no_counting_time():
    found = estimate(counts=[10, 5], min_count=1, workers=1, calibration_seconds=0.0)
    assert set(found.seconds) == {"setup", "training"}
    assert "no time for counting the words" in found.assumptions
    json.dumps(found.to_dict(), allow_nan=False)


def test_files_are_read_once_unless_nothing_may_be_kept(sentences, write_text):
    path = str(write_text("\n".join(map(" ".join, sentences)) + "\n"))
    options = {**OPTIONS, "calibration_seconds": 0.0}
    assert estimate(corpus_file=path, **options).memory["encoded_corpus"] > 0
    streamed = estimate(path, corpus_memory=0, **options)
    assert streamed.memory["encoded_corpus"] == 0


@pytest.mark.parametrize(
    ("objective", "expected"),
    [*((name, [name]) for name in OBJECTIVES), ("auto", ["softmax"])],
)
def test_an_objective_by_name(objective, expected):
    assert estimate(counts=[9, 9], objective=objective, calibrate=False).objectives == expected


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"vector_size": 0}, ConfigError, "^vector_size must be"),
        ({"window": -1}, ConfigError, "^window must be"),
        ({"negative": 1.5}, ConfigError, "^negative must be"),
        ({"negative": 0}, ConfigError, "^negative is 0 and hs is off"),
        ({"epochs": float("nan")}, ConfigError, "^epochs must be"),
        ({"corpus_memory": "much"}, ConfigError, "^corpus_memory must be"),
        ({"objective": "wishes"}, ConfigError, "^unknown objective 'wishes'"),
        ({"calibration_seconds": -1}, ConfigError, "^calibration_seconds must be"),
        ({"counts": [-3]}, ConfigError, "^counts must be"),
        ({"corpus": [["a"]]}, TypeError, "exactly one of corpus, corpus_file and counts"),
        ({"counts": None}, TypeError, "exactly one of corpus, corpus_file and counts"),
        (
            {"counts": None, "corpus": [["a"] * 9], "sentence_words": 3},
            ConfigError,
            "^sentence_words needs",
        ),
        ({"vektor_size": 3}, TypeError, "unknown option 'vektor_size'"),
    ],
)
def test_wrong_input_names_its_field(options, error, message):
    with pytest.raises(error, match=message):
        estimate(**{"counts": [9, 9], "calibrate": False, **options})
