"""Records of runs, which take minutes: each is written at once, so a stopped benchmark can continue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.processes import run_child
from benchmarks.shared import code_fingerprint, describe_corpus, describe_machine, save_json, say


def run_key(job: dict[str, Any], corpus: dict[str, Any], fingerprint: str) -> str:
    """The key of a run; that of another program does not depend on our code."""
    record = {**job, "corpus": corpus, "data": None}
    if "held_out" in job:
        record["held_out"] = True  # not the path of this machine
    if job["program"] == "ns2vec":
        record["code"] = fingerprint
    return json.dumps(record, sort_keys=True)


def without_code(key: str) -> dict[str, Any]:
    """The key of a run without its code."""
    record: dict[str, Any] = json.loads(key)
    record.pop("code", None)
    return record


class KnownRuns:
    """Runs over a text, in a JSON file.

    Parameters
    ----------
    path : Path
        The file; it may contain runs of an earlier benchmark.
    corpus : Path
    keep : bool
        Accept runs of ns2vec by any version of the code; each has its commit.
    """

    def __init__(self, path: Path, corpus: Path, keep: bool = False) -> None:
        self.path = path
        self.described = describe_corpus(corpus)
        self.keep, self.fingerprint = keep, code_fingerprint()
        self.machine = describe_machine()
        self.runs: dict[str, Any] = {}
        if path.exists():
            self.runs = json.loads(path.read_text(encoding="utf-8"))["runs"]

    def outcome(self, job: dict[str, Any], title: str) -> dict[str, Any]:
        """Return the outcome of `job`, run now unless it is known.

        Raises
        ------
        benchmarks.processes.ChildError
            If the run fails.
        """
        key = self.known_key(job)
        if key not in self.runs:
            say(title)
            self.runs[key] = {**run_child(job), "commit": self.machine["commit"]}
            self.save({})
        found: dict[str, Any] = self.runs[key]
        return found

    def known_key(self, job: dict[str, Any]) -> str:
        """The key of `job` or, with `keep`, that of the same run by other code."""
        key = run_key(job, self.described, self.fingerprint)
        if self.keep and key not in self.runs:
            return next((known for known in self.runs if without_code(known) == without_code(key)), key)
        return key

    def known_outcome(self, job: dict[str, Any]) -> dict[str, Any] | None:
        """The outcome of `job` if it has been run before, else None."""
        return self.runs.get(self.known_key(job))

    def seeds(self) -> list[int]:
        """The seeds of all runs that are known, in ascending order."""
        return sorted({json.loads(key)["parameters"]["seed"] for key in self.runs})

    def save(self, summary: dict[str, Any]) -> None:
        """Write everything that is known."""
        record = {"machine": self.machine, "corpus": self.described, "summary": summary}
        save_json(self.path, {**record, "runs": self.runs})
