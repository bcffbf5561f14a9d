"""Cosine similarity, nearest rows, analogies, the odd one out: functions on arrays.

`vectors` has shape (V, D) and any stride; `norms` has shape (V,) and holds the rows' Euclidean lengths. A
row of zeros has similarity 0 to everything. Ties are broken by the lower row number, and rows whose score
is not a number come last, so equal inputs give equal lists.
"""

from ns2vec.similarity.many import most_similar_many
from ns2vec.similarity.nearest import best_without, most_similar, top_k
from ns2vec.similarity.products import (
    COSMUL_EPSILON,
    centrality,
    cosine,
    cosine_similarities,
    cosines,
    cosmul,
    row_norms,
    unit,
    unit_rows,
    weighted_mean,
)

__all__ = [
    "COSMUL_EPSILON",
    "best_without",
    "centrality",
    "cosine",
    "cosine_similarities",
    "cosines",
    "cosmul",
    "most_similar",
    "most_similar_many",
    "row_norms",
    "top_k",
    "unit",
    "unit_rows",
    "weighted_mean",
]
