from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

_WayArrays: TypeAlias = tuple[
    npt.NDArray[np.uint64], npt.NDArray[np.float32], npt.NDArray[np.uint8], int, int
]
_Curve: TypeAlias = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
_ShardChanges: TypeAlias = tuple[int, npt.NDArray[np.int32], npt.NDArray[np.float32]]

RULES: dict[str, int]
WIRES: dict[str, np.dtype[Any]]

def add_to_sets(
    sets: npt.NDArray[np.uint64],
    touches: npt.NDArray[np.float32],
    shard: int,
    codes: npt.NDArray[np.uint8],
) -> None: ...
def count_parts(rule: str, wire: str, way: _WayArrays) -> npt.NDArray[np.int64]: ...
def fill_parts(
    rule: str,
    wire: str,
    way: _WayArrays,
    me: int,
    shards: Sequence[_ShardChanges],
    parts: Sequence[npt.NDArray[Any]],
    sent: npt.NDArray[np.int64],
) -> None: ...
def merge_parts(
    rule: str,
    wire: str,
    way: _WayArrays,
    me: int,
    shards: Sequence[_ShardChanges],
    parts: Sequence[npt.NDArray[Any]],
    base: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int32],
    rows: npt.NDArray[Any],
    sent: npt.NDArray[np.int64],
    curve: _Curve | None = None,
) -> None: ...
def take_merged(
    base: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int32],
    rows: npt.NDArray[Any],
    copy: npt.NDArray[np.float32] | None = None,
) -> None: ...
