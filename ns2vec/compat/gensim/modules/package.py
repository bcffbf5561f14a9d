"""The names of the package ``gensim``."""

from __future__ import annotations

__all__: list[str] = []
