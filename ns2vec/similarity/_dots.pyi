import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]

def write_cosines(
    vectors: Float32,
    query: Float32,
    norms: Float32,
    out: Float32,
    is_wide: bool,
    is_backward: bool = False,
) -> None: ...
