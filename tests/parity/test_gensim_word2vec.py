"""One script on gensim and on ns2vec: vocabularies, tables, reports, errors, warnings."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pytest

from ns2vec import word2vec as ours
from ns2vec.callbacks import CallbackAny2Vec

pytestmark = pytest.mark.parity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("gensim.models.word2vec", reason="gensim is not installed")

BOTH = (ours, theirs)
TEXTS = [
    "human interface computer",
    "survey user computer system response time",
    "eps user interface system",
    "system human system eps",
    "user response time",
    "trees",
    "graph trees",
    "graph minors trees",
    "graph minors survey",
]
SENTENCES = [text.split() for text in TEXTS]
MORE = [["graph", "kiwi", "kiwi"], ["plum"], ["kiwi", "human"]]


def zipf(n_sentences=300, seed=1):
    rng = np.random.default_rng(seed)
    return [
        [f"w{i}" for i in rng.zipf(1.3, size=rng.integers(1, 30)) if i < 2000] for _ in range(n_sentences)
    ]


def both(action):
    """What an action returns or raises in each library."""
    found = []
    for module in BOTH:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(action(module))
        except Exception as error:
            found.append(error)
    return found


def vocabulary(model):
    return model.wv.index_to_key, {name: model.wv.expandos[name].tolist() for name in ("count", "sample_int")}


OPTIONS = [
    {},
    {"min_count": 3},
    {"sample": 0.1},
    {"sample": 2},
    {"sample": 0},
    {"max_final_vocab": 4},
    {"sorted_vocab": 0},
    {"max_vocab_size": 3},
    {"ns_exponent": -0.5},
    {"null_word": 1},
    {"max_final_vocab": 5, "min_count": 3},
]


@pytest.mark.parametrize("corpus", [SENTENCES, zipf()], ids=["texts", "zipf"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_vocabulary_and_tables(corpus, options):
    def build(module):
        model = module.Word2Vec(**({"min_count": 1} | options))
        model.build_vocab(corpus)
        tables = [
            model.cum_table.tolist(),
            model.corpus_count,
            model.corpus_total_words,
            model.effective_min_count,
        ]
        return vocabulary(model), tables, model.wv.vectors.tolist()

    mine, gensims = both(build)
    assert mine == gensims


@pytest.mark.parametrize("corpus", [SENTENCES, zipf()], ids=["texts", "zipf"])
def test_huffman_codes(corpus):
    def build(module):
        model = module.Word2Vec(min_count=1, hs=1, negative=0)
        model.build_vocab(corpus)
        return [
            [model.wv.get_vecattr(key, name).tolist() for name in ("code", "point")]
            for key in model.wv.index_to_key
        ]

    mine, gensims = both(build)
    assert mine == gensims


def test_trim_rules():
    def rule(word, count, min_count):
        return {"human": 1, "trees": 2}.get(word, 0)

    def build(module):
        model = module.Word2Vec(min_count=3)
        model.build_vocab(SENTENCES, trim_rule=rule)
        return vocabulary(model)

    mine, gensims = both(build)
    assert mine == gensims


@pytest.mark.parametrize("options", [{}, {"min_count": 2}, {"max_final_vocab": 2}], ids=str)
def test_online_vocabulary(options):
    def build(module):
        model = module.Word2Vec(**({"min_count": 1, "vector_size": 6} | options))
        model.build_vocab(SENTENCES)
        model.build_vocab(MORE, update=True)
        counts = model.wv.expandos["count"].tolist()
        return model.wv.index_to_key, counts, model.wv.vectors.tolist(), model.cum_table.tolist()

    mine, gensims = both(build)
    assert mine == gensims


def test_reports_of_prepare_vocab_and_scan():
    def reports(module):
        model = module.Word2Vec(min_count=2, sample=0.1)
        scanned = model.scan_vocab(SENTENCES)
        dry = model.prepare_vocab(dry_run=True, min_count=3)
        return scanned, dry, model.prepare_vocab(keep_raw_vocab=True), dict(model.raw_vocab)

    mine, gensims = both(reports)
    assert mine == gensims


def test_from_frequencies():
    def build(module):
        model = module.Word2Vec(min_count=2)
        model.build_vocab_from_freq({"a": 5, "b": 1, "c": 3, "d": 3}, corpus_count=9, keep_raw_vocab=True)
        return vocabulary(model), model.corpus_count, dict(model.raw_vocab)

    mine, gensims = both(build)
    assert mine == gensims


@pytest.mark.parametrize("options", [{}, {"hs": 1}, {"hs": 1, "negative": 0}], ids=str)
def test_estimate_memory(options):
    def report(module):
        model = module.Word2Vec(SENTENCES, min_count=1, vector_size=64, **options)
        return model.estimate_memory(), model.estimate_memory(vocab_size=1000)

    mine, gensims = both(report)
    assert mine == gensims


@pytest.mark.parametrize("sg", [0, 1])
def test_score(sg):
    """gensim's compiled score reads log s(x) from a table of 1000 steps, which is good to a few per cent."""
    gensims = theirs.Word2Vec(SENTENCES * 20, min_count=1, vector_size=8, hs=1, negative=0, sg=sg, seed=2)
    mine = ours.Word2Vec(min_count=1, vector_size=8, hs=1, negative=0, sg=sg)
    mine.reset_from(gensims)
    mine.wv.vectors, mine.syn1 = gensims.wv.vectors, gensims.syn1
    expected = gensims.score(SENTENCES, total_sentences=100)
    assert mine.score(SENTENCES) == pytest.approx(expected, rel=0.04)


def test_predict_output_word():
    gensims = theirs.Word2Vec(SENTENCES * 20, min_count=1, vector_size=8, seed=2)
    mine = ours.Word2Vec(min_count=1, vector_size=8)
    mine.reset_from(gensims)
    mine.wv.vectors, mine.syn1neg = gensims.wv.vectors, gensims.syn1neg
    for words in (["graph"], ["graph", "trees", "unknown"], [0, 3], ["unknown"]):
        expected, found = gensims.predict_output_word(words), mine.predict_output_word(words)
        assert (found is None) == (expected is None)
        if found is not None:
            assert [word for word, _ in found] == [word for word, _ in expected]
            assert [p for _, p in found] == pytest.approx([p for _, p in expected], rel=1e-4)


def test_names_and_text():
    mine, gensims = both(lambda module: str(module.Word2Vec(SENTENCES, min_count=1)))
    assert mine == gensims


def train(**options):
    def action(module):
        model = module.Word2Vec(min_count=1, **options.pop("model", {}))
        model.build_vocab(SENTENCES)
        return model.train(SENTENCES, **options)

    return action


ERRORS = {
    "no length": (lambda m: built(m).train(SENTENCES, epochs=1), "total_examples"),
    "no epochs": (lambda m: built(m).train(SENTENCES, total_examples=9), "epochs"),
    "no vocabulary": (
        lambda m: m.Word2Vec().train(SENTENCES, total_examples=9, epochs=1),
        "first build vocabulary",
    ),
    "nothing to train": (lambda m: m.Word2Vec(SENTENCES, hs=0, negative=0), "negative"),
    "no corpus": (lambda m: m.Word2Vec().build_vocab(), "corpus_iterable"),
    "two corpora": (lambda m: m.Word2Vec().build_vocab(SENTENCES, corpus_file="x"), "corpus_iterable"),
    "a generator": (
        lambda m: m.Word2Vec(s for s in SENTENCES),
        "Using a generator as corpus_iterable can't support 6 passes",
    ),
    "a number": (lambda m: m.Word2Vec(5), ""),
    "a corpus file without words": (
        lambda m: built(m).train(corpus_file=__file__, total_examples=9, epochs=1),
        "total_words must be provided",
    ),
    "an update without vocabulary": (
        lambda m: m.Word2Vec(min_count=1).build_vocab(SENTENCES, update=True),
        "cannot do an online vocabulary-update",
    ),
    "an empty vocabulary": (lambda m: m.Word2Vec([["a"]], min_count=5), ""),
    "gensim 3's size": (lambda m: m.Word2Vec(SENTENCES, size=5), "unexpected keyword argument"),
    "gensim 3's iter": (lambda m: m.Word2Vec(SENTENCES, iter=5), "unexpected keyword argument"),
    "an item of a model": (lambda m: built(m)["graph"], "subscriptable"),
    "a word in a model": (lambda m: "graph" in built(m), "iterable"),
    "neighbours of a model": (lambda m: built(m).most_similar("graph"), "most_similar"),
    "a vocabulary of a model": (lambda m: built(m).wv.vocab, "vocab"),
    "score": (lambda m: built(m).score(SENTENCES), "hs=1"),
    "prediction": (
        lambda m: m.Word2Vec(SENTENCES, min_count=1, hs=1, negative=0).predict_output_word(["graph"]),
        "",
    ),
}


def built(module):
    model = module.Word2Vec(min_count=1)
    model.build_vocab(SENTENCES)
    return model


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    action, words = ERRORS[name]
    mine, gensims = both(action)
    assert isinstance(gensims, Exception)
    assert isinstance(mine, type(gensims)), f"{mine!r} for {gensims!r}"
    assert words in str(mine)
    assert words in str(gensims)


WARNINGS = {
    "a rising rate": (
        lambda m: built(m).train(SENTENCES, total_examples=9, epochs=1, start_alpha=0.5),
        "Effective 'alpha' higher than previous training cycles",
    ),
    "two objectives": (
        lambda m: m.Word2Vec(SENTENCES, min_count=1, hs=1, negative=5),
        "Both hierarchical softmax and negative sampling are activated",
    ),
    "another number of sentences": (
        lambda m: built(m).train(SENTENCES, total_examples=5, epochs=1),
        "EPOCH 0: supplied example count (9) did not equal expected count (5)",
    ),
    "another number of words": (
        lambda m: built(m).train(SENTENCES, total_words=5, epochs=1),
        "EPOCH 0: supplied raw word count (29) did not equal expected count (5)",
    ),
    "sentences that are texts": (
        lambda m: m.Word2Vec(TEXTS, min_count=1),
        "Each 'sentences' item should be a list of words",
    ),
    "a used-up iterator": (
        lambda m: built(m).train(iter([]), total_examples=9, epochs=1),
        "train() called with an empty iterator",
    ),
    "unknown context words": (
        lambda m: built(m).predict_output_word(["kiwi"]),
        "All the input context words are out-of-vocabulary for the current model",
    ),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_warnings(name, caplog):
    """Test suites look for these words."""
    action, expected = WARNINGS[name]
    for module in BOTH:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            action(module)
        assert expected in caplog.text


def test_a_dry_run_of_build_vocab():
    def report(module):
        model = module.Word2Vec(min_count=2)
        model.build_vocab(SENTENCES, dry_run=True)
        before = len(model.wv)
        model.prepare_vocab()
        return before, model.wv.index_to_key

    mine, gensims = both(report)
    assert mine == gensims


def test_a_checking_subclass():
    """A subclass that overrides the check of train() has gensim's parameters."""

    def seen(module):
        found = []

        class Checking(module.Word2Vec):
            def _check_training_sanity(self, epochs=0, total_examples=None, total_words=None, **kwargs):
                found.append((epochs, total_examples, total_words))
                super()._check_training_sanity(
                    epochs=epochs, total_examples=total_examples, total_words=total_words, **kwargs
                )

        model = Checking(SENTENCES, min_count=1, epochs=3)
        model.train(SENTENCES, total_examples=9, epochs=1)
        return found

    mine, gensims = both(seen)
    assert mine == gensims


def test_callbacks_see_the_same_events():
    def events(module):
        seen = []

        class Recorder:
            def __getattr__(self, name):
                if not name.startswith("on_"):
                    raise AttributeError(name)
                return lambda model: seen.append((name, model.epochs))

        model = module.Word2Vec(SENTENCES, min_count=1, epochs=3, callbacks=[Recorder()])
        return seen, model.train_count

    mine, gensims = both(events)
    assert mine == gensims


def test_callbacks_set_the_learning_rate():
    def rates(module):
        seen = []

        class Schedule(CallbackAny2Vec):
            def on_epoch_begin(self, model):
                model.alpha = model.min_alpha = 0.02 / (len(seen) + 1)

            def on_epoch_end(self, model):
                seen.append(model.min_alpha_yet_reached)

        model = module.Word2Vec(SENTENCES, min_count=1, epochs=3, workers=1, callbacks=[Schedule()])
        return seen, model.alpha

    mine, gensims = both(rates)
    assert mine == gensims
    assert mine[0] == pytest.approx([0.02, 0.01, 0.02 / 3])


def test_a_callbacks_learning_rate_is_checked():
    class Wrong(CallbackAny2Vec):
        def on_epoch_end(self, model):
            model.alpha = "fast"

    with pytest.raises(ValueError, match="alpha"):
        ours.Word2Vec(SENTENCES, min_count=1, callbacks=[Wrong()])
