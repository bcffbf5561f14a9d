"""Evaluation of recommendations: all items are ranked for each user, except those that the user knows."""

from __future__ import annotations

from ns2vec.evaluation.ranking.metrics import METRICS, values
from ns2vec.evaluation.ranking.ranks import Factors, RankingQuestion, Ranks, Scorer, find_ranks, popularity
from ns2vec.evaluation.ranking.runner import RankingEvaluation, RankingSettings, evaluate_ranking
from ns2vec.evaluation.ranking.sampled import sampled_metrics

__all__ = [
    "Factors",
    "METRICS",
    "RankingEvaluation",
    "RankingQuestion",
    "RankingSettings",
    "Ranks",
    "Scorer",
    "evaluate_ranking",
    "find_ranks",
    "popularity",
    "sampled_metrics",
    "values",
]
