"""Vectors of the ecosystem for evaluation: registered formats, headerless text, npy with a vocabulary."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ns2vec.cli.common import read_table
from ns2vec.exceptions import FormatError
from ns2vec.formats import VectorTable, guess_format, open_for_read, word2vec_text
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.keyedvectors.files import adopt_table

__all__ = ["load_any", "read_npy"]

VOCABULARY_SUFFIXES = (".vocab", ".vocab.txt", ".words", ".txt")


def load_any(
    path: str, name: str | None = None, limit: int | None = None, vocabulary: str | None = None
) -> KeyedVectors:
    """Read vectors of any kind.

    Parameters
    ----------
    path : str
        Or ``"-"``. A name that ends with .npy is a matrix whose words stand in a vocabulary file.
    name : str, optional
        Format, of `FORMATS`; guessed unless given. A text file may lack word2vec's header (GloVe).
    limit : int, optional
        Read the first so many vectors only.
    vocabulary : str, optional
        Words of an .npy file, one a line; the file of the same name with .vocab, .vocab.txt, .words or .txt
        unless given.

    Raises
    ------
    FormatError
        If the file is not what it should be, or has no vector.
    OSError
        If a file cannot be read.
    """
    if path.endswith(".npy"):
        table = read_npy(path, vocabulary, limit)
    elif path != "-" and (name or guess_format(path)) == word2vec_text.NAME and _lacks_header(path):
        table = word2vec_text.read(path, no_header=True, limit=limit)
    else:
        table = read_table(path, name, limit)
    if not table.keys:
        raise FormatError(f"{path}: there are no vectors in it")
    return adopt_table(KeyedVectors(table.vectors.shape[1], dtype=table.vectors.dtype), table)


def _lacks_header(path: str) -> bool:
    """Return whether the first line is already a word with its numbers."""
    with open_for_read(path) as stream:
        return len(stream.readline(1 << 20).split()) > 2


def read_npy(path: str, vocabulary: str | None = None, limit: int | None = None) -> VectorTable:
    """Read a matrix of shape (V, D), mapped into memory, and its words; no pickle is ever opened.

    Raises
    ------
    FormatError
        If the file is no floating-point matrix or there is not one word for each row.
    """
    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise FormatError(f"{path}: expected a matrix in NumPy's format: {error}") from None
    if vectors.ndim != 2 or not np.issubdtype(vectors.dtype, np.floating):
        raise FormatError(
            f"{path}: expected a floating-point matrix of shape (V, D), found {vectors.dtype} {vectors.shape}"
        )
    words_path = vocabulary or _vocabulary_of(path)
    with open_for_read(words_path) as stream:
        words = [line.split()[0].decode("utf-8") for line in stream if line.strip()]
    if len(words) != len(vectors):
        raise FormatError(
            f"{words_path}: expected one word for each of {len(vectors)} rows of {path}, found {len(words)}"
        )
    return VectorTable(words[:limit], vectors[:limit])


def _vocabulary_of(path: str) -> str:
    stem = os.path.splitext(path)[0]
    found = [stem + suffix for suffix in VOCABULARY_SUFFIXES if Path(stem + suffix).is_file()]
    if not found:
        raise FormatError(f"{path}: expected its words in {stem}.vocab, one a line, or named by --vocab")
    return found[0]
