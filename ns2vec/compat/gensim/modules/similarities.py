"""The names of ``gensim.similarities``: the nearest-neighbour index, by its module."""

from __future__ import annotations

__all__: list[str] = []
