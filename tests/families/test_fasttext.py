"""FastText keeps to what every family keeps to."""

from __future__ import annotations

from test_word2vec import SMALL, WordTests

from ns2vec import FastText


class SubwordTests(WordTests):
    """Words of two topics, which their n-grams tell apart, too."""

    family = FastText

    def arrays(self, model):
        parts = {"own": model.wv.vectors_vocab, "ngrams": model.wv._ngrams.rows}
        return super().arrays(model) | parts


class TestSkipGram(SubwordTests):
    options = SMALL | {"sg": 1, "bucket": 10_000}


class TestCbow(SubwordTests):
    options = SMALL | {"sg": 0, "bucket": 10_000}


class TestFullTable(SubwordTests):
    options = SMALL | {"sg": 1, "bucket": 500, "min_n": 2, "compact": False}


class TestWithoutNgrams(SubwordTests):
    options = SMALL | {"sg": 1, "max_n": 0}
