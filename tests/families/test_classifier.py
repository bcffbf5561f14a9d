"""Classifier keeps to what every family keeps to."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from family_tests import Failing, FamilyTests, topics

from ns2vec.classify import Classifier

SMALL = {"vector_size": 16, "epochs": 12, "alpha": 0.3, "bucket": 5000}


def labelled(sentences, label):
    return [f"__label__{label} {' '.join(words)}" for words in sentences]


class ClassifierTests(FamilyTests):
    """Lines of two topics."""

    family = Classifier
    nothing = "the corpus has no labels"
    bad_options = [
        {"vector_size": 0},
        {"alpha": float("nan")},
        {"epochs": 0},
        {"word_ngrams": 0},
        {"patience": 0},
        {"sampler": "dice"},
        {"loss": "glove"},
    ]

    def fit(self, examples, **options):
        return Classifier(**({"seed": 3, "progress": False} | self.options | options)).fit(examples)

    def examples(self):
        sentences = topics()
        return [labelled([words], ("fruit", "tool")[i % 2])[0] for i, words in enumerate(sentences)]

    def more_examples(self):
        return labelled([["fruit1", "fruit2", "kiwi", "plum"]] * 30, "fruit") + labelled(
            [["saw"]] * 10, "shed"
        )

    def has_learned(self, model):
        return model.predict(["fruit3 fruit4", "tool1 tool7", "fruit8"]) == ["fruit", "tool", "fruit"]

    def arrays(self, model):
        core = model._core
        return {
            "vectors": model.wv.vectors, "ngrams": core.inputs.ngram_rows,
            "syn1" if model.loss == "hs" else "outputs": core.output("outputs"),
        }  # fmt: skip

    def train(self, model, examples):
        model.partial_fit(examples, epochs=1)

    def grow(self, model, examples):
        model.partial_fit(examples, epochs=0)

    @pytest.mark.skip(reason="a classifier reads its lines before it trains, and takes no checkpoints")
    def test_a_run_that_was_cut_ends_with_the_bytes_of_a_whole_one(self):
        """What is skipped here."""

    def test_an_error_of_the_examples_reaches_the_caller_and_changes_nothing(self):
        model = self.fit(self.examples())
        before = copy.deepcopy(model)
        for learn in (model.partial_fit, model.fit):
            with pytest.raises(ZeroDivisionError):
                learn(Failing(self.more_examples(), 5, ZeroDivisionError))
        assert self.same(model, before)

    def test_growth_keeps_old_rows_and_makes_new_ones(self):
        model = self.fit(self.examples())
        before = {name: rows.copy() for name, rows in self.arrays(model).items()}
        self.grow(model, self.more_examples())
        grown = self.arrays(model)
        assert (len(grown["vectors"]) - len(before["vectors"]), model.labels[-1]) == (3, "shed")
        for name in before.keys() - {"syn1"}:
            assert grown[name][: len(before[name])].tobytes() == before[name].tobytes(), name
        untrained = grown["vectors"][-3:].copy()
        self.train(model, self.more_examples())
        self.train(model, self.more_examples())
        assert (self.arrays(model)["vectors"][-3:] != untrained).any(axis=1).all()


class TestSoftmax(ClassifierTests):
    options = SMALL | {"word_ngrams": 2}


class TestOneVersusAll(ClassifierTests):
    options = SMALL | {"loss": "ova", "min_n": 2, "max_n": 3}


class TestHierarchicalSoftmax(ClassifierTests):
    options = SMALL | {"loss": "hs", "epochs": 20}


class TestNegativeSampling(ClassifierTests):
    options = SMALL | {"loss": "ns", "negative": 2}


def test_the_rows_of_line_bags_are_those_of_the_units():
    model = Classifier(word_ngrams=3, min_n=2, max_n=4, bucket=300).fit(ClassifierTests().examples())
    assert len(model._core.inputs.rows) == model._core.inputs.n_rows
    assert np.shares_memory(model.wv.vectors, model._core.inputs.rows)
