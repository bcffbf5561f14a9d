"""gensim's questions to a set of vectors, in terms of `ns2vec.similarity`: keys in, keys and numbers out."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._options import whole
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors.storage import VectorStore

logger = logging.getLogger(__name__)

UNIT_ERRORS = 4  # rounding errors by which the length of a vector that was divided by its length is not 1

Array: TypeAlias = npt.NDArray[Any]
Neighbours: TypeAlias = list[tuple[Any, float]]


def as_items(store: VectorStore, value: Any) -> list[Any]:
    """Return what gensim accepts as `positive` or `negative` as a list of keys, vectors, (item, weight)."""
    if value is None:
        return []
    if isinstance(value, np.ndarray):
        # a row of numbers is a vector; strings in an array are keys
        return [value] if value.ndim == 1 and value.dtype.kind not in "OUS" else list(value)
    if store.is_key(value):
        return [value]
    if isinstance(value, (tuple, bytes)):
        kind = type(value).__name__
        raise TypeError(f"expected a list of keys, got the {kind} {value!r}; write it as a list")
    return list(value)


def split_item(store: VectorStore, item: Any, sign: float) -> tuple[Any, float]:
    """Return the key or vector of an item, and its weight."""
    if isinstance(item, np.ndarray) or store.is_key(item):
        return item, sign
    try:
        key, weight = item
    except (TypeError, ValueError):
        raise TypeError(f"expected a key, a vector or a pair (key, weight), got {item!r}") from None
    return key, float(weight)


def input_rows(store: VectorStore, keys: Iterable[Any]) -> list[int]:
    """Return the rows that the keys name; rows without a key are added, for they answer nothing."""
    rows = [
        store.get_index(key) for key in keys if not isinstance(key, np.ndarray) and store.has_index_for(key)
    ]
    if len(store.key_to_index) < len(store.index_to_key):
        rows.extend(row for row, key in enumerate(store.index_to_key) if key is None)
    return rows


def pairs(store: VectorStore, rows: Array, scores: Array) -> Neighbours:
    """Name the rows."""
    keys = store.index_to_key
    return [(keys[row], score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]


def how_many(name: str, value: Any) -> int | None:
    """Return `topn` or `restrict_vocab` as an int; None means all.

    Raises
    ------
    TypeError
        As in gensim, if it is no whole number.
    """
    try:
        return None if value is None else whole(name, value, -math.inf)
    except ConfigError as error:
        raise TypeError(str(error)) from None


def most_similar(
    store: VectorStore,
    positive: Any,
    negative: Any,
    topn: int | None,
    clip_start: int,
    clip_end: int | None,
    restrict_vocab: int | None,
    indexer: Any,
) -> Neighbours | Array:
    """Do what `KeyedVectors.most_similar` says."""
    topn, restrict_vocab = how_many("topn", topn), how_many("restrict_vocab", restrict_vocab)
    if topn is not None and topn < 1:
        return []
    items = [split_item(store, item, 1.0) for item in as_items(store, positive)]
    items += [split_item(store, item, -1.0) for item in as_items(store, negative)]
    if not items:
        raise ValueError("cannot compute similarity with no input; pass positive= or negative= keys")
    keys, weights = [key for key, _ in items], [weight for _, weight in items]
    query = store.get_mean_vector(
        keys, weights, pre_normalize=True, post_normalize=True, ignore_missing=False
    )
    if indexer is not None and topn is not None:
        return indexer.most_similar(query, topn)  # type: ignore[no-any-return]

    # as in gensim, 0 means no limit
    clips = how_many("clip_start", clip_start) or 0, how_many("clip_end", clip_end) or None
    start, stop = (0, restrict_vocab) if restrict_vocab else clips
    start, stop, _ = slice(start, stop).indices(len(store.vectors))
    norms = store._ready_norms()
    if topn is None:
        return similarity.cosines(store.vectors[start:stop], norms[start:stop], query)
    exclude = input_rows(store, keys)
    found = similarity.most_similar(
        store.vectors, norms, query, topn, start=start, stop=stop, exclude=exclude
    )
    return pairs(store, *found)


def most_similar_many(
    store: VectorStore, queries: Iterable[Any], topn: int, restrict_vocab: int | None
) -> list[Neighbours]:
    """Do what `KeyedVectors.most_similar_many` says."""
    queries = list(queries)
    n_each, restrict_vocab = how_many("topn", topn) or 0, how_many("restrict_vocab", restrict_vocab)
    if not queries or n_each < 1:
        return [[] for _ in queries]
    matrix = np.empty(
        (len(queries), store.vector_size), dtype=np.result_type(store.vectors.dtype, np.float32)
    )
    for row, query in zip(matrix, queries, strict=True):
        row[:] = query if isinstance(query, np.ndarray) else store.get_vector(query)
    matrix = similarity.unit_rows(matrix, similarity.row_norms(matrix))
    free = input_rows(store, ())
    exclude = [free if isinstance(query, np.ndarray) else input_rows(store, [query]) for query in queries]
    stop = restrict_vocab or len(store.vectors)
    norms = store._ready_norms()[:stop]
    found = similarity.most_similar_many(store.vectors[:stop], norms, matrix, n_each, exclude=exclude)
    return [pairs(store, rows, scores) for rows, scores in found]


def most_similar_cosmul(
    store: VectorStore, positive: Any, negative: Any, topn: int | None, restrict_vocab: int | None
) -> Neighbours | Array:
    """Do what `KeyedVectors.most_similar_cosmul` says."""
    topn, restrict_vocab = how_many("topn", topn), how_many("restrict_vocab", restrict_vocab)
    if topn is not None and topn < 1:
        return []
    sides = [as_items(store, positive), as_items(store, negative)]
    if not any(sides):
        raise ValueError("cannot compute similarity with no input; pass positive= or negative= keys")
    positives, negatives = (_unit_vectors(store, side) for side in sides)
    stop = restrict_vocab or len(store.vectors)
    scores = similarity.cosmul(store.vectors[:stop], store._ready_norms()[:stop], positives, negatives)
    if topn is None:
        return scores
    exclude = input_rows(store, sides[0] + sides[1])
    return pairs(store, *similarity.best_without(scores, topn, exclude))


def _unit_vectors(store: VectorStore, items: Sequence[Any]) -> Array:
    dtype = np.result_type(store.vectors.dtype, np.float32)
    vectors = [_unit_vector(store, item) for item in items]
    return np.asarray(vectors, dtype=dtype).reshape(len(items), store.vector_size)


def _unit_vector(store: VectorStore, item: Any) -> Array:
    """Return what `get_vector` with ``norm=True`` gives; of a vector, too, whatever its length is."""
    if not isinstance(item, np.ndarray):
        return store.get_vector(item, norm=True)
    length = similarity.row_norms(item[np.newaxis])[0]
    # a second division would change the last digit of a vector that has been brought to length 1
    is_unit = abs(length - 1.0) <= UNIT_ERRORS * np.finfo(np.result_type(item, np.float16)).eps
    return item if is_unit or not length else item / length


def distances(store: VectorStore, word_or_vector: Any, other_words: Sequence[Any]) -> Array:
    """Return 1 minus the cosine of a key or vector with some words or with every row, shape (n,)."""
    if isinstance(word_or_vector, list):
        word_or_vector = np.asarray(word_or_vector)
    vector = word_or_vector if isinstance(word_or_vector, np.ndarray) else store.get_vector(word_or_vector)
    if not len(other_words):
        length = float(np.sqrt(np.asarray(vector, dtype=np.float64) @ vector)) or 1.0
        return 1 - similarity.cosines(store.vectors, store._ready_norms() * length, vector)
    others = store.vectors[[store.get_index(word) for word in other_words]]
    return 1 - similarity.cosine_similarities(vector, others)


def n_similarity(store: VectorStore, ws1: Sequence[Any], ws2: Sequence[Any]) -> float:
    """Return the cosine of the means of two lists of keys."""
    if not (len(ws1) and len(ws2)):
        raise ZeroDivisionError("At least one of the passed list is empty.")
    return similarity.cosine(*(store.get_mean_vector(words, pre_normalize=False) for words in (ws1, ws2)))


def closer_than(store: VectorStore, key1: Any, key2: Any) -> list[Any]:
    """Return the keys that are closer to `key1` than `key2` is."""
    all_distances = distances(store, key1, ())
    row1, row2 = store.get_index(key1), store.get_index(key2)
    closer = np.flatnonzero(all_distances < all_distances[row2])
    return [store.index_to_key[row] for row in closer.tolist() if row != row1]


def rank_by_centrality(store: VectorStore, words: Iterable[Any], use_norm: bool) -> list[tuple[Any, Any]]:
    """Return (similarity to the mean, word) of the words that are present, most central first."""
    words = list(words)
    used = [word for word in words if word in store]
    if len(used) != len(words):
        logger.warning(
            "vectors for words %s are not present in the model, ignoring these words", set(words) - set(used)
        )
    if not used:
        raise ValueError("cannot select a word from an empty list; none of the words has a vector")
    scores = similarity.centrality(np.vstack([store.get_vector(word, norm=use_norm) for word in used]))
    return sorted(zip(scores, used, strict=True), key=lambda pair: pair[0], reverse=True)


def vectors_for_all(store: VectorStore, empty: VectorStore, keys: Iterable[Any], copy_vecattrs: bool) -> None:
    """Fill `empty` with those of the keys that `store` knows, each once, in their order."""
    found = [key for key in dict.fromkeys(keys) if key in store]
    if not found:
        return
    rows = np.array([store.get_index(key, -1) for key in found])
    counts = np.arange(len(found), 0, -1, dtype=np.int64)
    extras = {}
    for name, array in store.expandos.items() if copy_vecattrs else ():
        extras[name] = np.asarray(array)[rows]
        extras[name][rows < 0] = 0  # unknown keys, of which the store can make vectors, have no attributes
    empty.add_vectors(
        found, np.vstack([store.get_vector(key) for key in found]), extras={"count": counts, **extras}
    )


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
