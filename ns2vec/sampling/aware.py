"""Samplers that look at the model: candidates come from a base, and scores choose among them.

The kernels show them the input vector one window before it is trained (the mean of the window's inputs, or
the one input under pair sharing) and the vectors of both sides as the training thread sees them, including
its own copies of hot rows; vectors that are sums or means of rows (subwords, features) are computed from the
rows when they are needed. If inputs are not outputs (users, when items are drawn), the vectors of outputs
also serve as those of inputs. None of them knows the probability of a draw, so they serve objectives
without offsets.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from ns2vec._options import number, whole
from ns2vec.exceptions import ConfigError
from ns2vec.sampling._aware import (
    MAX_CANDIDATES,
    AwareDraws,
    CachedDraws,
    DynamicDraws,
    HardDraws,
    RankDraws,
    WarpDraws,
    WeightedDraws,
)
from ns2vec.sampling._draws import Draws, StaticDraws
from ns2vec.sampling.alias import build_alias_table
from ns2vec.sampling.base import SAMPLERS, NoiseData, Sampler, Source
from ns2vec.sampling.spec import make_sampler
from ns2vec.sampling.steering import Anneal, CachedSteering, Hardness, RankSteering, Steering


def candidates(name: str, value: Any, low: int, high: int = MAX_CANDIDATES) -> int:
    """Return an option that counts candidates, whose number is limited."""
    return whole(name, value, low, high)


class AwareSampler(Sampler):
    """Base of the samplers that look at the model.

    Parameters
    ----------
    base : str or Sampler
        The sampler that draws candidates; it must have one distribution for all windows.
    anneal : {"linear", "cosine", "rise", "constant"}, optional
        How hardness changes with the progress of a run: from 1 to 0, or ("rise") from 0 to 1.
    until : float
        Share of the run after which negatives come from the base alone: early stopping for hard negatives.
    on_collision, exclude
        See `Sampler`. Centres and excluded words are never chosen, whatever `on_collision` is.

    Examples
    --------
    >>> from ns2vec.sampling import Dynamic, NoiseData
    >>> sampler = Dynamic(m=4, base="uniform", anneal="linear")
    >>> source = sampler.source(NoiseData.of_counts([3, 2, 1]))
    >>> sampler.options()["anneal"], source.steering is not None
    ('linear', True)
    """

    def __init__(
        self, *, base: Any = "unigram", anneal: str | None = None, until: float = 1.0, **options: Any
    ) -> None:
        super().__init__(**options)
        self.base = make_sampler(base)
        self.annealed = Anneal(anneal, until)
        self.anneal, self.until = anneal, until

    @abstractmethod
    def draws(self, base: Draws) -> AwareDraws:
        """Return the sampler in C over a base in C.

        Parameters
        ----------
        base : draws of the base

        Examples
        --------
        >>> from ns2vec.sampling import Dynamic, NoiseData, Uniform
        >>> sampler = Dynamic(m=4, base="uniform")
        >>> draws = sampler.draws(Uniform().source(NoiseData.of_counts([3, 2, 1])).draws)
        """

    def steering(self, draws: Any, data: NoiseData) -> Steering:
        """Return the object that sets the hardness during training.

        Parameters
        ----------
        draws : what `draws` returned
        data : NoiseData

        Returns
        -------
        Steering
        """
        return Steering(draws, self.annealed)

    def source(self, data: NoiseData) -> Source:
        """Return a source that is shown the model."""
        below = self.base.source(data)
        if below.log_q is None or below.batch_words or below.block is not None:
            raise ConfigError(
                f"{self.name} needs a base with one distribution, such as unigram: got {self.base!r}"
            )
        base = below.draws
        if not isinstance(base, StaticDraws):
            base = StaticDraws(below.log_q, build_alias_table(np.exp(below.log_q.astype(np.float64))))
        draws = self.draws(base)
        return Source(draws, wants_hidden=True, steering=(self.steering(draws, data),))


@SAMPLERS.entry("dynamic")
class Dynamic(AwareSampler):
    """Each negative is the best of m candidates by its score with the input (DNS: Zhang et al. 2013, SIGIR).

    With ``top=n`` it is one of the n best, with equal probability (DNS(M, N): Shi et al. 2023,
    arXiv:2302.03472); with a temperature, one of the m in proportion to exp(score / temperature).

    Parameters
    ----------
    m : int
        Candidates for each negative, 1 to 1024. Annealing reduces it to 1.
    top : int
    temperature : float, optional
    base, anneal, until, on_collision, exclude
        See `AwareSampler`.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> model = Word2Vec([["a", "b", "c", "d"]] * 50, min_count=1, vector_size=8, sampler="dynamic:m=2")
    >>> model.bound_sampler().report()["hardness"]
    1.0
    """

    name: ClassVar[str] = "dynamic"

    def __init__(self, m: int = 8, top: int = 1, temperature: float | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.m = candidates("m", m, 1)
        self.top = candidates("top", top, 1, self.m)
        self.temperature = None if temperature is None else number("temperature", temperature, 1e-6)
        if self.temperature is not None and self.top > 1:
            raise ConfigError("dynamic takes either top > 1 or a temperature, not both")

    def draws(self, base: Draws) -> AwareDraws:
        """Return the draws in C."""
        return DynamicDraws(base, self.m, top=self.top, temperature=self.temperature or 0.0)


NEAR = ("input", "positive")
DEFAULT_M = {"input": 64, "positive": 256}


@SAMPLERS.entry("hard")
class Hard(AwareSampler):
    """The hardest of m candidates that a margin lets through, but never near-duplicates of the positive.

    A candidate is hard if the cosine between the input vectors of candidate and positive is high
    (``near="positive"``; for items, which are not inputs, between their own vectors), or if its score with
    the input is high (``near="input"``). Of the candidates within the bounds, ranks `first` to `last` are
    taken, k of them without repetition. A set is short if too few are left.

    Parameters
    ----------
    m : int, optional
        Candidates for a set; None is 256 near the positive and 64 near the input. Annealing reduces it to k.
    near : {"positive", "input"}
    margin : float
        No negative has a score above that of the positive minus margin times its magnitude (NV-Retriever,
        arXiv:2407.15831, for positive scores), or a cosine above 1 - margin with the positive.
    first, last : int
        Range of ranks, 0 being the hardest; ``last=0`` means first + k.
    duplicates : float
        Highest cosine with the positive's input vector that a negative may have.
    base, anneal, until, on_collision, exclude
        See `AwareSampler`.

    Notes
    -----
    Negatives near the positive resemble the word to be predicted; those near the input are what the model
    wrongly expects. Training drives the latter away from the positives, so they are no closer to them than
    other words. On 25 MB of English (100 dimensions, seed 1; 5 epochs with `unigram`), the mean cosine of
    negative and positive, for skip-gram and CBOW, was .520 and .493 near the positive, .228 and .157 near the
    input, .277 and .168 with uniform, and .217 and .123 with unigram.

    The harder the negatives, the less general the vectors: after 3 epochs of skip-gram with each, MEN was
    .211 near the positive, .324 near the input and .407 with unigram (held-out loss 4.71, 2.65 and 2.52). For
    general-purpose vectors, use ``near="input"``, which also has fewer candidates to score, or return to the
    base in time (`anneal`, `until`).

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.sampling import Hard
    >>> sampler = Hard(m=8, near="input")
    >>> Word2Vec([["a", "b", "c"]] * 50, vector_size=8, min_count=1, sampler=sampler).wv.vectors.shape
    (3, 8)
    """

    name: ClassVar[str] = "hard"

    def __init__(
        self,
        m: int | None = None,
        near: str = "positive",
        margin: float = 0.05,
        first: int = 0,
        last: int = 0,
        duplicates: float = 0.9,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if near not in NEAR:
            raise ConfigError(f"near must be one of {', '.join(NEAR)}, got {near!r}")
        self.m, self.near = candidates("m", DEFAULT_M[near] if m is None else m, 1), near
        self.margin = number("margin", margin, 0.0)
        self.first, self.last = candidates("first", first, 0), candidates("last", last, 0)
        self.duplicates = number("duplicates", duplicates, -1.0, 1.0)
        if 0 < self.last <= self.first:
            raise ConfigError(f"last must be 0 or above first, got {first!r} and {last!r}")

    def draws(self, base: Draws) -> AwareDraws:
        """Return the draws in C."""
        return HardDraws(
            base,
            self.m,
            first=self.first,
            last=self.last,
            near_positive=self.near == "positive",
            margin=self.margin,
            duplicates=self.duplicates,
        )


FORMS = ("loss", "rank")


@SAMPLERS.entry("adaptive")
class Adaptive(AwareSampler):
    """Negatives as hard as the model can take.

    With ``form="loss"`` each negative is the best of 1 to m candidates: more while the loss falls, fewer when
    it rises or is NaN. The loss that is watched is that of the centre and of a row drawn from the base, which
    does not depend on the hardness itself. With ``form="rank"`` a factor of the input vector is drawn in
    proportion to its magnitude times the standard deviation of that factor among the output rows, then a rank
    r in proportion to exp(-r / lambda), and the row with that rank by the factor is taken (AOBPR: Rendle &
    Freudenthaler 2014, WSDM); the ranks are sorted again every V log2 V sets.

    Parameters
    ----------
    form : {"loss", "rank"}
    m : int
        The largest number of candidates.
    step, start : float
        How far one comparison of losses moves the hardness, and its initial value.
    interval : int
        Number of sets whose mean loss is compared.
    scale : float
        Lambda as a share of the vocabulary.
    base, anneal, until, on_collision, exclude
        See `AwareSampler`.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.sampling import Adaptive
    >>> model = Word2Vec([["a", "b", "c"]] * 50, vector_size=8, min_count=1, sampler=Adaptive(m=4))
    >>> model.wv.vectors.shape
    (3, 8)
    """

    name: ClassVar[str] = "adaptive"

    def __init__(
        self,
        form: str = "loss",
        m: int = 8,
        step: float = 0.1,
        start: float = 0.0,
        interval: int = 50_000,
        scale: float = 0.05,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if form not in FORMS:
            raise ConfigError(f"form must be one of {', '.join(FORMS)}, got {form!r}")
        self.form, self.m = form, candidates("m", m, 1)
        self.step, self.start = number("step", step, 0.0, 1.0), number("start", start, 0.0, 1.0)
        self.interval = whole("interval", interval, 1, 2**31)
        self.scale = number("scale", scale, 1e-9, 1.0)

    def draws(self, base: Draws) -> AwareDraws:
        """Return the draws in C."""
        if self.form == "rank":
            return RankDraws(base, max(self.scale * base.n_rows, 1e-3))
        return DynamicDraws(base, self.m, with_loss=True)

    def steering(self, draws: Any, data: NoiseData) -> Steering:
        """Return the steering that follows the loss, or sorts the ranks."""
        if self.form == "rank":
            every = max(1, round(data.n_words * np.log2(data.n_words + 1)))
            return RankSteering(draws, self.annealed, every)
        return Steering(draws, self.annealed, Hardness(self.start, self.step), self.interval)


@SAMPLERS.entry("cached")
class Cached(AwareSampler):
    """A pool of hard rows for each word or cluster, from which negatives are drawn directly (NSCaching).

    A pool holds `size` rows. It is made when its key first occurs and renewed after `every` uses, by the
    thread that uses it: `extra` candidates, and the old rows if they are kept, compete by their score with
    the current input, or by score / temperature plus Gumbel noise, which samples rows without replacement in
    proportion to exp(score / temperature) (Zhang et al. 2019, arXiv:1812.06410).

    Parameters
    ----------
    size, extra : int
        Together at most 1024.
    every : int
        Uses of a pool between two refreshes.
    clusters : int
        0: a pool for each centre, ``4 * V * size`` bytes. Otherwise a power of 2 up to 65536: inputs share a
        pool if their first log2(clusters) components have the same signs.
    keep : bool
        Whether the old rows compete, too.
    temperature : float, optional
    base, anneal, until, on_collision, exclude
        See `AwareSampler`. Hardness is the share of the sets that come from pools.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.sampling import Cached
    >>> Word2Vec([["a", "b", "c"]] * 50, vector_size=8, min_count=1, sampler=Cached(size=2)).wv.vectors.shape
    (3, 8)
    """

    name: ClassVar[str] = "cached"

    def __init__(
        self,
        size: int = 16,
        extra: int = 112,
        every: int = 16,
        clusters: int = 0,
        keep: bool = False,
        temperature: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.size, self.extra = candidates("size", size, 1), candidates("extra", extra, 1)
        candidates("size + extra", self.size + self.extra, 2)
        self.every = whole("every", every, 1, 65_534)
        self.clusters = whole("clusters", clusters, 0, 65_536)
        if self.clusters & (self.clusters - 1) or self.clusters == 1:
            raise ConfigError(f"clusters must be 0 or a power of 2 from 2 to 65536, got {clusters!r}")
        self.keep = bool(whole("keep", keep, 0, 1))
        self.temperature = None if temperature is None else number("temperature", temperature, 1e-6)

    def draws(self, base: Draws) -> AwareDraws:
        """Return the draws in C, with empty pools."""
        return CachedDraws(
            base,
            self.size,
            self.extra,
            every=self.every,
            n_bits=max(self.clusters.bit_length() - 1, 0),
            keeps=self.keep,
            temperature=self.temperature or 0.0,
        )

    def steering(self, draws: Any, data: NoiseData) -> Steering:
        """Return the steering that keeps the pools."""
        return CachedSteering(draws, self.annealed)


@SAMPLERS.entry("warp")
class Warp(AwareSampler):
    """The first of some candidates that comes within a margin of 1 of the positive, weighted by log rank.

    The number of candidates that this took gives an estimate of the rank of the positive, (V - 1) // tries,
    in which only rows that may be negatives count. If no candidate comes within the margin, the set is short
    and nothing is trained (Weston et al. 2011, "WSABIE", IJCAI, algorithm 1). The sampler is made for
    objectives with the link ``"hinge"``.

    Parameters
    ----------
    tries : int
        Candidates to score at most, 1 to 1024.
    base, anneal, until, on_collision, exclude
        See `AwareSampler`. Hardness is the share of the sets that are chosen in this way. Rank estimates
        assume that all candidates are equally likely.

    Examples
    --------
    >>> from ns2vec.recommend import MatrixFactorization
    >>> rows = [(user, item) for user in range(6) for item in range(6) if user % 2 == item % 2]
    >>> MatrixFactorization(loss="warp", sampler="warp:tries=8", vector_size=4).fit(rows).items.vectors.shape
    (6, 4)
    """

    name: ClassVar[str] = "warp"

    def __init__(self, tries: int = 32, base: Any = "uniform", **options: Any) -> None:
        super().__init__(base=base, **options)
        self.tries = candidates("tries", tries, 1)

    def draws(self, base: Draws) -> AwareDraws:
        """Return the draws in C."""
        return WarpDraws(base, self.tries)


@SAMPLERS.entry("self_adversarial")
class SelfAdversarial(AwareSampler):
    """Rows drawn from the base, weighted by their hardness: k times the softmax of alpha times their scores.

    No gradient flows through the weights (Sun et al. 2019, arXiv:1902.10197, eq. 5). Annealing reduces alpha
    to 0, where all weights are 1.

    Parameters
    ----------
    alpha : float
        Inverse temperature.
    base, anneal, until, on_collision, exclude
        See `AwareSampler`.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.sampling import SelfAdversarial
    >>> sampler = SelfAdversarial(alpha=0.5)
    >>> Word2Vec([["a", "b", "c"]] * 50, vector_size=8, min_count=1, sampler=sampler).wv.vectors.shape
    (3, 8)
    """

    name: ClassVar[str] = "self_adversarial"

    def __init__(self, alpha: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.alpha = number("alpha", alpha, 0.0)

    def draws(self, base: Draws) -> AwareDraws:
        """Return the draws in C."""
        return WeightedDraws(base, self.alpha)
