"""The names of ``gensim.scripts``: its modules."""

from __future__ import annotations

__all__: list[str] = []
