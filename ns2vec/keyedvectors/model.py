"""KeyedVectors: vectors that are asked, judged, saved and loaded."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec._typing import PathLike
from ns2vec.evaluation.gensim_protocol import evaluate_word_analogies, evaluate_word_pairs
from ns2vec.exceptions import ConfigError
from ns2vec.formats import VectorTable, open_for_write, word2vec_binary, word2vec_text
from ns2vec.formats.saving import MODELS, Saveable
from ns2vec.formats.state import ModelState
from ns2vec.formats.table import write_counts
from ns2vec.keyedvectors import files
from ns2vec.keyedvectors.items import how_many
from ns2vec.keyedvectors.removed_names import LegacyNames
from ns2vec.keyedvectors.showing import VectorPage, show

if TYPE_CHECKING:
    from typing_extensions import Self


logger = logging.getLogger(__name__)

Array = npt.NDArray[Any]

# gensim's names of two ways to answer an analogy -> ns2vec.evaluation's
ANALOGY_METHODS = {"most_similar": "3cosadd", "most_similar_cosmul": "3cosmul"}


class KeyedVectors(LegacyNames, Saveable):
    """A mapping from keys to vectors with similarity queries.

    Parameters
    ----------
    vector_size : int
        D.
    count : int
        Rows to reserve; `add_vector` fills them.
    dtype : float16, float32 or float64
        Of `vectors`. float16 takes half the memory of float32; what is asked is computed in float32, for
        which a block of rows at a time is converted, so that a query takes a few times as long. float64
        takes twice the memory and the time.
    mapfile_path : kept as an attribute, not used

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec import KeyedVectors
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["cat", "dog", "stone"], np.array([[2, 1], [2, 2], [-1, 3]], dtype=np.float32))
    >>> [key for key, _ in kv.most_similar("cat", topn=1)]
    ['dog']
    >>> kv.doesnt_match(["cat", "dog", "stone"])
    'stone'

    Questions about keys, and about their vectors:

    >>> wv = KeyedVectors(2)
    >>> wv.add_vectors(["north", "east", "northeast"], [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]])
    >>> wv.get_index("east"), wv.has_index_for("west"), wv.is_key("west")
    (1, False, True)
    >>> round(float(wv.similarity("north", "northeast")), 3), round(float(wv.distance("north", "east")), 3)
    (0.707, 1.0)
    >>> [round(one, 3) for one in wv.distances("north").tolist()]
    [0.0, 1.0, 0.293]
    >>> wv.closer_than("north", "east"), wv.rank("north", "northeast")
    (['northeast'], 1)
    >>> wv.most_similar_to_given("east", ["north", "northeast"])
    'northeast'
    >>> wv.doesnt_match(["north", "northeast", "east"]) in wv.index_to_key
    True
    >>> round(float(wv.n_similarity(["north", "east"], ["northeast"])), 3)
    1.0
    >>> [key for _, key in wv.rank_by_centrality(["north", "northeast", "east"])][0]
    'northeast'
    >>> wv.most_similar_cosmul(positive=["north", "east"], topn=1)[0][0]
    'northeast'
    >>> wv.relative_cosine_similarity("north", "northeast", topn=2)
    1.0
    >>> wv.get_vector("northeast", norm=True).round(3).tolist()
    [0.707, 0.707]
    >>> wv.get_mean_vector(["north", "east"]).tolist()
    [0.5, 0.5]
    >>> wv.cosine_similarities(wv["north"], wv.vectors).round(3).tolist()
    [1.0, 0.0, 0.707]

    `vectors_changed` has to be called after writing into `vectors`:

    >>> wv.get_normed_vectors().shape
    (3, 2)
    >>> wv.vectors[0] = [0.0, 3.0]
    >>> wv.vectors_changed()
    >>> wv.fill_norms()
    >>> wv.norms.round(3).tolist()
    [3.0, 1.0, 2.828]
    >>> wv.unit_normalize_all()
    >>> wv["north"].tolist()
    [0.0, 1.0]
    """

    KIND = "KeyedVectors"

    # ---- other sets of keys ----

    def vectors_for_all(
        self, keys: Iterable[Any], allow_inference: bool = True, copy_vecattrs: bool = False
    ) -> KeyedVectors:
        """Return new KeyedVectors with those of the keys that are present, each once, in their order.

        Parameters
        ----------
        keys : iterable of keys
        allow_inference : for subclasses that can make vectors of unknown keys
        copy_vecattrs : bool
            Take the attributes along; counts are n, n-1, ... otherwise.

        Returns
        -------
        KeyedVectors

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> wv.vectors_for_all(["milk", "milk", "beer"]).index_to_key
        ['milk']
        """
        made = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
        is_known = self.__contains__ if allow_inference else self.has_index_for
        known = list(filter(is_known, dict.fromkeys(keys)))
        if known:
            extras: dict[str, Array] = {"count": np.arange(len(known), 0, -1, dtype=np.int64)}
            if copy_vecattrs:
                rows = [self.get_index(key) for key in known]
                extras |= {name: values[rows] for name, values in self.expandos.items()}
            made.add_vectors(known, np.vstack([self.get_vector(key) for key in known]), extras)
        return made

    # ---- to look at ----

    def show(self, words: Sequence[Any] | None = None, topn: int = 8) -> VectorPage:
        """Draw words with their neighbours; a notebook shows the page that comes back.

        Parameters
        ----------
        words : sequence of keys, optional
            Those without a vector are left out; the first six of the vocabulary unless given.
        topn : int
            Neighbours of each.

        Returns
        -------
        VectorPage
            ``save(path)`` writes it as one HTML file that holds no script and asks for nothing.

        Raises
        ------
        VocabularyError
            If none of the words has a vector.

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec import KeyedVectors
        >>> kv = KeyedVectors(2)
        >>> kv.add_vectors(["cat", "dog", "stone"], np.array([[2, 1], [2, 2], [-1, 3]], dtype=np.float32))
        >>> kv.show(["cat"], topn=1).html.startswith("<!doctype html>")
        True
        """
        return show(self, words, topn)

    # ---- how good ----

    def evaluate_word_analogies(
        self,
        analogies: Any,
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[Any]]:
        r"""Answer the analogy questions of a file; see `ns2vec.evaluation.evaluate_word_analogies`.

        `similarity_function` is ``"most_similar"`` or ``"most_similar_cosmul"``.

        Parameters
        ----------
        analogies : path
            In the layout of questions-words.txt.
        restrict_vocab : int, optional
            Only the first so many words are known.
        case_insensitive : bool
        dummy4unknown : bool
            Count questions with unknown words as wrong instead of leaving them out.
        similarity_function : {"most_similar", "most_similar_cosmul"}

        Returns
        -------
        score : float
            Share of right answers.
        sections : list of dict
            Right and wrong questions of each section.

        Raises
        ------
        ConfigError
            If `similarity_function` is neither of the two.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> rows = [[1.0, 0.1], [1.0, 2.0], [2.0, 0.1], [2.0, 2.0]]
        >>> wv.add_vectors(["man", "woman", "king", "queen"], rows)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "questions.txt")
        ...     with open(path, "w") as out:
        ...         _ = out.write(": people\nman woman king queen\n")
        ...     wv.evaluate_word_analogies(path)[0]
        1.0
        """
        if similarity_function not in ANALOGY_METHODS:
            raise ConfigError(
                f"similarity_function must be {' or '.join(map(repr, ANALOGY_METHODS))}, "
                f"got {similarity_function!r}"
            )
        return evaluate_word_analogies(
            self,
            analogies,
            restrict_vocab=how_many("restrict_vocab", restrict_vocab),
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
            method=ANALOGY_METHODS[similarity_function],
        )

    def evaluate_word_pairs(
        self,
        pairs: Any,
        delimiter: str = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Any, Any, float]:
        r"""Correlate similarities with judgements; see `ns2vec.evaluation.evaluate_word_pairs`.

        Parameters
        ----------
        pairs : path
            Lines of two words and a number.
        delimiter, encoding : str
        restrict_vocab : int, optional
            Only the first so many words are known.
        case_insensitive : bool
        dummy4unknown : bool
            Give pairs with unknown words a similarity of 0 instead of leaving them out.

        Returns
        -------
        pearson, spearman : (statistic, p-value)
        oov : float
            Percentage of pairs with an unknown word.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["north", "east", "up"], [[0.0, 1.0], [1.0, 0.0], [0.5, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "pairs.tsv")
        ...     with open(path, "w") as out:
        ...         _ = out.write("north\teast\t1\nnorth\tup\t9\neast\tup\t4\n")
        ...     pearson, spearman, unknown = wv.evaluate_word_pairs(path)
        >>> round(float(spearman[0]), 3), unknown
        (1.0, 0.0)
        """
        return evaluate_word_pairs(
            self,
            pairs,
            delimiter=delimiter,
            encoding=encoding,
            restrict_vocab=how_many("restrict_vocab", restrict_vocab),
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
        )

    # ---- files ----

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
            The number of vectors that the header gives; for files that are written in parts.
        write_header : bool
        prefix : str
            Put before each key.
        append : bool
            Append to what the file has.
        sort_attr : str
            Keys are written by this attribute, falling; in their own order if it does not exist.

        Raises
        ------
        FormatError
            If a key holds a blank (or, as text, a newline): the file could not be read again.
        ValueError
            If `fvocab` is asked for and there is no `sort_attr`.
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
        # the file of counts is there only if the vectors are
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
            Read at most so many vectors.
        datatype : of `vectors`: float16, float32 or float64; see the class for what they cost
        no_header : bool
            The text file starts with its first vector, as GloVe's do; keys may hold blanks, with a header and
            without, for the last `vector_size` fields of a line are its numbers.

        Raises
        ------
        FormatError
            A ValueError with path and line or byte; also an EOFError when the file ends too early.
        ConfigError
            If `datatype` is no floating-point type.
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
        # as gensim makes it: subclasses have constructors of their own
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
        r"""Take the vectors of the keys that a word2vec file has in common with these; no key is added.

        Parameters
        ----------
        fname : path; decompressed by its suffix
        lockf : float
            How much of each later update in training those vectors take: 0 keeps them as they are. It goes
            into `vectors_lockf`, shape (V,).
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

    def to_state(self) -> ModelState:
        """Return keys, vectors and attributes as plain data."""
        return ModelState(self.KIND, files.vector_state(self))

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make KeyedVectors of plain data."""
        made = cls.__new__(cls)
        KeyedVectors.__init__(made, max(1, state.vectors.vectors.shape[1]))
        return files.adopt_state(made, state.vectors)


MODELS.register(KeyedVectors.KIND, KeyedVectors)
