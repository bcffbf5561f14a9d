"""Distinct tokens as bytes, which take a fraction of the memory of a list and a dict of Python strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int64Array
from ns2vec.formats.keys import StoredKeys
from ns2vec.inputs._words import WordTable, take_words

END_OF_TOKEN = "\n"


class PackedTokens(Sequence[str]):
    """Distinct tokens, which become str on access.

    Parameters
    ----------
    text : ndarray, uint8
        UTF-8, a newline after each token.
    offsets : ndarray of shape (n + 1,), int64
        The first byte of each.

    Examples
    --------
    >>> from ns2vec.classify.tokens import PackedTokens
    >>> tokens = PackedTokens.of(["a", "good", "film"])
    >>> len(tokens), tokens[1], tokens.place_of("film"), tokens.begin_with("g").tolist()
    (3, 'good', 2, [False, True, False])
    """

    def __init__(self, text: npt.NDArray[np.uint8], offsets: Int64Array) -> None:
        self.text, self.offsets = text, offsets

    @classmethod
    def of(cls, tokens: Iterable[str]) -> PackedTokens:
        """Pack tokens that are given as str."""
        encoded = [f"{token}{END_OF_TOKEN}".encode() for token in tokens]
        offsets = np.concatenate([[0], np.cumsum([*map(len, encoded)])]).astype(np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.taken(np.array(range(len(self))[index], dtype=np.int64)).read()
        place = range(len(self))[index]
        return self.text[self.offsets[place] : self.offsets[place + 1] - 1].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self.read())

    def read(self) -> list[str]:
        """All of them."""
        return self.text.tobytes().decode().split(END_OF_TOKEN)[:-1]

    def taken(self, places: Int64Array) -> PackedTokens:
        """Select some of them, in the order of `places`."""
        return PackedTokens(*take_words(self.text, self.offsets, places))

    def plus(self, token: str) -> PackedTokens:
        """Append one more."""
        more = PackedTokens.of([token])
        text = np.concatenate([self.text, more.text])
        return PackedTokens(text, np.append(self.offsets, self.offsets[-1] + more.offsets[1]))

    def begin_with(self, prefix: str) -> npt.NDArray[np.bool_]:
        """Which of them begin with `prefix`, shape (n,)."""
        wanted = prefix.encode("utf-8", "surrogatepass")
        found = np.flatnonzero(np.diff(self.offsets) > len(wanted))
        for place, byte in enumerate(wanted):
            found = found[self.text[self.offsets[found] + place] == byte]
        begins = np.zeros(len(self), dtype=bool)
        begins[found] = True
        return begins

    def place_of(self, token: str) -> int | None:
        """The number of a token; None: it is not among them."""
        has_length = np.diff(self.offsets) == len(token.encode()) + 1
        places = np.flatnonzero(has_length & self.begin_with(token))
        return int(places[0]) if len(places) else None


class WordKeys(StoredKeys):
    """Keys of vectors that are words: Python's list and dict of them are made when they are first used.

    Parameters
    ----------
    words : PackedTokens
        In the order of the rows.

    Attributes
    ----------
    words : PackedTokens
    table : WordTable
        The row of each.
    """

    def __init__(self, words: PackedTokens) -> None:
        super().__init__(words.text[:-1], "lines", len(words), "the words of the lines")
        self.words, self.table = words, WordTable(words.text, words.offsets)

    def __reduce__(self) -> Any:
        return WordKeys, (self.words,)
