"""Phrases that gensim saved, 3.x ones too, without gensim; hostile ones are refused."""

from __future__ import annotations

import io
import pickle
import sys
from types import ModuleType

import pytest

from ns2vec import FrozenPhrases, Phrases
from ns2vec.exceptions import FormatError
from ns2vec.formats.gensim import RefusedGlobalError
from ns2vec.models.phrase_scores import npmi_scorer, original_scorer

SCORES = {
    "human_interface": 3.444444444444444, "response_time": 7.75, "graph_minors": 5.166666666666666,
    "minors_survey": 3.444444444444444,
}  # fmt: skip
COUNTED = {
    "vocab": {b"new": 3, b"york": 2, b"new_york": 2},
    "delimiter": b"_",
    "min_count": 1,
    "threshold": 0.1,
}


@pytest.fixture
def saved(monkeypatch):
    """Return ``save(kind, state) -> stream``: a pickle as gensim writes it, of a class of its name."""
    module = ModuleType("gensim.models.phrases")

    class Saved:
        def __reduce__(self):
            return copyreg_new, (type(self),), self.state

    def copyreg_new(kind):
        raise AssertionError("no class of the file is made")

    def original_scorer():
        raise AssertionError("no function of the file is called")

    def save(kind, state):
        made = type(kind, (), {"__module__": module.__name__, "__qualname__": kind})
        original_scorer.__module__, original_scorer.__qualname__ = module.__name__, "original_scorer"
        vars(module).update({kind: made, "original_scorer": original_scorer})
        monkeypatch.setitem(sys.modules, module.__name__, module)
        for name in ("gensim", "gensim.models"):
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        thing = made()
        vars(thing).update(state(original_scorer) if callable(state) else state)
        return io.BytesIO(pickle.dumps(thing, 2))

    return save


@pytest.mark.parametrize("name", ["3.6.0.model", "no-common-terms.pkl", "no-scoring.pkl", "scoring-str.pkl"])
def test_old_files_load(wheel_data, name):
    counted = Phrases.load(wheel_data / f"phrases-{name}")
    frozen = FrozenPhrases.load(wheel_data / f"phraser-{name}")
    assert counted.export_phrases() == frozen.phrasegrams == SCORES
    assert counted.scoring is frozen.scoring is original_scorer
    assert counted[["graph", "minors"]] == frozen[["graph", "minors"]] == ["graph_minors"]


def test_bytes_become_text_and_what_is_missing_gets_its_default(saved):
    found = Phrases.load(saved("Phrases", {**COUNTED, "common_terms": [b"of"]}))
    assert dict(found.vocab) == {"new": 3, "york": 2, "new_york": 2}
    assert (found.delimiter, found.connector_words, found.max_vocab_size) == ("_", {"of"}, 40_000_000)
    assert found[["new", "york"]] == ["new_york"]


def test_pairs_with_count_and_score_become_phrases(saved):
    grams = {(b"new", b"york"): (2, 4.5), (b"a", b"of", b"b"): 3}
    found = FrozenPhrases.load(
        saved("Phraser", lambda scorer: {**COUNTED, "phrasegrams": grams, "scoring": scorer})
    )
    assert found.phrasegrams == {"new_york": 4.5, "a_of_b": 3.0}


@pytest.mark.parametrize("scoring, expected", [("npmi", npmi_scorer), ("default", original_scorer)])
def test_a_scorer_may_be_named(saved, scoring, expected):
    assert Phrases.load(saved("Phrases", {**COUNTED, "scoring": scoring})).scoring is expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"vocab": None}, {"vocab": ["new"]}, {"vocab": {b"new": "3"}}, {"vocab": {5: 3}},
        {"vocab": {b"new": 2**70}},
        {"threshold": "high"}, {"delimiter": 5}, {"scoring": "pmi"}, {"scoring": 7}, {"common_terms": 7},
        {"max_vocab_size": 1.5}, {"progress_per": None},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_what_it_has_to_be_is_refused(saved, wrong):
    with pytest.raises(FormatError):
        Phrases.load(saved("Phrases", {**COUNTED, **wrong}))


def test_what_could_run_is_refused():
    for evil in (b"cos\nsystem\n(S'true'\ntR.", b"\x80\x02cgensim.models.phrases\n_is_single\n."):
        with pytest.raises((FormatError, RefusedGlobalError)):
            Phrases.load(io.BytesIO(evil))
