r"""A matrix in NumPy's ``.npy`` format, and its keys in a text file beside it.

::

    NAME.npy   = array of floats, shape (V, D), see ns2vec.formats.gensim.sidefiles
    NAME.vocab = line{V}                        also .vocab.txt, .words, .txt; .gz ... as the matrix
    line       = key "\n" | key ("\t" | " ") count "\n"
    key        = characters without "\t" and "\n", not ending with "\r", in UTF-8
    count      = decimal digits

A file has counts if every line ends with one. Arrays of objects, which could run code, are never read.
"""

from __future__ import annotations

import itertools
import os
import re

import numpy as np

from ns2vec._typing import Array, Int64Array, PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats.atomic import open_for_read, open_for_write, plain_size
from ns2vec.formats.gensim.sidefiles import looks_like_npy, read_npy, read_npy_stream, write_npy
from ns2vec.formats.lines import check_beside, decode_key, key_lines, lines_of, plain_stem
from ns2vec.formats.table import VectorTable, utf8_keys

NAME = "npy"
SUFFIXES = (".npy",)

VOCABULARY_SUFFIXES = (".vocab", ".vocab.txt", ".words", ".txt")
BLANKS = re.compile(r"[\t\n]|\r\Z")
WITH_COUNT = re.compile(rb"(.*)[\t ]([0-9]{1,18})", re.DOTALL)


looks_like = looks_like_npy


def read(
    path: PathLike,
    *,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    mmap: str | None = None,
    vocabulary: PathLike | None = None,
) -> VectorTable:
    """Read a matrix and its keys.

    Parameters
    ----------
    path : path of the matrix; decompressed by its suffix
    encoding, unicode_errors : how keys are decoded
    mmap : {None, "r", "r+", "c"}
        Map the matrix instead of reading it.
    vocabulary : path, optional
        The keys, one per line; by default in a file next to the matrix.

    Raises
    ------
    FormatError
        If the file is not a floating-point matrix, the number of keys differs from that of rows, or a key is
        damaged.
    OSError
        If one of the files cannot be read.
    """
    vectors = _matrix(path, mmap)
    beside = _vocabulary_of(path) if vocabulary is None else vocabulary
    keys, counts = _read_keys(beside, len(vectors), encoding, unicode_errors)
    if len(keys) != len(vectors):
        found = "more" if len(keys) > len(vectors) else str(len(keys))
        raise FormatError(
            f"{beside}: expected one word for each of {len(vectors)} rows of {path}, found {found}"
        )
    return VectorTable(keys, vectors, counts)


def _matrix(path: PathLike, mmap: str | None) -> Array:
    if plain_size(path) is not None:
        vectors = read_npy(path, mmap)
    elif mmap:
        raise OSError(f"{path}: cannot map a compressed or remote file: unpack it first")
    else:
        with open_for_read(path, own=("npy",)) as stream:
            vectors = read_npy_stream(stream, path)
    if vectors.ndim != 2 or vectors.dtype.kind != "f" or not vectors.shape[1]:
        raise FormatError(
            f"{path}: expected a floating-point matrix of shape (V, D), found {vectors.dtype} {vectors.shape}"
        )
    return vectors


def _vocabulary_of(path: PathLike) -> str:
    stem, compression = plain_stem(path)
    ends = dict.fromkeys((compression, "", ".gz"))
    candidates = (stem + suffix + end for suffix in VOCABULARY_SUFFIXES for end in ends)
    found = next(filter(os.path.isfile, candidates), None)
    if found is None:
        raise FormatError(f"{path}: expected its words in {stem}.vocab, one per line, or named by --vocab")
    return found


def _read_keys(
    path: PathLike, n_rows: int, encoding: str, unicode_errors: str
) -> tuple[list[str], Int64Array | None]:
    """Return the keys of as many lines as there are rows, and of one more if there is one."""
    with open_for_read(path) as stream:
        wanted = itertools.islice(lines_of(stream, path), n_rows + 1)
        lines = [line.removesuffix(b"\n").removesuffix(b"\r") for _, line in wanted]
    matches = [WITH_COUNT.fullmatch(line) for line in lines]
    counts = None
    if lines and all(matches):
        counts = np.array([int(match[2]) for match in matches if match], dtype=np.int64)
        lines = [match[1] for match in matches if match]
    keys = [
        decode_key(line, f"{path}:{line_no}", encoding, unicode_errors)
        for line_no, line in enumerate(lines, start=1)
    ]
    return keys, counts


def write(path: PathLike, table: VectorTable) -> None:
    """Write the matrix, and the keys (with counts, if there are any) into a file beside it.

    Parameters
    ----------
    path : path of the matrix; compressed by its suffix
    table : VectorTable

    Raises
    ------
    FormatError
        If a key contains a tab or a newline or ends with a carriage return, or if without counts all of them
        look as if they had one.
    ConfigError
        If the path is standard output, which has no place for a second file.
    OSError
        If one of the files cannot be written.
    """
    check_beside(path)
    stem, compression = plain_stem(path)
    beside = f"{stem}{VOCABULARY_SUFFIXES[0]}{compression}"
    keys = utf8_keys(list(map(str, table.keys)), beside, BLANKS, "holds a tab or an end of line")
    if table.counts is None and keys and all(map(WITH_COUNT.fullmatch, keys)):
        raise FormatError(
            f"{beside}: every key ends with a number, such as {keys[0].decode()!r}, which would be read as "
            "its count; write counts too, or use another format"
        )
    with open_for_write(beside) as out, open_for_write(path) as matrix:
        out.writelines(key_lines(keys, table.counts))
        write_npy(matrix, np.asarray(table.vectors))
