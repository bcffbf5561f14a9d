"""Question files of all layouts as questions, one function for each layout, in the registry `READERS`.

::

    word_pairs   word1 SEP word2 SEP judgement
    categories   word SEP category
    analogies    ": section" lines, then "a b c d" (questions-words layout); d may be "d1/d2"
    word_table   "a SEP b" or "a SEP b1/b2" in one file a relation (BATS): all pairs of pairs are asked
    outliers     set SEP word SEP "member" | "outlier"
    relations    relation SEP word1 SEP word2 SEP degree | "prototype"

SEP is a tab unless the suite says otherwise; ``#`` starts a comment line, and a blank line is skipped. Every
other line that does not fit is a complaint with file, line and reason.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any, TypeAlias

from ns2vec._registry import Registry
from ns2vec._typing import PathLike
from ns2vec.evaluation._lines import Complaints, numbered_lines, source_name
from ns2vec.evaluation.analogy_ranks import Question
from ns2vec.evaluation.analogy_scores import AnalogySection
from ns2vec.evaluation.outliers import OutlierSet
from ns2vec.evaluation.relational_similarity import RatedPair

__all__ = ["Layout", "READERS"]

Source: TypeAlias = "PathLike | Iterable[str]"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a suite says about its files' lines.

    Attributes
    ----------
    delimiter : str
        Between columns; ``""``: any blanks; ``","``: CSV with its quotes.
    columns : tuple of int
        Which columns hold the fields, in the reader's order, from 0; empty: the first ones.
    skip_lines : int
        Header lines.
    encoding : str
    groups : dict of str to str
        Group name -> pattern of section names (``"gram*"``).
    """

    delimiter: str = "\t"
    columns: tuple[int, ...] = ()
    skip_lines: int = 0
    encoding: str = "utf8"
    groups: dict[str, str] = field(default_factory=dict)

    def group_of(self, section: str) -> str:
        """Return the first group whose pattern fits the section, ``""`` if none does."""
        return next((name for name, pattern in self.groups.items() if fnmatchcase(section, pattern)), "")


#: Layout name -> function (sources, layout, complaints) -> questions.
READERS: Registry[Callable[[Sequence[Source], Layout, Complaints], list[Any]]] = Registry("question layout")


def _rows(
    source: Source, layout: Layout, n_fields: int, complaints: Complaints
) -> Iterator[tuple[int, list[str]]]:
    """Yield line numbers and fields; lines with too few columns or an empty field are complaints."""
    columns = layout.columns or tuple(range(n_fields))
    for number, line in numbered_lines(source, layout.encoding):
        if number <= layout.skip_lines or not line.strip() or line.startswith("#"):
            continue
        if layout.delimiter == ",":
            cells = next(csv.reader([line]))
        else:
            cells = line.split(layout.delimiter) if layout.delimiter else line.split()
        if len(cells) <= max(columns) or (not layout.columns and len(cells) != n_fields):
            expected = n_fields if not layout.columns else max(columns) + 1
            complaints.add(source_name(source), number, f"expected {expected} columns, found {len(cells)}")
            continue
        fields = [cells[column].strip() for column in columns]
        if not all(fields):
            complaints.add(source_name(source), number, f"column {columns[fields.index('')] + 1} is empty")
            continue
        yield number, fields


def _number(text: str, source: Source, line: int, complaints: Complaints) -> float | None:
    """Return a finite number, or None after a complaint."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    complaints.add(source_name(source), line, f"expected a finite number, found {text!r}")
    return None


@READERS.entry("word_pairs")
def read_word_pairs(
    sources: Sequence[Source], layout: Layout, complaints: Complaints
) -> list[tuple[str, str, float]]:
    """Return ``(word, word, judgement)`` of all files."""
    found = []
    for source in sources:
        for line, (left, right, text) in _rows(source, layout, 3, complaints):
            judgement = _number(text, source, line, complaints)
            if judgement is not None:
                found.append((left, right, judgement))
    return found


@READERS.entry("categories")
def read_categories(
    sources: Sequence[Source], layout: Layout, complaints: Complaints
) -> list[tuple[str, str]]:
    """Return ``(word, category)`` of all files; a word that comes twice is a complaint."""
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
        for number, line in numbered_lines(source, layout.encoding):
            if line.startswith(":"):
                sections.append((line[1:].strip(), []))
                continue
            words = line.split()
            if not words or line.startswith("#"):
                continue
            if not sections:
                complaints.add(source_name(source), number, "a question before the first ': section' line")
            elif len(words) != 4:
                complaints.add(source_name(source), number, f"expected 4 words, found {len(words)}")
            else:
                a, b, c, accepted = words
                sections[-1][1].append(Question(a, b, c, tuple(accepted.split("/"))))
    return [AnalogySection(name, layout.group_of(name), tuple(asked)) for name, asked in sections]


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
