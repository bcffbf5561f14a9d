"""eval/check.py: scores are held to eval/baselines/."""

from __future__ import annotations

import json

import pytest

from ns2vec.evaluation.baselines import read_baseline
from ns2vec.evaluation.suites import collections


@pytest.mark.slow
def test_the_facts_corpus_reaches_its_baseline(script, tmp_path, capsys):
    target = tmp_path / "report.html"
    assert script("check").main(["facts", "--html", str(target)]) == 0
    printed = capsys.readouterr().out
    assert "facts: as accepted" in printed
    assert "facts_relations" in printed
    assert target.read_text("utf-8").startswith("<!doctype html>")


def test_every_check_has_a_baseline_with_its_command(script, repository):
    check = script("check")
    for name, (_, suites) in check.CHECKS.items():
        baseline = read_baseline(repository / "eval" / "baselines" / f"{name}.json")
        assert baseline.command == f"python eval/check.py {name}"
        assert set(baseline.scores) == set(collections()[suites])
        assert all(0 < tolerance <= 0.1 for tolerance in baseline.tolerances.values())


@pytest.fixture
def quick(script, planted_vectors, monkeypatch, tmp_path):
    """The script, with a check whose model has already been trained."""
    from ns2vec import KeyedVectors

    check = script("check")
    vectors = KeyedVectors.load_word2vec_format(planted_vectors)
    monkeypatch.setattr(check, "CHECKS", {"facts": (lambda folder, data: vectors, "facts_relations")})
    monkeypatch.setattr(check, "BASELINES", tmp_path)
    return check


def test_a_score_below_the_baseline_fails(quick, tmp_path, capsys):
    assert quick.main(["--accept"]) == 0
    assert quick.main([]) == 0
    record = json.loads((tmp_path / "facts.json").read_text("utf-8"))
    record["scores"]["facts_relations"] += 0.2
    (tmp_path / "facts.json").write_text(json.dumps(record), "utf-8")
    capsys.readouterr()
    assert quick.main(["facts"]) == 1
    assert "BELOW THE BASELINE facts_relations" in capsys.readouterr().out


def test_missing_data_is_skipped_unless_it_was_asked_for(script, tmp_path, monkeypatch, capsys):
    check = script("check")
    monkeypatch.setattr(check, "CHECKS", {"en100": check.CHECKS["en100"]})
    assert check.main(["--data", str(tmp_path)]) == 0
    assert "en100: skipped: " in capsys.readouterr().out
    assert check.main(["en100", "--data", str(tmp_path)]) == 1
    assert "has no folder eval/" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        check.main(["no-such-check"])


@pytest.mark.data
@pytest.mark.slow
def test_english_reaches_its_baseline(script, data_dir, capsys):
    """Of 25 MB; `make eval` trains on 100 MB too."""
    assert script("check").main(["en25", "--data", str(data_dir)]) == 0
    assert "en25: as accepted" in capsys.readouterr().out
