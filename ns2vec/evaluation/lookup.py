"""Words of a question file as rows of an embedding: case, restricted vocabulary, missing words.

Every score says how much of its suite it stands on (`Coverage`), because a model that knows few words is
asked easier questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._typing import Embedding
from ns2vec.exceptions import ConfigError

__all__ = ["Coverage", "Lookup", "MISSING"]

FloatArray: TypeAlias = "npt.NDArray[np.float64]"
Rows: TypeAlias = "npt.NDArray[np.intp]"

#: What to do with a question that has an unknown word.
MISSING = {
    "skip": "leave the question out",
    "zero": "give the word a vector of zeros: the similarity is 0, the answer wrong",
    "mean": "give the word the mean vector of the vocabulary",
}

BLOCK_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a suite a score stands on.

    Attributes
    ----------
    n_used : int
        Questions that were scored.
    n_known : int
        Questions whose words are all known.
    n_total : int
    missing : str
        Policy for the others, of `MISSING`.
    """

    n_used: int
    n_known: int
    n_total: int
    missing: str

    @property
    def share(self) -> float:
        """Used part of the suite, in [0, 1]; 0.0 of an empty one."""
        return self.n_used / self.n_total if self.n_total else 0.0


class Lookup:
    """Rows and vectors of words.

    Parameters
    ----------
    embedding : Embedding
        It is never changed, and its vectors are not copied.
    restrict_vocab : int or None, optional
        Only the first so many words are known; None: all.
    case_insensitive : bool, optional
        Compare upper-cased words; of several variants of a word the first has the vector.
    missing : str, optional
        One of `MISSING`.

    Raises
    ------
    ConfigError
        If `missing` is unknown, `restrict_vocab` is not positive, or there is not one key for each vector.

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
    ) -> None:
        if missing not in MISSING:
            raise ConfigError(f"missing must be one of {', '.join(map(repr, MISSING))}, got {missing!r}")
        if restrict_vocab is not None and restrict_vocab < 1:
            raise ConfigError(
                f"restrict_vocab must be at least 1, or None for all words, got {restrict_vocab}"
            )
        vectors = np.asarray(embedding.vectors)
        if vectors.ndim != 2 or len(vectors) != len(embedding.index_to_key):
            raise ConfigError(
                f"expected vectors of shape ({len(embedding.index_to_key)}, D), one row for each key, "
                f"got {vectors.shape}"
            )
        self.case_insensitive = case_insensitive
        self.missing = missing
        self.restrict_vocab = restrict_vocab
        self.keys = embedding.index_to_key[:restrict_vocab]
        self.vectors = vectors[: len(self.keys)]
        self._rows: dict[Any, int] = {}
        self._variants: dict[str, list[int]] = {}
        for row, key in enumerate(self.keys):
            folded = self.fold(key)
            if self._rows.setdefault(folded, row) != row:
                self._variants.setdefault(folded, []).append(row)
        self._mean: FloatArray | None = None

    def fold(self, key: Any) -> Any:
        """Return the form in which words are compared; keys that are no str stay as they are."""
        return key.upper() if self.case_insensitive and isinstance(key, str) else key

    def row(self, word: str) -> int:
        """Return the row of a word, -1 if it is unknown."""
        return self._rows.get(self.fold(word), -1)

    def rows(self, words: Iterable[str]) -> Rows:
        """Return the rows of words, -1 for an unknown one."""
        return np.fromiter((self.row(word) for word in words), dtype=np.intp)

    def variants(self, word: str) -> list[int]:
        """Return the rows of all case variants of a word, the first of which has the vector."""
        folded = self.fold(word)
        row = self._rows.get(folded, -1)
        return [] if row < 0 else [row, *self._variants.get(folded, ())]

    def knows(self, words: Iterable[str]) -> bool:
        """Return whether all words are known."""
        return all(self.fold(word) in self._rows for word in words)

    def known(self, questions: Sequence[Iterable[str]]) -> npt.NDArray[np.bool_]:
        """Return for each question, an iterable of words, whether all its words are known."""
        return np.fromiter((self.knows(words) for words in questions), dtype=bool, count=len(questions))

    @property
    def mean(self) -> FloatArray:
        """Mean vector of the known words, shape (D,)."""
        if self._mean is None:
            total = np.zeros(self.vectors.shape[1])
            for start in range(0, len(self.vectors), BLOCK_ROWS):
                total += self.vectors[start : start + BLOCK_ROWS].sum(axis=0, dtype=np.float64)
            self._mean = total / max(1, len(self.vectors))
        return self._mean

    def matrix(self, words: Sequence[str]) -> FloatArray:
        """Return the vectors of words, shape (n, D), float64; the policy decides those of unknown ones."""
        rows = self.rows(words)
        found = self.vectors[np.maximum(rows, 0)].astype(np.float64) if len(self.vectors) else None
        if found is None:
            return np.zeros((len(rows), self.vectors.shape[1]))
        if (rows < 0).any():
            found[rows < 0] = self.mean if self.missing == "mean" else 0.0
        return found

    def unit_matrix(self, words: Sequence[str]) -> FloatArray:
        """Return `matrix` with rows of length 1; rows of zeros stay zeros."""
        found = self.matrix(words)
        return np.asarray(similarity.unit_rows(found, similarity.row_norms(found)))

    def coverage(self, known: npt.NDArray[np.bool_], used: npt.NDArray[np.bool_]) -> Coverage:
        """Return the coverage of a score over the questions `used`, masks of shape (n_total,)."""
        return Coverage(int(used.sum()), int((known & used).sum()), len(known), self.missing)
