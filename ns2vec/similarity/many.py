"""The nearest rows of many queries: a matrix product finds candidates, the scan of single queries ranks them.

A matrix product reads the vectors once for all queries, but its sums are not computed in the order of
`ns2vec.similarity.scan`: they differ in the last digits, and with them the order of rows of nearly equal
score. So it only selects rows that may be among the best, a few for each query, and these are scored as for a
single query. An answer does not depend on the other queries of the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._kernels import ISA
from ns2vec._typing import Float32Array, FloatArray
from ns2vec.similarity._dots import write_cosines
from ns2vec.similarity.nearest import Rows, best_without, most_similar
from ns2vec.similarity.products import divisors, is_blas, products
from ns2vec.similarity.scan import can_scan, in_parts

FEWEST, AT_ONCE = 4, 128  # queries per pass
BLOCK_SCORES = 1 << 18  # per block: 1 MiB, which stays in the cache until it has been searched
PRODUCT_SCORES = 1 << 23  # per product that is searched as a whole: 32 MiB
ROWS_PER_BEST = 16  # or more: otherwise most rows are candidates
ROWS_PER_THREAD = 4096
GROUPS_PER_BEST = 8
MOST_PER_BEST = 4  # candidates of a block; with more, it pays to find a better bound
CROWDED = 8  # if an eighth of a block may be among the best, a scan is cheaper
SMALLEST = np.float32(1e-30)  # a length whose inverse and products with it are finite

Answer = tuple[Rows, FloatArray]


@dataclass(frozen=True)
class Candidates:
    """Rows that may be among the best of some queries, in ascending order.

    Attributes
    ----------
    queries, rows : ndarrays of shape (n_candidates,), int64
    scores : ndarray of shape (n_candidates,), float32
        Approximately their cosines.
    is_crowded : ndarray of shape (n,), bool
        Queries with too many candidates, which get none here.
    """

    queries: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    scores: Float32Array
    is_crowded: npt.NDArray[np.bool_]


def most_similar_many(
    vectors: FloatArray,
    norms: FloatArray,
    queries: FloatArray,
    topn: int,
    *,
    exclude: Sequence[Sequence[int] | npt.NDArray[Any]] | None = None,
    n_threads: int = 1,
) -> Iterator[Answer]:
    """Yield the result of `most_similar` for each of many unit queries: for float32, to the last digit.

    Parameters
    ----------
    vectors, norms : see `ns2vec.similarity`
    queries : ndarray of shape (n, D), rows of length 1
    topn : int
    exclude : for each query the row numbers that must not be among its results
    n_threads : int
        Number of parts of float32 vectors that are read at the same time; BLAS may use its own threads.

    Yields
    ------
    rows, similarities
    """
    without: Sequence[Any] = [()] * len(queries) if exclude is None else exclude
    if not can_scan(vectors, norms):
        yield from _by_products(vectors, norms, queries, topn, without)
        return
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    lengths = divisors(norms)
    is_plain = len(norms) > 0 and bool(np.isfinite(norms).all()) and float(lengths.min()) > SMALLEST
    for first in range(0, len(queries), AT_ONCE):
        asked = slice(first, first + AT_ONCE)
        block, unwanted = queries[asked], without[asked]
        best = topn + max(map(len, unwanted))
        is_few = 0 < best <= len(vectors) // ROWS_PER_BEST
        if is_plain and is_few and len(block) >= FEWEST and bool(np.isfinite(block).all()):
            parts = _in_parts(vectors, lengths, block, best, n_threads)
            yield from _ranked(vectors, norms, block, topn, unwanted, parts)
        else:
            for query, its_own in zip(block, unwanted, strict=True):
                yield most_similar(vectors, norms, query, topn, exclude=its_own)


def _by_products(
    vectors: FloatArray, norms: FloatArray, queries: FloatArray, topn: int, exclude: Sequence[Any]
) -> Iterator[Answer]:
    """Yield the best of whole products, if there is no scan of single queries to agree with."""
    step = max(1, PRODUCT_SCORES // max(1, len(vectors)))
    lengths = divisors(norms)
    for first in range(0, len(queries), step):
        block = queries[first : first + step]
        scores = products(block, vectors.T) if is_blas(vectors) else products(vectors, block.T).T
        scores = np.ascontiguousarray(scores)
        scores /= lengths
        for i, row in enumerate(scores, start=first):
            yield best_without(row, topn, exclude[i])


def _in_parts(
    vectors: Float32Array, lengths: Float32Array, queries: Float32Array, best: int, n_threads: int
) -> list[Candidates]:
    """Return the candidates of each part of the vectors."""
    n_parts = max(1, min(n_threads, len(vectors) // ROWS_PER_THREAD))
    inverse = np.reciprocal(lengths)
    columns = np.ascontiguousarray(queries.T)
    # without our threads, BLAS may use its own, which wait for each other after each product: use fewer
    n_scores = BLOCK_SCORES if n_threads > 1 else 8 * BLOCK_SCORES

    def search(part: int) -> Candidates:
        start, stop = (len(vectors) * at // n_parts for at in (part, part + 1))
        return _candidates(vectors, inverse, columns, best, range(start, stop), n_scores)

    return in_parts(search, n_parts)


def _candidates(
    vectors: Float32Array, inverse: Float32Array, columns: Float32Array, best: int, rows: range, n_scores: int
) -> Candidates:
    """Search some rows, block by block.

    Parameters
    ----------
    vectors : ndarray of shape (V, D)
    inverse : ndarray of shape (V,)
        1 over the length of each.
    columns : ndarray of shape (D, n)
        The queries.
    best : int
        Number of best rows of each query.
    rows : range
    n_scores : int
        Per block.
    """
    width, n = columns.shape
    step = max(GROUPS_PER_BEST * best * 2, n_scores // n)
    # twice the error of two sums of products that are computed in different orders
    slack = np.float32(2 * (width + 8) * np.finfo(np.float32).eps)
    bound = np.full(n, -np.inf, dtype=np.float32)  # the best of each query are not below it
    held = np.empty((min(step, len(rows)), n), dtype=np.float32)
    few = MOST_PER_BEST * best * n
    is_near = np.empty(held.shape, dtype=np.bool_)
    found: list[tuple[Any, Any]] = []
    for start in range(rows.start, rows.stop, step):
        stop = min(start + step, rows.stop)
        scores, mask = held[: stop - start], is_near[: stop - start]
        np.matmul(vectors[start:stop], columns, out=scores)
        scores *= inverse[start:stop, np.newaxis]
        np.greater_equal(scores, bound, out=mask)
        if np.count_nonzero(mask) > few:
            np.maximum(bound, _bound(scores, best) - slack, out=bound)
            np.greater_equal(scores, bound, out=mask)
            counts = np.count_nonzero(mask, axis=0)
            bound[counts > max(MOST_PER_BEST * best, len(scores) // CROWDED)] = np.inf
            mask &= bound < np.inf
        places = np.flatnonzero(mask)
        found.append((places + start * n, scores.ravel()[places]))
    all_places, all_scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    at_rows, at_queries = np.divmod(all_places, n)
    return Candidates(at_queries, at_rows, all_scores, np.isinf(bound) & (bound > 0))


def _bound(scores: Float32Array, best: int) -> Float32Array:
    """Return for each query a score that its `best` highest reach, shape (n,); -inf if there are fewer.

    The scores are dealt into groups; each of the best group maxima is a score, so the last is a bound.
    """
    n_groups = GROUPS_PER_BEST * best
    deep = len(scores) // n_groups
    if not deep:
        return np.full(scores.shape[1], -np.inf, dtype=np.float32)
    maxima = scores[: deep * n_groups].reshape(deep, n_groups, -1).max(axis=0)
    return np.asarray(np.partition(maxima, n_groups - best, axis=0)[n_groups - best])


def _ranked(
    vectors: Float32Array,
    norms: Float32Array,
    queries: Float32Array,
    topn: int,
    exclude: Sequence[Sequence[int] | npt.NDArray[Any]],
    parts: Sequence[Candidates],
) -> Iterator[Answer]:
    """Yield the best of each query's candidates, scored as a scan scores them."""
    slack = np.float32(2 * (vectors.shape[1] + 8) * np.finfo(np.float32).eps)
    is_crowded = np.logical_or.reduce([part.is_crowded for part in parts])
    asked, rows, scores = (
        np.concatenate(arrays)
        for arrays in zip(*((part.queries, part.rows, part.scores) for part in parts), strict=True)
    )
    order = np.argsort(asked.astype(np.uint8), kind="stable")  # rows keep ascending order
    rows, scores = rows[order], scores[order]
    ends = np.cumsum(np.bincount(asked, minlength=len(queries))).tolist()
    begin = 0
    for i, (query, unwanted) in enumerate(zip(queries, exclude, strict=True)):
        near, nearly = rows[begin : ends[i]], scores[begin : ends[i]]
        begin = ends[i]
        if is_crowded[i]:
            yield most_similar(vectors, norms, query, topn, exclude=unwanted)
            continue
        best = topn + len(unwanted)
        if len(near) > best:
            near = near[nearly >= np.partition(nearly, len(nearly) - best)[len(nearly) - best] - slack]
        cosines = np.empty(len(near), dtype=np.float32)
        write_cosines(vectors[near], query, norms[near], cosines, ISA != "baseline")
        places = np.argsort(-cosines, kind="stable")[:best]
        if len(unwanted):
            places = places[[row not in unwanted for row in near[places].tolist()]]
        places = places[:topn]
        yield near[places], cosines[places]
