import numpy as np
import numpy.typing as npt

WORST: np.uint64

def keep_best(
    scores: npt.NDArray[np.float32],
    added: npt.NDArray[np.float32],
    first: int,
    heaps: npt.NDArray[np.uint64],
) -> None: ...
def write_best(
    keys: npt.NDArray[np.uint64], rows: npt.NDArray[np.int32], scores: npt.NDArray[np.float32]
) -> None: ...
