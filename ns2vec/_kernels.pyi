from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

MAX_REDRAWS: int
END: int
UNKNOWN: int
ROW_FLOATS: int
PLANNED_WINDOWS: int
CONTEXTS_PER_SET: int
LINKS: dict[str, str]
READERS: tuple[str, ...]
ISA: str
COMPILER: str

def list_isas() -> list[str]: ...
def shuffled(n: int, first: int, end: int, *, seed: int, epoch: int = 0) -> npt.NDArray[np.int64]: ...

class Workspace:
    n_bytes: int
    def __init__(self, kernel: Kernel, max_words: int, *, max_list: int = 1, n_tags: int = 0) -> None: ...
    def count_touches(
        self,
        inputs: npt.NDArray[np.uint32] | None = None,
        *,
        tags: npt.NDArray[np.uint32] | None = None,
        outputs: Sequence[npt.NDArray[np.uint32] | None] = (),
    ) -> None: ...
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
        filter_by_input: bool = False,
        filter_window: bool = False,
        batch_words: int = 0,
        pool_size: int = 0,
        wants_hidden: bool = False,
        other_inputs: bool = False,
    ) -> None: ...

class UnitMatrix:
    n_rows: int
    n_ids: int
    stride: int
    def __init__(
        self,
        matrix: npt.NDArray[np.float32],
        *,
        offsets: npt.NDArray[np.int64] | None = None,
        rows: npt.NDArray[np.int32] | None = None,
        combine: str = "mean",
        lock: npt.NDArray[np.float32] | None = None,
        frozen: bool = False,
    ) -> None: ...

_Outputs: TypeAlias = UnitMatrix | npt.NDArray[np.float32]

class Target:
    @property
    def serves_runs(self) -> bool: ...

class Sampled(Target):
    def __init__(
        self,
        outputs: _Outputs,
        noise: Noise,
        negative: int = 5,
        *,
        link: Any = "logistic",
        bias: npt.NDArray[np.float32] | None = None,
    ) -> None: ...

class Path(Target):
    def __init__(
        self,
        outputs: _Outputs,
        offsets: npt.NDArray[np.int64],
        points: npt.NDArray[np.int32],
        codes: npt.NDArray[np.uint8],
    ) -> None: ...

class All(Target):
    def __init__(self, outputs: _Outputs) -> None: ...

class Labels(Target):
    def __init__(
        self,
        outputs: _Outputs,
        *,
        link: str = "softmax",
        bias: npt.NDArray[np.float32] | None = None,
        offsets: npt.NDArray[np.int64] | None = None,
        labels: npt.NDArray[np.int32] | None = None,
    ) -> None: ...

class Kernel:
    targets: tuple[Target, ...]
    reader_name: str
    n_rows: int
    stride: int
    window: int
    pooled: bool
    concat: bool
    n_slots: int
    out_stride: int
    pairwise: bool
    shrink_windows: bool
    with_loss: bool
    hot_rows: int
    run_words: int
    run_negative: int
    def __init__(
        self,
        inputs: _Outputs,
        targets: Sequence[Target],
        *,
        tags: _Outputs | None = None,
        reader: str = "windows",
        pooled: bool | str = False,
        keep: npt.NDArray[np.uint32] | None = None,
        window: int = 5,
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
        null_row: int | None = None,
        n_tags: int = 0,
        run_words: int = 1,
        run_negative: int = 0,
    ) -> None: ...
    @property
    def sampled(self) -> bool: ...
    @property
    def negative(self) -> int: ...
    @property
    def full_softmax(self) -> bool: ...
    @property
    def max_path(self) -> int: ...
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
        tags: npt.NDArray[np.int32] | None = None,
        tag_offsets: npt.NDArray[np.int64] | None = None,
        block: npt.NDArray[np.int32] | None = None,
        epoch: int = 0,
        chunk: int = 0,
    ) -> tuple[int, int, float]: ...
    def train_pairs(
        self,
        inputs: npt.NDArray[np.int32],
        targets: npt.NDArray[np.int32],
        alpha: float,
        *,
        work: Workspace,
        offsets: npt.NDArray[np.int64] | None = None,
        weights: npt.NDArray[np.float32] | None = None,
        order: npt.NDArray[np.int64] | None = None,
        block: npt.NDArray[np.int32] | None = None,
        epoch: int = 0,
        chunk: int = 0,
    ) -> float: ...
    def gradients(
        self,
        inputs: npt.NDArray[np.int32],
        targets: npt.NDArray[np.int32],
        *,
        work: Workspace,
        offsets: npt.NDArray[np.int64] | None = None,
        weights: npt.NDArray[np.float32] | None = None,
        block: npt.NDArray[np.int32] | None = None,
        epoch: int = 0,
        chunk: int = 0,
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]], float]: ...
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

def keys_of_documents(
    words: npt.NDArray[np.int32], starts: npt.NDArray[np.int64], seed: int
) -> npt.NDArray[np.uint64]: ...
def write_start_rows(rows: npt.NDArray[np.float32], keys: npt.NDArray[np.uint64]) -> None: ...
def train_documents(
    k: Kernel,
    words: npt.NDArray[np.int32],
    starts: npt.NDArray[np.int64],
    alphas: npt.NDArray[np.float64],
    keys: npt.NDArray[np.uint64],
    *,
    work: Workspace,
    first: int,
    end: int,
) -> None: ...
