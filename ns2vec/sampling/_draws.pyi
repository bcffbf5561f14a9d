from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int32Array, Int64Array

def alias_table(weights: npt.NDArray[np.float64], total: float) -> npt.NDArray[np.uint32]: ...

class Draws:
    capsule: Any
    n_rows: int
    tells: bool
    is_clean: bool
    def sample(
        self,
        n: int,
        *,
        centre: int = 0,
        context: int = -1,
        batch: Int32Array | None = None,
        seed: int = 1,
    ) -> Int32Array: ...
    def log_q(
        self, rows: Int32Array, *, centre: int = 0, context: int = -1, k: int = 1
    ) -> npt.NDArray[np.float64]: ...

class StaticDraws(Draws):
    def __init__(self, log_q: Float32Array, alias: npt.NDArray[np.uint32] | None = None) -> None: ...

class BatchDraws(Draws):
    def __init__(self, log_q: Float32Array) -> None: ...

class PoolDraws(Draws):
    def __init__(
        self,
        fallback: Draws,
        offsets: Int64Array,
        rows: Int32Array,
        *,
        kind: str = "allowed",
        by_context: bool = False,
        log_allowed: Float32Array | None = None,
    ) -> None: ...

class MixedDraws(Draws):
    def __init__(self, parts: Sequence[Draws | None], weights: npt.NDArray[np.float64]) -> None: ...

class UserDraws(Draws):
    def __init__(
        self, function: Any, n_rows: int, log_q: Float32Array | None = None, tells: bool = False
    ) -> None: ...
