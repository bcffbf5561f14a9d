"""KeyedVectors: gensim's methods, each a delegation of a few lines."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._typing import PathLike
from ns2vec.evaluation.gensim_protocol import evaluate_word_analogies, evaluate_word_pairs
from ns2vec.exceptions import ConfigError
from ns2vec.formats.saving import MODELS, Saveable
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import files, search
from ns2vec.keyedvectors.legacy import LegacyNames
from ns2vec.keyedvectors.search import wmdistance

if TYPE_CHECKING:
    from typing_extensions import Self

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
    """

    KIND = "KeyedVectors"

    # ---- the nearest ----

    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
    ) -> Any:
        """Find the keys nearest to the mean of some vectors, less others: ``king - man + woman``.

        Parameters
        ----------
        positive, negative : key, vector, or list of keys, vectors of shape (D,) and (key or vector, weight)
            Keys count with their vectors of length 1. In `negative` a weight replaces the -1, sign and all.
        topn : int or None
            How many; None gives the array of all similarities between `clip_start` and `clip_end`.
        clip_start, clip_end : int
            Search only these rows.
        restrict_vocab : int
            Search only the first so many rows (and forget about clipping).
        indexer : object with ``most_similar(vector, topn)``, optional
            Answers instead of the exact search.

        Returns
        -------
        list of (key, float), nearest first, without the input keys; or ndarray of shape (n,)

        Raises
        ------
        KeyError
            If a key is not present.
        ValueError
            If there is no input.
        """
        return search.most_similar(
            self, positive, negative, topn, clip_start, clip_end, restrict_vocab, indexer
        )

    def most_similar_many(
        self, queries: Iterable[Any], topn: int = 10, restrict_vocab: int | None = None
    ) -> list[list[tuple[Any, float]]]:
        """Answer many queries at once: what `most_similar` lists for each key or vector, but faster.

        Parameters
        ----------
        queries : iterable of keys and vectors of shape (D,)
        topn, restrict_vocab : as in `most_similar`

        Returns
        -------
        list with one list of (key, float) for each query

        Raises
        ------
        KeyError
            If a key is not present.

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec import KeyedVectors
        >>> kv = KeyedVectors(2)
        >>> kv.add_vectors(["cat", "dog", "stone"], np.array([[2, 1], [2, 2], [-1, 3]], dtype=np.float32))
        >>> [found[0][0] for found in kv.most_similar_many(["cat", "stone"], topn=1)]
        ['dog', 'dog']
        """
        return search.most_similar_many(self, queries, topn, restrict_vocab)

    def similar_by_word(self, word: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Call `most_similar` with one key."""
        return self.similar_by_key(word, topn, restrict_vocab)

    def similar_by_key(self, key: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Call `most_similar` with one key."""
        return self.most_similar(positive=[key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_vector(self, vector: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Call `most_similar` with one vector of shape (D,)."""
        return self.most_similar(positive=[np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        restrict_vocab: int | None = None,
    ) -> Any:
        """Find the nearest keys by Levy and Goldberg's 3CosMul: a product of similarities in place of a sum.

        Parameters and results are those of `most_similar`; vectors are brought to length 1, and
        `restrict_vocab` is obeyed.
        """
        return search.most_similar_cosmul(self, positive, negative, topn, restrict_vocab)

    def most_similar_to_given(self, key1: Any, keys_list: Sequence[Any]) -> Any:
        """Return the key of `keys_list` that is most similar to `key1`."""
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def closer_than(self, key1: Any, key2: Any) -> list[Any]:
        """Return all keys that are closer to `key1` than `key2` is."""
        return search.closer_than(self, key1, key2)

    def words_closer_than(self, word1: Any, word2: Any) -> list[Any]:
        """Call `closer_than`; deprecated."""
        warnings.warn(
            "Call to deprecated `words_closer_than` (use closer_than instead).",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.closer_than(word1, word2)

    def rank(self, key1: Any, key2: Any) -> int:
        """Return the place of `key2` among the neighbours of `key1`, from 1."""
        return len(self.closer_than(key1, key2)) + 1

    # ---- how near ----

    def similarity(self, w1: Any, w2: Any) -> np.float32:
        """Return the cosine of two keys' vectors."""
        found: np.float32 = np.float32(similarity.cosine(self[w1], self[w2]))
        return found

    def distance(self, w1: Any, w2: Any) -> np.float32:
        """Return 1 minus the cosine of two keys' vectors."""
        found: np.float32 = np.float32(1 - self.similarity(w1, w2))
        return found

    def distances(self, word_or_vector: Any, other_words: Sequence[Any] = ()) -> Array:
        """Return 1 minus the cosine with each of `other_words`, or with every row, shape (n,)."""
        return search.distances(self, word_or_vector, other_words)

    @staticmethod
    def cosine_similarities(vector_1: Array, vectors_all: Array) -> Array:
        """Return the cosines of a vector of shape (D,) with the rows of an array of shape (n, D)."""
        return similarity.cosine_similarities(vector_1, vectors_all)

    def n_similarity(self, ws1: Sequence[Any], ws2: Sequence[Any]) -> np.float32:
        """Return the cosine of the means of two lists of keys.

        Raises
        ------
        ZeroDivisionError
            If one of the lists is empty.
        """
        found: np.float32 = np.float32(search.n_similarity(self, ws1, ws2))
        return found

    def relative_cosine_similarity(self, wa: Any, wb: Any, topn: int = 10) -> float:
        """Return the cosine of two keys divided by the sum of those of `wa` with its `topn` nearest keys."""
        total: float = sum(score for _, score in self.similar_by_key(wa, topn))
        return float(self.similarity(wa, wb)) / total

    def rank_by_centrality(self, words: Iterable[Any], use_norm: bool = True) -> list[tuple[Any, Any]]:
        """Return (similarity to the mean, word), the most central first; unknown words are left out."""
        return search.rank_by_centrality(self, words, use_norm)

    def doesnt_match(self, words: Iterable[Any]) -> Any:
        """Return the word that fits the others least.

        Raises
        ------
        ValueError
            If none of the words is present.
        """
        return self.rank_by_centrality(words)[-1][1]

    def wmdistance(self, document1: Sequence[Any], document2: Sequence[Any], norm: bool = True) -> float:
        """Return the word mover's distance of two lists of keys; needs the POT package (``ns2vec[wmd]``).

        The least total distance over which the words of one document have to travel to become those of the
        other (Kusner et al. 2015, "From word embeddings to document distances").

        Parameters
        ----------
        document1, document2 : list of keys; unknown ones are left out
        norm : bool
            Bring the vectors to length 1.

        Returns
        -------
        float
            Infinite when nothing of a document is known.

        Raises
        ------
        ImportError
            If POT is not installed.
        """
        return wmdistance(self, document1, document2, norm)

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
        """
        empty = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
        known = keys if allow_inference else (key for key in keys if self.has_index_for(key))
        search.vectors_for_all(self, empty, known, copy_vecattrs)
        return empty

    # ---- how good ----

    def evaluate_word_analogies(
        self,
        analogies: Any,
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[Any]]:
        """Answer the analogy questions of a file; see `ns2vec.evaluation.evaluate_word_analogies`.

        `similarity_function` is ``"most_similar"`` or ``"most_similar_cosmul"``.
        """
        if similarity_function not in ANALOGY_METHODS:
            raise ConfigError(
                f"similarity_function must be {' or '.join(map(repr, ANALOGY_METHODS))}, "
                f"got {similarity_function!r}"
            )
        return evaluate_word_analogies(
            self,
            analogies,
            restrict_vocab=search.how_many("restrict_vocab", restrict_vocab),
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
        """Correlate similarities with judgements; see `ns2vec.evaluation.evaluate_word_pairs`."""
        return evaluate_word_pairs(
            self,
            pairs,
            delimiter=delimiter,
            encoding=encoding,
            restrict_vocab=search.how_many("restrict_vocab", restrict_vocab),
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
            The number of vectors that the header tells; for files that are written in parts.
        write_header : bool
        prefix : str
            Put before each key.
        append : bool
            Write behind what the file has.
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
        options = {"write_header": write_header, "total_vec": total_vec or None, "append": append}
        files.save_word2vec_format(self, fname, fvocab, binary, sort_attr, prefix=prefix, **options)

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
        NotImplementedError
            For a binary file without header.
        """
        options = {"fvocab": fvocab, "encoding": encoding, "unicode_errors": unicode_errors, "limit": limit}
        found = files.load_word2vec_format(
            cls, fname, binary=binary, no_header=no_header, datatype=datatype, **options
        )
        found.add_lifecycle_event(
            "load_word2vec_format", logging.DEBUG, msg=f"{found} from {fname}", binary=binary
        )
        return found

    def intersect_word2vec_format(
        self,
        fname: PathLike,
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take the vectors of the keys that a word2vec file has in common with these; no key is added.

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
        """
        n_common = files.intersect_word2vec_format(self, fname, lockf, binary, encoding, unicode_errors)
        self.add_lifecycle_event(
            "intersect_word2vec_format", logging.DEBUG, msg=f"{n_common} vectors from {fname}"
        )

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
