"""Words and their character n-grams, as bags of rows of one matrix, the same as fastText's to the bit.

The n-grams of a word are substrings of ``<word>`` of `min_n` to `max_n` characters, except a single mark.
Each is hashed into one of `bucket` buckets, and a bucket has a row. A word's vector is the mean of its own
row and those of its n-grams; an unknown word has the mean of its n-grams' rows. Bojanowski et
al. 2017, "Enriching word vectors with subword information".

Rows have fastText's numbers, words first and bucket h after them, or `BucketRows` numbers the buckets that
are used in order of first appearance: fewer rows, with those of frequent words close together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.inputs._ngrams import encode_words, fill_bags
from ns2vec.inputs._rows import write_means

MAX_ROWS = 2**31 - 1
CHARACTER = re.compile(rb"[^\x80-\xbf][\x80-\xbf]*")  # valid UTF-8 or not


@dataclass(frozen=True)
class Ngrams:
    """The character n-grams of words.

    Attributes
    ----------
    min_n, max_n : int
        Their lengths in characters; no n-grams if `max_n` is smaller than `min_n`, or 0.
    bucket : int
        Number of buckets they are hashed into; 0: words have no n-grams.
    """

    min_n: int = 3
    max_n: int = 6
    bucket: int = 2_000_000

    def __post_init__(self) -> None:
        for name in ("min_n", "max_n", "bucket"):
            object.__setattr__(self, name, whole(name, getattr(self, name), 0, MAX_ROWS))

    def __bool__(self) -> bool:
        return self.bucket > 0 and self.max_n >= max(self.min_n, 1)


class Bags(NamedTuple):
    """Bags of rows in CSR form.

    Attributes
    ----------
    offsets : ndarray of shape (n + 1,), int64
    rows : ndarray, int32
        Bag i has the rows ``rows[offsets[i]:offsets[i + 1]]``.
    """

    offsets: Int64Array
    rows: Int32Array


class BucketRows:
    """Rows for used buckets only, numbered in order of first appearance.

    Parameters
    ----------
    bucket : int
        Number of buckets.
    buckets : ndarray, int, optional
        The bucket of each row, from another `BucketRows`; by default, none has a row.

    Attributes
    ----------
    table : ndarray of shape (bucket,), int32
        One more than the row of each bucket, 0 if it has none; `word_bags` adds rows.
    n_rows : int

    Raises
    ------
    ConfigError
        If `buckets` holds an invalid number, or a number twice.

    Examples
    --------
    >>> from ns2vec.inputs import BucketRows, Ngrams, word_bags
    >>> numbered = BucketRows(1000)
    >>> word_bags(["at", "cat"], Ngrams(3, 3, 1000), numbered=numbered, first_ngram=2).rows.tolist()
    [0, 2, 3, 1, 4, 5, 3]
    >>> numbered.buckets.tolist()
    [174, 106, 747, 31]
    """

    def __init__(self, bucket: int, buckets: npt.ArrayLike = ()) -> None:
        listed = np.asarray(buckets, dtype=np.int64)
        if len(listed) and not 0 <= listed.min() <= listed.max() < bucket:
            raise ConfigError(
                f"expected buckets from 0 to {bucket - 1}, got {listed.min()} to {listed.max()}"
            )
        numbers = np.arange(1, len(listed) + 1, dtype=np.int32)
        # the system allocates zeroed memory only when it is used: a huge number of buckets costs nothing
        self.table = np.zeros(bucket, dtype=np.int32)
        self.table[listed] = numbers
        self.n_rows = len(listed)
        if not np.array_equal(self.table[listed], numbers):
            raise ConfigError("expected one row for each bucket, but a bucket has two")

    def __len__(self) -> int:
        return self.n_rows

    @property
    def buckets(self) -> Int32Array:
        """The bucket of each row, shape (n_rows,)."""
        used = np.flatnonzero(self.table)
        found = np.empty(self.n_rows, dtype=np.int32)
        found[self.table[used] - 1] = used
        return found

    def add(self, buckets: Int32Array) -> None:
        """Assign rows to those of some buckets that have none, in the order of their numbers."""
        is_new = np.zeros(len(self.table), dtype=bool)
        is_new[buckets] = True
        new = np.flatnonzero(is_new & (self.table == 0))
        self.table[new] = np.arange(self.n_rows + 1, self.n_rows + 1 + len(new), dtype=np.int32)
        self.n_rows += len(new)

    def rows(self, buckets: Int32Array) -> Int32Array:
        """Return the row of each bucket, -1 for those that have none."""
        found: Int32Array = self.table[buckets] - 1
        return found


def word_bags(
    words: Sequence[str | bytes] | tuple[npt.NDArray[np.uint8], Int64Array],
    ngrams: Ngrams,
    *,
    first_word: int | None = 0,
    first_ngram: int | None = None,
    numbered: BucketRows | None = None,
    is_growing: bool = True,
    end_is_whole: bool = True,
) -> Bags:
    """Return the rows of each word and of its n-grams.

    Parameters
    ----------
    words : list of str or bytes, or the pair (text, offsets) that `ns2vec.inputs._ngrams.encode_words` makes
    ngrams : Ngrams
    first_word : int or None
        The row of the first word, the others follow; None for unknown words, which have no rows of their own.
    first_ngram : int, optional
        The row of the first n-gram: that after the words unless given, which is 0 for unknown words.
    numbered : BucketRows, optional
        Which row a bucket has; bucket h has row h after the first unless given.
    is_growing : bool
        Give rows to buckets that have none; else such n-grams are left out.
    end_is_whole : bool
        ``</s>``, fastText's word for the end of a line, has no n-grams; gensim gives it those of any word.

    Returns
    -------
    Bags
        A word's own row is the first in its bag.

    Raises
    ------
    ConfigError
        If there are more rows than int32 can number.
    TypeError
        If a word is neither str nor bytes.

    Examples
    --------
    >>> from ns2vec.inputs import Ngrams, word_bags
    >>> word_bags(["at", "cat"], Ngrams(3, 3, 1000))
    Bags(offsets=array([0, 3, 7]), rows=array([  0, 176, 108,   1, 749,  33, 108], dtype=int32))
    """
    text, offsets = words if isinstance(words, tuple) else encode_words(list(words))
    n_words = len(offsets) - 1
    if first_ngram is None:
        first_ngram = 0 if first_word is None else first_word + n_words
    if max(first_ngram + ngrams.bucket, n_words + (first_word or 0)) > MAX_ROWS:
        raise ConfigError(
            f"{n_words} words and {ngrams.bucket} buckets need more than {MAX_ROWS} rows: use fewer buckets"
        )
    found, rows, n_rows = fill_bags(
        text, offsets, ngrams.min_n, ngrams.max_n, ngrams.bucket,
        first_word=-1 if first_word is None else first_word,
        first_ngram=first_ngram,
        table=None if numbered is None else numbered.table,
        n_rows=0 if numbered is None else numbered.n_rows,
        is_growing=is_growing,
        end_is_whole=end_is_whole,
    )  # fmt: skip
    if numbered is not None:
        numbered.n_rows = n_rows
    return Bags(found, rows)


def hash_word(word: str | bytes, ngrams: Ngrams) -> Int32Array:
    """Return the bucket of each n-gram of a word, in fastText's order; for ``</s>``, too, as in gensim.

    Examples
    --------
    >>> from ns2vec.inputs import Ngrams, hash_word
    >>> hash_word("at", Ngrams(3, 3, 1000)).tolist()
    [174, 106]
    """
    text, offsets = encode_words([word])
    rows: Int32Array = fill_bags(
        text, offsets, ngrams.min_n, ngrams.max_n, ngrams.bucket, end_is_whole=False
    )[1]
    return rows


def ngrams_of(word: str | bytes, min_n: int, max_n: int) -> list[bytes]:
    """Return the n-grams of a word as bytes, in the order of `hash_word`.

    Examples
    --------
    >>> from ns2vec.inputs import ngrams_of
    >>> ngrams_of("at", 3, 4)
    [b'<at', b'<at>', b'at>']
    """
    characters = CHARACTER.findall(b"<" + encode_words([word])[0][:-1].tobytes() + b">")
    n_characters = len(characters)
    return [
        b"".join(characters[start : start + n])
        for start in range(n_characters)
        for n in range(max(min_n, 1), min(max_n, n_characters - start) + 1)
        if n > 1 or 0 < start < n_characters - 1
    ]


def mean_rows(bags: Bags, *matrices: npt.NDArray[Any], out: Float32Array | None = None) -> Float32Array:
    """Return the mean of each bag's rows, zeros for an empty bag; the GIL is released.

    Parameters
    ----------
    bags : Bags
    *matrices : ndarray of shape (n_rows, D), float32
        One to four; rows are numbered on from one to the next, as in words and their n-grams.
    out : ndarray of shape (n, D), float32, optional
        Output.

    Returns
    -------
    ndarray of shape (n, D), float32
        Equal bags of equal rows give equal bytes in any context; they are those of fastText.

    Raises
    ------
    ValueError
        If the arrays do not fit together.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.inputs import Bags, mean_rows
    >>> bags = Bags(np.array([0, 2, 2]), np.array([0, 2], dtype=np.int32))
    >>> mean_rows(bags, np.float32([[1, 2], [3, 4]]), np.float32([[5, 6]])).tolist()
    [[3.0, 4.0], [0.0, 0.0]]
    """
    if out is None:
        out = np.empty((len(bags.offsets) - 1, matrices[0].shape[1]), dtype=np.float32)
    write_means(bags.offsets, bags.rows, matrices, out)
    return out
