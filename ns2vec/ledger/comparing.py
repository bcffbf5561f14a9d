"""Runs side by side: their different options, and their results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ns2vec.exceptions import ConfigError
from ns2vec.ledger.run_record import RunRecord
from ns2vec.reports.tables import aligned, finite

FIGURES = ("status", "epochs", "seconds", "words_per_second", "loss", "memory_bytes", "n_keys", "n_warnings")


@dataclass(frozen=True)
class RunComparison:
    """Runs side by side.

    Attributes
    ----------
    runs : list of str
    settings : dict of str to list
        Options that differ, with the value of each run; None if a run has none.
    figures : dict of str to list
        Their results.
    scores : dict of str to list
        Last score of each name: a dict with ``value`` and, if known, ``low`` and ``high``, or None.
    has_comparable_loss : bool
        Whether losses are of the same model, objective, negatives and vocabulary; others cannot be compared.
    """

    runs: list[str]
    settings: dict[str, list[Any]]
    figures: dict[str, list[Any]]
    scores: dict[str, list[dict[str, Any] | None]]
    has_comparable_loss: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        found: dict[str, Any] = finite(vars(self))
        return found

    def table(self) -> str:
        """Return it as lines of text, one column for each run."""
        rows = [["", *self.runs]]
        for name, values in self.figures.items():
            mark = " (not comparable)" if name == "loss" and not self.has_comparable_loss else ""
            rows.append([name + mark, *map(cell, values)])
        rows += [[name, *map(cell, values)] for name, values in self.settings.items()]
        rows += [[name, *map(score_cell, scores)] for name, scores in self.scores.items()]
        return "\n".join(aligned(rows))


def compare_runs(runs: Sequence[RunRecord]) -> RunComparison:
    """Compare runs side by side.

    Parameters
    ----------
    runs : sequence of RunRecord
        Two or more, of `open_run`.

    Returns
    -------
    RunComparison

    Raises
    ------
    ConfigError
        If there are fewer than two.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, compare_runs, open_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = []
    ...     for k in (2, 5):
    ...         ledger = RunLedger(folder, name=f"k={k}")
    ...         model = Word2Vec([["a", "b"]] * 50, min_count=1, negative=k, epochs=1, callbacks=[ledger])
    ...         found.append(open_run(ledger.folder))
    >>> comparison = compare_runs(found)
    >>> comparison.settings, comparison.as_dict()["runs"]
    ({'negative': [2, 5]}, ['k=2', 'k=5'])
    >>> print(*(line for line in comparison.table().splitlines() if "k=" in line or "negative" in line))
    k=2 k=5 negative 2 5
    """
    if len(runs) < 2:
        raise ConfigError(f"a comparison needs two runs or more, got {len(runs)}")
    options = [{"model": run.config.get("model"), **run.config.get("settings", {})} for run in runs]
    names = list(dict.fromkeys(name for one in options for name in one))
    settings = {name: [one.get(name) for one in options] for name in names}
    summaries = [run.summary() for run in runs]
    scores = [run.scores() for run in runs]
    measured = list(dict.fromkeys(name for one in scores for name in one))
    return RunComparison(
        [run.config.get("name") or run.id for run in runs],
        {name: values for name, values in settings.items() if any(value != values[0] for value in values)},
        {name: [one[name] for one in summaries] for name in FIGURES},
        {name: [one.get(name) for one in scores] for name in measured},
        len({_what_a_loss_is_of(run) for run in runs}) == 1,
    )


def _what_a_loss_is_of(run: RunRecord) -> str:
    settings = run.config.get("settings", {})
    options = [settings.get(name) for name in ("objective", "loss", "negative", "sg", "hs", "sampler")]
    sides = [(side.get("name"), side.get("n_keys"), side.get("total")) for side in run.vocabulary]
    return repr((run.config.get("model"), options, sides))


def cell(value: Any) -> str:
    """Return a value for a table."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def score_cell(score: dict[str, Any] | None) -> str:
    """Return a score with its interval for a table."""
    if score is None:
        return "-"
    text, low, high = cell(score.get("value")), score.get("low"), score.get("high")
    return text if low is None or high is None else f"{text} [{cell(low)}, {cell(high)}]"
