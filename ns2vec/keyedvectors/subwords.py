"""FastTextKeyedVectors: words with n-grams, and a vector for every word that has n-grams."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Array, Float32Array, PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.saving import MODELS
from ns2vec.formats.state import ModelState
from ns2vec.inputs import Bags, BucketRows, Ngrams, hash_word, mean_rows, word_bags
from ns2vec.keyedvectors import files
from ns2vec.keyedvectors.model import KeyedVectors
from ns2vec.keyedvectors.ngram_rows import NgramRows

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger(__name__)


# parts that are saved under other names or computed again
NOT_SAVED = {"_ngrams", "_word_bags"}
SAVED_ROWS = ("ngram_rows", "ngram_buckets", "ngram_seed", "ngrams_pruned")


class FastTextKeyedVectors(KeyedVectors):
    """Words, each with a vector that is the mean of its own row and those of its character n-grams.

    The vector of a word that is not among the keys is the mean of its n-grams' rows, so every query of
    `KeyedVectors` that takes a word takes any word here (Bojanowski et al. 2017).

    Parameters
    ----------
    vector_size : int
        D.
    min_n, max_n : int
        Lengths of n-grams in characters; with ``max_n < min_n`` there are none.
    bucket : int
        How many buckets n-grams are hashed into.
    count : int
        Rows to reserve.
    dtype : float32

    Attributes
    ----------
    vectors_vocab : ndarray of shape (V, D)
        The words' own rows.
    vectors_ngrams : ndarray of shape (bucket, D)
        The rows of n-grams. Rows of buckets that no word uses are made when all rows are requested; until
        then only those in use take memory.
    vectors : ndarray of shape (V, D)
        Means, computed by `adjust_vectors`; training calls it after each epoch.

    Examples
    --------
    >>> from ns2vec import FastText
    >>> model = FastText([["walk", "walked", "walking"]] * 50, min_count=1, vector_size=8, bucket=1000)
    >>> "walks" in model.wv.key_to_index, model.wv["walks"].shape
    (False, (8,))
    >>> wv = model.wv
    >>> wv.vectors_for(["walks", "walking"]).shape, wv.made_vectors(["walks"]).shape
    ((2, 8), (1, 8))
    >>> wv.get_sentence_vector(["walks", "walking"]).shape
    (8,)
    >>> bags = wv.word_bags()  # the word itself and its n-grams
    >>> len(bags.offsets)
    4

    After rows were changed by hand, or words added:

    >>> wv.recalc_char_ngram_buckets()
    >>> wv.adjust_vectors()
    >>> import numpy as np
    >>> wv.init_post_load(np.ones((3 + 1000, 8), dtype=np.float32))
    >>> wv["walks"].tolist() == [1.0] * 8
    True
    """

    KIND = "FastTextKeyedVectors"

    def __init__(
        self, vector_size: int, min_n: int, max_n: int, bucket: int, count: int = 0,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:  # fmt: skip
        super().__init__(vector_size, count=count, dtype=dtype)
        self.min_n, self.max_n = min_n, max_n
        self.bucket = bucket if max_n >= min_n else 0
        self.bucket = self.ngrams.bucket  # which refuses invalid values
        self.compatible_hash = True
        self.end_is_whole = False  # fastText's word for the end of a line has no n-grams; in gensim it has
        self.vectors_vocab: Any = np.zeros((count, self.vector_size), dtype=dtype)
        self.vectors_vocab_lockf = np.ones(1, dtype=np.float32)
        self.vectors_ngrams_lockf = np.ones(1, dtype=np.float32)
        empty = np.zeros((0, self.vector_size), dtype=np.float32)
        self._ngrams: Any = NgramRows(empty, BucketRows(self.bucket))
        self._word_bags: Bags | None = None

    # ---- words and their n-grams ----

    @property
    def ngrams(self) -> Ngrams:
        """The n-grams of words."""
        return Ngrams(self.min_n, self.max_n, self.bucket)

    @property
    def vectors_ngrams(self) -> Any:
        """The rows of n-grams, shape (bucket, D)."""
        if isinstance(self._ngrams, NgramRows) and self._ngrams.numbered is not None:
            self._ngrams = NgramRows(self._ngrams.whole(self.bucket))
            self._word_bags = None
        return self._ngrams.rows if isinstance(self._ngrams, NgramRows) else self._ngrams

    @vectors_ngrams.setter
    def vectors_ngrams(self, rows: Any) -> None:
        # clients have their own compressed matrices, which only they can read
        self._ngrams = NgramRows(rows) if isinstance(rows, np.ndarray) else rows
        self._word_bags = None

    def word_bags(self) -> Bags:
        """The rows of each word: its own, then those of its n-grams, which are numbered from V on."""
        known = self._word_bags
        if known is None or len(known.offsets) != len(self.index_to_key) + 1:
            table = self._ngrams.numbered if isinstance(self._ngrams, NgramRows) else None
            words = ["" if key is None else key for key in self.index_to_key]
            is_growing = table is not None and not self._ngrams.is_pruned
            self._word_bags = known = word_bags(
                words, self.ngrams, numbered=table, is_growing=is_growing, end_is_whole=self.end_is_whole
            )
            if is_growing:
                self._ngrams.fill_up()
        return known

    @property
    def buckets_word(self) -> list[npt.NDArray[np.uint32]]:
        """The buckets of each word's n-grams."""
        return [hash_word(key, self.ngrams).astype(np.uint32) for key in self.index_to_key]

    @buckets_word.setter
    def buckets_word(self, buckets: Any) -> None:
        self._word_bags = None  # clients set it to None to save memory

    def recalc_char_ngram_buckets(self) -> None:
        """Hash the n-grams of all words again; call this after adding words by hand."""
        self._word_bags = None

    def adjust_vectors(self) -> None:
        """Compute `vectors` again, after rows of words or n-grams have changed."""
        own = np.asarray(self.vectors_vocab, dtype=np.float32)
        if not self.ngrams:
            self.vectors = np.array(own)
        else:
            self.vectors = mean_rows(self.word_bags(), own, self._ngrams.rows)

    def init_post_load(self, fb_vectors: Array) -> None:
        """Set the rows in the order of Facebook's files: those of words, then those of all buckets.

        Parameters
        ----------
        fb_vectors : ndarray of shape (V + bucket, D)

        Raises
        ------
        FormatError
            If they have another shape.
        """
        n_words, n_rows = len(self.index_to_key), len(self.index_to_key) + self.bucket
        if fb_vectors.shape != (n_rows, self.vector_size):
            raise FormatError(
                f"expected rows of shape {(n_rows, self.vector_size)} for {n_words} words and {self.bucket} "
                f"buckets, got {fb_vectors.shape}"
            )
        self.vectors_vocab, self.vectors_ngrams = fb_vectors[:n_words], fb_vectors[n_words:]
        self.adjust_vectors()

    def resize_vectors(self, seed: int = 0) -> None:
        """Give words without rows new ones; existing rows stay."""
        fresh = KeyedVectors(self.vector_size)
        fresh.index_to_key, fresh.vectors = self.index_to_key, np.asarray(self.vectors_vocab)
        fresh.resize_vectors(seed)
        self.vectors_vocab = fresh.vectors
        if isinstance(self._ngrams, NgramRows) and self._ngrams.numbered is not None:
            self._ngrams = NgramRows(self._ngrams.rows, self._ngrams.numbered, seed + 1)
            self.vectors_ngrams  # noqa: B018 - all of them
        self.adjust_vectors()

    # ---- unknown words ----

    def __contains__(self, word: Any) -> bool:
        return bool(self.ngrams) or word in self.key_to_index

    def get_vector(self, word: Any, norm: bool = False) -> Array:
        """Return a word's vector, shape (D,), read-only; for an unknown word it is made from its n-grams.

        Raises
        ------
        KeyError
            If the word is unknown and there are no n-grams, or if it is not text.
        """
        if self.has_index_for(word):
            return super().get_vector(word, norm=norm)
        if not self.ngrams:
            raise KeyError("cannot calculate vector for OOV word without ngrams")
        if not isinstance(word, str | bytes):
            raise KeyError(f"Key '{word}' not present")
        vector: Array = self.made_vectors([word])[0]
        if not vector.any():
            logger.warning("could not extract any ngrams from %r, returning origin vector", word)
        elif norm:
            vector = vector / np.linalg.norm(vector)
        vector.setflags(write=False)
        return vector

    def made_vectors(self, words: Sequence[str | bytes]) -> Float32Array:
        """Make vectors from n-grams alone, shape (n, D); zeros for a word without n-grams.

        Parameters
        ----------
        words : sequence of str or bytes

        Returns
        -------
        ndarray of shape (n, D), float32
        """
        if isinstance(self._ngrams, NgramRows):
            return self._ngrams.means(words, self.ngrams)
        bags = word_bags(words, self.ngrams, first_word=None)
        found = np.zeros((len(words), self.vector_size), np.float32)
        for vector, buckets in zip(found, np.split(bags.rows, bags.offsets[1:-1]), strict=True):
            for bucket in buckets.tolist():  # one by one, because a client's own matrix need not support more
                vector += self._ngrams[bucket] / np.float32(len(buckets))
        return found

    def vectors_for(self, words: Sequence[str]) -> Float32Array:
        """Return the vectors of words, known or not, shape (n, D); zeros for a word that has no n-grams.

        Evaluation uses this for words that are not keys.

        Parameters
        ----------
        words : sequence of str

        Returns
        -------
        ndarray of shape (n, D), float32
        """
        words = list(words)
        if self.ngrams:
            found = self.made_vectors(words)
        else:
            found = np.zeros((len(words), self.vector_size), np.float32)
        rows = np.array([self.key_to_index.get(word, -1) for word in words], dtype=np.int64)
        found[rows >= 0] = self.vectors[rows[rows >= 0]]
        return found

    def get_sentence_vector(self, sentence: Iterable[Any]) -> Array:
        """Return the mean of the words' vectors, each of length 1, shape (D,).

        Parameters
        ----------
        sentence : iterable of str

        Returns
        -------
        ndarray of shape (D,), float32
        """
        return self.get_mean_vector(list(sentence))

    # ---- files ----

    def _is_pickled(self) -> bool:
        """Whether it is a client's class, with matrices that only the client can restore."""
        has_rows = isinstance(self._ngrams, NgramRows) and isinstance(self.vectors_vocab, np.ndarray)
        has_own = not has_rows or not isinstance(self.vectors, np.ndarray)
        return super()._is_pickled() or (has_own and self._may_be_pickled())

    def to_state(self) -> ModelState:
        """Return keys, vectors, rows and attributes as plain data.

        Raises
        ------
        ConfigError
            If the matrices have been replaced by objects that are not arrays.
        """
        ngrams = self._ngrams
        if not isinstance(ngrams, NgramRows):
            raise ConfigError(
                f"vectors_ngrams is a {type(ngrams).__name__}, which ns2vec's files cannot hold: assign "
                "an array, or save your own subclass, which is pickled"
            )
        state = super().to_state()
        attributes = state.vectors.attributes
        for name in NOT_SAVED:
            attributes.pop(name, None)
        buckets = None if ngrams.numbered is None else ngrams.numbered.buckets
        found = np.asarray(ngrams.rows), buckets, ngrams.seed, ngrams.is_pruned
        attributes.update(zip(SAVED_ROWS, found, strict=True))
        return state

    @classmethod
    def load(cls, fname_or_handle: PathLike | IO[bytes], **kwargs: Any) -> Any:  # type: ignore[override]
        """Read vectors that ns2vec or gensim saved; see `KeyedVectors.load`."""
        return super().load(fname_or_handle, **kwargs)

    def state_for_gensim(self) -> ModelState:
        """Return a copy with the rows of all buckets, without means, as in gensim's files."""
        state = self.to_state()
        kept = {name: value for name, value in state.vectors.attributes.items() if name not in SAVED_ROWS}
        table = self._ngrams.whole(self.bucket)
        state.vectors.attributes = {**kept, "vectors_ngrams": table}
        return state

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make it from plain data.

        Raises
        ------
        FormatError
            If the rows do not match the words.
        """
        inner = state.vectors
        attributes = dict(inner.attributes)
        facts = {name: attributes.pop(name, default) for name, default in
                 (("min_n", 3), ("max_n", 6), ("bucket", 0))}  # fmt: skip
        rows, buckets, seed, is_pruned = (attributes.pop(name, None) for name in SAVED_ROWS)
        has_no_means = attributes.pop("has_no_means", False)  # from gensim's files
        made = cls.__new__(cls)
        FastTextKeyedVectors.__init__(made, max(1, inner.vectors.shape[1]), **facts)
        inner.attributes = attributes
        files.adopt_state(made, inner)
        if rows is not None:
            numbered = None if buckets is None else BucketRows(made.bucket, buckets)
            made._ngrams = NgramRows(rows, numbered, seed, is_pruned=bool(is_pruned))
        made._check_rows(state.name)
        if has_no_means:
            made.adjust_vectors()
        return made

    def _check_rows(self, name: str) -> None:
        """Refuse rows of a file that do not match its words."""
        size, table = self.vector_size, self._ngrams
        n_ngrams = self.bucket if table.numbered is None else len(table.numbered)
        for what, rows, n_rows in (
            ("vectors_vocab", self.vectors_vocab, len(self)), ("n-gram rows", table.rows, n_ngrams),
        ):  # fmt: skip
            if np.shape(rows) != (n_rows, size):
                raise FormatError(
                    f"{name}: expected {what} of shape {(n_rows, size)}, found {np.shape(rows)}"
                )


MODELS.register(FastTextKeyedVectors.KIND, FastTextKeyedVectors)
