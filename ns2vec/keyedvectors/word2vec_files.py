"""KeyedVectors in word2vec's files, text and binary: written, read, or merged for shared keys."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError
from ns2vec.formats import VectorTable, open_for_write, word2vec_binary, word2vec_text
from ns2vec.formats.saving import Saveable
from ns2vec.formats.table import write_counts
from ns2vec.keyedvectors import files
from ns2vec.keyedvectors.removed_names import LegacyNames

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger(__name__)


class Word2VecFiles(LegacyNames, Saveable):
    """Vectors that can be written to and read from word2vec's files."""

    def save_word2vec_format(
        self,
        fname: PathLike,
        fvocab: PathLike | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write the vectors in word2vec's text or binary format, atomically.

        Parameters
        ----------
        fname : path, address, or ``"-"`` for standard output
            ``.gz``, ``.bz2``, ``.xz`` and ``.zst`` compress; pipes are written through.
        fvocab : path, optional
            Also write a file of ``key count`` lines.
        binary : bool
        total_vec : int, optional
            The number of vectors to write in the header; for files that are written in parts.
        write_header : bool
        prefix : str
            Put before each key.
        append : bool
            Append to the file.
        sort_attr : str
            Keys are written in descending order of this attribute, or in their own order if it does not
            exist.

        Raises
        ------
        FormatError
            If a key contains a space (or, as text, a newline), because the file could not be read again.
        ValueError
            If `fvocab` is given and there is no `sort_attr`.
        OSError
            If the file cannot be written; the old one is untouched then.
        """
        if len(self.vectors) != len(self.index_to_key):
            raise ConfigError(
                f"cannot save: there are {len(self.index_to_key)} keys and {len(self.vectors)} "
                f"vectors; call resize_vectors() first"
            )
        order = files.falling_order(self, sort_attr, needed=fvocab is not None)
        write = (word2vec_binary if binary else word2vec_text).write
        logger.info("storing %d vectors of size %d into %s", len(order), self.vector_size, fname)
        # the file of counts exists only if the vectors do
        with nullcontext() if fvocab is None else open_for_write(fvocab) as counts:
            if fvocab is not None and counts is not None:
                keys = (f"{prefix}{self.index_to_key[row]}" for row in order)
                write_counts(fvocab, counts, zip(keys, self.expandos[sort_attr][order], strict=True))
            table = VectorTable(self.index_to_key, self.vectors)
            rows = None if np.array_equal(order, np.arange(len(self))) else order
            options = {"write_header": write_header, "total_vec": total_vec or None, "append": append}
            write(fname, table, order=rows, prefix=prefix, **options)

    @classmethod
    def load_word2vec_format(
        cls,
        fname: PathLike,
        fvocab: PathLike | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: npt.DTypeLike = np.float32,
        no_header: bool = False,
    ) -> Self:
        """Read vectors in word2vec's text or binary format.

        Parameters
        ----------
        fname : path, address, or ``"-"`` for standard input; decompressed by its suffix
        fvocab : path, optional
            A file of ``key count`` lines; without it the counts are V, V-1, ... 1.
        binary : bool
        encoding, unicode_errors : how keys are decoded
        limit : int, optional
            Read at most this many vectors.
        datatype : of `vectors`: float16, float32 or float64; see the class for what they cost
        no_header : bool
            The text file starts with its first vector, as GloVe's do. Keys may contain spaces, with or
            without a header, because the last `vector_size` fields of a line are its components.

        Raises
        ------
        FormatError
            A ValueError with path and line or byte; also an EOFError when the file ends too early.
        ConfigError
            If `datatype` is not a floating-point type.
        NotImplementedError
            For a binary file without header.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "vectors.bin")
        ...     wv.save_word2vec_format(path, binary=True)
        ...     KeyedVectors.load_word2vec_format(path, binary=True).index_to_key
        ['tea', 'milk']
        """
        if np.dtype(datatype).kind != "f":
            raise ConfigError(
                f"datatype must be a floating point type such as numpy.float32, got {datatype!r}"
            )
        if binary and no_header:
            raise NotImplementedError("no_header only available for text-format files")
        read: Any = word2vec_binary.read if binary else partial(word2vec_text.read, no_header=no_header)
        limit = None if limit is None else whole("limit", limit) or None
        options = {"fvocab": fvocab, "encoding": encoding, "unicode_errors": unicode_errors, "limit": limit}
        table = read(fname, datatype=datatype, **options)
        n_keys, size = table.vectors.shape
        # as in gensim: subclasses have their own constructors
        dtype: dict[str, Any] = {} if table.vectors.dtype == np.float32 else {"dtype": datatype}
        found = files.adopt_table(cls(size, n_keys, **dtype), table)
        found.add_lifecycle_event("load_word2vec_format", msg=f"{found} from {fname}", binary=binary)
        return found

    def intersect_word2vec_format(
        self,
        fname: PathLike,
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        r"""Take the vectors of a word2vec file for the keys that are present here; no key is added.

        Parameters
        ----------
        fname : path; decompressed by its suffix
        lockf : float
            The factor by which later updates in training change these vectors: 0 keeps them as they are. It
            is stored in `vectors_lockf`, shape (V,).
        binary : bool
        encoding, unicode_errors : how keys are decoded

        Raises
        ------
        ConfigError
            If the file's vectors have another size.
        FormatError
            If the file is not in word2vec's format.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "others.txt")
        ...     with open(path, "w") as out:
        ...         _ = out.write("2 2\nmilk 5 5\ncoffee 7 7\n")
        ...     wv.intersect_word2vec_format(path)
        >>> wv.vectors.tolist()
        [[1.0, 0.0], [5.0, 5.0]]
        """
        read = (word2vec_binary if binary else word2vec_text).read
        table = read(fname, encoding=encoding, unicode_errors=unicode_errors)
        if table.vectors.shape[1] != self.vector_size:
            raise ConfigError(
                f"incompatible vector size {table.vectors.shape[1]} in file {fname}: "
                f"expected {self.vector_size}"
            )
        rows = np.array([self.key_to_index.get(key, -1) for key in table.keys], dtype=np.int64)
        known = rows >= 0
        ours = rows[known]
        self.vectors[ours] = table.vectors[known]
        factors = np.ones(len(self), dtype=np.float32)
        factors[:] = getattr(self, "vectors_lockf", 1.0)
        factors[ours] = lockf
        self.vectors_lockf = factors
        self.vectors_changed()
        self.add_lifecycle_event("intersect_word2vec_format", msg=f"{len(ours)} vectors from {fname}")
