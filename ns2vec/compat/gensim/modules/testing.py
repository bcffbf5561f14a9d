"""The names of ``gensim.test``: its module `utils`."""

from __future__ import annotations

__all__: list[str] = []
