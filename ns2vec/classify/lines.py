"""Lines of text as numbers: every token of every line, and the labels that a line begins with or is given."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int32Array, Int64Array, PathLike
from ns2vec.classify.tokens import PackedTokens
from ns2vec.corpus._scan import END, Scanner
from ns2vec.corpus.opening import open_binary
from ns2vec.exceptions import CorpusError
from ns2vec.inputs._codes import count, pack, part, unpack

END_OF_LINE = "</s>"  # fastText's word for the end of every line
CHUNK_WORDS = 1 << 23  # arrays of this size go back to the system when freed; smaller ones may not
BATCH_LINES = 1 << 13


@dataclass(frozen=True)
class TextLines:
    """Tokens of lines, in less than half of the memory of the same number of int32.

    Attributes
    ----------
    tokens : PackedTokens
        The distinct tokens, including that of the end of a line.
    codes : ndarray, uint8
        All tokens as bytes, line after line (`ns2vec.inputs._codes.pack`); the last of a line is its end.
    ends : ndarray of shape (n_lines + 1,), int64
        The first byte of each line.
    """

    tokens: PackedTokens
    codes: npt.NDArray[np.uint8]
    ends: Int64Array

    def __len__(self) -> int:
        return len(self.ends) - 1

    def ids(self) -> tuple[Int32Array, Int64Array]:
        """The numbers of all tokens, and the first token of each line."""
        return unpack(self.codes, self.ends)

    def part(self, is_taken: npt.NDArray[np.bool_]) -> tuple[TextLines, TextLines]:
        """Split the tokens of all lines by a bool for each distinct token: those with True, and others."""
        left, taken = part(self.codes, self.ends, is_taken.view(np.uint8))
        return TextLines(self.tokens, *taken), TextLines(self.tokens, *left)

    def some(self, rows: Int64Array) -> TextLines:
        """Select some of the lines, with the same numbers of tokens."""
        return TextLines(self.tokens, *chosen(self.codes, self.ends, rows))

    def counts(self) -> Int64Array:
        """Number of occurrences of each distinct token."""
        return count(self.codes, len(self.tokens))


def blocks_of(source: Any) -> Iterator[bytes]:
    """Bytes of a file, of an open one, or of texts, each of which becomes a line."""
    if isinstance(source, str | os.PathLike):
        with open_binary(source) as reader:
            while block := reader.read():
                yield block
        return
    texts = iter(source)
    while batch := list(islice(texts, BATCH_LINES)):
        yield ("\n".join(map(one_line, batch)) + "\n").encode("utf-8", "surrogatepass")


def one_line(text: Any) -> str:
    """A text without ends of lines; tokens with blanks between them.

    Raises
    ------
    CorpusError
        If it is neither a str nor a sequence of str.
    """
    if isinstance(text, list | tuple):
        text = " ".join(map(str, text))
    if not isinstance(text, str):
        raise CorpusError(
            f"expected texts as str or lists of tokens, got a {type(text).__name__}: {text!r:.60}"
        )
    return text.replace("\n", " ")


def read_lines(source: PathLike | Iterable[Any]) -> TextLines:
    """Split lines into tokens at the blanks of fastText.

    Parameters
    ----------
    source : path of a text file, or iterable of str or of lists of tokens
        Invalid UTF-8 becomes replacement characters.

    Raises
    ------
    CorpusError
        If a text is not a str, or the file is not text.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from ns2vec.classify.lines import read_lines
    >>> lines = read_lines(["good film", "", "good"])
    >>> lines.tokens[:], [array.tolist() for array in lines.ids()]
    (['good', 'film', '</s>'], [[0, 1, 2, 2, 0, 2], [0, 3, 4, 6]])
    """
    scanner = Scanner(chunk_words=CHUNK_WORDS, unicode_blanks=False, max_sentence_words=0, errors="replace")
    scanner.open()
    found = []
    for block in blocks_of(source):
        scanner.feed(block)
        found += scanner.take()
    scanner.close()
    scanner.finish()
    found += scanner.take()
    tokens = PackedTokens(*scanner.text())
    end_of_line = tokens.place_of(END_OF_LINE)
    if end_of_line is None:
        end_of_line, tokens = len(tokens), tokens.plus(END_OF_LINE)
    return TextLines(tokens, *pack([chunk[0] for chunk in found], END, end_of_line))


@dataclass(frozen=True)
class LabelLists:
    """Labels of lines.

    Attributes
    ----------
    labels : list
        The distinct labels, in order of first appearance.
    ids : ndarray of shape (n,), int32
    offsets : ndarray of shape (n_lines + 1,), int64
    """

    labels: list[Any]
    ids: Int32Array
    offsets: Int64Array

    def some(self, rows: Int64Array) -> LabelLists:
        """The labels of some lines."""
        return LabelLists(self.labels, *chosen(self.ids, self.offsets, rows))


def chosen(values: npt.NDArray[Any], offsets: Int64Array, rows: Int64Array) -> tuple[Any, Int64Array]:
    """Values and offsets of some lines."""
    lengths = np.diff(offsets)[rows]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = np.repeat(offsets[rows] - ends[:-1], lengths) + np.arange(ends[-1])
    return values[places], ends


def without_labels(lines: TextLines, prefix: str) -> TextLines:
    """The words of lines in fastText's layout."""
    is_word = ~lines.tokens.begin_with(prefix)
    return lines if is_word.all() else lines.part(is_word)[0]


def labels_in(lines: TextLines, prefix: str) -> tuple[TextLines, LabelLists]:
    """Split lines in fastText's layout into words and labels, the tokens that begin with `prefix`."""
    found, words = lines.part(lines.tokens.begin_with(prefix))
    is_there = found.counts() > 0
    labels = [token[len(prefix) :] for token in lines.tokens.taken(np.flatnonzero(is_there))]
    ids, offsets = found.ids()
    return words, LabelLists(labels, (np.cumsum(is_there, dtype=np.int32) - 1)[ids], offsets)


def given_labels(labels: Iterable[Any], n_lines: int) -> LabelLists:
    """Labels given separately from the lines: one for each, or a list of them.

    Raises
    ------
    CorpusError
        If their number differs from that of the lines, or one is neither text nor a whole number.
    """
    lists = [each if isinstance(each, list | tuple | set | frozenset) else (each,) for each in labels]
    if len(lists) != n_lines:
        raise CorpusError(
            f"expected labels for {n_lines} texts, got {len(lists)}: give one, or a list, per text"
        )
    numbers: dict[Any, int] = {}
    ids = [numbers.setdefault(plain_label(label), len(numbers)) for each in lists for label in ordered(each)]
    offsets = np.concatenate([[0], np.cumsum([len(ordered(each)) for each in lists])])
    return LabelLists([*numbers], np.array(ids, dtype=np.int32), offsets.astype(np.int64))


def ordered(labels: Any) -> Sequence[Any]:
    """Labels of a line without repetition; those of a set in an order that is the same in every process."""
    return sorted(labels, key=str) if isinstance(labels, set | frozenset) else [*dict.fromkeys(labels)]


def plain_label(label: Any) -> Any:
    """A label as Python's own type."""
    label = label.item() if isinstance(label, np.generic) else label
    if not isinstance(label, str | int):
        raise CorpusError(f"expected labels as str or int, got {label!r:.60} of type {type(label).__name__}")
    return label
