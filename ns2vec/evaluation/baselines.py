"""Accepted scores: a model that falls below one of them by more than its tolerance has become worse.

::

    {
      "command": "the command line that produced the scores",
      "tolerance": 0.02,
      "scores": {"ws353": 0.65, "google": {"score": 0.40, "tolerance": 0.01}}
    }
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats import open_for_write

DEFAULT_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A score below its baseline; `score` is NaN if the suite has none."""

    suite: str
    score: float
    accepted: float
    tolerance: float

    def __str__(self) -> str:
        found = "missing" if math.isnan(self.score) else f"{self.score:.4f}"
        return f"{self.suite}: {found}, accepted {self.accepted:.4f} - {self.tolerance:.4f}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted scores by suite.

    Attributes
    ----------
    command : str
        The command line that produced them.
    scores, tolerances : dict of str to float

    Examples
    --------
    >>> from ns2vec.evaluation.baselines import Baseline
    >>> baseline = Baseline("made by hand", {"ws353": 0.65}, {"ws353": 0.02})
    >>> [str(shortfall) for shortfall in baseline.shortfalls({"ws353": 0.6})]
    ['ws353: 0.6000, accepted 0.6500 - 0.0200']
    """

    command: str
    scores: dict[str, float]
    tolerances: dict[str, float]

    def shortfalls(self, scores: Mapping[str, float]) -> list[Shortfall]:
        """Return the suites of the baseline whose score is missing or too low."""
        found = []
        for suite, accepted in self.scores.items():
            score, tolerance = scores.get(suite, math.nan), self.tolerances[suite]
            if not score >= accepted - tolerance:
                found.append(Shortfall(suite, score, accepted, tolerance))
        return found


def read_baseline(path: PathLike) -> Baseline:
    """Read a baseline.

    Raises
    ------
    FormatError
        If the file is not a baseline.
    OSError
        If it cannot be read.
    """
    try:
        record: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
        common = float(record.get("tolerance", DEFAULT_TOLERANCE))
        scores, tolerances = {}, {}
        for suite, entry in record["scores"].items():
            detailed = isinstance(entry, dict)
            scores[suite] = float(entry["score"] if detailed else entry)
            tolerances[suite] = float(entry.get("tolerance", common)) if detailed else common
        return Baseline(str(record.get("command", "")), scores, tolerances)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(
            f"{path}: expected a baseline, JSON with 'scores' (suite -> number): {error!r}"
        ) from None


def write_baseline(
    path: PathLike,
    command: str,
    scores: Mapping[str, float],
    tolerance: float = DEFAULT_TOLERANCE,
    tolerances: Mapping[str, float] | None = None,
) -> None:
    """Write scores as a baseline, atomically; undefined scores are left out.

    Parameters
    ----------
    path : path
    command : str
        The command line that produced the scores.
    scores : mapping of str to float
    tolerance : float, optional
    tolerances : mapping of str to float, optional
        For suites that have their own.
    """
    own = tolerances or {}
    rounded = {suite: round(score, 4) for suite, score in scores.items() if not math.isnan(score)}
    kept = {
        suite: {"score": score, "tolerance": own[suite]} if suite in own else score
        for suite, score in rounded.items()
    }
    record = {"command": command, "tolerance": tolerance, "scores": kept}
    with open_for_write(path, "w", encoding="utf-8") as out:
        out.write(json.dumps(record, indent=2) + "\n")
