"""How much two models agree about neighbours: overlap@k.

Two training runs on the same text with different seeds give different vectors; what users notice is that
nearest neighbours change (Antoniak and Mimno 2018; Wendlandt et al. 2018). The overlap@k of a word is the
share of its k nearest neighbours on which both models agree, among the words that both know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Embedding
from ns2vec.evaluation.neighbours import nearest_rows
from ns2vec.exceptions import ConfigError

__all__ = ["Stability", "neighbour_stability"]


@dataclass(frozen=True, slots=True)
class Stability:
    """Neighbour agreement of two models.

    Attributes
    ----------
    overlap : float
        Mean overlap@k of the words, in [0, 1].
    by_word : dict of str to float
    k : int
    n_common : int
        Number of words among which neighbours were looked for.
    """

    overlap: float
    by_word: dict[str, float]
    k: int
    n_common: int


def common_rows(
    first: Embedding, second: Embedding, restrict_vocab: int | None = None
) -> tuple[list[Any], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the keys that both models have among their first ones, and their rows in each."""
    rows = {key: row for row, key in enumerate(second.index_to_key[:restrict_vocab])}
    own = [row for row, key in enumerate(first.index_to_key[:restrict_vocab]) if key in rows]
    keys = [first.index_to_key[row] for row in own]
    return keys, np.array(own, dtype=np.intp), np.array([rows[key] for key in keys], dtype=np.intp)


def neighbour_stability(
    first: Embedding,
    second: Embedding,
    *,
    k: int = 10,
    n_words: int = 1000,
    restrict_vocab: int | None = 50000,
) -> Stability:
    """Compare the nearest neighbours of words in two models.

    Parameters
    ----------
    first, second : Embedding
    k : int, optional
    n_words : int, optional
        Compare this many of the words that both know, evenly spread over their order.
    restrict_vocab : int or None, optional
        Use only this many words from the beginning of each model.

    Returns
    -------
    Stability

    Raises
    ------
    ConfigError
        If there are not more than `k` common words.

    References
    ----------
    Wendlandt et al. 2018, arXiv:1804.09692; Antoniak and Mimno 2018.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.stability import neighbour_stability
    >>> vectors = np.random.default_rng(1).normal(size=(50, 8))
    >>> one = SimpleNamespace(vectors=vectors, index_to_key=[f"w{i}" for i in range(50)], key_to_index={})
    >>> neighbour_stability(one, one).overlap
    1.0
    """
    keys, first_rows, second_rows = common_rows(first, second, restrict_vocab)
    if len(keys) <= k:
        raise ConfigError(f"expected more than k={k} words that both models know, found {len(keys)}")
    places = np.unique(np.linspace(0, len(keys) - 1, min(n_words, len(keys))).astype(np.intp))
    found = [
        [near.tolist() for near, _ in nearest_rows(np.asarray(model.vectors)[rows], places, k)]
        for model, rows in ((first, first_rows), (second, second_rows))
    ]
    by_word = {str(keys[place]): len(set(a) & set(b)) / k for place, a, b in zip(places, *found, strict=True)}
    return Stability(float(np.mean(list(by_word.values()))), by_word, k, len(keys))
