"""The formats by name, and which of them a file has."""

from __future__ import annotations

import os
from typing import Protocol

from ns2vec._files import is_remote, strip_compression
from ns2vec._registry import Registry
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats import (
    fasttext_vec,
    gensim,
    glove,
    native,
    npy,
    projector,
    word2vec_binary,
    word2vec_text,
)
from ns2vec.formats.atomic import open_for_read
from ns2vec.formats.strangers import refuse_stranger
from ns2vec.formats.table import VectorTable

__all__ = ["FORMATS", "Format", "format_of_start", "format_of_suffix", "guess_format"]

SNIFF_BYTES = 1 << 15  # enough for the first line of a text file


class Format(Protocol):
    """What a module has to offer to be registered in `FORMATS`; reading and writing may take more options.

    With ``looks_like(start)`` besides, which tells by the first bytes of a file, the format is also guessed
    where the suffix says nothing.
    """

    NAME: str
    SUFFIXES: tuple[str, ...]

    @staticmethod
    def read(path: PathLike, /) -> VectorTable:
        """Return what the file holds."""
        ...

    @staticmethod
    def write(path: PathLike, table: VectorTable, /) -> None:
        """Write the table to the file."""
        ...


FORMATS: Registry[Format] = Registry("format")
for _module in (word2vec_text, word2vec_binary, projector, glove, fasttext_vec, npy, native, gensim):
    FORMATS.register(_module.NAME, _module)  # type: ignore[arg-type]


def format_of_suffix(path: PathLike) -> str | None:
    """Return the name of the format that a path's suffix stands for, compressed or not; None if for none.

    Examples
    --------
    >>> from ns2vec.formats import format_of_suffix
    >>> format_of_suffix("vectors.txt.gz"), format_of_suffix("vectors")
    ('word2vec_text', None)
    """
    plain = strip_compression(path)[0].lower()
    return next((name for name, module in FORMATS.items() if plain.endswith(module.SUFFIXES)), None)


def format_of_start(start: bytes, suffix_says: str | None = None) -> str | None:
    """Return the format of a file that begins with these bytes, None if they look like none.

    Parameters
    ----------
    start : bytes
    suffix_says : str, optional
        Taken when the bytes leave a choice: a file of fastText begins as one of word2vec does.
    """
    found = [
        name for name, module in FORMATS.items() if getattr(module, "looks_like", lambda _: False)(start)
    ]
    return suffix_says if suffix_says in found else next(iter(found), None)


def guess_format(path: PathLike) -> str:
    """Return the name of the format of a file: by its first bytes, by its suffix where they do not tell.

    A path without a known suffix and without a file behind it (one to be written) is ``"word2vec_text"``.

    Raises
    ------
    FormatError
        If the file exists and looks like none of the formats.
    """
    suffix_says = format_of_suffix(path)
    if os.fspath(path) == "-" or is_remote(path) or not os.path.isfile(path):
        return suffix_says or word2vec_text.NAME
    with open_for_read(path) as stream:
        start = stream.read(SNIFF_BYTES)
    found = format_of_start(start, suffix_says) or suffix_says
    if found is None:
        refuse_stranger(start, path)
        raise FormatError(f"{path}: looks like none of {', '.join(FORMATS)}; name its format")
    return found
