"""``/metrics``: the state of the server and its runs, in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Response

from ns2vec._build_info import __version__
from ns2vec._platform import resident_bytes
from ns2vec.app.problems import documented
from ns2vec.app.safety import bounded, state_of
from ns2vec.app.state import AppState
from ns2vec.ledger import list_runs

router = APIRouter()

TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATUSES = ("running", "finished", "stopped", "interrupted", "failed", "lost")

#: Name and help of each metric of a running run, and the figure of its summary.
OF_RUNS = (
    ("ns2vec_run_progress_ratio", "Share of the run that is done, 0 to 1.", "progress"),
    ("ns2vec_run_epochs", "Whole epochs that were trained.", "epochs"),
    ("ns2vec_run_loss", "Mean loss per trained word in the last epoch.", "loss"),
    ("ns2vec_run_words_per_second", "Words read per second.", "words_per_second"),
    ("ns2vec_run_resident_memory_bytes", "Memory of the training process.", "memory_bytes"),
    ("ns2vec_run_warnings", "Warnings so far.", "n_warnings"),
)

Sample = tuple[Mapping[str, str], Any]


@router.get(
    "/metrics",
    tags=["server"],
    summary="Figures for Prometheus.",
    response_class=Response,
    responses={
        200: {
            "content": {"text/plain": {"schema": {"type": "string"}}},
            "description": "Prometheus's format.",
        },
        **documented(503),
    },
)
async def metrics(state: AppState = Depends(state_of)) -> Response:  # noqa: B008 - FastAPI's way to say it
    """Return the number of models and runs, and the progress of running ones."""
    return Response(await bounded(state, lambda: exposition(state)), media_type=TYPE)


def exposition(state: AppState) -> str:
    """Return all metrics."""
    folder = state.runs
    found = list_runs(folder) if folder is not None and folder.is_dir() else []
    summaries = [run.summary() for run in found]
    of_status = Counter(one["status"] for one in summaries)
    families: list[tuple[str, str, list[Sample]]] = [
        ("ns2vec_build_info", "Version of ns2vec.", [({"version": __version__}, 1)]),
        ("ns2vec_models", "Number of open models.", [({}, len(state.models))]),
        ("ns2vec_streams", "Pages that follow a run.", [({}, state.n_streams)]),
        ("ns2vec_resident_memory_bytes", "Memory of this server.", [({}, resident_bytes())]),
        ("ns2vec_runs", "Recorded runs.", [({"status": name}, of_status[name]) for name in STATUSES]),
    ]
    running = [one for one in summaries if one["status"] == "running"]
    for name, text, figure in OF_RUNS:
        samples: list[Sample] = [
            ({"run": one["id"], "model": one["model"] or ""}, one[figure]) for one in running
        ]
        families.append((name, text, samples))
    return "".join(family(*one) for one in families)


def family(name: str, text: str, samples: Iterable[Sample]) -> str:
    r"""Return a metric with its values; nothing if no value is known.

    Examples
    --------
    >>> from ns2vec.app.metrics import family
    >>> print(family("up", "Whether it runs.", [({"run": 'a"b'}, 1), ({"run": "c"}, None)]), end="")
    # HELP up Whether it runs.
    # TYPE up gauge
    up{run="a\"b"} 1
    """
    lines = [f"{name}{labelled(labels)} {value}" for labels, value in samples if value is not None]
    return "\n".join([f"# HELP {name} {text}", f"# TYPE {name} gauge", *lines, ""]) if lines else ""


def labelled(labels: Mapping[str, str]) -> str:
    """Return labels in the syntax of the format."""
    escapes = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
    pairs = ",".join(f'{name}="{value.translate(escapes)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""
