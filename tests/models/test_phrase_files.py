"""Files of phrases: what comes back, and what is refused."""

from __future__ import annotations

import io

import numpy as np
import pytest

from ns2vec import FrozenPhrases, Phrases, Word2Vec
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.native import read_state, write_state
from ns2vec.models.phrase_scores import npmi_scorer

SENTENCES = [["the", "bank", "of", "england"], ["bank", "of", "england", "", "a\nb", "日本_x"]] * 2
OPTIONS = {"min_count": 1, "threshold": 0.2, "connector_words": ["the", "of"]}


def half_scorer(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    return bigram_count / 2


def both(**options):
    model = Phrases(SENTENCES, **{**OPTIONS, **options})
    return [model, model.freeze()]


@pytest.mark.parametrize("method", ["save", "save_gensim"])
@pytest.mark.parametrize("kind", [0, 1], ids=["counted", "frozen"])
def test_phrases_come_back_from_both_formats(tmp_path, method, kind):
    model = both(scoring="npmi")[kind]
    getattr(model, method)(tmp_path / "phrases")
    found = type(model).load(tmp_path / "phrases")
    assert type(found) is type(model)
    assert (str(found), found.scoring, found.connector_words) == (str(model), npmi_scorer, {"the", "of"})
    assert list(found[SENTENCES]) == list(model[SENTENCES])
    if kind == 0:
        assert list(found.vocab.items()) == list(model.vocab.items())
        model.add_vocab([["bank", "x"]])
        found.add_vocab([["bank", "x"]])
        assert found.export_phrases() == model.export_phrases()
    else:
        assert list(found.phrasegrams.items()) == list(model.phrasegrams.items())


def test_a_file_object_serves_as_well():
    stream = io.BytesIO()
    both()[1].save(stream)
    stream.seek(0)
    assert Phrases.load(stream).phrasegrams == both()[1].phrasegrams


def test_a_scorer_of_ones_own_is_found_by_name_and_never_imported(tmp_path, monkeypatch):
    both(scoring=half_scorer)[0].save(tmp_path / "phrases")
    assert Phrases.load(tmp_path / "phrases").scoring is half_scorer
    monkeypatch.delitem(globals(), "half_scorer")
    found = Phrases.load(tmp_path / "phrases")
    with pytest.raises(ConfigError, match=r"half_scorer.*scoring=function"):
        found[["bank", "of", "england"]]
    assert Phrases.load(tmp_path / "phrases", scoring=npmi_scorer).scoring is npmi_scorer


def test_a_file_cannot_name_a_function_that_is_no_scorer(tmp_path):
    state = both()[0].to_state()
    for name in ("own:os.system", "own:subprocess.run", "own:os.path.join", "own:nowhere.f", "own:"):
        state.attributes["scoring"] = name
        write_state(tmp_path / "phrases", state)
        with pytest.raises(ConfigError, match="your own function"):
            Phrases.load(tmp_path / "phrases")[["bank", "of", "england"]]


def test_gensim_gets_no_scorer_of_ones_own(tmp_path):
    with pytest.raises(ConfigError, match="own"):
        both(scoring=half_scorer)[0].save_gensim(tmp_path / "phrases")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("array", "values"),
    [
        ("pairs", np.array([7], np.uint64)),
        ("counts", np.array([1.5])),
        ("runs", np.full(2, 2**63, np.uint64)),
        ("names", np.frombuffer(b"a\na", np.uint8)),
    ],
    ids=["pairs", "counts", "runs", "names"],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, array, values):
    both()[0].save(tmp_path / "phrases")
    state = read_state(tmp_path / "phrases")
    state.arrays[array] = values
    write_state(tmp_path / "phrases", state)
    with pytest.raises(FormatError, match="phrases"):
        Phrases.load(tmp_path / "phrases")


@pytest.mark.parametrize(
    ("name", "value"),
    [("delimiter", 5), ("scoring", "pmi"), ("scoring", None), ("connector_words", 5), ("coding", ["lines"])],
)
def test_options_that_do_not_fit_are_refused(tmp_path, name, value):
    for model in both():
        state = model.to_state()
        state.attributes[name] = value
        write_state(tmp_path / "phrases", state)
        with pytest.raises((FormatError, ConfigError)):
            type(model).load(tmp_path / "phrases")


def test_other_models_are_no_phrases(tmp_path):
    both()[0].save(tmp_path / "phrases")
    with pytest.raises(AttributeError, match="can't be loaded by Word2Vec"):
        Word2Vec.load(tmp_path / "phrases")
    Word2Vec(SENTENCES, vector_size=4, min_count=1).save(tmp_path / "vectors")
    for kind in (Phrases, FrozenPhrases):
        with pytest.raises(AttributeError, match="can't be loaded by"):
            kind.load(tmp_path / "vectors")
