"""The interface of samplers (``_cy/sampler.h``) for ctypes: a draw function of your own that sees the model.

The structures have the fields of that header, in its order; the methods are for functions in Python, to try
out an idea. For speed, the same function can be written in C against the header.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import (
    POINTER,
    Structure,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_long,
    c_uint16,
    c_uint64,
    c_void_p,
)
from typing import Any

import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.sampling._draws import Draws

__all__ = ["CSampler", "Counts", "FunctionDraws", "Request", "View", "c_sampler"]

CAPSULE = b"ns2vec.sampler"


class BagsOfRows(Structure):
    """Units whose vectors are sums or means of rows (``ns2_bags``)."""

    _fields_ = (
        ("matrix", c_void_p),
        ("offsets", POINTER(c_int64)),
        ("rows", POINTER(c_int32)),
        ("is_sum", c_long),
    )


class View(Structure):
    """The matrices as the calling thread sees them (``ns2_view``)."""

    _fields_ = (
        ("inputs", c_void_p),
        ("outputs", c_void_p),
        ("hot_inputs", c_void_p),
        ("hot_outputs", c_void_p),
        ("n_hot", c_long),
        ("stride", c_long),
        ("width", c_long),
        ("ops", c_void_p),
        ("score", ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_long, c_void_p)),
        ("bias", POINTER(c_float)),
        ("input_bags", BagsOfRows),
        ("output_bags", BagsOfRows),
        ("compose", ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_long, c_void_p)),
        ("composed", c_void_p),
        ("members", c_void_p),
        ("few", c_void_p),
    )

    def input(self, row: int) -> Float32Array:
        """Input vector of a row, (stride,): D numbers and zeros; the output if inputs are of another kind."""
        if self.input_bags.offsets:
            return self.vector_of(self.input_bags, row)
        return self.row_at(self.hot_inputs if row < self.n_hot else self.inputs, row)

    def output(self, row: int) -> Float32Array:
        """Output vector of a row, (stride,)."""
        if self.output_bags.offsets:
            return self.vector_of(self.output_bags, row)
        return self.row_at(self.hot_outputs if row < self.n_hot else self.outputs, row)

    def vector_of(self, bags: BagsOfRows, unit: int) -> Float32Array:
        """Sum or mean of the rows of a unit, as a new array."""
        ids, made = c_int32(unit), np.empty(self.stride, dtype=np.float32)
        self.compose(
            ctypes.addressof(self), ctypes.addressof(bags), ctypes.addressof(ids), 1, made.ctypes.data
        )
        return made

    def row_at(self, address: int, row: int) -> Float32Array:
        """Row of the matrix that begins at an address."""
        begin = ctypes.cast(address + 4 * self.stride * row, POINTER(c_float))
        return np.ctypeslib.as_array(begin, (self.stride,))


class Counts(Structure):
    """Statistics of the thread's draws (``ns2_counts``); draw functions add to it."""

    _fields_ = (
        ("n_sets", c_int64),
        ("n_short", c_int64),
        ("n_scores", c_int64),
        ("n_hits", c_int64),
        ("n_refreshes", c_int64),
        ("age", c_int64),
        ("n_losses", c_int64),
        ("loss", c_double),
    )


class Request(Structure):
    """A request for a set of negatives (``ns2_request``)."""

    _fields_ = (
        ("centre", c_int32),
        ("context", c_int32),
        ("batch", POINTER(c_int32)),
        ("n_batch", c_long),
        ("hidden", POINTER(c_float)),
        ("rng", POINTER(c_uint64)),
        ("view", POINTER(View)),
        ("excluded", POINTER(c_int32)),
        ("n_excluded", c_long),
        ("window", POINTER(c_int32)),
        ("n_window", c_long),
        ("weights", POINTER(c_float)),
        ("counts", POINTER(Counts)),
        ("excluded_bits", POINTER(c_uint16)),
        ("n_excluded_words", c_long),
    )

    def scores(self, rows: Sequence[int]) -> Float32Array:
        """Scores of output rows with the input vector."""
        view = self.view.contents
        outputs = [view.output(row) for row in rows]  # kept alive while they are read
        begins = (c_void_p * len(rows))(*(output.ctypes.data for output in outputs))
        found = np.empty(len(rows), dtype=np.float32)
        hidden = ctypes.cast(self.hidden, c_void_p)
        view.score(ctypes.addressof(view), hidden, ctypes.addressof(begins), len(rows), found.ctypes.data)
        if view.bias:
            found += [view.bias[row] for row in rows]
        return found

    def may_be_negative(self, row: int) -> bool:
        """Whether a row is neither the centre nor excluded."""
        return row not in (self.centre, *self.excluded[: self.n_excluded], *self.window[: self.n_window])


class CSampler(Structure):
    """A sampler (``ns2_sampler``)."""


#: ``long draw(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows, float *log_q)``
DRAW = ctypes.CFUNCTYPE(
    c_long, POINTER(CSampler), POINTER(Request), c_long, POINTER(c_int32), POINTER(c_float)
)
CSampler._fields_ = (("n_rows", c_int32), ("draw", DRAW), ("log_q", c_void_p))


def c_sampler(draws: Draws) -> Any:
    """Return the pointer to a sampler's C struct; the sampler lives as long as the pointer.

    ``pointer.contents.draw(pointer, request, n, rows, None)`` draws at most n rows and returns how many.
    """
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = c_void_p, (ctypes.py_object, ctypes.c_char_p)
    pointer = ctypes.cast(get(draws.capsule, CAPSULE), POINTER(CSampler))
    pointer.owner = draws  # type: ignore[attr-defined]
    return pointer


class FunctionDraws:
    """Draws with a function of the interface: what `AwareSampler.draws` may return.

    Parameters
    ----------
    function : callable, or `DRAW` of a C function's address
        Called by the training threads, once for each set. Its exceptions are lost, and the set is then empty.
    n_rows : int
        V.

    Attributes
    ----------
    hardness : float
        Set by the sampler's `Steering` during training.
    """

    tells = False

    def __init__(self, function: Callable[..., int], n_rows: int) -> None:
        self.function = function if isinstance(function, DRAW) else DRAW(function)
        self.n_rows, self.hardness = n_rows, 1.0
        self.c = CSampler(n_rows, self.function, None)
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, (c_void_p, ctypes.c_char_p, c_void_p)
        self.capsule = new(ctypes.addressof(self.c), CAPSULE, None)
