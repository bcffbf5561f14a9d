"""File formats of vectors, one module each: ``NAME``, ``SUFFIXES``, ``read``, ``write``, ``looks_like``.

Examples
--------
>>> from ns2vec.formats import FORMATS, guess_format
>>> list(FORMATS)
['word2vec_text', 'word2vec_binary', 'projector', 'glove', 'fasttext_vec', 'npy', 'native', 'gensim']
>>> guess_format("vectors.bin.gz")
'word2vec_binary'
"""

from __future__ import annotations

from ns2vec.formats.atomic import check_writable, open_for_read, open_for_write
from ns2vec.formats.registry import (
    FORMATS,
    NOT_FINITE,
    Format,
    format_of_suffix,
    guess_format,
    read_vectors,
    with_format,
)
from ns2vec.formats.table import DUPLICATES, KeyDecodingError, TruncatedFileError, VectorTable

__all__ = [
    "DUPLICATES",
    "FORMATS",
    "Format",
    "KeyDecodingError",
    "NOT_FINITE",
    "TruncatedFileError",
    "VectorTable",
    "check_writable",
    "format_of_suffix",
    "guess_format",
    "open_for_read",
    "open_for_write",
    "read_vectors",
    "with_format",
]
