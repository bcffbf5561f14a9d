"""Estimators for scikit-learn: pipelines, grid searches (``pip install ns2vec[sklearn]``)."""

from __future__ import annotations

try:
    import sklearn as _sklearn  # noqa: F401 - says early what is missing
except ImportError:
    raise ImportError("ns2vec.sklearn needs scikit-learn: pip install 'ns2vec[sklearn]'") from None

from ns2vec.sklearn.items import ItemRecommender
from ns2vec.sklearn.linear import NegativeSamplingClassifier
from ns2vec.sklearn.pairs import PairAnomalyScorer
from ns2vec.sklearn.text import DocumentVectorizer, TextClassifier

__all__ = [
    "DocumentVectorizer",
    "ItemRecommender",
    "NegativeSamplingClassifier",
    "PairAnomalyScorer",
    "TextClassifier",
]
