"""Users and items: interactions, their splits and features."""

from __future__ import annotations

from ns2vec.recommend.answers import Recommendation
from ns2vec.recommend.factorization import MatrixFactorization
from ns2vec.recommend.factorization_machine import FactorizationMachine
from ns2vec.recommend.features import Features, read_features
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.item2vec import Item2Vec
from ns2vec.recommend.layouts import Dataset, lastfm, movielens
from ns2vec.recommend.lightgcn import LightGCN
from ns2vec.recommend.planted import Planted, planted_interactions
from ns2vec.recommend.reading import read_interactions
from ns2vec.recommend.recommender import Recommender
from ns2vec.recommend.splits import Split, by_item, by_time, by_user, given, leave_last, random_per_user

__all__ = [
    "Dataset",
    "FactorizationMachine",
    "Features",
    "Interactions",
    "Item2Vec",
    "LightGCN",
    "MatrixFactorization",
    "Planted",
    "Recommendation",
    "Recommender",
    "Split",
    "by_item",
    "by_time",
    "by_user",
    "given",
    "lastfm",
    "leave_last",
    "movielens",
    "planted_interactions",
    "random_per_user",
    "read_features",
    "read_interactions",
]
