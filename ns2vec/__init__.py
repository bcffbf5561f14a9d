"""Word embeddings by negative sampling: gensim's interface, faster training."""

from __future__ import annotations

__version__ = "0.1.0"
