"""Words of a question file as rows of an embedding: case, restricted vocabulary, made vectors, missing words.

Every score comes with the part of its suite that it is based on (`Coverage`), because a model that knows few
words is asked easier questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._typing import BoolArray, Embedding, Float64Array, VectorMaker
from ns2vec.exceptions import ConfigError

Rows: TypeAlias = "npt.NDArray[np.intp]"

#: The words that a question needs; a tuple among them: one of these, as the answer.
Words: TypeAlias = "Iterable[str | tuple[str, ...]]"

#: What to do with a question that has an unknown word.
MISSING = {
    "skip": "leave the question out",
    "zero": "give the word a vector of zeros: the similarity is 0, the answer wrong",
    "mean": "give the word the mean vector of the vocabulary",
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The part of a suite that a score is based on.

    Attributes
    ----------
    n_used : int
        Questions that were scored.
    n_known : int
        Questions whose words all have a vector.
    n_total : int
    missing : str
        Policy for the others, of `MISSING`.
    n_made : int
        Scored questions with a word that is not in the vocabulary, whose vector the model made.
    """

    n_used: int
    n_known: int
    n_total: int
    missing: str
    n_made: int = 0

    @property
    def share(self) -> float:
        """Used part of the suite, in [0, 1]; 0.0 for an empty suite."""
        return self.n_used / self.n_total if self.n_total else 0.0


class Lookup:
    """Rows and vectors of words.

    Parameters
    ----------
    embedding : Embedding
        It is never changed, and its vectors are not copied. If it has `vectors_for`, this is called for the
        vectors of words that are not in the vocabulary.
    restrict_vocab : int or None, optional
        The vocabulary is limited to this many words, the first ones; None: all.
    case_insensitive : bool, optional
        Compare upper-cased words; of several variants of a word, the first has the vector.
    missing : str, optional
        One of `MISSING`.
    can_make : bool, optional
        Use `vectors_for` if the embedding has it.

    Raises
    ------
    ConfigError
        If `missing` is unknown, or the numbers of keys and vectors differ.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> toy = SimpleNamespace(vectors=np.eye(2), index_to_key=["cat", "Dog"], key_to_index={})
    >>> lookup = Lookup(toy)
    >>> lookup.rows(["dog", "gnu"]).tolist()
    [1, -1]
    """

    def __init__(
        self,
        embedding: Embedding,
        *,
        restrict_vocab: int | None = 300000,
        case_insensitive: bool = True,
        missing: str = "skip",
        can_make: bool = True,
    ) -> None:
        if missing not in MISSING:
            raise ConfigError(f"missing must be one of {', '.join(map(repr, MISSING))}, got {missing!r}")
        vectors = np.asarray(embedding.vectors)
        if vectors.ndim != 2 or len(vectors) != len(embedding.index_to_key):
            raise ConfigError(
                f"expected vectors of shape ({len(embedding.index_to_key)}, D), one row for each key, "
                f"got {vectors.shape}"
            )
        self.case_insensitive = case_insensitive
        self.missing = missing
        self.keys = embedding.index_to_key[:restrict_vocab]
        self.vectors = vectors[: len(self.keys)]
        self.made = np.empty((0, vectors.shape[1]))
        self._vectors_for = embedding.vectors_for if can_make and isinstance(embedding, VectorMaker) else None
        self._made_rows: dict[Any, int] = {}
        self._rows: dict[Any, int] = {}
        self._variants: dict[str, list[int]] = {}
        for row, key in enumerate(self.keys):
            folded = self.fold(key)
            if self._rows.setdefault(folded, row) != row:
                self._variants.setdefault(folded, []).append(row)

    def fold(self, key: Any) -> Any:
        """Return the form in which words are compared; keys that are not str are unchanged."""
        return key.upper() if self.case_insensitive and isinstance(key, str) else key

    def row(self, word: str) -> int:
        """Return the row of a word of the vocabulary, V or more for a word that `make` made, otherwise -1."""
        return self._rows.get(self.fold(word), self._made_rows.get(word, -1))

    def rows(self, words: Iterable[str]) -> Rows:
        """Return the rows of words; vectors that the model can make are made."""
        asked = list(words)
        self.make(asked)
        return np.fromiter(map(self.row, asked), dtype=np.intp, count=len(asked))

    def make(self, words: Iterable[str]) -> None:
        """Have the model make vectors of the words that are not in the vocabulary, each once.

        Raises
        ------
        ConfigError
            If it does not return one vector for each word.
        """
        if self._vectors_for is None:
            return
        asked = dict.fromkeys(words)
        new = [word for word in asked if self.fold(word) not in self._rows and word not in self._made_rows]
        if not new:
            return
        made = np.asarray(self._vectors_for(new), dtype=np.float64)
        if made.shape != (len(new), self.made.shape[1]):
            raise ConfigError(
                f"expected vectors_for of {len(new)} words to return shape {(len(new), self.made.shape[1])}, "
                f"got {made.shape}"
            )
        usable = np.isfinite(made).all(axis=1) & made.any(axis=1)
        rows = len(self.keys) + len(self.made) + np.cumsum(usable) - 1
        self.made = np.concatenate([self.made, made[usable]])
        self._made_rows.update(zip(new, np.where(usable, rows, -1).tolist(), strict=True))

    def variants(self, word: str) -> list[int]:
        """Return the rows of all case variants of a word in the vocabulary; the first has the vector."""
        folded = self.fold(word)
        row = self._rows.get(folded, -1)
        return [] if row < 0 else [row, *self._variants.get(folded, ())]

    def known(self, questions: Sequence[Words]) -> BoolArray:
        """Return for each question whether all the words that it needs have a vector."""
        asked = [tuple(words) for words in questions]
        self.make(word for word in chain.from_iterable(asked) if isinstance(word, str))

        def is_known(word: str | tuple[str, ...]) -> bool:
            return any(map(self.variants, word)) if isinstance(word, tuple) else self.row(word) >= 0

        return np.fromiter((all(map(is_known, words)) for words in asked), dtype=bool, count=len(asked))

    def choose(self, questions: Sequence[Words], keep: BoolArray | None = None) -> tuple[Rows, Coverage]:
        """Return the numbers of the questions that are scored, and the coverage of the score.

        Parameters
        ----------
        questions : sequence of iterables of words
        keep : ndarray of shape (n_questions,), bool, optional
            The only questions to score; the policy for missing words applies to these.
        """
        known = self.known(questions)
        used = known if self.missing == "skip" else np.ones_like(known)
        if keep is not None:
            used = used & keep
        return np.flatnonzero(used), self.coverage(questions, known, used)

    def coverage(self, questions: Sequence[Words], known: BoolArray, used: BoolArray) -> Coverage:
        """Return the coverage of a score over the questions `used`; masks of shape (n_questions,)."""
        n_vocabulary = len(self.keys)
        n_made = 0
        if len(self.made):
            n_made = sum(
                any(isinstance(word, str) and self.row(word) >= n_vocabulary for word in questions[number])
                for number in np.flatnonzero(used).tolist()
            )
        return Coverage(int(used.sum()), int((known & used).sum()), len(known), self.missing, n_made)

    @cached_property
    def mean(self) -> Float64Array:
        """Mean vector of the vocabulary, shape (D,)."""
        return np.asarray(self.vectors.sum(axis=0, dtype=np.float64) / max(1, len(self.vectors)))

    def matrix(self, words: Iterable[str]) -> Float64Array:
        """Return the vectors of words, shape (n, D), float64; the policy applies to unknown words."""
        return self.vectors_at(self.rows(words))

    def vectors_at(self, rows: Rows) -> Float64Array:
        """Return the vectors of these rows, -1 for an unknown word, shape (n, D), float64."""
        found = np.zeros((len(rows), self.vectors.shape[1]))
        is_made, is_unknown = rows >= len(self.keys), rows < 0
        is_own = ~(is_made | is_unknown)
        found[is_own] = self.vectors[rows[is_own]]
        found[is_made] = self.made[rows[is_made] - len(self.keys)]
        if self.missing == "mean" and is_unknown.any():
            found[is_unknown] = self.mean
        return found

    def unit_matrix(self, words: Iterable[str]) -> Float64Array:
        """Return `matrix` with rows of length 1; rows of zeros stay zeros."""
        found = self.matrix(words)
        return np.asarray(similarity.unit_rows(found, similarity.row_norms(found)))
