"""How good recommendations are: all items ranked for each user, without those that the user knows."""

from __future__ import annotations

from ns2vec.evaluation.ranking.metrics import METRICS, values
from ns2vec.evaluation.ranking.ranks import Factors, Question, Ranks, find_ranks, popularity

__all__ = ["METRICS", "Factors", "Question", "Ranks", "find_ranks", "popularity", "values"]
