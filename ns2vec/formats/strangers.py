"""Files of another kind than expected: what they are, and how to load them."""

from __future__ import annotations

import os

from ns2vec._files import first_bytes
from ns2vec._magic import N_BYTES, recognized
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError


def stranger(start: bytes, path: object, own: tuple[str, ...] = ()) -> FormatError | None:
    """Return the error for a file with these first bytes, None if it may be of the expected kind.

    Parameters
    ----------
    start : bytes
    path : the file, for the message
    own : names of `ns2vec._magic.KINDS` that the caller reads itself
    """
    kind = recognized(start[:N_BYTES])
    if kind is None or kind.name in own:
        return None
    return FormatError(f"{path}: this is {kind.what}: {kind.way}")


def refuse_stranger(start: bytes, path: object, own: tuple[str, ...] = ()) -> None:
    """Raise this error, if there is one.

    Raises
    ------
    FormatError
        If the file is of another kind.
    """
    error = stranger(start, path, own)
    if error is not None:
        raise error


def stranger_at(path: PathLike, own: tuple[str, ...] = ()) -> FormatError | None:
    """Do the same as `stranger` for a file that can be read again; the start of a stream is gone."""
    return stranger(first_bytes(os.fspath(path), N_BYTES), path, own)
