"""Anonymous memory of a training process, part by part."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ns2vec._kernels import ROW_FLOATS, Workspace
from ns2vec._platform import READ_STATUS
from ns2vec.calculator.calibration import make_network
from ns2vec.calculator.shape import CorpusShape
from ns2vec.calculator.sharding import shard_parts
from ns2vec.calculator.work import OutputWork
from ns2vec.training.config import TrainingConfig
from ns2vec.training.network import chunk_room

PROCESS_BYTES = 18_000_000
"""Python, NumPy and ns2vec, if it cannot be measured."""

TYPE_BYTES = 32
"""Memory that the allocator keeps, per distinct word, after the table of distinct words was freed.

Measured on 10 MB and 100 MB of English: 38 and 30 bytes, of the 50 that the table takes."""


@lru_cache(maxsize=1)
def process_bytes() -> int:
    """Anonymous memory of a Python process that has imported ns2vec: measured in one."""
    try:
        run = subprocess.run(
            [sys.executable, "-c", READ_STATUS], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return PROCESS_BYTES
    found = re.search(r"^RssAnon:\s+(\d+) kB", run.stdout, re.MULTILINE)
    return 1024 * int(found[1]) if found else PROCESS_BYTES


def memory_parts(shape: CorpusShape, config: TrainingConfig, outputs: Sequence[OutputWork]) -> dict[str, int]:
    """Bytes of each part of a training process while it trains.

    Returns
    -------
    dict
        ``process`` (Python, NumPy, ns2vec), ``syn0`` and the output matrices (rows padded to 16
        floats), ``tables`` (noise, Huffman paths, subsampling), ``vocabulary`` (words and counts),
        ``encoded_corpus`` (4 bytes per word, at most `corpus_memory`, and 4 for each distinct word),
        ``counting`` (what the table of all distinct words leaves), ``workers`` (scratch), and with
        shards ``replicas`` and ``changes``.
    """
    n_words = len(shape.counts)
    row_bytes = -(-config.vector_size // ROW_FLOATS) * ROW_FLOATS * 4
    matrix = n_words * row_bytes
    parts = {"process": process_bytes(), "syn0": matrix}
    parts |= {output.matrix: matrix for output in outputs}
    parts["tables"] = 4 * n_words + sum(output.table_bytes for output in outputs)
    parts["vocabulary"] = shape.vocabulary_bytes + 8 * n_words
    is_kept = shape.is_file and config.corpus_memory > 0
    parts["encoded_corpus"] = min(config.corpus_memory, 4 * shape.n_ids) + 4 * shape.n_types if is_kept else 0
    parts["counting"] = TYPE_BYTES * shape.n_types
    parts["workers"] = config.workers * scratch_bytes(config)
    return parts | shard_parts(shape, config, outputs, row_bytes)


def scratch_bytes(config: TrainingConfig) -> int:
    """Scratch memory of one worker, as reported by the kernel."""
    kernel = make_network(np.array([2, 1]), config).kernel(config)
    return int(Workspace(kernel, chunk_room(config)).n_bytes)
