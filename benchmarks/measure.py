"""Measure rows of the table for all programs: `all`, `train`, `vocab`, `load`, `query`, `evaluate`.

    python -m benchmarks train                                   all rows of this command, 3 rounds
    python -m benchmarks train --rows sg cbow --rounds 5
    python -m benchmarks all --peer-bytes 25000000               peers train on a prefix, which saves hours

Every program runs in a separate process, in turn in each round; figures are medians over
the rounds. The time of the training phase is that of 2 epochs minus that of 1 epoch, for every program. Each
round is saved when it ends, and a row that has all its rounds (by this code) is not measured again. A peer
that is not installed or fails is reported with the reason.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.peak import fma_peak
from benchmarks.processes import ChildError, MissingProgramError, run_child
from benchmarks.rows import ROWS, Arm, Row, rows_of
from benchmarks.shared import (
    PARAMETERS,
    RESULTS,
    code_fingerprint,
    common_parser,
    corpus_file,
    describe_corpus,
    describe_machine,
    prefix_of,
    protocol,
    results_path,
    save_json,
    say,
)
from benchmarks.summary import summarise
from benchmarks.table import markdown

PEAK_THREADS = {"threads": (1, 2), "fma": (1,)}
FACTS_PARAMETERS = ("vector_size", "window", "negative", "sample", "min_count", "sg", "hs", "max_final_vocab")


class Session:
    """The options of one call, its files, and the known results."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.path = results_path("table", arguments.results, is_dated=False)
        self.corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
        self.described = describe_corpus(self.corpus)
        self.code = code_fingerprint()
        self.rows: dict[str, Any] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        if self.path.exists():
            self.rows = json.loads(self.path.read_text(encoding="utf-8"))["rows"]

    def corpus_of(self, row: Row, arm: Arm) -> Path:
        """The text that an arm trains on; for peers, this may be a prefix if speed is measured."""
        shorter = row.kind == "training" and arm.program != "ns2vec"
        return prefix_of(self.corpus, self.arguments.peer_bytes if shorter else 0)

    def facts_of(self, corpus: Path, parameters: dict[str, Any]) -> dict[str, Any]:
        """Words of a text, counted once for all programs."""
        asked = {name: parameters[name] for name in FACTS_PARAMETERS if name in parameters}
        key = json.dumps([str(corpus), asked], sort_keys=True)
        if key not in self.facts:
            job = {"program": "ns2vec", "task": "facts", "corpus": str(corpus), "parameters": asked}
            self.facts[key] = run_child(job)
        names = ("n_words", "n_types", "trained_words", "scored_pairs")
        return {name: self.facts[key][name] for name in names}

    def vectors(self, kind: str, binary: bool) -> dict[str, Any]:
        """A file of vectors, made once: random ones, or vectors trained on the whole English text."""
        folder = Path(tempfile.gettempdir())
        suffix = "bin" if binary else "txt"
        n_words, dim = self.arguments.load_words, self.arguments.load_dim
        job: dict[str, Any] = {"program": "ns2vec", "task": "vectors", "binary": binary}
        if kind == "random":
            path = folder / f"ns2vec-random-{n_words}-{dim}.{suffix}"
            job.update(n_words=n_words, dim=dim)
        else:
            corpus = corpus_file(self.arguments.corpus, 0, self.arguments.data)
            about = describe_corpus(corpus)
            path = folder / f"ns2vec-trained-{about['bytes']}-{about['sha256_of_first_mib']}.{suffix}"
            parameters = {**PARAMETERS, "epochs": 1, "workers": 2}
            job.update(corpus=str(corpus), parameters=parameters)
        if not path.exists():
            say(f"writing {path.name}")
            partial = path.with_name(path.name + ".part")
            run_child({**job, "path": str(partial)})
            partial.replace(path)
        return {"path": str(path)}

    def save(self) -> None:
        """Write the rows as JSON, and as markdown beside it."""
        in_order = {name: self.rows[name] for name in ROWS if name in self.rows}
        variants = known_quality()
        for row in in_order.values():
            row["scores"] = variants.get(row["quality"])
        record = {"machine": describe_machine(), "rows": in_order}
        save_json(self.path, record)
        self.path.with_suffix(".md").write_text(markdown(record), encoding="utf-8")


def known_quality() -> dict[str, Any]:
    """The results of `python -m benchmarks quality`, by variant."""
    path = RESULTS / "quality.json"
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["summary"].get("variants", {})
    return found


def job_of(session: Session, row: Row, arm: Arm) -> dict[str, Any]:
    """The job of an arm, without `epochs` as yet."""
    job = {"program": arm.program, "task": "train", "input": "corpus_file", **arm.job}
    given = {key: getattr(session.arguments, key) for key in ("min_count",)}
    job["parameters"] = {**PARAMETERS, **{k: v for k, v in given.items() if v is not None}, **arm.parameters}
    if "vectors" in job:
        job.update(session.vectors(job.pop("vectors"), job.get("binary", True)))
        job.update(blas_threads=None, n_queries=session.arguments.queries)
        del job["parameters"]
    else:
        job["corpus"] = str(session.corpus_of(row, arm))
    if job["task"] == "analogies":
        questions = protocol.data_folder(session.arguments.data) / "eval" / "analogy" / "google.txt"
        job.update(questions=str(questions), restrict_vocab=150_000)
    return job


def with_epochs(job: dict[str, Any], epochs: int) -> dict[str, Any]:
    """The job with this number of epochs."""
    return {**job, "parameters": {**job["parameters"], "epochs": epochs}}


def run_arm(session: Session, row: Row, arm: Arm) -> dict[str, Any]:
    """One run of an arm (two for the training phase) as a flat record; ``speed`` is compared."""
    job = job_of(session, row, arm)
    shown = {key: job[key] for key in ("program", "task", "input", "parameters", "environment") if key in job}
    if row.kind in ("training", "threads", "fma"):
        one, two = (run_child(with_epochs(job, epochs)) for epochs in (1, 2))
        facts = session.facts_of(Path(job["corpus"]), job["parameters"])
        shown["parameters"] = {name: value for name, value in job["parameters"].items() if name != "epochs"}
        return {**shown, **facts, **training_phase(one, two, facts), "corpus_bytes": size_of(job["corpus"])}
    if row.kind == "wall":
        job = with_epochs(job, session.arguments.epochs or PARAMETERS["epochs"])
        shown["parameters"] = job["parameters"]
    outcome = run_child(job)
    seconds = outcome["wall_seconds" if row.kind == "wall" else "seconds"]
    record = {**shown, **flat(outcome), "speed": 1 / seconds, "measured_seconds": seconds}
    if "corpus" in job:
        record["corpus_bytes"] = size_of(job["corpus"])
    return record


def training_phase(one: dict[str, Any], two: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """Seconds of an epoch, from the difference of two runs, and the figures derived from them."""
    seconds = two["seconds"] - one["seconds"]
    if seconds <= 0:
        raise ChildError("two epochs took no longer than one: the text is too short to measure")
    return {
        **flat(two),
        "epoch_seconds": seconds,
        "one_epoch_wall_seconds": one["wall_seconds"],
        "two_epochs_wall_seconds": two["wall_seconds"],
        "raw_words_per_second": facts["n_words"] / seconds,
        "trained_words_per_second": facts["trained_words"] / seconds,
        "speed": facts["n_words"] / seconds,
    }


def size_of(corpus: str) -> int:
    """Bytes of a file."""
    return Path(corpus).stat().st_size


def flat(outcome: dict[str, Any]) -> dict[str, Any]:
    """An outcome with its peak of memory, version and instruction set at the top level."""
    build = outcome.pop("build", {})
    outcome["peak_bytes"] = max(outcome["peak_bytes"].values())
    return {**outcome, **{name: build[name] for name in ("version", "isa", "compiler") if name in build}}


def measure_round(session: Session, row: Row, names: list[str]) -> dict[str, Any]:
    """Run the named arms once; before them, measure the peak of the hardware if the row needs it."""
    measured: dict[str, Any] = {"arms": {}}
    isa = None
    for arm in row.arms:
        if arm.name not in names:
            continue
        try:
            measured["arms"][arm.name] = run_arm(session, row, arm)
        except (MissingProgramError, ChildError) as error:
            say(f"{row.name}: {arm.name}: {error}")
            measured["arms"][arm.name] = {"program": arm.program, "missing": str(error)}
        isa = measured["arms"][arm.name].get("isa", isa)
    try:
        measured["peaks"] = measure_peaks(isa or "baseline", PEAK_THREADS.get(row.kind, ()))
    except MissingProgramError as error:
        measured["no_peak"] = str(error)
    return measured


def measure_peaks(isa: str, threads: tuple[int, ...]) -> dict[str, float]:
    """FLOP per second by number of threads, interleaved, each the median of three."""
    found = [[fma_peak(isa, n) for n in threads] for _ in range(3)]
    return {str(n): statistics.median(run[i] for run in found) for i, n in enumerate(threads)}


def arms_left(row: Row, rounds: list[dict[str, Any]]) -> list[str]:
    """The arms of the next round: ours and, after the first round, only the fastest peer that ran."""
    our = [arm.name for arm in row.arms if arm.program == "ns2vec"]
    peers = [arm.name for arm in row.arms if arm.program != "ns2vec"]
    if rounds:
        first = rounds[0]["arms"]
        ran = [name for name in peers if "speed" in first.get(name, {})]
        peers = [max(ran, key=lambda name: first[name]["speed"])] if ran else []
    return [arm.name for arm in row.arms if arm.name in our + peers]


def measure_row(session: Session, row: Row) -> bool:
    """Add the missing rounds of a row; return whether our own arms ran."""
    known = session.rows.get(row.name, {})
    about = {"code": session.code, "corpus": session.described, "peer_bytes": session.arguments.peer_bytes}
    is_same = all(known.get(key) == value for key, value in about.items())
    is_kept = known and (is_same or session.arguments.keep) and not session.arguments.again
    rounds = known["rounds"] if is_kept else []
    while len(rounds) < session.arguments.rounds:
        say(f"{row.name}, round {len(rounds) + 1}: {row.what} against {row.against}")
        rounds.append(measure_round(session, row, arms_left(row, rounds)))
        session.rows[row.name] = {
            "what": row.what,
            "against": row.against,
            "command": row.command,
            "kind": row.kind,
            "quality": row.quality,
            "machine": describe_machine(),
            **about,
            "summary": summarise(row, rounds),
            "rounds": rounds,
        }
        session.save()
    arms = session.rows[row.name]["summary"]["arms"]
    return all("missing" not in arms[arm.name] for arm in row.arms if arm.program == "ns2vec")


def main(argv: list[str]) -> int:
    """Return 0, 1 if ns2vec itself failed, 2 for a row that does not exist."""
    command = argv[0]
    parser = common_parser(__doc__)
    parser.prog = f"python -m benchmarks {command}"
    parser.add_argument("--rows", nargs="+", choices=[row.name for row in rows_of(command)])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer-bytes", type=int, default=0, help="let peers train on a prefix of the text")
    parser.add_argument("--min-count", type=int, help="instead of 5")
    parser.add_argument("--again", action="store_true", help="measure rows that are known already")
    parser.add_argument("--keep", action="store_true", help="keep known rows of other code or another text")
    parser.add_argument("--load-words", type=int, default=400_000, help="words of the file that is loaded")
    parser.add_argument("--load-dim", type=int, default=300)
    parser.add_argument("--queries", type=int, default=1000)
    arguments = parser.parse_args(argv[1:])
    session = Session(arguments)
    done = [measure_row(session, row) for row in rows_of(command, arguments.rows)]
    session.save()
    print(markdown({"rows": session.rows}))
    return 0 if all(done) else 1
