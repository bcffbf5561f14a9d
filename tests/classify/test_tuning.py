"""autotune: it finds what matters, keeps to its budget, repeats, and says what it tried."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.classify import Classifier, autotune
from ns2vec.classify.judging import judge_of
from ns2vec.classify.space import SPACE, OneOf, Proposals, Scale
from ns2vec.classify.trials import Trial, Tuned
from ns2vec.classify.tuning import Examples, Halving
from ns2vec.exceptions import ConfigError, CorpusError

SMALL = {"vector_size": 6, "bucket": 500, "epochs": 5, "progress": False}


def ordered(n=200, seed=0):
    """Lines whose words say nothing, only their order does."""
    rng = np.random.default_rng(seed)
    first = rng.random(n) < 0.5
    words = [("not", "good") if one else ("good", "not") for one in first]
    texts = [f"{rng.choice(['a', 'b', 'c'])} {' '.join(each)}" for each in words]
    return texts, np.where(first, "bad", "fine").tolist()


def test_it_finds_that_word_order_decides():
    texts, labels = ordered()
    tuned = autotune(texts, labels, budget=30, min_n=0, max_n=0, alpha=0.5, vector_size=6, progress=False)
    assert tuned.options["word_ngrams"] > 1 and tuned.score == 1.0
    assert tuned.model.predict(["a not good", "a good not"]) == ["bad", "fine"]
    assert sum(len(trial.scores) for trial in tuned.trials) <= 30
    table = str(tuned)
    assert "30 trainings" in table and "best first accuracy by word_ngrams: 1: 0." in table
    assert "alpha" not in table  # was not tried


def test_a_budget_of_trainings_repeats_to_the_byte():
    texts, labels = ordered(60)
    one, other = (autotune(texts, labels, budget=12, **SMALL) for _ in range(2))
    assert [trial.options for trial in one.trials] == [trial.options for trial in other.trials]
    assert [trial.scores for trial in one.trials] == [trial.scores for trial in other.trials]
    assert one.model.wv.vectors.tobytes() == other.model.wv.vectors.tobytes()
    again = Classifier(**one.options, seed=1).fit(texts, labels)
    assert again.wv.vectors.tobytes() == one.model.wv.vectors.tobytes()


def test_the_better_half_is_judged_by_more_folds():
    tuned = autotune(*ordered(60), budget=23, **SMALL)
    assert sorted(len(trial.scores) for trial in tuned.trials) == [1] * 4 + [2] * 2 + [5] * 3
    best = max(tuned.trials, key=lambda trial: (len(trial.scores), trial.score))
    assert tuned.options == best.options and tuned.score == pytest.approx(np.mean(best.scores))


def test_values_of_an_option_are_compared_by_what_all_settings_began_with():
    trials = [
        Trial({"epochs": 5}, [0.9, 0.8], n_lines=100_000, first_score=0.5),
        Trial({"epochs": 20}, [0.7], n_lines=20_000, first_score=0.7),
        Trial({"epochs": 5}, [0.6], n_lines=20_000, first_score=0.6),
    ]
    tuned = Tuned(Classifier(**SMALL), trials[0].options, trials, "accuracy", 1.0)
    assert tuned.effects(["epochs"]) == ["best first accuracy by epochs: 5: 0.6000 of 2, 20: 0.7000 of 1"]
    trials = autotune(*ordered(60), budget=23, **SMALL).trials
    assert [trial.first_score for trial in trials] == [trial.scores[0] for trial in trials]


def test_given_lines_judge_and_are_not_learned():
    texts, labels = ordered(60)
    tuned = autotune(texts, labels, validation=(["zebra not good"] * 5, ["bad"] * 5), budget=5, **SMALL)
    assert "zebra" not in tuned.model.wv and "a" in tuned.model.wv
    assert {len(set(trial.scores)) for trial in tuned.trials} == {1}  # all say the same of one line


def test_seconds_end_it_and_one_training_is_always_made():
    tuned = autotune(*ordered(60), seconds=0.0, **SMALL)
    assert len(tuned.trials) == 1 and tuned.model.labels


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "f1:rare", "log_loss"])
def test_a_metric_prefers_what_it_names(metric):
    texts, labels = ["x y", "x z"] * 30, ["often", "rare"] * 30
    tuned = autotune(texts, labels, budget=4, metric=metric, alpha=0.5, class_weight={"rare": 2.0}, **SMALL)
    assert tuned.table().startswith("4 settings, 4 trainings")
    assert tuned.metric == metric and tuned.score == pytest.approx(
        0.0 if metric == "log_loss" else 1.0, abs=0.7
    )
    with pytest.raises(ConfigError, match="metric must be one of 'accuracy'"):
        autotune(texts, labels, metric=f"{metric}!".replace(":", "?"))


def test_lines_of_several_labels_are_decided_one_by_one():
    texts, labels = ["x", "y", "x y"] * 20, [["a"], ["b"], ["a", "b"]] * 20
    tuned = autotune(texts, labels, budget=3, **SMALL)
    assert {trial.options["loss"] for trial in tuned.trials} == {"ova"}


def test_much_text_is_learned_from_in_parts_at_first(monkeypatch):
    monkeypatch.setattr("ns2vec.classify.tuning.STAGES", ((20, 1), (None, 2)))
    monkeypatch.setattr("ns2vec.classify.tuning.ENOUGH_HELD_OUT", 10)
    tuned = autotune(*ordered(80), budget=14, **SMALL)
    assert [trial.n_lines for trial in tuned.trials].count(None) == 5
    assert tuned.options in [trial.options for trial in tuned.trials if trial.n_lines is None]
    assert {len(trial.scores) for trial in tuned.trials} == {1}


def test_time_is_left_for_the_last_training_on_all_lines():
    reader = Classifier()
    search = Halving(Examples(*reader._read(*ordered(50))), None, judge_of("accuracy"), 1, 9, deadline=100.0)
    for n_lines, end in ((10, 60.0), (None, 92.0)):  # two trainings of 8 seconds, on a fifth of the lines
        search.trials = [Trial({}, [0.5, 0.5], n_lines, seconds=8.0)]
        assert search.end == pytest.approx(end)


def test_what_cannot_be_tuned_is_refused():
    with pytest.raises(CorpusError, match="at least 10 lines with labels to hold some out, got 2"):
        autotune(["a", "b"], [1, 2])
    with pytest.raises(CorpusError, match="no labels in 1 lines"):
        autotune(["a"])
    with pytest.raises(ConfigError, match="budget must be a whole number of at least 1"):
        autotune(*ordered(), budget=0)
    with pytest.raises(ConfigError, match="'f1:moon' names a label that no line has"):
        autotune(*ordered(), metric="f1:moon", **SMALL)
    for wrong in ({"alpha": -1.0}, {"seed": "a"}):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            autotune(*ordered(), **wrong)


@pytest.mark.parametrize("choice", [Scale(0.02, 2.0), Scale(3, 60, is_whole=True)])
def test_numbers_are_drawn_from_their_scale_and_near_ones_are_near(choice):
    rng = np.random.default_rng(1)
    drawn = [choice.draw(rng) for _ in range(500)]
    assert choice.low <= min(drawn) and max(drawn) <= choice.high
    middle = (choice.low * choice.high) ** 0.5
    assert 0.4 < np.mean(np.array(drawn) < middle) < 0.6
    near = [choice.near(10 * choice.low, rng) for _ in range(200)]
    assert 4.9 * choice.low <= min(near) and max(near) <= 20.1 * choice.low
    assert isinstance(near[0], int) is choice.is_whole


def test_settings_are_never_tried_twice_and_keep_what_is_given():
    settings = Proposals({"alpha": 0.3, "epochs": 4}, 5000, False, np.random.default_rng(2))
    found = [*settings.first, *(settings.next(None) for _ in range(20))]
    found += [settings.next(found[3]) for _ in range(20)]
    assert all(found.count(each) == 1 for each in found)
    assert {each["loss"] for each in found} == {"hs", "ns"}
    assert {(each["alpha"], each["epochs"]) for each in found} == {(0.3, 4)}
    assert {name for names in SPACE for name in names} | {"loss"} == found[5].keys()
    assert OneOf((1, 2, 3), (1, 0, 0)).draw(np.random.default_rng(1)) == 1
