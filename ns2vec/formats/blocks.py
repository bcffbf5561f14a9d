"""Writing word2vec's formats: a header, and then blocks of rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy.typing as npt

from ns2vec._ahead import map_ahead
from ns2vec._typing import Int64Array, PathLike
from ns2vec.formats.atomic import open_for_write
from ns2vec.formats.table import VectorTable

N_THREADS = 2


def block_writer(bytes_of: Callable[[list[str], npt.NDArray[Any], PathLike], bytes]) -> Callable[..., None]:
    """Return the `write` of a format.

    Parameters
    ----------
    bytes_of : callable
        Returns the bytes for some keys (with their prefix) and their vectors; the path is for messages.
        Called by several threads.
    """

    def write(
        path: PathLike,
        table: VectorTable,
        *,
        order: Int64Array | None = None,
        prefix: str = "",
        write_header: bool = True,
        total_vec: int | None = None,
        append: bool = False,
    ) -> None:
        """Write a file of vectors, atomically.

        Parameters
        ----------
        path : path, address, or ``"-"``; compressed by its suffix
        table : VectorTable
        order : ndarray of row numbers, optional
            Which rows to write, and in which order; by default all in their own order.
        prefix : str
            Put before each key.
        write_header : bool
        total_vec : int, optional
            The number of vectors in the header, for files that are written in parts.
        append : bool
            Append to the file.

        Raises
        ------
        FormatError
            If a key contains a blank or an end of line, which no reader could distinguish from the file's
            own.
        OSError
            If the file cannot be written.
        """

        def block_of(block: tuple[list[Any], npt.NDArray[Any]]) -> bytes:
            keys, rows = block
            return bytes_of([f"{prefix}{key}" for key in keys], rows, path)

        n_rows = len(table.keys) if order is None else len(order)
        with open_for_write(path, "ab" if append else "wb") as out:
            if write_header:
                n_named = n_rows if total_vec is None else total_vec
                out.write(f"{n_named} {table.vectors.shape[1]}\n".encode())
            with closing(map_ahead(block_of, table.blocks(order), N_THREADS)) as blocks:
                for block in blocks:
                    out.write(block)

    return write
