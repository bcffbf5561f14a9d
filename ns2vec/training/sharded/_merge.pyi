from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

_Curve: TypeAlias = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]

MAX_SHARDS: int
RULES: dict[str, int]

def take_changes(
    local: npt.NDArray[np.float32],
    base: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int32],
    rows: npt.NDArray[np.float32],
    codes: npt.NDArray[np.uint8],
    touches: npt.NDArray[np.uint32] | None = None,
    compares_all: bool = False,
) -> int: ...
def add_touches(
    touches: npt.NDArray[np.float32], ids: npt.NDArray[np.int32], codes: npt.NDArray[np.uint8]
) -> None: ...
def find_curve(
    met: Sequence[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], float]], width: int
) -> _Curve: ...
def merge_rows(
    rule: str,
    base: npt.NDArray[np.float32],
    shards: Sequence[tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]],
    first: int,
    end: int,
    changed: npt.NDArray[np.int32],
    curve: _Curve | None = None,
    touches: npt.NDArray[np.float32] | None = None,
) -> int: ...
def take_over(
    local: npt.NDArray[np.float32], base: npt.NDArray[np.float32], ids: npt.NDArray[np.int32]
) -> None: ...
