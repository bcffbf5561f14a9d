"""Options of a model, checked once at the door."""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass, field
from typing import Any

from ns2vec.exceptions import ConfigError
from ns2vec.objectives import choose_objective
from ns2vec.sampling import Sampler, Unigram

__all__ = ["CHOICES", "TrainingConfig", "parse_memory"]

# The names an option may have. Objectives and samplers have registries.
CHOICES: dict[str, tuple[str, ...]] = {
    "negative_sharing": ("window", "pair"),
    "backend": ("fused", "blas", "gemm"),
    "cbow_update": ("word2vec", "corrected"),
    "guard": ("stop", "rollback"),
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
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", str(value))
    if isinstance(value, bool) or match is None or match[2].upper() not in UNITS:
        raise ConfigError(f"{name} must be bytes or a size such as '64MiB' or '1GB', got {value!r}")
    return int(float(match[1]) * UNITS[match[2].upper()])


def check_choice(name: str, value: object) -> None:
    """Refuse a name that is not among `CHOICES`."""
    if value not in CHOICES[name]:
        known = ", ".join(map(repr, CHOICES[name]))
        raise ConfigError(f"{name} must be one of {known}, got {value!r}")


def check_integer(name: str, value: Any, lowest: int) -> None:
    """Refuse what is not a whole number of at least `lowest`."""
    is_whole = isinstance(value, numbers.Real) and math.isfinite(value) and float(value).is_integer()
    if not is_whole or value < lowest:
        raise ConfigError(f"{name} must be a whole number of at least {lowest}, got {value!r}")


def check_number(name: str, value: Any, lowest: float) -> None:
    """Refuse what is not a finite number of at least `lowest`."""
    if not isinstance(value, numbers.Real) or not math.isfinite(float(value)) or float(value) < lowest:
        raise ConfigError(f"{name} must be a finite number of at least {lowest:g}, got {value!r}")


@dataclass(frozen=True)
class TrainingConfig:
    """What a training run needs to know besides the corpus and the weights; validated when made.

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

    def __post_init__(self) -> None:
        for name, lowest in [
            ("vector_size", 1), ("window", 1), ("negative", 0), ("min_count", 0), ("workers", 1),
            ("batch_words", 1), ("epochs", 1), ("corpus_memory", 0), ("seed", 0),
        ]:  # fmt: skip
            check_integer(name, getattr(self, name), lowest)
        for name in ("alpha", "min_alpha", "sample"):
            check_number(name, getattr(self, name), 0.0)
        check_number("ns_exponent", self.ns_exponent, -math.inf)
        for name in ("negative_sharing", "backend", "cbow_update"):
            check_choice(name, getattr(self, name))
        if self.guard is not None:
            check_choice("guard", self.guard)
        self.check_objective()

    def check_objective(self) -> None:
        """Refuse an objective that is unknown or lacks its negatives."""
        if self.objective is not None:
            chosen = choose_objective(self.objective, 0)
            needs_noise = chosen.outputs == "sampled" or self.objective == "auto"
            if needs_noise and self.negative == 0:
                raise ConfigError(f"objective={self.objective!r} needs negative of at least 1, got 0")
            if self.backend == "gemm" and (chosen.outputs == "all" or chosen.link != "logistic"):
                raise ConfigError(
                    f"backend='gemm' with objective={self.objective!r}: gemm is for logistic objectives; "
                    "take backend='fused' or 'blas'"
                )

    @property
    def architecture(self) -> str:
        """Return ``"skip_gram"`` or ``"cbow"``."""
        return "skip_gram" if self.sg else "cbow"

    def kernel_options(self) -> dict[str, Any]:
        """Keyword arguments of `ns2vec._kernels.Kernel` that are not arrays."""
        return {
            "architecture": self.architecture,
            "window": self.window,
            "negative": self.negative,
            "negative_sharing": self.negative_sharing,
            "shrink_windows": self.shrink_windows,
            "cbow_mean": self.cbow_mean,
            "cbow_corrected": self.cbow_update == "corrected",
            "compute_loss": self.compute_loss or self.guard is not None,
            "backend": self.backend,
            "seed": self.seed % 2**64,
        }
