from collections.abc import Callable

import numpy as np
import numpy.typing as npt

def parse_numbers(line: bytes, start: int, out: npt.NDArray[np.float64]) -> int: ...
def parse_lines(
    block: bytes, start: int, rows: npt.NDArray[np.float32] | npt.NDArray[np.float64], max_line_bytes: int
) -> tuple[list[bytes], int, int]: ...
def format_lines(
    heads: list[bytes],
    rows: npt.NDArray[np.float32],
    scientific_from: float,
    spell_slowly: Callable[[float], bytes],
) -> bytes: ...
def scan_records(
    block: bytes | bytearray | memoryview | npt.NDArray[np.uint8],
    start: int,
    rows: npt.NDArray[np.uint8],
    encoding: str,
    unicode_errors: str,
) -> tuple[list[str], int]: ...
