r"""The two files of TensorFlow's embedding projector: ``vectors.tsv`` and ``metadata.tsv``.

::

    vectors  = row*                          no header
    row      = number ("\t" number)* "\n"
    metadata = key_line*                     one column: no header either
             | "key\tcount\n" (key "\t" count "\n")*
    key      = characters without "\t", "\n" and "\r", not all of them blanks, in UTF-8

The n-th line of one file belongs to the n-th of the other. The metadata of ``NAMEvectors.tsv`` (or tensors,
tensor, as ``gensim.scripts.word2vec2tensor`` calls it) is ``NAMEmetadata.tsv``, that of ``NAME.tsv`` is
``NAME_metadata.tsv``; both are compressed, or neither. If a foreign file has several columns, the key is the
column called word, key, label or name, otherwise the first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import IO

import numpy as np
import numpy.typing as npt

from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats._parse import parse_numbers
from ns2vec.formats.atomic import open_for_read, open_for_write
from ns2vec.formats.lines import (
    check_beside,
    check_row,
    decode_key,
    is_number,
    key_lines,
    lines_of,
    plain_stem,
)
from ns2vec.formats.table import TableBuilder, TruncatedFileError, VectorTable, utf8_keys

NAME = "projector"
SUFFIXES = (".tsv",)

BLANKS = re.compile(r"[\t\n\r]|\A\s*\Z")
VECTORS = re.compile(r"(vectors?|tensors?)$", re.IGNORECASE)
KEY_COLUMNS = (b"word", b"key", b"label", b"name")
COUNT_COLUMNS = (b"count", b"frequency")


def metadata_path(path: PathLike) -> str:
    """Return where the keys of a file of vectors are.

    Examples
    --------
    >>> from ns2vec.formats.projector import metadata_path
    >>> metadata_path("folder/vectors.tsv"), metadata_path("w2v_tensor.tsv.gz"), metadata_path("w2v.tsv")
    ('folder/metadata.tsv', 'w2v_metadata.tsv.gz', 'w2v_metadata.tsv')
    """
    stem, compression = plain_stem(path)
    named = VECTORS.sub("metadata", stem)
    return f"{named if named != stem else f'{stem}_metadata'}.tsv{compression}"


def looks_like(start: bytes) -> bool:
    """Whether a file with these first bytes has nothing but numbers between tabs in its first line."""
    fields = start.partition(b"\n")[0].strip(b"\r").split(b"\t")
    return len(fields) > 1 and all(map(is_number, fields))


def read(
    path: PathLike,
    *,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int | None = None,
    datatype: npt.DTypeLike = np.float32,
    duplicates: str = "first",
) -> VectorTable:
    """Read a file of vectors and the file of keys beside it.

    Parameters
    ----------
    path : path of the vectors; decompressed by its suffix
    encoding, unicode_errors : how keys are decoded
    limit : int, optional
        Read at most this many vectors.
    datatype : of the vectors in memory
    duplicates : {"first", "last", "error"}
        Which of several equal keys to keep.

    Raises
    ------
    FormatError
        With path and line, if one of the files is damaged, or has more lines than the other.
    OSError
        If one of them cannot be read.
    """
    beside = metadata_path(path)
    with open_for_read(path) as vectors, open_for_read(beside) as metadata, np.errstate(over="ignore"):
        keys = _read_keys(metadata, beside, encoding, unicode_errors)
        counts: dict[str, int] = {}
        builder: TableBuilder | None = None
        numbers = np.empty(0)
        for line_no, line in lines_of(vectors, path):
            if builder is None:
                numbers = np.empty(max(1, len(line.split())))
                builder = TableBuilder(path, len(numbers), datatype, -1, duplicates)
            if builder.n_read == limit:
                return builder.finish(counts or None)
            _parse(line, numbers, f"{path}:{line_no}")
            key, count = next(keys, (None, None))
            if key is None:
                raise FormatError(f"{path}:{line_no}: there is no key for this line in {beside}")
            if count is not None:
                counts.setdefault(key, count)
            builder.add([key], numbers[np.newaxis])
        if builder is None:
            raise FormatError(f"{path}: the file is empty; expected lines of numbers between tabs")
        if next(keys, None) is not None:
            raise TruncatedFileError(
                f"{path}: ends after {builder.n_read} vectors, {beside} has more keys: "
                "they do not belong together, or one is cut off"
            )
        return builder.finish(counts or None)


def _parse(line: bytes, numbers: npt.NDArray[np.float64], where: str) -> None:
    try:
        n_found = parse_numbers(line, 0, numbers)
    except ValueError as error:
        raise FormatError(f"{where}: {error}; keys belong in the metadata file") from None
    check_row(line, where, n_found, len(numbers))


def _read_keys(
    stream: IO[bytes], path: str, encoding: str, unicode_errors: str
) -> Iterator[tuple[str, int | None]]:
    """Yield the keys of a metadata file, with their counts if it has any."""
    lines = lines_of(stream, path)
    first = next(lines, None)
    if first is None:
        return
    columns: list[bytes] = []
    if b"\t" in first[1]:
        columns = first[1].lower().rstrip(b"\r\n").split(b"\t")
    else:
        lines = itertools.chain([first], lines)
    key_at = next((place for place, name in enumerate(columns) if name in KEY_COLUMNS), 0)
    count_at = next((place for place, name in enumerate(columns) if name in COUNT_COLUMNS), -1)
    for line_no, line in lines:
        content, where = line.removesuffix(b"\n").removesuffix(b"\r"), f"{path}:{line_no}"
        fields = content.split(b"\t") if columns else [content]
        try:
            key, count = fields[key_at], int(fields[count_at]) if count_at >= 0 else None
        except (IndexError, ValueError):
            raise FormatError(
                f"{where}: expected the columns of the first line, found {line[:60]!r}"
            ) from None
        yield decode_key(key, where, encoding, unicode_errors), count


def write(path: PathLike, table: VectorTable) -> None:
    """Write the vectors, and the keys (with counts, if there are any) into a file beside them.

    Parameters
    ----------
    path : path of the vectors; compressed by its suffix
    table : VectorTable

    Raises
    ------
    FormatError
        If a key contains a tab or an end of line, or only blanks.
    ConfigError
        If the path is standard output, which has no place for a second file.
    OSError
        If one of the files cannot be written.
    """
    check_beside(path)
    beside = metadata_path(path)
    problem = "is blank or holds a tab or an end of line"
    keys = utf8_keys(list(map(str, table.keys)), beside, BLANKS, problem)
    with open_for_write(beside) as metadata, open_for_write(path) as vectors:
        if table.counts is not None:
            metadata.write(b"key\tcount\n")
        metadata.writelines(key_lines(keys, table.counts))
        for _, rows in table.blocks():
            for row in rows:
                vectors.write("\t".join(map(str, row)).encode("ascii") + b"\n")
