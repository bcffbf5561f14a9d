"""Simple counts: positives, negatives, pairs, batches."""

from __future__ import annotations

from dataclasses import dataclass

from ns2vec._options import whole


@dataclass(frozen=True)
class PairCounts:
    """The size of an epoch over a list of positive pairs.

    Attributes
    ----------
    positives, negatives, pairs : int
        `negatives` is k for each positive; `pairs` is both together.
    batches : int or None
        Batches of `pairs` per epoch; None without a batch size.
    """

    positives: int
    negatives: int
    pairs: int
    batches: int | None


def count_pairs(
    positives: int, k: int, batch_size: int | None = None, *, drop_last: bool = False
) -> PairCounts:
    """Count the negatives, the pairs and the batches of an epoch.

    Parameters
    ----------
    positives : int
        Positive pairs.
    k : int
        Negatives for each positive pair; 0 is allowed.
    batch_size : int, optional
        Pairs per batch, positive and negative ones together.
    drop_last : bool
        Leave out the last batch if it is not full.

    Returns
    -------
    PairCounts

    Raises
    ------
    ConfigError
        If a number is invalid; the message begins with its name.

    Examples
    --------
    >>> from ns2vec.calculator import count_pairs
    >>> count_pairs(1_000_000, 5, 1024)
    PairCounts(positives=1000000, negatives=5000000, pairs=6000000, batches=5860)
    >>> count_pairs(1_000_000, 5, 1024, drop_last=True).batches
    5859
    """
    n_positives = whole("positives", positives)
    n_pairs = n_positives * (1 + whole("k", k))
    n_batches = None
    if batch_size is not None:
        n_of_batch = whole("batch_size", batch_size, 1)
        n_batches = n_pairs // n_of_batch if drop_last else -(-n_pairs // n_of_batch)
    return PairCounts(n_positives, n_pairs - n_positives, n_pairs, n_batches)
