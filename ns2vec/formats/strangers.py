"""Files of another kind than was asked for: what they are, and how they are loaded."""

from __future__ import annotations

import os

from ns2vec._files import first_bytes
from ns2vec._magic import N_BYTES, recognized
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError


def stranger(start: bytes, path: object, own: tuple[str, ...] = ()) -> FormatError | None:
    """Return the error for a file that begins so, None if it may be what was asked for.

    Parameters
    ----------
    start : bytes
    path : the file, for the message
    own : names of `ns2vec._magic.KINDS` that whoever asks reads itself
    """
    kind = recognized(start[:N_BYTES])
    if kind is None or kind.name in own:
        return None
    return FormatError(f"{path}: this is {kind.what}: {kind.way}")


def refuse_stranger(start: bytes, path: object, own: tuple[str, ...] = ()) -> None:
    """Raise that error, if there is one.

    Raises
    ------
    FormatError
        If the file is of another kind.
    """
    error = stranger(start, path, own)
    if error is not None:
        raise error


def stranger_at(path: PathLike, own: tuple[str, ...] = ()) -> FormatError | None:
    """Do what `stranger` does for a file that can be read again; what flows by once tells no more."""
    return stranger(first_bytes(os.fspath(path), N_BYTES), path, own)
