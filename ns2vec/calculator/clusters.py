"""The needs of a cluster: memory of driver and workers, bytes of a round, and when the network is the
bottleneck.

Nothing here is measured on a cluster. The constants were measured on one machine (``python -m benchmarks
cluster``), and the rest is arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from ns2vec._options import shown, whole
from ns2vec.calculator.shape import CorpusShape
from ns2vec.calculator.sharding import chances_of_rows, touched_rows
from ns2vec.calculator.work import OutputWork
from ns2vec.exceptions import ConfigError
from ns2vec.training.config import TrainingConfig
from ns2vec.training.sharded._parts import add_to_sets, count_parts
from ns2vec.training.sharded.members import members_of, neighbours
from ns2vec.training.sharded.merges import MERGES
from ns2vec.training.sharded.rounds import ShardRound, chunks_of_round

RAY_BYTES = 32_000_000  # anonymous memory of Ray itself in a process
ARROW_BYTES = 14_000_000  # additional, if pyarrow is installed: Ray imports it
NOISE_BYTES = 44  # per word: counts, noise, kept share, the alias table, thresholds, ids of a round
KEY_BYTES = 190  # per word in a worker: its str, the dict entry, and the table of the scanner
COUNT_BYTES = 180  # per distinct word in the driver while it counts: its str and the dict entry
BYTE_SECONDS = 1.1e-9  # per changed byte: found, sent, merged, applied; it was .7 to 1.5 in several runs
MARK_BYTES = 12  # per row: the set of shards that have changed it, and how often they trained it
GRID, SAMPLED_ROWS = 65, 512  # probabilities for which rows are sampled to estimate the sent rows
DEFAULT_NETWORK = "10Gbit"
_BITS = {"mbit": 1e6, "gbit": 1e9}


@dataclass(frozen=True)
class ClusterEstimate:
    """Computed, not measured.

    Attributes
    ----------
    workers, shards : int
    rounds : int
        Per epoch.
    changed_bytes, merged_bytes : int
        Sent in a round: changed rows to their owners, with the bytes that identify them, and merged rows to
        all workers.
    share_of_everything : float
        Ratio of this to the bytes if shards sent all of their rows, and owners all of theirs.
    network_seconds : float
        Of a round: the busiest worker's bytes at the speed of the network.
    processor_seconds : float or None
        Of a round: training, and the work on changed rows; None without calibration.
    bound : {"processors", "network"} or None
        The one that takes longer.
    driver, worker : dict of str to int
        Bytes of anonymous memory by part.
    """

    workers: int
    shards: int
    rounds: int
    changed_bytes: int
    merged_bytes: int
    share_of_everything: float
    network_seconds: float
    processor_seconds: float | None
    bound: str | None
    driver: dict[str, int]
    worker: dict[str, int]


def bits_per_second(network: str) -> float:
    """Read the speed of a network.

    Raises
    ------
    ConfigError
        If it is not a valid speed.

    Examples
    --------
    >>> from ns2vec.calculator.clusters import bits_per_second
    >>> bits_per_second("10Gbit"), bits_per_second("2.5 gbit")
    (10000000000.0, 2500000000.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(mbit|gbit)", str(network).strip().lower())
    if found is None or float(found[1]) == 0.0:
        raise ConfigError(f"network must be a speed such as '10Gbit' or '100Mbit', got {shown(network)}")
    return float(found[1]) * _BITS[found[2]]


def cluster_estimate(
    shape: CorpusShape,
    config: TrainingConfig,
    outputs: Sequence[OutputWork],
    memory: dict[str, int],
    words_per_second: float | None,
    n_workers: int,
    network: str = DEFAULT_NETWORK,
) -> ClusterEstimate:
    """Estimate the needs of this many workers on a network.

    Parameters
    ----------
    shape : CorpusShape
    config : TrainingConfig
    outputs : sequence of OutputWork
    memory : dict of str to int
        Parts of a process that trains by threads.
    words_per_second : float or None
        Of one thread.
    n_workers : int
    network : str

    Raises
    ------
    ConfigError
        If there are no shards, or a value is invalid.
    """
    n_workers, speed = whole("cluster_workers", n_workers, 1), bits_per_second(network)
    if config.shards is None:
        raise ConfigError("a cluster trains shards: say how many, for example shards=8")
    n_shards, row = config.shards, 4 * config.vector_size + 4  # with its number
    n_workers, words = min(n_workers, n_shards), n_shards * words_of_round(shape, config)
    n_all, per_shard = len(shape.counts) * (1 + len(outputs)), touched_rows(shape, config, outputs)
    merged = min(n_all, touched_rows(shape, config, outputs, n_shards)) * row
    away = (n_workers - 1) / n_workers  # share of rows that other workers own
    marks, merged_bytes = n_shards * n_all * (n_workers - 1), merged * (n_workers - 1)
    changed_bytes = 4 * config.vector_size * sent_rows(shape, config, outputs, n_workers) + marks
    everything = n_all * 4 * config.vector_size * (n_shards * away + n_workers - 1)
    network_seconds = 8 * (changed_bytes + merged_bytes) / n_workers / speed
    processor_seconds = bound = None
    if words_per_second is not None:
        most = -(-n_shards // n_workers)  # shards per worker
        on_rows = (most * per_shard * row + merged) * BYTE_SECONDS
        processor_seconds = most * words / n_shards / words_per_second + on_rows
        bound = "network" if network_seconds > processor_seconds else "processors"
    return ClusterEstimate(
        workers=n_workers,
        shards=n_shards,
        rounds=max(1, round(shape.n_words / words)),
        changed_bytes=round(changed_bytes),
        merged_bytes=round(merged_bytes),
        share_of_everything=(changed_bytes + merged_bytes) / everything if everything else 0.0,
        network_seconds=network_seconds,
        processor_seconds=processor_seconds,
        bound=bound,
        driver=driver_parts(shape, config, outputs, memory),
        worker=worker_parts(shape, config, outputs, memory, n_workers),
    )


def sent_rows(
    shape: CorpusShape, config: TrainingConfig, outputs: Sequence[OutputWork], n_workers: int
) -> float:
    """Expected number of rows that workers send to their owners in a round."""
    grid = np.linspace(0.0, 1.0, GRID)
    of_grid = [sent_of(chance, int(config.shards or 1), n_workers, config.shard_merge) for chance in grid]
    chances = chances_of_rows(shape, config, outputs)
    return float(sum(np.interp(of_matrix, grid, of_grid).sum() for of_matrix in chances))


def sent_of(chance: float, n_shards: int, n_workers: int, rule: str) -> float:
    """Rows that are sent per row that each shard changes with this probability, estimated from a sample of
    rows.

    Examples
    --------
    >>> from ns2vec.calculator.clusters import sent_of
    >>> [sent_of(1.0, 8, n_workers, "adasum") for n_workers in (1, 2, 8)], sent_of(1.0, 8, 2, "others")
    ([0.0, 1.0, 7.0], 4.0)
    """
    random, sets = np.random.default_rng(1), np.zeros((SAMPLED_ROWS, (n_shards + 63) // 64), np.uint64)
    touches = np.zeros(SAMPLED_ROWS, np.float32)
    for shard in range(n_shards):
        add_to_sets(sets, touches, shard, (random.random(SAMPLED_ROWS) < chance).astype(np.uint8))
    groups = neighbours([ShardRound(shard, []) for shard in range(n_shards)], n_workers)
    way = (sets, touches, members_of(groups, n_shards), n_workers, 0)
    sent = count_parts(MERGES[rule].kernel, "float32", way)
    return float(sent.sum() - sent.trace()) / SAMPLED_ROWS


def words_of_round(shape: CorpusShape, config: TrainingConfig) -> int:
    """Words that a shard trains between two merges."""
    return chunks_of_round(shape.n_words, config) * config.batch_words


def weights_of(memory: dict[str, int], outputs: Sequence[OutputWork]) -> int:
    """Bytes of all rows, including padding."""
    return memory["syn0"] + sum(memory[output.matrix] for output in outputs)


def ray_bytes() -> int:
    """Anonymous memory of Ray in a process, assuming that all have the same packages as this one."""
    return RAY_BYTES + (0 if find_spec("pyarrow") is None else ARROW_BYTES)


def driver_parts(
    shape: CorpusShape, config: TrainingConfig, outputs: Sequence[OutputWork], memory: dict[str, int]
) -> dict[str, int]:
    """Bytes of the process that calls `train`."""
    return {
        "process": memory["process"] + ray_bytes(),
        "weights": weights_of(memory, outputs),
        "tables": memory["tables"],
        "vocabulary": memory["vocabulary"],
        "counting": COUNT_BYTES * shape.n_types,
    }


def worker_parts(
    shape: CorpusShape,
    config: TrainingConfig,
    outputs: Sequence[OutputWork],
    memory: dict[str, int],
    n_workers: int,
) -> dict[str, int]:
    """Bytes of a worker: text that it has read is kept, up to `corpus_memory`."""
    n_words, n_shards = len(shape.counts), int(config.shards or 1)
    weights, row = weights_of(memory, outputs), 4 * config.vector_size
    per_shard, mine = touched_rows(shape, config, outputs), -(-n_shards // n_workers)
    merged = touched_rows(shape, config, outputs, n_shards) / n_workers
    sent = sent_rows(shape, config, outputs, n_workers) / n_workers
    n_all = n_words * (1 + len(outputs))
    stride = weights / max(1, n_all)
    return {
        "process": memory["process"] + ray_bytes(),
        "weights": weights,
        "replicas": weights + 4 * n_all,
        "changes": round(mine * per_shard * (stride + 5) + sent * row + merged * (row + 4)),
        "marks": (n_shards + MARK_BYTES) * n_all,
        "encoded_corpus": min(config.corpus_memory, 4 * shape.n_ids // n_workers) if shape.is_file else 0,
        "vocabulary": (KEY_BYTES + NOISE_BYTES) * n_words,
        "workers": memory["workers"] // config.workers,
    }
