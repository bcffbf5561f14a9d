"""The scores that a comparison adds to the ledgers of its runs."""

from __future__ import annotations

import math

from ns2vec.comparison.results import CandidateRun
from ns2vec.ledger import RunLedger, append_event


def record_scores(ledger: RunLedger, run: CandidateRun) -> None:
    """Append held-out loss, F1 and the scores of suites, if available, to a run's ledger.

    Parameters
    ----------
    ledger : RunLedger
        The ledger that recorded the run.
    run : CandidateRun
    """
    found = {"F1": run.f1, **run.scores}
    if run.curve:
        found["held-out loss"] = run.curve[-1][1]
    scores = {name: {"value": value} for name, value in found.items() if math.isfinite(value)}
    if scores and ledger.folder is not None:
        append_event(ledger.folder, "evaluation", source="ns2vec compare", scores=scores)
