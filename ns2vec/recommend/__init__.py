"""Users and items: interactions, their splits and features."""

from __future__ import annotations

from ns2vec.recommend.interactions import Interactions

__all__ = ["Interactions"]
