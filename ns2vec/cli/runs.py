"""``ns2vec runs``: the runs that were recorded with ``--runs``."""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING, Any

from ns2vec.cli.common import print_json
from ns2vec.cli.parsing import Parser, UsageError
from ns2vec.reports.tables import aligned, finite

if TYPE_CHECKING:
    from ns2vec.ledger import RunRecord

NAME = "runs"
HELP = "List, show and compare the runs that training with --runs has recorded; stop one."
USAGE = "list|show|compare|stop [RUN...] [--runs FOLDER] [options]"
EXAMPLES = """
ns2vec train corpus.txt -o a.bin --runs runs && ns2vec runs list
ns2vec train corpus.txt -o a.bin --runs runs --run-id r1 && ns2vec runs show r1
for k in 5 9; do ns2vec train corpus.txt -o a.bin --negative $k --runs r; done && ns2vec runs compare --runs r
ns2vec runs list --runs . --json

A RUN is the name of a run in the folder, or the path of one; without a name, show takes the newest run and
compare the two newest. stop asks a run to end after its epoch. Exit code 1: there is no such run; 2: the
command makes no sense. docs/runs.md says what is recorded."""


def add_arguments(parser: Parser) -> None:
    """Add the options of ``runs``."""
    parser.add_argument("action", choices=tuple(ACTIONS), help="what to do")
    parser.add_argument("names", nargs="*", metavar="RUN", help="name or path of a run")
    parser.add_argument("--runs", default="runs", metavar="FOLDER", help="folder of the runs (default: runs)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_ledger_options(group: Any, *, has_one_run: bool = True) -> None:
    """Add the options for recording a run; a command that may train several times does not name runs."""
    group.add_argument(
        "--runs", metavar="FOLDER", help="record the training run there, for ns2vec runs and ns2vec app"
    )
    if has_one_run:
        group.add_argument("--run-id", metavar="NAME", help="name of the run's folder (default: the time)")


def ledgers(arguments: argparse.Namespace) -> list[Any]:
    """Return the observer that the command line requests, if any.

    Raises
    ------
    UsageError
        If a run is named but not recorded.
    """
    run_id = getattr(arguments, "run_id", None)
    if arguments.runs is None:
        if run_id is not None:
            raise UsageError("--run-id names a run that is recorded: say where with --runs FOLDER")
        return []
    from ns2vec.ledger import RunLedger

    return [RunLedger(arguments.runs, run_id=run_id)]


def run(arguments: argparse.Namespace) -> int:
    """Run the action."""
    ACTIONS[arguments.action](arguments)
    return 0


def _folder(arguments: argparse.Namespace, name: str) -> str:
    from ns2vec.ledger import run_folder

    if os.sep in name or os.path.exists(os.path.join(name, "run.jsonl")):
        return name
    return run_folder(arguments.runs, name)


def _newest(arguments: argparse.Namespace, least: int, what: str) -> list[str]:
    """Return the folders that are named, or those of the newest runs.

    Raises
    ------
    FileNotFoundError
        If there are too few.
    """
    from ns2vec.ledger import list_runs

    if arguments.names:
        return [_folder(arguments, name) for name in arguments.names]
    found = list_runs(arguments.runs)
    if len(found) < least:
        raise FileNotFoundError(
            f"{arguments.runs} holds {len(found)} runs, {what} needs {least}: ns2vec train --runs records one"
        )
    return [os.path.dirname(run.path) for run in found[:least]]


def list_all(arguments: argparse.Namespace) -> None:
    """One line per run, the newest first."""
    from ns2vec.ledger import list_runs

    if arguments.names:
        raise UsageError("list takes no names: use show, or name a folder with --runs")
    found = [run.summary() for run in list_runs(arguments.runs)]
    if arguments.json:
        print_json({"runs": finite(found)})
        return
    rows = [["run", "model", "status", "begun", "epochs", "loss", "words/s", "seconds", "warnings"]]
    rows += [_line(one) for one in found]
    print("\n".join(aligned(rows)))


def _line(one: dict[str, Any]) -> list[str]:
    from ns2vec.ledger.comparing import cell

    begun = "-" if one["started"] is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(one["started"]))
    epochs = f"{one['epochs']}/{one['planned_epochs'] or '?'}"
    figures = [cell(one[name]) for name in ("loss", "words_per_second", "seconds", "n_warnings")]
    label = one["id"] if one["name"] is None else f"{one['id']} ({one['name']})"
    return [label, one["model"] or "?", one["status"], begun, epochs, *figures]


def show(arguments: argparse.Namespace) -> None:
    """Everything that is known about a run."""
    from ns2vec.ledger import open_run

    for folder in _newest(arguments, 1, "show"):
        found = open_run(folder)
        if arguments.json:
            print_json(finite(_details(found)))
        else:
            print("\n".join(_report(found)))


def _details(run: RunRecord) -> dict[str, Any]:
    return {
        "summary": run.summary(), "config": run.config, "environment": run.environment,
        "vocabulary": run.vocabulary, "sampler": run.sampler, "epochs": list(run.epochs),
        "evaluations": list(run.evaluations), "guards": list(run.guards),
        "checkpoints": list(run.checkpoints), "warnings": list(run.warnings), "end": run.end,
        "n_events": run.n_events, "n_unreadable": run.n_unreadable, "other_kinds": dict(run.other_kinds),
    }  # fmt: skip


def _report(run: RunRecord) -> list[str]:
    from ns2vec.ledger.comparing import cell, score_cell

    summary = run.summary()
    lines = [f"{name:<17} {cell(summary[name])}" for name in SHOWN if summary[name] is not None]
    lines += [f"{'scores':<17} {name}: {score_cell(score)}" for name, score in summary["scores"].items()]
    settings = run.config.get("settings", {})
    lines.append(f"{'settings':<17} {' '.join(f'{name}={value}' for name, value in settings.items())}")
    if run.epochs:
        names = ("epoch", "loss", "words_per_second", "alpha", "duration", "memory_bytes")
        rows = [list(names), *([cell(event.get(name)) for name in names] for event in run.epochs)]
        lines += ["", *aligned(rows)]
    told = [f"{event.get('level')}: {event.get('message')}" for event in run.warnings]
    return lines + (["", *told] if told else [])


SHOWN = (
    "id", "name", "model", "status", "reason", "epochs", "planned_epochs", "seconds", "loss",
    "words_per_second", "memory_bytes", "n_keys",
)  # fmt: skip


def compare(arguments: argparse.Namespace) -> None:
    """Runs next to each other."""
    from ns2vec.ledger import compare_runs, open_run

    found = compare_runs([open_run(folder) for folder in _newest(arguments, 2, "compare")])
    if arguments.json:
        print_json(found.as_dict())
    else:
        print(found.table())


def stop(arguments: argparse.Namespace) -> None:
    """Ask runs to stop after their current epoch.

    Raises
    ------
    UsageError
        If none is named.
    ValueError
        If one has ended already.
    """
    from ns2vec.ledger import open_run, request_stop

    if not arguments.names:
        raise UsageError("name the run to stop: ns2vec runs list shows them")
    for folder in _newest(arguments, 1, "stop"):
        if (status := open_run(folder).status) != "running":
            raise ValueError(f"{folder}: the run has ended ({status}): there is nothing to stop")
        request_stop(folder)


ACTIONS = {"list": list_all, "show": show, "compare": compare, "stop": stop}


def keep_scores(folder: str, scores: dict[str, dict[str, Any]]) -> None:
    """Add scores to a run's ledger, each with ``value`` and, if known, ``low`` and ``high``."""
    from ns2vec.ledger import append_event

    if scores:
        append_event(folder, "evaluation", source="ns2vec evaluate", scores=scores)
