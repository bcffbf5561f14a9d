r"""fastText's ``.vec`` files: word2vec's text format with a blank before the end of each line.

::

    file   = n_vectors " " vector_size "\n" line*
    line   = key (" " number){vector_size} " \n"
    key    = characters that are not blanks to fastText (" ", "\t", "\v", "\f", "\r", "\n", NUL), in UTF-8

fastText writes five significant digits. Files written here have as many as needed to get the same float32
back, and no blank at the end; fastText's ``-pretrainedVectors`` and every reader of its files accept that.
The reader is that of ns2vec.formats.word2vec_text, with all its options. Bojanowski et al. 2017, "Enriching
word vectors with subword information". Subwords are in ``.bin`` files, which these are not.
"""

from __future__ import annotations

import re

from ns2vec._typing import PathLike
from ns2vec.formats import word2vec_text
from ns2vec.formats.table import VectorTable, utf8_keys

NAME = "fasttext_vec"
SUFFIXES = (".vec",)

BLANKS = re.compile(r"[ \t\v\f\r\n\0]|\A\Z")

looks_like = word2vec_text.looks_like
read = word2vec_text.read


def write(path: PathLike, table: VectorTable) -> None:
    """Write a ``.vec`` file, atomically.

    Parameters
    ----------
    path : path, address, or ``"-"``; compressed by its suffix
    table : VectorTable

    Raises
    ------
    FormatError
        If a key contains a blank of fastText, or is empty.
    OSError
        If the file cannot be written.
    """
    utf8_keys(list(map(str, table.keys)), path, BLANKS, "is empty or holds a blank")
    word2vec_text.write(path, table)
