"""Word2Vec keeps to what every family keeps to."""

from __future__ import annotations

from family_tests import FamilyTests, topics

from ns2vec import Word2Vec


class WordTests(FamilyTests):
    """Words of two topics."""

    family = Word2Vec
    nothing = "the corpus has no words"
    bad_options = [
        {"vector_size": 0},
        {"alpha": float("nan")},
        {"epochs": 0},
        {"window": 0},
        {"negative": -1},
        {"sampler": "dice"},
        {"objective": "glove"},
    ]

    def examples(self):
        return topics()

    def more_examples(self):
        return [["fruit1", "fruit2", "kiwi", "plum"]] * 30 + [["tool3", "saw"]] * 10

    def has_learned(self, model):
        neighbours = {word: model.wv.most_similar(word, topn=9) for word in ("fruit3", "tool5")}
        return all(sum(key[:4] == word[:4] for key, _ in found) >= 8 for word, found in neighbours.items())


SMALL = {"vector_size": 16, "min_count": 1, "sample": 0, "epochs": 12, "alpha": 0.05, "batch_words": 200}


class TestSkipGram(WordTests):
    options = SMALL | {"sg": 1}


class TestCbow(WordTests):
    options = SMALL | {"sg": 0}


class TestHierarchicalSoftmax(WordTests):
    options = SMALL | {"sg": 1, "hs": 1, "negative": 0}
