"""Reading question files of all layouts, one function for each layout, in the registry `READERS`.

::

    word_pairs   word1 SEP word2 SEP judgement
    categories   word SEP category
    analogies    ": section" lines, then "a b c d" (questions-words layout); d may be "d1/d2"; lines
                 before the first such line form a section with the file's name
    word_table   "a SEP b" or "a SEP b1/b2", one file per relation (BATS): all pairs of pairs are asked
    outliers     set SEP word SEP "member" | "outlier"
    relations    relation SEP word1 SEP word2 SEP degree | "prototype"

SEP follows from the suite; otherwise it is detected from the lines: tabs, semicolons, commas or blanks. Word
pairs may then have a header and further columns: the words are the first two columns that are not numbers,
the judgement is the first number after them. ``#`` starts a comment line, and a blank line is skipped.
Every other line that does not fit is a complaint with file, line and reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any, TypeAlias

from ns2vec._registry import Registry
from ns2vec._typing import PathLike
from ns2vec.evaluation._columns import (
    SEPARATORS,
    as_number,
    choose_columns,
    guess_separator,
    split_columns,
)
from ns2vec.evaluation._lines import Complaints, numbered_lines, source_name
from ns2vec.evaluation.analogies import AnalogySection, Question
from ns2vec.evaluation.outliers import OutlierSet
from ns2vec.evaluation.relational_similarity import RatedPair

Source: TypeAlias = "PathLike | Iterable[str]"


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a suite's files.

    Attributes
    ----------
    delimiter : str or None
        Between columns; ``""``: any blanks; ``","`` and ``";"``: CSV with quotes; None: detected.
    columns : tuple of int
        Which columns hold the fields, in the reader's order, from 0; empty: the first ones.
    skip_lines : int
        Header lines.
    encoding : str
    groups : dict of str to str
        Group name -> pattern of section names (``"gram*"``).
    """

    delimiter: str | None = None
    columns: tuple[int, ...] = ()
    skip_lines: int = 0
    encoding: str = "utf8"
    groups: dict[str, str] = field(default_factory=dict)

    def group_of(self, section: str) -> str:
        """Return the first group whose pattern fits the section, ``""`` if none does."""
        return next((name for name, pattern in self.groups.items() if fnmatchcase(section, pattern)), "")


#: Layout name -> function (sources, layout, complaints) -> questions.
READERS: Registry[Callable[[Sequence[Source], Layout, Complaints], list[Any]]] = Registry("question layout")


#: Layout name -> description of a line, for errors.
EXPECTED = {
    "word_pairs": "word, word and judgement",
    "categories": "word and category",
    "analogies": "four words",
    "word_table": "word and answer",
    "outliers": "set, word and 'member' or 'outlier'",
    "relations": "relation, word, word and degree",
}


@dataclass(frozen=True, slots=True)
class _Columns:
    """How the lines of a file are split; `chosen` if there are more columns than fields."""

    separator: str
    n_fields: int
    chosen: tuple[int, ...] = ()

    def fields(self, line: str) -> tuple[list[str], str]:
        """Return the fields of a line, and a problem with it or ``""``."""
        cells = split_columns(line, self.separator)
        columns = self.chosen or tuple(range(self.n_fields))
        if len(cells) <= max(columns) or (not self.chosen and len(cells) != self.n_fields):
            expected = max(columns) + 1 if self.chosen else self.n_fields
            return [], f"expected {expected} columns, found {len(cells)}"
        found = [cells[column] for column in columns]
        return found, "" if all(found) else f"column {columns[found.index('')] + 1} is empty"


def _lines(source: Source, layout: Layout) -> list[tuple[int, str]]:
    """Return the lines that are not header, comment or blank, with line numbers."""
    return [
        (number, line)
        for number, line in numbered_lines(source, layout.encoding)
        if number > layout.skip_lines and line.strip() and not line.startswith("#")
    ]


def _columns(layout: Layout, lines: Sequence[str], n_fields: int) -> _Columns:
    """Return how a file's lines are split: by the layout, or by their appearance."""
    if layout.delimiter is not None:
        return _Columns(layout.delimiter, n_fields, layout.columns)
    return _Columns(
        guess_separator(lines, max(layout.columns, default=n_fields - 1) + 1), n_fields, layout.columns
    )


def _judged_columns(source: Source, layout: Layout, lines: Sequence[str], complaints: Complaints) -> _Columns:
    """Return how lines of two words and a judgement are split, with further columns left out."""
    if layout.delimiter is not None or layout.columns:
        return _columns(layout, lines, 3)
    separator = guess_separator(lines, 3, with_number=True)
    chosen = choose_columns([split_columns(line, separator) for line in lines])
    if chosen:
        left, right, judgement = (column + 1 for column in chosen)
        complaints.remark(
            f"{source_name(source)}: columns {left} and {right} are read as words, {judgement} as judgement, "
            f"with {SEPARATORS[separator]} between them"
        )
    return _Columns(separator, 3, chosen or ())


def _rows(
    source: Source, layout: Layout, n_fields: int, complaints: Complaints, *, are_judged: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield line numbers and fields; lines with too few columns or an empty field are reported."""
    lines = _lines(source, layout)
    texts = [line for _, line in lines]
    if are_judged:
        columns = _judged_columns(source, layout, texts, complaints)
        if layout.delimiter is None and _has_header(texts, columns):
            complaints.remark(f"{source_name(source)}:{lines.pop(0)[0]}: taken for the names of the columns")
    else:
        columns = _columns(layout, texts, n_fields)
    for number, line in lines:
        fields, reason = columns.fields(line)
        if reason:
            complaints.add(source_name(source), number, reason)
        else:
            yield number, fields


def _has_header(lines: Sequence[str], columns: _Columns) -> bool:
    """Whether a first line has names of columns: it has a word where the second line has a number."""
    last = [fields[-1] for fields, reason in map(columns.fields, lines[:2]) if not reason]
    return [as_number(text) is None for text in last] == [True, False]


def _number(text: str, source: Source, line: int, complaints: Complaints) -> float | None:
    """Return a finite number, or None after a complaint."""
    number = as_number(text)
    if number is None:
        complaints.add(source_name(source), line, f"expected a finite number, found {text!r}")
    return number


@READERS.entry("word_pairs")
def read_word_pairs(
    sources: Sequence[Source], layout: Layout, complaints: Complaints
) -> list[tuple[str, str, float]]:
    """Return ``(word, word, judgement)`` of all files."""
    found = []
    for source in sources:
        for line, (left, right, text) in _rows(source, layout, 3, complaints, are_judged=True):
            judgement = _number(text, source, line, complaints)
            if judgement is not None:
                found.append((left, right, judgement))
    return found


@READERS.entry("categories")
def read_categories(
    sources: Sequence[Source], layout: Layout, complaints: Complaints
) -> list[tuple[str, str]]:
    """Return ``(word, category)`` of all files; a repeated word is reported."""
    found: dict[str, str] = {}
    for source in sources:
        for line, (word, category) in _rows(source, layout, 2, complaints):
            if word in found:
                complaints.add(source_name(source), line, f"the word {word!r} has a category already")
            else:
                found[word] = category
    return list(found.items())


@READERS.entry("analogies")
def read_analogies(sources: Sequence[Source], layout: Layout, complaints: Complaints) -> list[AnalogySection]:
    """Return the sections of all files."""
    sections: list[tuple[str, list[Question]]] = []
    for source in sources:
        lines = _lines(source, layout)
        columns = _columns(layout, [line for _, line in lines if not line.startswith(":")], 4)
        asked: list[Question] | None = None
        for number, line in lines:
            if line.startswith(":"):
                asked = []
                sections.append((line[1:].strip(), asked))
                continue
            cells, reason = columns.fields(line)
            if reason:
                complaints.add(source_name(source), number, reason.replace("columns", "words"))
                continue
            if asked is None:
                asked = []
                sections.append((_stem(source), asked))
            a, b, c, accepted = cells
            asked.append(Question(a, b, c, tuple(accepted.split("/"))))
    return [AnalogySection(name, layout.group_of(name), tuple(asked)) for name, asked in sections]


def _stem(source: Source) -> str:
    """Return the name of a file without folder and suffixes."""
    return PurePath(source_name(source)).name.split(".")[0]


@READERS.entry("word_table")
def read_word_table(
    sources: Sequence[Source], layout: Layout, complaints: Complaints
) -> list[AnalogySection]:
    """Return one section for each file: each pair asks for each other pair of its file."""
    sections = []
    for source in sources:
        pairs = [
            (word, tuple(answers.split("/"))) for _, (word, answers) in _rows(source, layout, 2, complaints)
        ]
        questions = tuple(
            Question(known[0], known[1][0], asked[0], asked[1])
            for known in pairs
            for asked in pairs
            if known is not asked
        )
        name = PurePath(source_name(source)).stem
        sections.append(AnalogySection(name, layout.group_of(name), questions))
    return sections


@READERS.entry("outliers")
def read_outliers(sources: Sequence[Source], layout: Layout, complaints: Complaints) -> list[OutlierSet]:
    """Return the sets of all files, members and outliers."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for source in sources:
        for line, (name, word, kind) in _rows(source, layout, 3, complaints):
            if kind not in ("member", "outlier"):
                complaints.add(source_name(source), line, f"expected 'member' or 'outlier', found {kind!r}")
                continue
            found.setdefault(name, ([], []))[kind == "outlier"].append(word)
    return [OutlierSet(name, tuple(members), tuple(outliers)) for name, (members, outliers) in found.items()]


@READERS.entry("relations")
def read_relations(sources: Sequence[Source], layout: Layout, complaints: Complaints) -> list[RatedPair]:
    """Return the pairs of all files; a prototype has no degree (NaN)."""
    found = []
    for source in sources:
        for line, (relation, left, right, text) in _rows(source, layout, 4, complaints):
            if text == "prototype":
                found.append(RatedPair(relation, left, right, math.nan))
                continue
            degree = _number(text, source, line, complaints)
            if degree is not None:
                found.append(RatedPair(relation, left, right, degree))
    return found
