"""Unigram, called through the interface of samplers: the built-in one, and a copy compiled by numba."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np

from ns2vec.sampling import LowLevel, NoiseData, Sampler, Source, Unigram

KEPT: list[Any] = []  # referenced by the machine code


class ThroughPointer(Unigram):
    """Unigram whose table is hidden from the kernels, so that they call it."""

    def source(self, data: NoiseData) -> Source:
        return replace(super().source(data), alias=None)


class Compiled(Unigram):
    """The same draws by a numba cfunc, which is compiled before the timing starts."""

    def __init__(self) -> None:
        super().__init__()
        self.draw = compiled_draw()

    def source(self, data: NoiseData) -> Source:
        from scipy import LowLevelCallable

        alias = super().source(data).alias
        table = np.vstack([np.array([[len(alias), 0]], dtype=np.uint32), alias])
        KEPT.append((self.draw, table))
        return LowLevel(LowLevelCallable(self.draw.ctypes, ctypes.c_void_p(table.ctypes.data))).source(data)


def compiled_draw() -> Any:
    """A function that draws as ``_cy/rng.h`` does; its data are {V, 0} and the alias table."""
    import numba
    from numba import carray, cfunc, types

    golden = np.uint64(0x9E3779B97F4A7C15)
    first, second = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)

    @numba.njit(inline="always")
    def mixed(z: Any) -> Any:
        z = (z ^ (z >> np.uint64(30))) * first
        z = (z ^ (z >> np.uint64(27))) * second
        return z ^ (z >> np.uint64(31))

    floats, uint64 = types.CPointer(types.float32), types.uint64
    signature = types.intc(
        types.voidptr, types.int32, types.int32, floats, types.intc, types.CPointer(types.int32), floats,
        types.CPointer(uint64),
    )  # fmt: skip

    @cfunc(signature)
    def draw(data: Any, centre: Any, context: Any, hidden: Any, k: Any, rows: Any, log_q: Any, rng: Any):
        n_rows = np.uint64(carray(data, 1, dtype=np.uint32)[0])
        columns = carray(data, (n_rows + 1, 2), dtype=np.uint32)
        state = rng[0]
        for i in range(k):
            state += golden
            r = mixed(state)
            column = ((r >> np.uint64(32)) * n_rows) >> np.uint64(32)
            is_own = (r & np.uint64(0xFFFFFFFF)) < columns[column + 1, 0]
            rows[i] = np.int32(column) if is_own else np.int32(columns[column + 1, 1])
        rng[0] = state
        return k

    return draw


def make(name: str) -> Sampler | str:
    """The sampler with this name in the benchmark; other names are ns2vec's own."""
    made = {"pointer": ThroughPointer, "numba": Compiled}
    return made[name]() if name in made else name
