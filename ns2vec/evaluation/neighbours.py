"""Nearest neighbours for reading: scores show how good vectors are, neighbours what they have learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._typing import Embedding, FloatArray
from ns2vec.evaluation.lookup import Lookup

#: Rows and their cosines, best first.
Neighbours: TypeAlias = "tuple[npt.NDArray[np.intp], FloatArray]"


def spread_words(embedding: Embedding, n_words: int = 20, restrict_vocab: int | None = 50000) -> list[str]:
    """Return words from frequent to rare, evenly spaced on a logarithmic scale of their rows.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.neighbours import spread_words
    >>> words = [f"w{i}" for i in range(100)]
    >>> toy = SimpleNamespace(vectors=np.eye(100), index_to_key=words, key_to_index={})
    >>> spread_words(toy, 3)
    ['w0', 'w9', 'w99']
    """
    keys = embedding.index_to_key[:restrict_vocab]
    if not keys:
        return []
    rows = np.unique(np.rint(np.geomspace(1, len(keys), n_words)).astype(np.intp) - 1)
    return [str(keys[row]) for row in rows]


def nearest_rows(vectors: npt.NDArray[Any], rows: npt.ArrayLike, k: int) -> Iterator[Neighbours]:
    """Yield for each of these rows the k rows nearest to it, without itself, and their cosines.

    Parameters
    ----------
    vectors : ndarray of shape (V, D)
    rows : array-like of shape (n,), int
    k : int

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.neighbours import nearest_rows
    >>> [near.tolist() for near, _ in nearest_rows(np.array([[1.0, 0], [0.9, 0.1], [0, 1]]), [0, 2], 1)]
    [[1], [1]]
    """
    asked = np.asarray(rows, dtype=np.intp)
    norms = similarity.row_norms(vectors)
    queries = similarity.unit_rows(vectors[asked], norms[asked])
    return similarity.most_similar_many(vectors, norms, queries, k, exclude=asked[:, None].tolist())


def dump_neighbours(
    embedding: Embedding,
    words: Sequence[str] | None = None,
    *,
    topn: int = 10,
    restrict_vocab: int | None = 50000,
    case_insensitive: bool = True,
) -> dict[str, list[tuple[str, float]]]:
    """Return the nearest words of some words, for reading.

    Parameters
    ----------
    embedding : Embedding
    words : sequence of str, optional
        Unknown words are left out; `spread_words` by default.
    topn : int, optional
    restrict_vocab : int or None, optional
        Only this many words, the first ones, can be neighbours.
    case_insensitive : bool, optional

    Returns
    -------
    dict of str to list of (word, cosine)

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.neighbours import dump_neighbours
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["cat", "dog", "car"], key_to_index={})
    >>> dump_neighbours(toy, ["cat"], topn=1)["cat"][0][0]
    'dog'
    """
    lookup = Lookup(
        embedding, restrict_vocab=restrict_vocab, case_insensitive=case_insensitive, can_make=False
    )
    asked = spread_words(embedding, restrict_vocab=restrict_vocab) if words is None else words
    known = [word for word in dict.fromkeys(asked) if lookup.row(word) >= 0]
    found = nearest_rows(lookup.vectors, lookup.rows(known), topn)
    return {
        word: [(str(lookup.keys[row]), float(cosine)) for row, cosine in zip(near, cosines, strict=True)]
        for word, (near, cosines) in zip(known, found, strict=True)
    }
