import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int32Array, Int64Array

Codes = npt.NDArray[np.uint8]

class LineRows:
    def __init__(
        self,
        codes: Codes,
        ends: Int64Array,
        *,
        starts: Int64Array | None,
        own: Int32Array,
        hashes: npt.NDArray[np.uint32],
        word_ngrams: int,
        first_row: int,
        table: Int32Array | None,
    ) -> None: ...
    def __len__(self) -> int: ...
    def counts(self, places: Int64Array | None = None) -> Int64Array: ...
    def rows(self, places: Int64Array | None = None) -> tuple[Int64Array, Int32Array, Int64Array]: ...
    def mark(self, is_used: npt.NDArray[np.uint8]) -> None: ...
