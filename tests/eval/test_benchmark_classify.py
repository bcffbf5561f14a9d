"""The benchmark of classifiers: which lines the programs get in which order, and how they are compared."""

from __future__ import annotations

import json

import pytest

TEXTS = [str(i) for i in range(20)], ["a", "b"] * 10


@pytest.fixture
def orders(script, monkeypatch, tmp_path):
    """Return ``orders(right, seeds)``: what the programs learned from, and what the file has afterwards.

    ``right(program, options)`` says how many of 20 texts a program labels as it should.
    """
    module = script("classify")
    output = tmp_path / "found.json"
    monkeypatch.setattr(module, "splits", lambda folder: {"trec": [(TEXTS, TEXTS)]})

    def run(right, seeds):
        learned = {}

        def fit(program, train, options):
            learned.setdefault((program, options["seed"]), []).append(train)
            known = dict(list(zip(*TEXTS, strict=True))[: right(program, options)])
            return lambda texts: [known.get(text, "other") for text in texts]

        monkeypatch.setattr(module, "fit", fit)
        arguments = ["orders", "--data", str(tmp_path), "--seeds", str(seeds), "--output", str(output)]
        assert module.main(arguments) == 0
        return learned, json.loads(output.read_text("utf-8"))["orders"]

    return run


def test_programs_learn_from_the_same_lines_in_the_order_of_a_seed(orders):
    learned, _ = orders(lambda program, options: 10, 2)
    assert learned["ns2vec", 1] == learned["fasttext", 1]
    first, other = learned["ns2vec", 1][0], learned["ns2vec", 2][0]
    assert first != other
    assert (
        sorted(zip(*first, strict=True))
        == sorted(zip(*other, strict=True))
        == sorted(zip(*TEXTS, strict=True))
    )


def test_the_best_settings_are_compared_seed_by_seed(orders):
    def right(program, options):
        if program == "fasttext":
            return 14 if options["epochs"] == 5 else 12
        return {1: 12, 2: 18}[options["seed"]] if options["alpha"] == 0.2 else 13

    found = orders(right, 2)[1]["trec"]["best setting of each"]
    assert found["ns2vec"] == {
        "setting": "vector_size=50 bucket=200000 alpha=0.2 epochs=20 word_ngrams=2",
        "mean": 0.75, "seeds": 2, "standard_error": 0.15,
    }  # fmt: skip
    assert "epochs=5 " in found["fasttext"]["setting"]
    assert found["difference"] == {"mean": 0.05, "seeds": 2, "standard_error": 0.15}


def test_more_seeds_are_added_to_those_that_are_known(orders):
    orders(lambda program, options: 10, 1)
    learned, found = orders(lambda program, options: 20, 2)
    assert {seed for _, seed in learned} == {2}
    assert found["trec"]["best setting of each"]["ns2vec"]["mean"] == 0.75
