"""Runs take minutes: each is written down at once, so that a stopped benchmark goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.processes import run_child
from benchmarks.shared import code_fingerprint, describe_corpus, describe_machine, save_json, say


def run_key(job: dict[str, Any], corpus: dict[str, Any], fingerprint: str) -> str:
    """What identifies a run; those of other programs do not depend on our code."""
    record = {**job, "corpus": corpus, "data": None}
    if "held_out" in job:
        record["held_out"] = True  # not the path of this machine
    if job["program"] == "ns2vec":
        record["code"] = fingerprint
    return json.dumps(record, sort_keys=True)


def without_code(key: str) -> dict[str, Any]:
    """What a run's key says but for the code."""
    record: dict[str, Any] = json.loads(key)
    record.pop("code", None)
    return record


class KnownRuns:
    """Runs over a text, in a JSON file.

    Parameters
    ----------
    path : Path
        The file; runs of an earlier benchmark in it are known.
    corpus : Path
    keep : bool
        Runs of ns2vec are known whatever code made them; each has its commit.
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
        """What came out of `job`, run now unless it is known.

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
        """The key of `job`, or with `keep` that of the same run by other code."""
        key = run_key(job, self.described, self.fingerprint)
        if self.keep and key not in self.runs:
            return next((known for known in self.runs if without_code(known) == without_code(key)), key)
        return key

    def known_outcome(self, job: dict[str, Any]) -> dict[str, Any] | None:
        """What came out of `job`, None unless it was run before."""
        return self.runs.get(self.known_key(job))

    def seeds(self) -> list[int]:
        """The seeds of all runs that are known, in ascending order."""
        return sorted({json.loads(key)["parameters"]["seed"] for key in self.runs})

    def save(self, summary: dict[str, Any]) -> None:
        """Write everything that is known."""
        record = {"machine": self.machine, "corpus": self.described, "summary": summary}
        save_json(self.path, {**record, "runs": self.runs})
