import numpy as np
import numpy.typing as npt

def spread_mean(
    offsets: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
    vectors: npt.NDArray[np.float32],
    mean: npt.NDArray[np.float32],
    scratch: npt.NDArray[np.float32],
    layers: int,
) -> None: ...
