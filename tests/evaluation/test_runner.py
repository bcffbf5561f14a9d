"""Models times suites: nothing is changed, subsets are common, comparisons are on common questions."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from ns2vec.evaluation import facts_corpus
from ns2vec.evaluation.facts_suites import FACTS_QUESTIONS
from ns2vec.evaluation.runner import Settings, evaluate_suites, read_questions
from ns2vec.evaluation.sources import SuiteNotFoundError
from ns2vec.evaluation.statistics import Resampling
from ns2vec.evaluation.suites import Suite, select_suites
from ns2vec.evaluation.tasks import TASKS
from ns2vec.exceptions import ConfigError, FormatError

QUICK = Settings(resampling=Resampling(n_draws=50))
WORDS = [f"w{i}" for i in range(40)]


def fingerprint(toy):
    """Everything that an evaluation could change."""
    digest = hashlib.sha256(np.ascontiguousarray(toy.vectors).tobytes())
    digest.update(repr((toy.vectors.dtype, toy.vectors.strides, toy.index_to_key)).encode())
    digest.update(repr((toy.key_to_index, sorted(vars(toy)))).encode())
    return digest.hexdigest()


@pytest.fixture
def files(write_text):
    """Files of two tasks, with malformed lines."""
    rng = np.random.default_rng(0)
    pairs = [f"{a}\t{b}\t{rng.integers(10)}" for a, b in rng.choice(WORDS, (50, 2))]
    questions = [" ".join(rng.choice(WORDS, 4, replace=False)) for _ in range(50)]
    return [
        Suite.of_files("pairs", "word_similarity", [write_text("\n".join([*pairs, "bad line"]), "p.tsv")]),
        Suite.of_files(
            "questions", "analogies", [write_text("\n".join([": all", *questions, "a b"]), "q.txt")]
        ),
    ]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("on_malformed", ["skip", "refuse"])
def test_models_are_never_changed(make_toy, files, dtype, on_malformed):
    toy = make_toy(WORDS, seed=1)
    toy.vectors = toy.vectors.astype(dtype)
    toy.vectors.flags.writeable = False
    before = fingerprint(toy)
    settings = Settings(on_malformed=on_malformed, resampling=Resampling(10))
    if on_malformed == "refuse":
        with pytest.raises(FormatError, match=r"p\.tsv:51: expected 3 columns, found 1"):
            evaluate_suites({"toy": toy}, files, settings=settings)
    else:
        for missing in ("skip", "zero", "mean"):
            changed = Settings(missing=missing, resampling=Resampling(10))
            evaluation = evaluate_suites(
                {"toy": toy}, [*files, "facts"][: 2 if missing != "mean" else 3], settings=changed
            )
            told = [str(line) for outcome in evaluation.outcomes for line in outcome.read.malformed]
            assert [line.rpartition("/")[2] for line in told] == [
                "p.tsv:51: expected 3 columns, found 1",
                "q.txt:52: expected 4 words, found 2",
            ]
    assert fingerprint(toy) == before


def test_models_are_scored_on_what_all_of_them_know(make_toy, files):
    large, small = make_toy(WORDS, seed=1), make_toy(WORDS[:30], seed=2)
    common = evaluate_suites({"large": large, "small": small}, files, settings=QUICK)
    own = evaluate_suites(
        {"large": large, "small": small}, files, settings=Settings(subset="own", resampling=Resampling(50))
    )
    for outcome, alone in zip(common.outcomes, own.outcomes, strict=True):
        assert len({result.coverage.n_used for result in outcome.results}) == 1
        assert alone.results[0].coverage.n_used == 50 > alone.results[1].coverage.n_used
        assert alone.results[1].score == outcome.results[1].score
        assert outcome.comparisons[0, 1] == alone.comparisons[0, 1]
        assert outcome.comparisons[0, 1].n_items == outcome.results[0].coverage.n_used
        difference = outcome.results[0].score - outcome.results[1].score
        assert outcome.comparisons[0, 1].difference == pytest.approx(difference)


def test_settings_reach_the_tasks(make_toy, files):
    toy = {"toy": make_toy(WORDS, seed=1)}
    scores = {
        json.dumps(evaluate_suites(toy, files[1:], settings=Settings(**options)).as_dict()["suites"])
        for options in ({}, {"method": "pairdirection"}, {"restrict_vocab": 20}, {"missing": "zero"})
    }
    assert len(scores) == 4


def test_everything_is_in_the_json(make_toy, files):
    evaluation = evaluate_suites({"a": make_toy(WORDS), "b": make_toy(WORDS, seed=2)}, files, settings=QUICK)
    record = json.loads(evaluation.to_json())
    assert record["settings"]["resampling"] == {"n_draws": 50, "seed": 1, "level": 0.95}
    assert [suite["name"] for suite in record["suites"]] == ["pairs", "questions"]
    pairs = record["suites"][0]
    assert set(pairs["results"]) == {"a", "b"}
    assert pairs["malformed"][0]["line"] == 51
    assert pairs["comparisons"][0]["models"] == ["a", "b"]
    assert evaluation.scores()["a"]["pairs"] == pairs["results"]["a"]["score"]
    again = evaluate_suites({"a": make_toy(WORDS), "b": make_toy(WORDS, seed=2)}, files, settings=QUICK)
    assert json.loads(again.to_json())["suites"] == record["suites"]


def test_scores_that_are_not_defined_are_null(make_toy, files):
    evaluation = evaluate_suites({"a": make_toy(["unrelated"])}, files[:1], settings=QUICK)
    assert json.loads(evaluation.to_json())["suites"][0]["results"]["a"]["score"] is None


def test_suites_without_files_are_left_out(make_toy, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NS2VEC_DATA", raising=False)
    toy = {"toy": make_toy(WORDS)}
    evaluation = evaluate_suites(toy, ["msr", "facts_relations"], data_dir=tmp_path, settings=QUICK)
    assert list(evaluation.left_out) == ["msr"]
    assert len(evaluation.outcomes) == 1
    with pytest.raises(SuiteNotFoundError, match=r"suite msr are not in .*: pass data_dir or set "):
        evaluate_suites(toy, ["msr"], data_dir=tmp_path)


def test_many_suites_without_files_are_told_once(make_toy, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NS2VEC_DATA", raising=False)
    names = ["mturk287", "mturk771", "rarewords", "msr", "battig"]
    with pytest.raises(SuiteNotFoundError) as caught:
        evaluate_suites({"toy": make_toy(WORDS)}, names)
    assert caplog.records == []
    assert str(caught.value) == (
        "the files of 5 suites (mturk287, mturk771, rarewords, msr, battig) are not found, and no data "
        "folder is named: pass data_dir or set NS2VEC_DATA, with similarity/, analogy/, categorization/ in "
        "it, or pass allow_download=True for 4 of them"
    )
    evaluation = evaluate_suites({"toy": make_toy(WORDS)}, [*names, "facts_relations"], settings=QUICK)
    assert len(caplog.records) == len(evaluation.left_out_lines()) == 1
    assert set(evaluation.left_out) == set(names)


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        ("word_similarity", "", "there is no question in it; expected lines of word, word and judgement"),
        ("word_similarity", "# nothing\n", "there is no question in it"),
        ("word_similarity", "cat:dog:7\n", ":1: expected 3 columns, found 1; expected lines of word, word"),
        ("analogies", ": one\n: two\n", "there is no question in it; expected lines of four words"),
        ("analogies", "a b c\n", ":1: expected 4 words, found 3; expected lines of four words"),
        ("categorization", "alone\n", ":1: expected 2 columns, found 1; expected lines of word and category"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_an_error(make_toy, write_text, caplog, task, text, message):
    path = write_text(text, "mine.txt")
    with pytest.raises(FormatError) as caught:
        evaluate_suites({"toy": make_toy(WORDS)}, [Suite.of_files("mine", task, [path])], settings=QUICK)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert caplog.records == []  # the error says it


def test_what_cannot_be_evaluated(make_toy):
    with pytest.raises(ConfigError, match="at least one model"):
        evaluate_suites({}, ["facts"])
    with pytest.raises(ConfigError, match="subset must be 'common' or 'own', got 'all'"):
        Settings(subset="all")
    with pytest.raises(ConfigError, match="restrict_vocab must be at least 1, or None"):
        Settings(restrict_vocab=0)
    with pytest.raises(ConfigError, match="unknown analogy method"):
        Settings(method="guess")


@pytest.mark.parametrize("task", FACTS_QUESTIONS)
def test_generated_suites_have_questions(task):
    suite = Suite("x", "x", task, "", "", "", generated="facts")
    assert read_questions(suite).questions


@pytest.mark.parametrize("task", TASKS)
def test_a_model_that_makes_vectors_is_scored_on_them(make_toy, task):
    """What it makes are the vectors of another model: so are its scores."""
    corpus = facts_corpus()
    whole = make_toy(corpus.tokens, seed=1)
    # answers of analogies are words of the vocabulary
    answers = {question[3] for _, question in corpus.analogies()} if task == "analogies" else set()
    kept = [row for row, word in enumerate(whole.index_to_key) if row % 2 or word in answers]
    known = make_toy([whole.index_to_key[row] for row in kept], whole.vectors[kept])

    class Maker:
        vectors, index_to_key, key_to_index = known.vectors, known.index_to_key, known.key_to_index

        def vectors_for(self, words):
            rows = [whole.key_to_index.get(word, -1) for word in words]
            return np.where(np.array(rows)[:, None] < 0, np.nan, whole.vectors[rows])

    suite = next(suite for suite in select_suites(["facts"]) if suite.task == task)
    settings = Settings(resampling=Resampling(0), subset="own")
    outcome = evaluate_suites(
        {"whole": whole, "maker": Maker(), "known": known}, [suite], settings=settings
    ).outcomes[0]
    whole_result, made_result, known_result = outcome.results
    assert made_result.coverage.n_used == whole_result.coverage.n_used > known_result.coverage.n_used
    assert made_result.coverage.n_made > 0
    assert whole_result.coverage.n_made == known_result.coverage.n_made == 0
    if task != "analogies":  # fewer words compete with the answer
        assert made_result.score == pytest.approx(whole_result.score)
