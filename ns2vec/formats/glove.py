r"""GloVe's text format: word2vec's without the header.

::

    file   = line*
    line   = key (" " number){D} "\n"
    key    = characters without "\n", in the file's encoding (UTF-8); some published files have keys with
             blanks (". . .", "at name@domain.com"), so the last D fields of a line are its numbers
    number = decimal; written as the shortest one that reads back as the same float32

D is how many numbers most of the first lines end with. The reader is that of ns2vec.formats.word2vec_text.
Keys with blanks are read, but not written: other readers would take them for numbers. Pennington, Socher,
Manning 2014, "GloVe: Global vectors for word representation".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import PathLike
from ns2vec.formats import word2vec_text
from ns2vec.formats.table import VectorTable
from ns2vec.formats.text import is_number

__all__ = ["NAME", "SUFFIXES", "looks_like", "read", "write"]

NAME = "glove"
SUFFIXES = (".glove",)


def looks_like(start: bytes) -> bool:
    """Whether a file that begins so has keys and numbers in its lines, and no header."""
    first, newline, _ = start.partition(b"\n")
    _, blank, numbers = first.partition(b" " if b" " in first else b"\t")
    fields = numbers.split()
    if not newline and len(fields) > 1:
        fields.pop()  # it may be cut in the middle
    return bool(blank) and len(fields) > 1 and b"\0" not in first and all(map(is_number, fields[-2:]))


def read(
    path: PathLike,
    *,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int | None = None,
    datatype: npt.DTypeLike = np.float32,
    duplicates: str = "first",
) -> VectorTable:
    """Read a text file of vectors that has no header.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    encoding, unicode_errors : how keys are decoded
    limit : int, optional
        Read at most so many vectors.
    datatype : of the vectors in memory
    duplicates : {"first", "last", "error"}
        Which of several equal keys counts.

    Raises
    ------
    FormatError
        With path and line. TruncatedFileError (also an EOFError) when the file ends too early.
    """
    options: dict[str, Any] = {"encoding": encoding, "unicode_errors": unicode_errors, "limit": limit}
    return word2vec_text.read(path, datatype=datatype, duplicates=duplicates, no_header=True, **options)


def write(path: PathLike, table: VectorTable) -> None:
    """Write a text file of vectors without header, atomically.

    Parameters
    ----------
    path : path, address, or ``"-"``; compressed by its suffix
    table : VectorTable

    Raises
    ------
    FormatError
        If a key holds a blank or a newline.
    OSError
        If the file cannot be written.
    """
    word2vec_text.write(path, table, write_header=False)
