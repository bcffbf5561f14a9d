"""From vectors of users and items to lists: the best of all items in blocks, diverse lists, and reasons.

Functions on arrays; P (n, D) are vectors of users, Q (n_items, D) vectors of items, and a score is ``p.q +
bias``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import BoolArray, Float32Array, Float64Array, Int32Array, Int64Array
from ns2vec.recommend._best import WORST, keep_best, write_best
from ns2vec.similarity import top_k

TILE_SCORES = 1 << 20  # in memory at once: 4 MiB; with smaller tiles, threads of BLAS wait more often
TILE_BEST = 1 << 17  # kept for the users of a tile: 1 MiB, if that allows enough users
TILE_USERS = 128, 2048  # fewest and most; packing items for BLAS takes as long as products of 100 users
WHOLE = 64  # tiles end at multiples of this: whole vectors for BLAS, and whole runs for `keep_best`
GOLDEN = (5**0.5 - 1) / 2
POOL = 10  # best items for each requested item, from which diverse ones are selected
RIDGE = 0.1  # ridge of `history_map`, as a share of the mean square of a history's vector

Lists: TypeAlias = tuple[Int64Array, Int32Array]


def scores_of(vectors: Float32Array, items: Float32Array, bias: Float32Array | None) -> Float32Array:
    """Return the scores of every item, shape (n, n_items)."""
    scores: Float32Array = vectors @ items.T
    if bias is not None:
        scores += bias
    return scores


def hide(scores: Float32Array, seen: Lists | None, allowed: BoolArray | None) -> None:
    """Set the scores of items that must not be recommended to -inf, in place.

    Parameters
    ----------
    scores : ndarray of shape (n, n_items), float32
    seen : tuple of ndarray, or None
        Offsets (n + 1,) and rows of the items that each row's user has seen.
    allowed : ndarray of shape (n_items,), bool, or None
    """
    if seen is not None:
        offsets, rows = seen
        scores[np.repeat(np.arange(len(scores)), np.diff(offsets)), rows[offsets[0] : offsets[-1]]] = -np.inf
    if allowed is not None:
        scores[:, ~allowed] = -np.inf


def top_items(
    vectors: Float32Array,
    items: Float32Array,
    bias: Float32Array | None = None,
    n: int = 10,
    *,
    seen: Lists | None = None,
    allowed: BoolArray | None = None,
) -> tuple[Int32Array, Float32Array]:
    """Return the best items of each of many users, in blocks of bounded memory.

    Parameters
    ----------
    vectors : ndarray of shape (n_users, D), float32
    items : ndarray of shape (n_items, D), float32
    bias : ndarray of shape (n_items,), float32, optional
    n : int
    seen : tuple of ndarray, optional
        Offsets (n_users + 1,), int64, and rows, int32, of the items that are left out for each user.
    allowed : ndarray of shape (n_items,), bool, optional

    Returns
    -------
    rows : ndarray of shape (n_users, n), int32
        Best first, ties by the lower row; -1 where there are no more.
    scores : ndarray of shape (n_users, n), float32
        -inf where there are no more.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.recommend.serving import top_items
    >>> top_items(np.eye(2, dtype="f"), np.eye(2, dtype="f"), n=1)[0].tolist()
    [[0], [1]]
    """
    n_users, n_items = len(vectors), len(items)
    rows = np.full((n_users, n), -1, dtype=np.int32)
    best = np.full((n_users, n), -np.inf, dtype=np.float32)
    added = np.zeros(n_items, dtype=np.float32) if bias is None else np.array(bias, dtype=np.float32)
    if allowed is not None:
        added[~allowed] = -np.inf
    n_kept = min(n, n_items)
    n_at_once = min(max(TILE_USERS[0], TILE_BEST // max(1, n_kept)), TILE_USERS[1])
    blocks = _bounds(n_users, max(n_at_once, TILE_SCORES // max(1, n_items)))
    widest = _widest(blocks)
    tiles = _bounds(n_items, max(1, TILE_SCORES // max(1, widest)))
    held = np.empty(widest * _widest(tiles), dtype=np.float32)
    heaps = np.empty((widest, n_kept), dtype=np.uint64)
    for first, stop in pairwise(blocks):
        kept = heaps[: stop - first]
        kept.fill(WORST)
        own = None if seen is None else (seen[0][first : stop + 1], seen[1])
        for start, end, users, hidden in _tiles(tiles, stop - first, own):
            scores = held[: (stop - first) * (end - start)].reshape(stop - first, end - start)
            np.matmul(vectors[first:stop], items[start:end].T, out=scores)
            scores[users, hidden] = -np.inf
            keep_best(scores, added[start:end], start, kept)
        kept.sort(axis=1)
        write_best(kept, rows[first:stop, :n_kept], best[first:stop, :n_kept])
    return rows, best


def _bounds(total: int, most: int) -> list[int]:
    """Return where parts of nearly equal lengths begin, of about `most` or fewer, and where the last ends.

    There is no short last part, because BLAS sums the products of few rows in another order.
    """
    n_parts = -(-total // most)
    inner = total * np.arange(1, n_parts) // n_parts // WHOLE * WHOLE
    return sorted({0, *inner.tolist(), total})


def _widest(bounds: list[int]) -> int:
    return max((end - start for start, end in pairwise(bounds)), default=0)


def _tiles(bounds: list[int], n_users: int, seen: Lists | None) -> Iterator[tuple[int, int, Any, Any]]:
    """Yield each tile of items: its first row, its end, and the users and columns of the seen items in it.

    The order jumps across the catalogue: in ascending order, if scores rose with the rows, each tile would
    replace everything that was kept of the tiles before.
    """
    users = items = np.empty(0, dtype=np.int64)
    if seen is not None:
        offsets, rows = seen
        met = rows[offsets[0] : offsets[-1]].astype(np.int64)
        met = np.sort(met * n_users + np.repeat(np.arange(n_users), np.diff(offsets)))
        items, users = np.divmod(met, n_users)
    ends = [0, *np.searchsorted(items, bounds[1:-1]).tolist(), len(items)]
    for tile in np.argsort(np.arange(len(bounds) - 1) * GOLDEN % 1).tolist():
        own = slice(ends[tile], ends[tile + 1])
        yield bounds[tile], bounds[tile + 1], users[own], items[own] - bounds[tile]


def diverse(scores: Float32Array, items: Float32Array, n: int, strength: float) -> npt.NDArray[Any]:
    """Return rows of n good and diverse items: maximal marginal relevance (Carbonell & Goldstein 1998).

    Each is the one of the best ``10 n`` with the highest ``(1 - strength) * score - strength * cosine``, with
    scores from 0 to 1 and the cosine to the nearest item that was chosen before.

    Parameters
    ----------
    scores : ndarray of shape (n_items,), float32
        -inf: not to be recommended.
    items : ndarray of shape (n_items, D), float32
    n : int
    strength : float
        0: the n best; 1: the best one, then those that are most unlike the ones before.
    """
    pool = top_k(scores, POOL * n)
    pool = pool[scores[pool] > -np.inf]
    if not len(pool):
        return pool
    found = scores[pool].astype(np.float64)
    spread = found.max() - found.min()
    worth = (1.0 - strength) * (found - found.min()) / (spread or 1.0)
    rows = items[pool].astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
    nearest, chosen = np.full(len(pool), -1.0), [0]
    while len(chosen) < min(n, len(pool)):
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
        value = worth - strength * nearest
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    return np.asarray(pool[chosen])


def history_map(vectors: Float32Array, items: Float32Array, seen: Lists) -> Float64Array:
    """Return the map from the items that a user has seen to the user's vector.

    It is the linear map that best predicts the vectors of trained users from their histories, by ridge
    regression: ``p = [sum of q over the history / sqrt(length), 1] @ map``. It folds in users who come later,
    and the contribution of an item of the history to a score is a term of a sum.

    Parameters
    ----------
    vectors : ndarray of shape (n_users, D), float32
    items : ndarray of shape (n_items, D), float32
    seen : tuple of ndarray
        Offsets (n_users + 1,) and rows of the items of each user.

    Returns
    -------
    ndarray of shape (D + 1, D), float64
    """
    n_seen = np.diff(seen[0])
    users = np.flatnonzero(n_seen)
    sums = np.add.reduceat(items[seen[1]].astype(np.float64), seen[0][users], axis=0) if len(users) else None
    if sums is None:
        return np.eye(items.shape[1] + 1, items.shape[1])
    means = np.hstack([sums / np.sqrt(n_seen[users, np.newaxis]), np.ones((len(users), 1))])
    gram = means.T @ means
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
    found: Float64Array = np.linalg.solve(gram, means.T @ vectors[users])
    return found


def fold_in(history: npt.NDArray[Any], items: Float32Array, mapping: Float64Array) -> Float32Array:
    """Return the vector of a user who has seen the items of these rows, shape (D,); see `history_map`."""
    mean = items[history].astype(np.float64).sum(axis=0) / np.sqrt(max(1, len(history)))
    return np.asarray(np.append(mean, 1.0) @ mapping, dtype=np.float32)


def contributions(
    rows: npt.NDArray[Any], history: npt.NDArray[Any], items: Float32Array, mapping: Float64Array
) -> Float64Array:
    """Return the contribution of each item of a history to the scores of items, shape (n_rows, n_history).

    For a user who was folded in, these contributions, the bias of the item and a term that all users share
    add up to the score.
    """
    parts = items[history].astype(np.float64) / np.sqrt(max(1, len(history)))
    found: Float64Array = items[rows].astype(np.float64) @ (parts @ mapping[:-1]).T
    return found
