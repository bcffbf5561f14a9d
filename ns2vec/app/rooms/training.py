"""The training room: runs as recorded in their ledgers, live by server-sent events; stopping a run."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from ns2vec.app.problems import ApiError, documented
from ns2vec.app.safety import bounded, need_token, state_of
from ns2vec.app.state import AppState
from ns2vec.exceptions import FormatError
from ns2vec.ledger import compare_runs, list_runs, open_run, read_since, request_stop, run_folder
from ns2vec.ledger.run_record import RunRecord
from ns2vec.ledger.runs import glance
from ns2vec.reports.tables import finite

router = APIRouter()

T = TypeVar("T")
RunName = Annotated[str, Field(max_length=100, description="Name of the run's folder.")]
MOST_RUNS = 200  # in the list
MOST_POINTS = 1000  # per line of a chart
MOST_ROWS = 200  # epochs and messages of a run: the latest ones
MOST_STREAMS = 64
BATCH = 500  # events sent at once
PAUSE = 0.5  # seconds between two reads of a ledger
SILENCE = 15.0  # seconds without events after which a comment keeps the connection open
#: One event of a stream.
STREAMED = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Offset after the event."},
        "event": {"type": "string", "enum": ["ledger", "closed"]},
        "data": {"type": "string", "description": "A line of the ledger, as JSON."},
    },
    "required": ["id", "event", "data"],
}
SERIES = ("loss", "words_per_second", "alpha", "memory_bytes")


class RunSummary(BaseModel):
    """A run in a list."""

    id: str
    name: str | None
    model: str | None
    status: str = Field(description="running, finished, stopped, interrupted, failed, or lost.")
    reason: str | None
    started: float | None = Field(description="Seconds since 1970.")
    seconds: float | None
    epochs: int = Field(description="Complete epochs so far.")
    planned_epochs: int | None
    progress: float | None = Field(description="Share of the run that is done, 0 to 1.")
    loss: float | None = Field(description="Mean per trained word in the last epoch, if it is computed.")
    words_per_second: float | None
    memory_bytes: int | None
    n_keys: int | None
    n_warnings: int
    stop_requested: bool
    scores: dict[str, dict[str, Any]]


class RunList(BaseModel):
    """The runs of the folder, the newest first."""

    folder: str
    runs: list[RunSummary]


class Line(BaseModel):
    """A figure over the seconds since the start of the run."""

    at: list[float | None]
    values: list[float | None]


class RunDetails(BaseModel):
    """Everything that is shown of a run; events after `offset` are in its stream."""

    summary: RunSummary
    settings: dict[str, Any]
    environment: dict[str, Any]
    sampler: dict[str, Any]
    vocabulary: list[dict[str, Any]]
    epochs: list[dict[str, Any]]
    messages: list[dict[str, Any]] = Field(description="Warnings, checkpoints, evaluations, rollbacks.")
    series: dict[str, Line]
    offset: int
    n_unreadable: int


class StopAnswer(BaseModel):
    """Confirmation that a run has been asked to stop."""

    id: str
    stop_requested: bool


class RunsBeside(BaseModel):
    """Runs side by side."""

    runs: list[str]
    settings: dict[str, list[Any]] = Field(description="Options that differ.")
    figures: dict[str, list[Any]]
    scores: dict[str, list[dict[str, Any] | None]]
    has_comparable_loss: bool
    loss: list[Line]


# ---- reading -----------------------------------------------------------------------------------------


def folder_of(state: AppState) -> Path:
    """Return the folder of the runs.

    Raises
    ------
    ApiError
        404 if the server has none.
    """
    if state.runs is None:
        raise ApiError(404, "this server shows no runs: start it with --runs FOLDER")
    return state.runs


def found_run(state: AppState, run: str) -> str:
    """Return the folder of a run.

    Raises
    ------
    ApiError
        404 if there is no run of that name; a name that could be a path is refused with 422.
    """
    folder = folder_of(state)
    try:
        return run_folder(folder, run)
    except OSError:
        raise ApiError(404, f"no run is called {run!r}", {"run": "there is no such run"}) from None


def reading(work: Callable[[], T]) -> T:
    """Read a ledger; errors if it has been deleted in the meantime, or holds no events.

    Raises
    ------
    ApiError
        404 or 422.
    """
    try:
        return work()
    except FormatError as error:
        raise ApiError(422, str(error)) from None
    except OSError as error:
        raise ApiError(404, f"the ledger cannot be read: {error.strerror}") from None


def summary_of(run: RunRecord) -> RunSummary:
    """Return a run's entry of the list."""
    return RunSummary(**finite(run.summary()))


@router.get("/runs", summary="The recorded runs.", responses=documented(404, 503))
async def runs(state: AppState = Depends(state_of)) -> RunList:
    """List the newest runs; a folder that does not exist yet has none."""
    folder = folder_of(state)

    def read() -> list[RunSummary]:
        if not folder.is_dir():
            return []
        return [summary_of(run) for run in list_runs(folder)[:MOST_RUNS]]

    return RunList(folder=str(folder), runs=await bounded(state, lambda: reading(read)))


@router.get("/runs/{run}", summary="A run.", responses=documented(404, 422, 503))
async def one_run(run: RunName, state: AppState = Depends(state_of)) -> RunDetails:
    """Return everything that is known about a run, with lines for charts."""
    folder = found_run(state, run)
    return await bounded(state, lambda: reading(lambda: details_of(open_run(folder))))


def details_of(run: RunRecord) -> RunDetails:
    """Return what is shown of a run."""
    told = [*run.warnings, *run.checkpoints, *run.evaluations, *run.guards]
    told.sort(key=lambda event: float(event.get("time", 0.0)))
    return RunDetails(
        summary=summary_of(run),
        settings=finite(run.config.get("settings", {})),
        environment=finite(run.environment),
        sampler=finite(run.sampler),
        vocabulary=[{**side, "commonest": side.get("commonest", [])[:20]} for side in run.vocabulary],
        epochs=finite(list(run.epochs)[-MOST_ROWS:]),
        messages=finite(told[-MOST_ROWS:]),
        series={name: line_of(run, name) for name in SERIES},
        offset=run.offset,
        n_unreadable=run.n_unreadable,
    )


def line_of(run: RunRecord, name: str) -> Line:
    """Return a line for a chart."""
    at, values = run.series(name, MOST_POINTS)
    return Line(at=finite(at.tolist()), values=finite(values.tolist()))


@router.get("/compare", summary="Runs side by side.", responses=documented(404, 422, 503))
async def beside(
    run: Annotated[list[RunName], Query(min_length=2, max_length=8)], state: AppState = Depends(state_of)
) -> RunsBeside:
    """Return the options in which runs differ, and their results."""
    folders = [found_run(state, one) for one in run]

    def read() -> RunsBeside:
        found = [open_run(folder) for folder in folders]
        return RunsBeside(**compare_runs(found).as_dict(), loss=[line_of(one, "loss") for one in found])

    return await bounded(state, lambda: reading(read))


# ---- stopping ----------------------------------------------------------------------------------------


@router.post(
    "/runs/{run}/stop",
    summary="Stop a run after its current epoch.",
    dependencies=[Depends(need_token)],
    responses=documented(401, 403, 404, 409, 422),
)
async def stop(run: RunName, state: AppState = Depends(state_of)) -> StopAnswer:
    """Ask a run to stop after its current epoch; the model keeps what it has learned."""
    folder = found_run(state, run)
    status = await bounded(state, lambda: reading(lambda: glance(folder).status))
    if status != "running":
        raise ApiError(409, f"the run has ended ({status}): there is nothing to stop")
    request_stop(folder)
    return StopAnswer(id=run, stop_requested=True)


# ---- live --------------------------------------------------------------------------------------------


@router.get(
    "/runs/{run}/events",
    summary="Follow a run.",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {"text/event-stream": {"schema": STREAMED}},
            "description": "Events of the ledger, each with the offset after it as its id; then `closed`.",
        },
        **documented(404, 422, 503),
    },
)
async def events(
    request: Request,
    run: RunName,
    after: Annotated[int, Query(ge=0, le=2**53, description="Offset after which to begin; 0: all.")] = 0,
    last_event_id: Annotated[
        str | None, Header(max_length=20, description="Sent by a browser that reconnects.")
    ] = None,
    state: AppState = Depends(state_of),
) -> StreamingResponse:
    """Send the events after an offset, and continue until the run is over."""
    folder = found_run(state, run)
    if last_event_id and last_event_id.isascii() and last_event_id.isdecimal():
        after = int(last_event_id)
    if state.n_streams >= MOST_STREAMS:
        raise ApiError(503, f"{MOST_STREAMS} runs are already being followed: close a page first")
    stream = followed(state, request, folder, after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def followed(state: AppState, request: Request, folder: str, offset: int) -> AsyncIterator[str]:
    """Yield the pieces of a stream."""
    state.n_streams += 1
    silent_since = anyio.current_time()
    try:
        yield "retry: 1000\n\n"
        while not await request.is_disconnected():
            is_over = await anyio.to_thread.run_sync(lambda: glance(folder).status) != "running"
            found, offset = await anyio.to_thread.run_sync(read_since, folder, offset, BATCH)
            if found:
                yield "".join(message(*one) for one in found)
                silent_since = anyio.current_time()
            elif is_over:
                yield f"id: {offset}\nevent: closed\ndata: {{}}\n\n"
                return
            else:
                await anyio.sleep(PAUSE)
            if anyio.current_time() - silent_since > SILENCE:
                yield ": waiting\n\n"
                silent_since = anyio.current_time()
    except OSError:
        return  # the ledger was deleted
    finally:
        state.n_streams -= 1


def message(offset: int, event: dict[str, Any]) -> str:
    """Return an event in the format of server-sent events."""
    data = json.dumps(finite(event), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"id: {offset}\nevent: ledger\ndata: {data}\n\n"
