"""One script on gensim and on ns2vec: counts, phrases, scores and errors, exactly."""

from __future__ import annotations

import random
import warnings

import pytest

from ns2vec.compat.gensim.modules import phrases as ours

pytestmark = pytest.mark.parity

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("gensim.models.phrases", reason="gensim is not installed")

BOTH = (ours, theirs)
# gensim loses tokens that are empty, so there are none
WORDS = ["a", "b", "c", "a_b", "_", "a_", "of", "b__c", "_c", "é", "日本", "x y"]


def corpus(rng):
    words = WORDS[: rng.choice([4, 12])]
    return [[rng.choice(words) for _ in range(rng.randint(0, 9))] for _ in range(rng.randint(0, 8))]


def options_of(rng):
    return {
        "delimiter": rng.choice(["_", "_", "__", "ab", "a"]),
        "connector_words": frozenset(rng.sample(["a", "b", "of"], rng.randint(0, 2))),
        "scoring": rng.choice(["default", "npmi"]),
        "threshold": rng.choice([0.01, 0.1, 0.5]),
        "min_count": rng.choice([0.5, 1, 2]),
        "max_vocab_size": rng.choice([5, 12, 1000, 10**6]),
    }


def everything(model, sentences, frozen=None):
    """All that can be seen of a model, and of its frozen form, with its order."""
    frozen = frozen or model.freeze()
    yield list(model.vocab.items()), model.min_reduce, model.corpus_word_count, str(model)
    yield list(model.export_phrases().items()), list(model.find_phrases(sentences).items())
    yield str(frozen), list(frozen.phrasegrams.items())
    for either in (model, frozen):
        yield list(either[sentences]), [either[sentence] for sentence in sentences]
        yield [list(either.analyze_sentence(sentence)) for sentence in sentences]
        yield [either.score_candidate(a, b, ["of"]) for a in WORDS for b in WORDS]
        yield [either.score_candidate(a, b, []) for a in WORDS for b in WORDS]


def script(module, seed):
    rng = random.Random(seed)
    first, second, options = corpus(rng), corpus(rng), options_of(rng)
    model = module.Phrases(first, **options)
    found = list(everything(model, first))
    frozen = model.freeze()
    model.add_vocab(second)
    found += everything(model, second, frozen)
    trigrams = module.Phrases(model[first + second], **{**options, "max_vocab_size": 10**6})
    return found + list(everything(trigrams, list(model[second + first])))


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_everything_is_the_same(start):
    for seed in range(start, start + 50):
        mine, gensims = (script(module, seed) for module in BOTH)
        assert mine == gensims, f"seed {seed}"


def test_scores_are_the_same_numbers():
    rng = random.Random(1)
    for _ in range(2000):
        a, b = (rng.randint(1, 10 ** rng.randint(1, 12)) for _ in range(2))
        counts = a, b, rng.randint(1, min(a, b)), rng.randint(1, 10**8), rng.choice([1, 0.5, 20])
        n_words = max(a, b) + rng.randint(1, 10**9)
        for name in ("original_scorer", "npmi_scorer"):
            mine, gensims = (getattr(module, name)(*counts, n_words) for module in BOTH)
            assert mine == gensims, (name, counts, n_words)


def test_large_counts_score_as_gensim_scores_them():
    for counts in ((2**30, 2**31 + 1, 2**29 + 1), (10**9 + 7, 10**9 + 9, 10**8 + 7), (3, 7, 2)):
        for scoring, threshold in (("default", 1e-12), ("npmi", -1)):
            found = []
            for module in BOTH:
                model = module.Phrases(min_count=1, threshold=threshold, scoring=scoring)
                model.vocab = dict(zip(["new", "york", "new_york"], counts, strict=True))
                model.corpus_word_count = 10**10
                found.append((model.export_phrases(), list(model.analyze_sentence(["new", "york"]))))
            assert found[0] == found[1]


@pytest.mark.parametrize(
    "options",
    [
        {"min_count": 0}, {"threshold": 0}, {"threshold": -1}, {"threshold": 2, "scoring": "npmi"},
        {"threshold": -1, "scoring": "npmi"}, {"scoring": "pmi"}, {"scoring": lambda a, b: 1},
        {"min_count": 0.5},
        {"sentences": 5}, {"sentences": [[1, 2]]}, {"sentences": [[b"a", b"b"]]}, {"sentences": []},
    ],
    ids=" ".join,
)  # fmt: skip
def test_the_same_is_refused(options):
    outcomes = []
    for module in BOTH:
        try:
            module.Phrases(**options)
        except Exception as error:
            outcomes.append(type(error))
        else:
            outcomes.append(None)
    mine, gensims = outcomes
    assert mine is gensims or issubclass(mine, gensims)


def test_files_go_both_ways(tmp_path):
    sentences = [["new", "york", "of", "old"], ["new", "york"]]
    for reader, writer in ((0, 1), (1, 0)):
        model = BOTH[writer].Phrases(sentences, min_count=1, threshold=0.1, connector_words=["of"])
        for name, thing in (("Phrases", model), ("FrozenPhrases", model.freeze())):
            path = str(tmp_path / f"{name}{writer}")
            thing.save(path) if writer else thing.save_gensim(path)
            found = getattr(BOTH[reader], name).load(path)
            assert (str(found), list(found[sentences])) == (str(thing), list(thing[sentences]))
            assert found.connector_words == thing.connector_words
