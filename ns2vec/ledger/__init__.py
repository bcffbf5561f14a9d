"""The run ledger: the record of a training run, written while it runs, read live or years later.

`RunLedger` among the callbacks of any model writes ``runs/ID/run.jsonl``, one event per line. All tools that
show runs read only this file: `list_runs`, `open_run`, `follow`, `compare_runs`. `request_stop` asks a run of
another process to stop.
"""

from ns2vec.ledger.comparing import RunComparison, compare_runs
from ns2vec.ledger.control import request_stop, stop_is_requested
from ns2vec.ledger.events import KINDS, VERSION, schema
from ns2vec.ledger.reading import read_events, read_since
from ns2vec.ledger.recording import Recorder
from ns2vec.ledger.run_record import RunRecord
from ns2vec.ledger.runs import follow, list_runs, open_run, run_folder
from ns2vec.ledger.trackers import MLflowTracker, TensorBoardTracker, Tracker, WandbTracker, replay
from ns2vec.ledger.writing import RunLedger, append_event

__all__ = [
    "KINDS",
    "MLflowTracker",
    "Recorder",
    "RunComparison",
    "RunLedger",
    "RunRecord",
    "TensorBoardTracker",
    "Tracker",
    "VERSION",
    "WandbTracker",
    "append_event",
    "compare_runs",
    "follow",
    "list_runs",
    "open_run",
    "read_events",
    "read_since",
    "replay",
    "request_stop",
    "run_folder",
    "schema",
    "stop_is_requested",
]
