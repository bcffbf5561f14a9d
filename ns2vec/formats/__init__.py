"""File formats of vectors, one module each: ``NAME``, ``SUFFIXES``, ``read``, ``write``.

Examples
--------
>>> from ns2vec.formats import FORMATS, guess_format
>>> list(FORMATS)
['word2vec_text', 'word2vec_binary', 'native', 'gensim']
>>> guess_format("vectors.bin.gz")
'word2vec_binary'
"""

from __future__ import annotations

import os
from typing import Protocol

from ns2vec._files import is_remote, strip_compression
from ns2vec._registry import Registry
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats import gensim, native, word2vec_binary, word2vec_text
from ns2vec.formats.atomic import check_writable, open_for_read, open_for_write
from ns2vec.formats.container import looks_like_container
from ns2vec.formats.table import KeyDecodingError, TruncatedFileError, VectorTable

__all__ = [
    "FORMATS",
    "Format",
    "KeyDecodingError",
    "TruncatedFileError",
    "VectorTable",
    "check_writable",
    "format_of_suffix",
    "guess_format",
    "open_for_read",
    "open_for_write",
]

SNIFF_BYTES = 4096
TEXT_BYTES = frozenset(b"0123456789+-.eEinfatyINFATY \t\r\n")


class Format(Protocol):
    """What a module has to offer to be registered in `FORMATS`; reading and writing may take more options."""

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
for _module in (word2vec_text, word2vec_binary, native, gensim):
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


def guess_format(path: PathLike) -> str:
    """Return the name of the format of a file, by its suffix, else by its first bytes.

    A path without a known suffix and without a file behind it (one to be written) is ``"word2vec_text"``.

    Raises
    ------
    FormatError
        If the file exists and looks like none of the formats.
    """
    name = format_of_suffix(path)
    if name is not None:
        return name
    if os.fspath(path) == "-" or is_remote(path) or not os.path.isfile(path):
        return word2vec_text.NAME
    with open_for_read(path) as stream:
        return _sniff(stream.read(SNIFF_BYTES), path)


def _sniff(start: bytes, path: PathLike) -> str:
    if looks_like_container(start):
        return native.NAME
    if gensim.looks_like_pickle(start):
        return gensim.NAME
    header, _, rest = start.partition(b"\n")
    if len(header.split()) == 2 and header.replace(b" ", b"").strip().isdigit():
        numbers = rest.split(b"\n", 1)[0].partition(b" ")[2]
        return word2vec_text.NAME if TEXT_BYTES.issuperset(numbers) else word2vec_binary.NAME
    if len(header.split()) > 2 and TEXT_BYTES.issuperset(header.partition(b" ")[2]):
        return word2vec_text.NAME
    raise FormatError(f"{path}: looks like none of {', '.join(FORMATS)}; name its format")
