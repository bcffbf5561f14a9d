import numpy as np
import numpy.typing as npt

def merge_nodes(
    counts: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]: ...
