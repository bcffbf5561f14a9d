"""The word mover's distance: how far the words of one document have to travel to become another's."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from ns2vec.keyedvectors.storage import VectorStore

__all__ = ["wmdistance"]

logger = logging.getLogger(__name__)


def wmdistance(store: VectorStore, document1: Sequence[Any], document2: Sequence[Any], norm: bool) -> float:
    """Do what `KeyedVectors.wmdistance` says."""
    try:
        from ot import emd2
    except ImportError:
        raise ImportError("wmdistance needs the POT package: pip install 'ns2vec[wmd]'") from None
    known = [[key for key in document if key in store] for document in (document1, document2)]
    n_unknown = len(document1) + len(document2) - len(known[0]) - len(known[1])
    if n_unknown:
        logger.info("%d unknown words of two documents are left out", n_unknown)
    if not known[0] or not known[1]:
        logger.warning("at least one document has no known word: its distance is infinite")
        return float("inf")
    keys = list(dict.fromkeys(known[0] + known[1]))
    if len(keys) == 1:
        return 0.0
    vectors = np.array([store.get_vector(key, norm=norm) for key in keys], dtype=np.float64)
    gaps = np.sqrt(((vectors[:, np.newaxis] - vectors) ** 2).sum(axis=2))
    if gaps.sum() < 1e-8:
        logger.warning("all distances between the words are zero: the documents' distance is infinite")
        return float("inf")
    counts = (Counter(document) for document in known)
    weights = [
        np.array([count[key] / len(document) for key in keys])
        for count, document in zip(counts, known, strict=True)
    ]
    return float(emd2(*weights, gaps))
