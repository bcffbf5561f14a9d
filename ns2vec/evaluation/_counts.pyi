from typing import Any

import numpy as np
import numpy.typing as npt

def count_not_lower(
    of_pairs: npt.NDArray[np.floating[Any]],
    of_c: npt.NDArray[np.floating[Any]],
    pairs: npt.NDArray[np.int64],
    cs: npt.NDArray[np.int64],
    shifts: npt.NDArray[np.floating[Any]],
    expected: npt.NDArray[np.floating[Any]],
    excluded: npt.NDArray[np.int64],
    products: bool,
    counts: npt.NDArray[np.int64],
) -> None: ...
