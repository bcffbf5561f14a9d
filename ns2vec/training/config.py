"""Options of a model, checked once on entry and converted to Python's own numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ns2vec._options import flag, number, shown, whole
from ns2vec.exceptions import ConfigError
from ns2vec.objectives import choose_objective
from ns2vec.sampling import Sampler, Unigram
from ns2vec.training.sharded._merge import MAX_SHARDS
from ns2vec.training.sharded.merges import DEFAULT, MERGES
from ns2vec.training.spec import Spec, spec_of

# Allowed names of options. Objectives and samplers have registries.
CHOICES: dict[str, tuple[str, ...]] = {
    "negative_sharing": ("window", "pair"),
    "backend": ("fused", "blas", "gemm"),
    "cbow_update": ("word2vec", "corrected"),
    "guard": ("stop", "rollback"),
    "shard_merge": tuple(MERGES),
}

# Options that are numbers, and their minimum and maximum. The kernels have int32.
MOST = 2**31 - 1
WHOLE: dict[str, tuple[int, float]] = {
    "vector_size": (1, 2**40), "window": (1, MOST), "negative": (0, MOST), "min_count": (0, math.inf),
    "workers": (1, MOST), "batch_words": (1, MOST), "epochs": (1, MOST), "corpus_memory": (0, math.inf),
    "seed": (0, math.inf),
}  # fmt: skip
NUMBERS = {"alpha": 0.0, "min_alpha": 0.0, "sample": 0.0, "ns_exponent": -math.inf}
SWITCHES = ("hs", "sg", "cbow_mean")  # 0 or 1
FLAGS = ("shrink_windows", "compute_loss")  # None means off, too

# The types that a model keeps: gensim's 0 and 1 are ints. The memory option keeps the user's spelling.
KEPT: dict[str, type] = {
    **{name: int for name in (*WHOLE, *SWITCHES) if name != "corpus_memory"},
    **dict.fromkeys(NUMBERS, float),
    **dict.fromkeys(FLAGS, bool),
}

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def parse_memory(value: int | str, name: str = "corpus_memory") -> int:
    """Turn ``"64MiB"``, ``"1GB"`` or a number of bytes into bytes.

    Raises
    ------
    ConfigError
        If `value` is neither.

    Examples
    --------
    >>> from ns2vec.training import parse_memory
    >>> parse_memory("64MiB")
    67108864
    >>> parse_memory(0)
    0
    """
    if not isinstance(value, str | bool | np.bool_):
        return whole(name, value)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", str(value))
    if match is None or match[2].upper() not in UNITS:
        raise ConfigError(f"{name} must be bytes or a size such as '64MiB' or '1GB', got {shown(value)}")
    return int(float(match[1]) * UNITS[match[2].upper()])


def check_choice(name: str, value: object) -> None:
    """Refuse a name that is not among `CHOICES`."""
    if not isinstance(value, str) or value not in CHOICES[name]:
        known = ", ".join(map(repr, CHOICES[name]))
        raise ConfigError(f"{name} must be one of {known}, got {shown(value)}")


@dataclass(frozen=True)
class TrainingConfig:
    """The options of a training run besides the corpus and the weights; validated when it is made.

    Raises
    ------
    ConfigError
        If a value cannot work; the message names the option.

    Examples
    --------
    >>> from ns2vec.training import TrainingConfig
    >>> TrainingConfig(vector_size=0)
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.ConfigError: vector_size must be a whole number of at least 1, got 0
    """

    vector_size: int = 100
    window: int = 5
    negative: int = 5
    hs: bool = False
    sg: bool = False
    ns_exponent: float = 0.75
    cbow_mean: bool = True
    shrink_windows: bool = True
    sample: float = 1e-3
    min_count: int = 5
    seed: int = 1
    workers: int = 3
    batch_words: int = 10_000
    alpha: float = 0.025
    min_alpha: float = 0.0001
    epochs: int = 5
    compute_loss: bool = False
    objective: str | None = None
    sampler: Sampler = field(default_factory=Unigram)
    negative_sharing: str = "window"
    backend: str = "fused"
    cbow_update: str = "word2vec"
    corpus_memory: int = 2**30
    guard: str | None = None
    shards: int | None = None
    shard_merge: str = DEFAULT

    def __post_init__(self) -> None:
        for name, (lowest, highest) in WHOLE.items():
            value = whole(name, getattr(self, name), lowest)
            self._take(name, whole(name, value, lowest, highest))
        if vars(self)["sample"] is None:
            self._take("sample", 0.0)  # None is gensim's way to say: no subsampling
        for name, least in NUMBERS.items():
            self._take(name, number(name, getattr(self, name), least))
        for name in SWITCHES:
            self._take(name, whole(name, getattr(self, name)) != 0)
        for name in FLAGS:
            self._take(name, flag(name, getattr(self, name)))
        for name in ("negative_sharing", "backend", "cbow_update", "shard_merge"):
            check_choice(name, getattr(self, name))
        if self.guard is not None:
            check_choice("guard", self.guard)
        if self.shards is not None:
            self._take("shards", whole("shards", self.shards, 1, MAX_SHARDS))
        self.check_objective()

    def _take(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # the class is frozen for others

    def check_objective(self) -> None:
        """Refuse an objective that is unknown or has no negatives although it needs them."""
        if self.objective is not None:
            chosen = choose_objective(self.objective, 0)
            needs_noise = chosen.outputs == "sampled" or self.objective == "auto"
            if needs_noise and self.negative == 0:
                raise ConfigError(f"objective={self.objective!r} needs negative of at least 1, got 0")
            if self.backend == "gemm" and (chosen.outputs == "all" or chosen.link != "logistic"):
                raise ConfigError(
                    f"backend='gemm' with objective={self.objective!r}: gemm is for logistic objectives; "
                    "use backend='fused' or 'blas'"
                )

    def unused(self, n_words: int) -> list[str]:
        """Explain for each option that is set why it has no effect with a vocabulary of this size, if so."""
        spec, found = self.spec(n_words), []
        if not any(target.outputs == "sampled" for target in spec.targets):
            chosen = self.objective and spec.targets[0].objective.name
            why = f"objective={chosen!r}" if chosen else "negative=0"
            if type(self.sampler) is not Unigram or self.sampler.options() != Unigram().options():
                found.append(f"sampler has no effect: {why} draws no negatives")
            if self.negative_sharing != CHOICES["negative_sharing"][0]:
                found.append(f"negative_sharing has no effect: {why} draws no negatives")
        if not spec.pooled and self.cbow_update != CHOICES["cbow_update"][0]:
            found.append("cbow_update has no effect: sg=1 is skip-gram")
        return found

    def spec(self, n_words: int = 0) -> Spec:
        """Return the spec for a vocabulary of `n_words`."""
        return spec_of(self, n_words)

    def kernel_options(self) -> dict[str, Any]:
        """Keyword arguments of `ns2vec._kernels.Kernel` that are not arrays."""
        return {
            "window": self.window,
            "negative_sharing": self.negative_sharing,
            "shrink_windows": self.shrink_windows,
            "cbow_mean": self.cbow_mean,
            "cbow_corrected": self.cbow_update == "corrected",
            "compute_loss": self.compute_loss or self.guard is not None,
            "backend": self.backend,
            "seed": self.seed % 2**64,
        }
