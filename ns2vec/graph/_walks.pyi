import numpy as np
import numpy.typing as npt

class Walker:
    n_nodes: int
    def __init__(
        self,
        offsets: npt.NDArray[np.int64],
        neighbours: npt.NDArray[np.int32],
        weights: npt.NDArray[np.float32] | None = None,
        cells: npt.NDArray[np.uint32] | None = None,
        *,
        p: float = 1.0,
        q: float = 1.0,
    ) -> None: ...
    def walks(
        self, first: int, n_walks: int, *, length: int, per_node: int, seed: int, epoch: int = 0
    ) -> npt.NDArray[np.int32]: ...

def alias_cells(
    offsets: npt.NDArray[np.int64], weights: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint32]: ...
