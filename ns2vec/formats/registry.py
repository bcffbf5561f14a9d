"""The formats by name, recognition of a file's format, and reading any format with the same policies."""

from __future__ import annotations

import inspect
import logging
import os
import sys
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ns2vec._files import OpenPath, is_remote, strip_compression
from ns2vec._options import whole
from ns2vec._registry import Registry
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
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
from ns2vec.formats.atomic import ends_by_itself, open_for_read, plain_size
from ns2vec.formats.state import first_rows
from ns2vec.formats.strangers import refuse_stranger
from ns2vec.formats.table import VectorTable, unique_rows

logger = logging.getLogger(__name__)

SNIFF_BYTES = 1 << 15  # enough for the first line of a text file
#: What to do with vectors that contain NaN or infinity.
NOT_FINITE = ("keep", "drop", "error")
BLOCK_ROWS = 4096


class Format(Protocol):
    """What a module must offer to be registered in `FORMATS`; reading and writing may take more options.

    With a function ``looks_like(start)``, which judges the first bytes of a file, the format is also guessed
    if the suffix says nothing.

    Examples
    --------
    >>> from ns2vec.formats import FORMATS
    >>> FORMATS["glove"].NAME, callable(FORMATS["glove"].read), callable(FORMATS["glove"].write)
    ('glove', True, True)
    """

    NAME: str
    SUFFIXES: tuple[str, ...]

    @staticmethod
    def read(path: PathLike, /) -> VectorTable:
        """Return the contents of the file.

        Parameters
        ----------
        path : path

        Returns
        -------
        VectorTable
        """
        ...

    @staticmethod
    def write(path: PathLike, table: VectorTable, /) -> None:
        """Write the table to the file.

        Parameters
        ----------
        path : path
        table : VectorTable
        """
        ...


#: Name -> format of files of vectors.
FORMATS: Registry[Format] = Registry("format")
for _module in (word2vec_text, word2vec_binary, projector, glove, fasttext_vec, npy, native, gensim):
    FORMATS.register(_module.NAME, _module)  # type: ignore[arg-type]


def format_of_suffix(path: PathLike) -> str | None:
    """Return the name of the format that a path's suffix stands for, compressed or not; None if for none.

    Parameters
    ----------
    path : path

    Returns
    -------
    str or None

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
    """Return the name of the format of a file: by its first bytes or, if they do not decide, by its suffix.

    A path without a known suffix and without a file (one to be written) is ``"word2vec_text"``.

    Parameters
    ----------
    path : path

    Returns
    -------
    str

    Raises
    ------
    FormatError
        If the file exists and looks like none of the formats.

    Examples
    --------
    >>> from ns2vec.formats import guess_format
    >>> guess_format("vectors.bin"), guess_format("vectors.npy")
    ('word2vec_binary', 'npy')
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


def read_vectors(
    path: PathLike,
    name: str | None = None,
    *,
    limit: int | None = None,
    datatype: npt.DTypeLike | None = None,
    duplicates: str = "first",
    not_finite: str = "keep",
    **options: Any,
) -> VectorTable:
    r"""Read vectors of any format.

    Parameters
    ----------
    path : path, address, or ``"-"`` for standard input; decompressed by its suffix
    name : str, optional
        One of `FORMATS`; guessed by default.
    limit : int, optional
        Return at most this many vectors, from the beginning.
    datatype : of the vectors in memory: float16, float32 or float64
        By default that of the file, or float32 if it is text.
    duplicates : {"first", "last", "error"}
        Which of several equal keys to keep.
    not_finite : {"keep", "drop", "error"}
        What to do with vectors that contain NaN or infinity: keep them with a warning, leave them out, or
        refuse the file.
    **options
        Further options of the format's own `read`: `encoding`, `unicode_errors`, `mmap`, `vocabulary` ...

    Returns
    -------
    VectorTable

    Raises
    ------
    FormatError
        If the file is not what it claims to be.
    ConfigError
        If the format is unknown or has no such option, or `limit` is not a whole number.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.formats import read_vectors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "glove.txt")
    ...     with open(path, "w") as out:
    ...         _ = out.write("the 0.5 1\nof nan 2\n")
    ...     read_vectors(path, not_finite="drop").keys
    ['the']
    """
    if not_finite not in NOT_FINITE:
        raise ConfigError(f"not_finite must be one of {', '.join(NOT_FINITE)}, got {not_finite!r}")
    limit = None if limit is None else whole("limit", limit)
    path, chosen = with_format(path, name)
    read: Any = FORMATS[chosen].read
    known = inspect.signature(read).parameters
    for option in options.keys() - known.keys():
        raise ConfigError(f"format {chosen} has no option {option!r}")
    asked = {"limit": limit, "datatype": datatype, "duplicates": duplicates}
    given = {option: value for option, value in asked.items() if option in known and value is not None}
    # formats that can be mapped are read only as far as needed
    is_part = limit is not None and "mmap" in known and not options.get("mmap") and _is_plain(path)
    if is_part:
        options["mmap"] = "r"
    table = first_rows(read(path, **given, **options), limit, datatype)
    if is_part:
        table.vectors = np.array(table.vectors)
    if "duplicates" not in known:
        table = unique_rows(table, duplicates, path)
    return _finite_rows(table, not_finite, path)


def with_format(path: PathLike, name: str | None = None) -> tuple[PathLike, str]:
    """Return the path, opened if it is a pipe, and its format, guessed unless it is given.

    Parameters
    ----------
    path : path
    name : str, optional

    Returns
    -------
    path, name

    Raises
    ------
    FormatError
        If the file looks like none of the formats.

    Examples
    --------
    >>> from ns2vec.formats import with_format
    >>> with_format("vectors.bin")
    ('vectors.bin', 'word2vec_binary')
    """
    if name is not None:
        return path, name
    if _is_pipe(path):
        path = OpenPath(path)
    return path, _guess(path)


def _is_plain(path: PathLike) -> bool:
    return os.path.isfile(path) and plain_size(path) is not None


def _is_pipe(path: PathLike) -> bool:
    text = os.fspath(path)
    return text != "-" and os.path.exists(text) and not os.path.isdir(text) and not ends_by_itself(text)


def _guess(path: PathLike) -> str:
    stream: Any = path.stream if isinstance(path, OpenPath) else None
    if os.fspath(path) == "-":
        stream = sys.stdin.buffer
    # waiting data in a pipe can be peeked at without consuming it
    peek = getattr(stream, "peek", None)
    return (format_of_start(peek(SNIFF_BYTES)) if peek else None) or guess_format(path)


def _finite_rows(table: VectorTable, not_finite: str, path: PathLike) -> VectorTable:
    vectors = table.vectors
    if isinstance(vectors, np.memmap) and not_finite == "keep":
        return table  # a mapped file should not be read completely
    finite = np.ones(len(vectors), dtype=bool)
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        finite[block] = np.isfinite(vectors[block]).all(axis=1)
    bad = np.flatnonzero(~finite)
    if not len(bad):
        return table
    found = f"{path}: {len(bad)} vectors hold NaN or infinity (the first is that of {table.keys[bad[0]]!r})"
    if not_finite == "error":
        raise FormatError(f"{found}; not_finite='keep' or 'drop' reads it anyway")
    logger.warning("%s and are %s", found, "kept" if not_finite == "keep" else "left out")
    if not_finite == "keep":
        return table
    return table.take(np.flatnonzero(finite))
