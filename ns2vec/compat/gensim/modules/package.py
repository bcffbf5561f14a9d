"""The names of ``gensim`` and of those of its packages that only contain modules: none."""

from __future__ import annotations
