r"""The quantized matrices of fastText's ``.ftz`` files: rows are assembled from a few centroids.

::

    matrix    = int8 has_norms, int64 n_rows, dim; int32 n_codes, uint8{n_codes} quantizer
                [uint8{n_rows} quantizer]              (the lengths of rows, if has_norms)
    quantizer = int32 dim, n_pieces, width, last_width; float32{256 * dim}

A row is cut into pieces of `width` numbers, of which the last may be shorter; each has a code, which is the
number of one of 256 centroids for its piece. Jégou et al. 2011, "Product quantization for nearest neighbor
search".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array
from ns2vec.formats.fasttext_parts import Parts
from ns2vec.formats.limits import MOST_BYTES, MOST_TIMES

FLAG = struct.Struct("<?")
HEAD = struct.Struct("<2qi")
QUANTIZER = struct.Struct("<4i")
N_CENTROIDS = 256
BLOCK_ROWS = 1 << 14
FLOAT, BYTE = np.dtype("<f4"), np.dtype("u1")

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class QuantizedMatrix:
    """A matrix as codes of centroids.

    Attributes
    ----------
    codes : ndarray of shape (n_rows, n_pieces), uint8
    centroids : ndarray of shape (256 * dim,), float32
        Those of one piece after another, shape (256, width) each.
    width : int
        Of a piece; the last may be shorter.
    length_codes : ndarray of shape (n_rows,), uint8, or None
    lengths : ndarray of shape (256,), float32, or None
        The rows are multiplied by them.
    """

    codes: Bytes
    centroids: Float32Array
    width: int
    length_codes: Bytes | None = None
    lengths: Float32Array | None = None

    @property
    def dim(self) -> int:
        """Numbers per row."""
        return len(self.centroids) // N_CENTROIDS

    def decoded(self) -> Float32Array:
        """Return the decoded matrix, shape (n_rows, dim)."""
        found = np.empty((len(self.codes), self.dim), dtype=np.float32)
        starts = range(0, self.dim, self.width)
        pieces = np.split(self.centroids, [N_CENTROIDS * start for start in starts[1:]])
        for first in range(0, len(found), BLOCK_ROWS):
            rows = slice(first, first + BLOCK_ROWS)
            for start, piece, codes in zip(starts, pieces, self.codes[rows].T, strict=True):
                found[rows, start : start + self.width] = piece.reshape(N_CENTROIDS, -1)[codes]
            if self.length_codes is not None and self.lengths is not None:
                with np.errstate(over="ignore", invalid="ignore"):
                    found[rows] *= self.lengths[self.length_codes[rows], None]
        return found

    def take(self, rows: npt.NDArray[np.intp]) -> QuantizedMatrix:
        """Return some of the rows."""
        lengths = None if self.length_codes is None else self.length_codes[rows]
        return replace(self, codes=self.codes[rows], length_codes=lengths)

    def packed(self) -> bytes:
        """Return the matrix as it is in a file."""
        head = HEAD.pack(len(self.codes), self.dim, self.codes.size)
        found = (
            FLAG.pack(self.length_codes is not None)
            + head
            + self.codes.tobytes()
            + _packed(self.centroids, self.width)
        )
        if self.length_codes is not None and self.lengths is not None:
            found += self.length_codes.tobytes() + _packed(self.lengths, 1)
        return found


def _layout(dim: int, width: int) -> tuple[int, int, int, int]:
    """Return the first fields of a quantizer."""
    n_pieces = -(-dim // width)
    return dim, n_pieces, width, dim - (n_pieces - 1) * width


def _packed(centroids: Float32Array, width: int) -> bytes:
    layout = _layout(len(centroids) // N_CENTROIDS, width)
    return QUANTIZER.pack(*layout) + centroids.astype(FLOAT).tobytes()


def read_quantized(parts: Parts, name: str, shape: tuple[int, int]) -> QuantizedMatrix:
    """Return a quantized matrix.

    Parameters
    ----------
    parts : Parts
        Positioned at its bytes.
    name : str
        For messages.
    shape : (int, int)
        The expected shape.

    Raises
    ------
    FormatError
        If it has another shape, its parts do not match each other, or it decodes to an absurd size.
    """
    has_lengths = parts.flag(name)
    n_rows, dim, n_codes = parts.unpack(HEAD, name)
    parts.check_shape(name, (n_rows, dim), shape)
    n_pieces = n_codes // n_rows if n_rows else 0
    if n_codes < 0 or n_pieces * n_rows != n_codes or (n_rows and not 1 <= n_pieces <= dim):
        parts.refuse(f"expected as many codes for each of {n_rows} rows of {name}, found {n_codes}")
    # checked before memory is allocated: a few codes can decode to long rows
    if 4 * n_rows * dim > max(MOST_BYTES, MOST_TIMES * (n_codes + 4 * N_CENTROIDS * dim)):
        parts.refuse(f"{n_codes} codes for {name} of shape {shape}: no file of vectors has so few")
    codes = parts.numbers(BYTE, (n_rows, n_pieces), name)
    centroids, width = _read_quantizer(parts, name, dim)
    if n_rows and n_pieces != -(-dim // width):
        parts.refuse(f"expected codes for all pieces of rows of {name}, found {n_pieces} of {width} numbers")
    if not has_lengths:
        return QuantizedMatrix(codes.reshape(n_rows, -(-dim // width)), centroids, width)
    length_codes = parts.numbers(BYTE, (n_rows,), name)
    return QuantizedMatrix(codes, centroids, width, length_codes, _read_quantizer(parts, name, 1)[0])


def _read_quantizer(parts: Parts, name: str, dim: int) -> tuple[Float32Array, int]:
    """Return the centroids, and the width of a piece."""
    found = parts.unpack(QUANTIZER, name)
    width = found[2]
    if not 1 <= width <= dim or found != _layout(dim, width):
        parts.refuse(
            f"expected the pieces of {dim} numbers in {name}, "
            f"found {found[1]} of {width} and {found[3]} in the last"
        )
    return parts.numbers(FLOAT, (N_CENTROIDS * dim,), name), width
