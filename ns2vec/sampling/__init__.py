"""Which rows are negatives, and with what probability."""

from ns2vec.sampling.alias import build_alias_table
from ns2vec.sampling.negatives import get_negative_samples
from ns2vec.sampling.noise import make_cum_table, noise_distribution, weights_of_cum_table

__all__ = [
    "build_alias_table",
    "get_negative_samples",
    "make_cum_table",
    "noise_distribution",
    "weights_of_cum_table",
]
