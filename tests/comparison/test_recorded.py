"""Runs of a comparison write ledgers."""

from __future__ import annotations

from ns2vec.comparison import compare, make_candidates
from ns2vec.ledger import list_runs

SMALL = {"vector_size": 8, "epochs": 2, "min_count": 1, "workers": 1}


def test_each_candidate_and_seed_is_a_run_with_its_scores(sentences, tmp_path):
    chosen = make_candidates(["negative_sampling"], ["unigram"])
    found = compare(sentences[:2000], chosen, seeds=[1, 2], runs=tmp_path, budget=None, **SMALL)
    runs = list_runs(tmp_path)
    by_name = {run.config["name"]: run for run in runs}
    wanted = {f"{one.name}, seed {run.seed}": run for one in found.candidates for run in one.runs}
    assert by_name.keys() == wanted.keys()
    assert len(runs) == 4
    for name, run in by_name.items():
        assert run.status == "finished"
        assert len(run.epochs) == len(wanted[name].curve) - 1  # looks, the first of them before training
        (scores,) = (one["scores"] for one in run.evaluations)
        assert scores["held-out loss"]["value"] == wanted[name].curve[-1][1]
        assert scores["F1"]["value"] == wanted[name].f1
