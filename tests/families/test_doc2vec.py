"""Doc2Vec keeps to what every family keeps to."""

from __future__ import annotations

import numpy as np
from family_tests import FamilyTests, topics

from ns2vec import Doc2Vec, TaggedDocument

SMALL = {"vector_size": 16, "min_count": 1, "sample": 0, "epochs": 12, "alpha": 0.05, "batch_words": 200}


class DocumentTests(FamilyTests):
    """Documents of two topics, of which each has a number, and every tenth the name of its topic, too."""

    family = Doc2Vec
    nothing = "the corpus has no words"
    bad_options = [
        {"vector_size": 0},
        {"alpha": float("nan")},
        {"epochs": 0},
        {"dm_tag_count": 0},
        {"negative": -1},
        {"sampler": "dice"},
    ]

    def examples(self):
        names = ("fruit", "tool")
        return [
            TaggedDocument(words, [number, names[number % 2]] if number % 10 < 2 else [number])
            for number, words in enumerate(topics())
        ]

    def more_examples(self):
        documents = [
            TaggedDocument(["fruit1", "fruit2", "kiwi", "plum"], [number]) for number in range(400, 430)
        ]
        return [*documents, *[TaggedDocument(["tool3", "saw"], ["tool", "sawmill"])] * 10]

    def has_learned(self, model):
        """Whether documents are nearer to those of their topic than to others."""
        rows = model.dv.get_normed_vectors()[:400]
        means = np.stack([rows[::2].mean(axis=0), rows[1::2].mean(axis=0)])
        found = (rows @ means.T).argmax(axis=1)
        return (found == np.arange(400) % 2).mean() > 0.95

    def arrays(self, model):
        return super().arrays(model) | {"dv": model.dv.vectors}


class TestDm(DocumentTests):
    options = SMALL | {"dm": 1, "window": 2}

    def has_learned(self, model):
        """Whether words are nearer to those of their topic: they tell it, so tags have nothing to learn."""
        neighbours = {word: model.wv.most_similar(word, topn=9) for word in ("fruit3", "tool5")}
        return all(sum(key[:4] == word[:4] for key, _ in found) >= 8 for word, found in neighbours.items())


class TestDmSum(TestDm):
    options = SMALL | {"dm": 1, "dm_mean": 0, "window": 2}


class TestDmConcat(DocumentTests):
    options = SMALL | {"dm": 1, "dm_concat": 1, "window": 2}

    def examples(self):
        return [TaggedDocument(words, [number]) for number, words in enumerate(topics())]

    def more_examples(self):
        documents = [(["fruit1", "fruit2", "kiwi", "plum"], [number]) for number in range(400, 430)]
        return [TaggedDocument(*pair) for pair in [*documents, *[(["tool3", "saw"], ["sawmill"])] * 10]]

    def has_learned(self, model):
        """Whether words are nearer to those of their topic."""
        neighbours = {word: model.wv.most_similar(word, topn=9) for word in ("fruit3", "tool5")}
        return all(sum(key[:4] == word[:4] for key, _ in found) >= 8 for word, found in neighbours.items())


class TestDbowWithWords(DocumentTests):
    options = SMALL | {"dm": 0, "dbow_words": 1}


class TestDbow(DocumentTests):
    options = SMALL | {"dm": 0}

    def test_growth_keeps_old_rows_and_makes_new_ones(self):
        """Word vectors are not trained, so it is the new tags that learn."""
        model = self.fit(self.examples())
        before = {name: rows.copy() for name, rows in self.arrays(model).items()}
        self.grow(model, self.more_examples())
        grown = self.arrays(model)
        assert len(grown["dv"]) == len(before["dv"]) + 31
        for name in before:
            assert grown[name][: len(before[name])].tobytes() == before[name].tobytes(), name
        untrained = grown["dv"][-31:].copy()
        self.train(model, self.more_examples())
        assert (model.dv.vectors[-31:] != untrained).any(axis=1).all()
