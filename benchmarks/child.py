"""Do one job in a separate process, which `benchmarks.processes` starts.

Reads a job as JSON from its argument and writes JSON lines to stdout: ``{"phase": ...}`` when a phase
begins, and the outcome last. ``seconds`` of an outcome is the time of the job without imports and
preparation.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks.classify_tasks import train_and_predict
from benchmarks.programs import train, vocabulary
from benchmarks.subwords import train as train_subwords
from benchmarks.tasks import analogies, facts, load, load_facebook, make_vectors, queries

TASKS = {
    "train": train,
    "vocab": vocabulary,
    "facts": facts,
    "vectors": make_vectors,
    "load": load,
    "load-facebook": load_facebook,
    "query": queries,
    "analogies": analogies,
    "classify": train_and_predict,
    "subwords": train_subwords,
}


def say(**record: Any) -> None:
    """Write one JSON line immediately."""
    print(json.dumps(record), flush=True)


def main(argument: str) -> int:
    """Run the job that `argument` describes."""
    job = json.loads(argument)
    say(phase="import")
    try:
        outcome = TASKS[job.get("task", "train")](job, say)
    except ImportError as error:
        say(outcome={"missing": f"not installed: {error}"})
        return 0
    say(outcome=outcome)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
