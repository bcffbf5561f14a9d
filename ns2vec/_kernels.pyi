from typing import Any

import numpy as np
import numpy.typing as npt

MAX_REDRAWS: int
END: int
UNKNOWN: int
ROW_FLOATS: int
PLANNED_WINDOWS: int
CONTEXTS_PER_SET: int
ISA: str
COMPILER: str

def list_isas() -> list[str]: ...

class Workspace:
    n_bytes: int
    def __init__(self, kernel: Kernel, max_words: int) -> None: ...
    def take_counts(self) -> dict[str, float]: ...

class Noise:
    n_rows: int
    def __init__(
        self,
        n_rows: int,
        *,
        alias: npt.NDArray[np.uint32] | None = None,
        sampler: Any = None,
        block: bool = False,
        on_collision: str = "redraw",
        log_q: npt.NDArray[np.float32] | None = None,
        with_offsets: bool = False,
        filter_offsets: npt.NDArray[np.int64] | None = None,
        filter_rows: npt.NDArray[np.int32] | None = None,
        filter_window: bool = False,
        batch_words: int = 0,
        pool_size: int = 0,
        wants_hidden: bool = False,
    ) -> None: ...

class Kernel:
    n_rows: int
    stride: int
    window: int
    negative: int
    max_path: int
    cbow: bool
    pairwise: bool
    sampled: bool
    full_softmax: bool
    shrink_windows: bool
    with_loss: bool
    hot_rows: int
    def __init__(
        self,
        syn0: npt.NDArray[np.float32],
        *,
        syn1neg: npt.NDArray[np.float32] | None = None,
        noise: Noise | None = None,
        full_softmax: bool = False,
        link: Any = "logistic",
        syn1: npt.NDArray[np.float32] | None = None,
        path_offsets: npt.NDArray[np.int64] | None = None,
        path_points: npt.NDArray[np.int32] | None = None,
        path_codes: npt.NDArray[np.uint8] | None = None,
        keep: npt.NDArray[np.uint32] | None = None,
        lock: npt.NDArray[np.float32] | None = None,
        architecture: str = "skip_gram",
        window: int = 5,
        negative: int = 5,
        negative_sharing: str = "window",
        shrink_windows: bool = True,
        cbow_mean: bool = True,
        cbow_corrected: bool = False,
        compute_loss: bool = False,
        backend: str = "fused",
        seed: int = 1,
        hot_rows: int = 0,
        width: int = 0,
        isa: str | None = None,
    ) -> None: ...
    @property
    def backend_name(self) -> str: ...
    def n_sets(self, n_contexts: int) -> int: ...
    def train(
        self,
        words: npt.NDArray[np.int32],
        alpha: float,
        *,
        work: Workspace,
        remap: npt.NDArray[np.int32] | None = None,
        block: npt.NDArray[np.int32] | None = None,
        epoch: int = 0,
        chunk: int = 0,
    ) -> tuple[int, int, float]: ...
    def draw(
        self,
        centres: npt.NDArray[np.int32],
        *,
        work: Workspace,
        contexts: npt.NDArray[np.int32] | None = None,
        block: npt.NDArray[np.int32] | None = None,
        epoch: int = 0,
        chunk: int = 0,
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32], npt.NDArray[np.float32]]: ...
    def train_window(
        self,
        sentence: npt.NDArray[np.int32],
        t: int,
        alpha: float,
        *,
        work: Workspace,
        block: npt.NDArray[np.int32] | None = None,
        epoch: int = 0,
        chunk: int = 0,
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32], npt.NDArray[np.float32], float]: ...
