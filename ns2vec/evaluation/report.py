"""All suites in one report: the output of `ns2vec evaluate` and the benchmarks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ns2vec._typing import Embedding, PathLike
from ns2vec.evaluation._lines import source_name
from ns2vec.evaluation.gensim_protocol import (
    evaluate_word_analogies,
    evaluate_word_pairs,
    section_accuracy,
)
from ns2vec.reports.tables import finite


@dataclass(frozen=True, slots=True)
class SectionResult:
    """Accuracy of one section of an analogy suite, in [0, 1]."""

    name: str
    accuracy: float
    n_correct: int
    n_asked: int


@dataclass(frozen=True, slots=True)
class AnalogyResult:
    """Accuracy of an analogy suite, in [0, 1], over the questions that were asked."""

    suite: str
    accuracy: float
    n_correct: int
    n_asked: int
    sections: tuple[SectionResult, ...]


@dataclass(frozen=True, slots=True)
class PairsResult:
    """Correlations of a similarity suite with the cosines of its pairs."""

    suite: str
    spearman: float
    pearson: float
    oov_percent: float


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of one embedding.

    Attributes
    ----------
    n_words, vector_size : int
        Shape (V, D) of the embedding.
    analogies : tuple of AnalogyResult
    pairs : tuple of PairsResult

    Examples
    --------
    >>> from ns2vec.evaluation.report import PairsResult, Report
    >>> report = Report(3, 2, (), (PairsResult("toy", 0.5, 0.25, 0.0),))
    >>> report.scores()
    {'toy': 0.5}
    >>> print(report.table())
    suite                                score    asked
    toy                             rho  0.500   0.0 % unknown
    >>> report.as_dict()["n_words"], report.to_json(indent=None)[:1]
    (3, '{')
    """

    n_words: int
    vector_size: int
    analogies: tuple[AnalogyResult, ...]
    pairs: tuple[PairsResult, ...]

    def scores(self) -> dict[str, float]:
        """Return suite -> accuracy (analogies) or Spearman's correlation (pairs)."""
        found = {result.suite: result.accuracy for result in self.analogies}
        found.update({result.suite: result.spearman for result in self.pairs})
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, str and numbers, ready for JSON."""
        return asdict(self)

    def to_json(self, *, indent: int | None = 2) -> str:
        """Render as JSON; a correlation that is not defined (NaN) becomes null.

        Parameters
        ----------
        indent : int, optional
            None: one line.

        Returns
        -------
        str
        """
        return json.dumps(finite(self.as_dict()), indent=indent, allow_nan=False)

    def table(self, *, sections: bool = True) -> str:
        """Render as aligned lines for a terminal.

        Parameters
        ----------
        sections : bool, optional
            Whether to list each section of the analogies.

        Returns
        -------
        str
        """
        lines = [f"{'suite':<31} {'score':>10} {'asked':>8}"]
        for suite in self.analogies:
            lines.append(_accuracy_line(suite.suite, suite))
            if sections:
                lines += [_accuracy_line(f"  {section.name}", section) for section in suite.sections]
        for pairs in self.pairs:
            lines.append(f"{pairs.suite:<31} rho {pairs.spearman:6.3f} {pairs.oov_percent:5.1f} % unknown")
        return "\n".join(lines)


def _accuracy_line(label: str, result: AnalogyResult | SectionResult) -> str:
    percent = f"{100 * result.accuracy:8.1f} %" if result.n_asked else "-"
    return f"{label:<31} {percent:>10} {result.n_asked:8d}"


def _suite_name(source: PathLike | Iterable[str], taken: Iterable[str]) -> str:
    """Return the file's name up to its first dot, or its path if that name is already used."""
    path = source_name(source)
    name = Path(path).name.split(".")[0] or path
    return path if name in taken else name


def _as_sources(sources: PathLike | Iterable[PathLike] | None) -> list[PathLike]:
    if sources is None:
        return []
    return [sources] if isinstance(sources, str | os.PathLike) else list(sources)


def evaluate_all(
    embedding: Embedding,
    analogies: PathLike | Iterable[PathLike] | None = None,
    pairs: PathLike | Iterable[PathLike] | None = None,
    *,
    restrict_vocab: int | None = 300000,
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
) -> Report:
    r"""Run analogy and similarity suites on one embedding.

    Parameters
    ----------
    embedding : Embedding
    analogies, pairs : path or iterable of paths, optional
    restrict_vocab, case_insensitive, dummy4unknown
        As in `evaluate_word_analogies`. `restrict_vocab` limits the analogies only.

    Returns
    -------
    Report

    Raises
    ------
    FormatError
        If a file does not have its layout or no pair of a similarity file is known.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation import evaluate_all
    >>> toy = SimpleNamespace(vectors=np.eye(3, 2, dtype=np.float32) + 0.1,
    ...                       index_to_key=["cat", "dog", "car"], key_to_index={})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "animals.tsv")
    ...     _ = path.write_text("cat\tdog\t9\ncat\tcar\t1\ndog\tcar\t2\n")
    ...     report = evaluate_all(toy, pairs=[path])
    >>> report.pairs[0].suite
    'animals'
    """
    options: dict[str, Any] = {"case_insensitive": case_insensitive, "dummy4unknown": dummy4unknown}
    analogy_results: list[AnalogyResult] = []
    taken: list[str] = []
    for source in _as_sources(analogies):
        taken.append(_suite_name(source, taken))
        score, sections = evaluate_word_analogies(embedding, source, restrict_vocab=restrict_vocab, **options)
        *parts, total = (_section_result(section) for section in sections)
        analogy_results.append(AnalogyResult(taken[-1], score, total.n_correct, total.n_asked, tuple(parts)))
    pairs_results = []
    for source in _as_sources(pairs):
        taken.append(_suite_name(source, taken))
        pearson, spearman, oov = evaluate_word_pairs(embedding, source, **options)
        pairs_results.append(PairsResult(taken[-1], float(spearman[0]), float(pearson[0]), oov))
    n_words, vector_size = embedding.vectors.shape
    return Report(n_words, vector_size, tuple(analogy_results), tuple(pairs_results))


def _section_result(section: dict[str, Any]) -> SectionResult:
    n_correct = len(section["correct"])
    n_asked = n_correct + len(section["incorrect"])
    return SectionResult(section["section"], section_accuracy(section), n_correct, n_asked)
