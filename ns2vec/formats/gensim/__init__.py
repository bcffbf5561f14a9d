"""gensim's own files (`SaveLoad`: a pickle, and ``.npy`` files beside it), both ways, without gensim.

::

    NAME                   pickle of the object, protocol 2 to 5
    NAME.ATTR.npy          a large array attribute; NAME.wv.ATTR.npy one of an attribute object
    NAME.ATTR.npz          the same, when NAME ends with .gz or .bz2 (array "val")

Files of gensim 0.12 to 4.4 are read. No class of gensim, and nothing that a pickle names, is ever called:
known names become inert records, any other name is refused; see `ns2vec.formats.gensim.unpickling`.
"""

from __future__ import annotations

from ns2vec._typing import PathLike
from ns2vec.formats.gensim.unpickling import RefusedGlobalError, looks_like_pickle
from ns2vec.formats.gensim.upgrade import read_state
from ns2vec.formats.gensim.writing import write_state
from ns2vec.formats.state import state_of_table, table_of_state
from ns2vec.formats.table import VectorTable

__all__ = [
    "NAME",
    "RefusedGlobalError",
    "SUFFIXES",
    "looks_like",
    "looks_like_pickle",
    "read",
    "read_state",
    "write",
    "write_state",
]

NAME = "gensim"
SUFFIXES = (".gensim",)

looks_like = looks_like_pickle


def read(path: PathLike, *, mmap: str | None = None) -> VectorTable:
    """Read the keys and vectors of a KeyedVectors or Word2Vec that gensim saved.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    mmap : {None, "r", "r+", "c"}
        Map the ``.npy`` files beside `path` instead of reading them.

    Raises
    ------
    FormatError
        If the file is damaged, names something that no model needs, or holds another kind of model.
    """
    return table_of_state(read_state(path, mmap=mmap).vectors, path)


def write(path: PathLike, table: VectorTable) -> None:
    """Write keys, vectors and counts as a KeyedVectors that gensim 4 loads."""
    write_state(path, state_of_table(table))
