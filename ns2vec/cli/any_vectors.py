"""Vectors for evaluation: any registered format; matrices are mapped, not read."""

from __future__ import annotations

from typing import Any

from ns2vec.cli.common import load_vectors
from ns2vec.formats import guess_format, npy
from ns2vec.keyedvectors import KeyedVectors


def load_any(
    path: str,
    name: str | None = None,
    limit: int | None = None,
    vocabulary: str | None = None,
    **options: Any,
) -> KeyedVectors:
    """Read vectors of any kind.

    Parameters
    ----------
    path : str
        Or ``"-"``.
    name : str, optional
        Format, of `FORMATS`; guessed unless given.
    limit : int, optional
        Read the first so many vectors only.
    vocabulary : str, optional
        Words of an .npy file, one a line; the file of the same name with .vocab, .vocab.txt, .words or .txt
        unless given.
    **options
        What the format's `read` takes besides.

    Raises
    ------
    FormatError
        If the file is not what it should be, or has no vector.
    OSError
        If a file cannot be read.
    """
    if (name or (guess_format(path) if path != "-" else "")) == npy.NAME:
        options |= {"vocabulary": vocabulary, "mmap": "r" if path.endswith(".npy") else None}
    return load_vectors(path, name, limit, **options)
