import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.sampling._draws import Draws

MAX_CANDIDATES: int

class AwareDraws(Draws):
    hardness: float

class DynamicDraws(AwareDraws):
    def __init__(
        self, source: Draws, m: int, *, top: int = 1, temperature: float = 0.0, with_loss: bool = False
    ) -> None: ...

class HardDraws(AwareDraws):
    def __init__(
        self,
        source: Draws,
        m: int,
        *,
        first: int = 0,
        last: int = 0,
        near_positive: bool = False,
        margin: float = 0.0,
        duplicates: float = 1.0,
    ) -> None: ...

class CachedDraws(AwareDraws):
    rows: Int32Array
    uses: npt.NDArray[np.uint16]
    def __init__(
        self,
        source: Draws,
        size: int,
        extra: int,
        *,
        every: int = 8,
        n_bits: int = 0,
        keeps: bool = True,
        temperature: float = 0.0,
    ) -> None: ...
    def set_pools(self, rows: Int32Array, uses: npt.NDArray[np.uint16]) -> None: ...

class RankDraws(AwareDraws):
    @property
    def lists(self) -> tuple[Int32Array, Float32Array] | None: ...
    def __init__(self, source: Draws, scale: float) -> None: ...
    def set_lists(self, lists: Int32Array, deviation: Float32Array) -> None: ...

class WarpDraws(AwareDraws):
    def __init__(self, source: Draws, tries: int) -> None: ...

class WeightedDraws(AwareDraws):
    def __init__(self, source: Draws, alpha: float) -> None: ...
