"""Samplers that depend on the batch or on the key word, and mixtures of samplers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError
from ns2vec.sampling._draws import BatchDraws, MixedDraws, PoolDraws
from ns2vec.sampling.alias import build_alias_table
from ns2vec.sampling.base import SAMPLERS, Lists, NoiseData, Sampler, Source, log_float32
from ns2vec.sampling.static import Unigram

POOL_KINDS = ("allowed", "forbidden", "explicit")


@SAMPLERS.entry("batch")
class Batch(Sampler):
    """Negatives from the batch of the window: its own words, or a pool that all its windows share.

    A batch is `size` successive words of a chunk. Without a pool, each negative is one of them, with equal
    probability for each position (in-batch negatives: Yih et al. 2011). The probability of a word is its
    share among the words that survive subsampling, which is what `log_q` returns and what sampled softmax
    subtracts (Yi et al. 2019, RecSys). With ``pool=n``, n rows are drawn from the noise distribution for each
    batch and shared (Ji et al. 2016, arXiv:1611.06172), so a draw has that distribution.

    Parameters
    ----------
    size : int
        Words per batch.
    pool : int
        Rows of a shared pool; 0 for in-batch negatives.
    on_collision, exclude
        See `Sampler`.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.sampling import Batch
    >>> Word2Vec([["a", "b", "c"]] * 50, vector_size=8, min_count=1, sampler=Batch(size=64)).wv.vectors.shape
    (3, 8)
    """

    name: ClassVar[str] = "batch"

    def __init__(self, size: int = 1024, pool: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.size, self.pool = whole("size", size, 1), whole("pool", pool)

    def source(self, data: NoiseData) -> Source:
        """Return a source that draws from the batch."""
        trained = data.noise if self.pool else data.counts * data.kept
        log_q = log_float32(trained / trained.sum())
        alias = build_alias_table(data.noise) if self.pool else None
        return Source(BatchDraws(log_q), alias=alias, log_q=log_q, batch_words=self.size, pool_size=self.pool)


@SAMPLERS.entry("pool")
class Pool(Sampler):
    """Lists for each key word: allowed, forbidden or explicit negatives.

    - ``"allowed"``: each draw is from the key's list, with equal probabilities (pseudo-typed negatives:
      Krompass et al. 2015);
    - ``"forbidden"``: drawn from `fallback` until a row is not on the list, 64 times at most;
    - ``"explicit"``: rows of the list without repetition, all of them if the list is not longer than k (for
      example, items that were shown and not chosen).

    Keys without a list draw from `fallback`.

    Parameters
    ----------
    lists : mapping or path
        ``{word: words}``, or a text file with one line ``word word word ...`` for each key.
    kind : {"allowed", "forbidden", "explicit"}
    key : {"centre", "context"}
        Which word of a pair the lists belong to; ``"context"`` needs ``negative_sharing="pair"`` and
        skip-gram, because only there does each context have its own negatives.
    fallback : Sampler, optional
        Default `Unigram`.
    on_collision, exclude
        See `Sampler`.

    Notes
    -----
    `nce` and `sampled_softmax` compare a centre with how often noise hits it. If noise cannot hit it (the
    centre is not on its own list of allowed words), they learn nothing about it; negative sampling does.

    Examples
    --------
    >>> from ns2vec.sampling import NoiseData, Pool
    >>> data = NoiseData.of_counts([3, 2, 1], key_to_index={"tea": 0, "milk": 1, "beer": 2})
    >>> set(Pool({"tea": ["milk", "beer"]}).bind(data).sample(20, centre=0).tolist()) == {1, 2}
    True
    """

    name: ClassVar[str] = "pool"

    def __init__(
        self,
        lists: Lists | PathLike | None = None,
        kind: str = "allowed",
        key: str = "centre",
        fallback: Sampler | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if kind not in POOL_KINDS or key not in ("centre", "context"):
            raise ConfigError(
                f"pool: kind must be one of {', '.join(POOL_KINDS)} and key centre or context, "
                f"got {kind!r} and {key!r}"
            )
        if lists is None:
            raise ConfigError("pool needs lists: a mapping of words to words, or the path of a text file")
        self.lists: Lists = lists if isinstance(lists, Mapping) else read_lists(lists)
        self.kind, self.key = kind, key
        self.fallback = fallback or Unigram()

    def source(self, data: NoiseData) -> Source:
        """Return a source that looks up the key."""
        offsets, rows = data.lists_to_csr(self.lists, "pool")
        below = self.fallback.source(data)
        if below.draws is None or below.batch_words:
            raise ConfigError(f"pool cannot fall back on {self.fallback!r}: use a static sampler")
        log_allowed = None
        if self.kind == "forbidden":
            if below.log_q is None:
                raise ConfigError("pool with kind='forbidden' needs a fallback with one distribution")
            mass = np.zeros(len(rows) + 1)
            np.cumsum(np.exp(below.log_q[rows].astype(np.float64)), out=mass[1:])
            # not 0, even if a list forbids all rows: -inf minus -inf is not a number
            log_allowed = log_float32(np.maximum(1.0 - (mass[offsets[1:]] - mass[offsets[:-1]]), 1e-30))
        draws = PoolDraws(
            below.draws,
            offsets,
            rows,
            kind=self.kind,
            by_context=self.key == "context",
            log_allowed=log_allowed,
        )
        return Source(
            draws,
            wants_hidden=below.wants_hidden,
            needs_pairs=self.key == "context" or below.needs_pairs,
            steering=below.steering,
        )


def read_lists(path: PathLike) -> dict[str, list[str]]:
    """Read ``word word word ...`` lines: the first word is the key of the others."""
    with open(path, encoding="utf-8") as stream:
        lines = [line.split() for line in stream]
    return {words[0]: words[1:] for words in lines if words}


@SAMPLERS.entry("mixed")
class Mixed(Sampler):
    """Each negative comes from one of several samplers, chosen by weight (``mixed:unigram=0.8,uniform=0.2``).

    Its log q is that of the mixture.

    Parameters
    ----------
    parts : sequence of (Sampler, weight), optional
    on_collision, exclude
        See `Sampler`.
    **weights : float
        Weights by name instead of `parts`: ``Mixed(unigram=0.8, uniform=0.2)``.

    References
    ----------
    Yang et al. 2020, "Mixed negative sampling", WWW companion.

    Examples
    --------
    >>> from ns2vec.sampling import Mixed, NoiseData
    >>> bound = Mixed(random=0.5, uniform=0.5).bind(NoiseData.of_counts([8, 1, 1]))
    >>> bound.log_q([0]).round(4).tolist()     # log(0.5 * 0.8 + 0.5 / 3)
    [-0.568]
    """

    name: ClassVar[str] = "mixed"

    def __init__(
        self,
        parts: Sequence[tuple[Sampler, float]] | None = None,
        *,
        on_collision: str | None = None,
        exclude: Any = None,
        **weights: float,
    ) -> None:
        super().__init__(on_collision=on_collision, exclude=exclude)
        named = [(SAMPLERS[name](), weight) for name, weight in weights.items()]
        self.parts = [(part, weight) for part, weight in [*(parts or ()), *named]]
        try:
            given = np.array([weight for _, weight in self.parts], dtype=np.float64)
        except (TypeError, ValueError):
            given = np.array([np.nan])
        if not self.parts or not np.isfinite(given).all() or not (given > 0).all():
            raise ConfigError(
                "mixed needs samplers with positive weights, such as mixed:unigram=0.8,uniform=0.2"
            )
        self.weights = given / given.sum()

    def source(self, data: NoiseData) -> Source:
        """Return a source that chooses a part for each draw."""
        sources = [part.source(data) for part, _ in self.parts]
        sizes = {(one.batch_words, one.pool_size) for one in sources if one.batch_words}
        if len(sizes) > 1 or any(size[1] for size in sizes):
            raise ConfigError("mixed can hold in-batch samplers of one size, and no shared pool")
        if any(one.draws is None for one in sources):
            raise ConfigError("mixed cannot hold a Python function: make it a LowLevelCallable")
        log_q = None
        if all(one.log_q is not None for one in sources):
            shares = [np.exp(np.asarray(one.log_q, dtype=np.float64)) for one in sources]
            log_q = log_float32(self.weights @ np.array(shares))
        return Source(
            MixedDraws([one.draws for one in sources], self.weights),
            log_q=log_q,
            batch_words=next(iter(sizes))[0] if sizes else 0,
            wants_hidden=any(one.wants_hidden for one in sources),
            needs_pairs=any(one.needs_pairs for one in sources),
            steering=tuple(each for one in sources for each in one.steering),
        )
