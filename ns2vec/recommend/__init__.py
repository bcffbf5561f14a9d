"""Users and items: interactions, their splits and features."""

from __future__ import annotations

from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.reading import read_interactions

__all__ = ["Interactions", "read_interactions"]
