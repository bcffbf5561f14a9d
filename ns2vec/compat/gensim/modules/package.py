"""The names of ``gensim`` and of those of its packages that hold modules alone: none."""

from __future__ import annotations
