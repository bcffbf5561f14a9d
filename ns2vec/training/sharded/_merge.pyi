from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MAX_SHARDS: int
RULES: dict[str, int]

def take_changes(
    local: npt.NDArray[np.float32],
    base: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int32],
    rows: npt.NDArray[np.float32],
    marks: npt.NDArray[np.uint8] | None = None,
) -> int: ...
def merge_rows(
    rule: str,
    base: npt.NDArray[np.float32],
    shards: Sequence[tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]],
    first: int,
    end: int,
    changed: npt.NDArray[np.int32],
) -> int: ...
def take_over(
    local: npt.NDArray[np.float32], base: npt.NDArray[np.float32], ids: npt.NDArray[np.int32]
) -> None: ...
