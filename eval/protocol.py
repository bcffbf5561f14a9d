"""The definition of quality: the suites and settings of every quality figure of the project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ns2vec.evaluation import Report, evaluate_all

ROOT = Path(__file__).resolve().parents[1]

ANALOGIES = ("analogy/google.txt",)
PAIRS = ("similarity/ws353.tsv", "similarity/simlex999.tsv", "similarity/men3000.tsv")
METRICS = ("google", "ws353", "simlex999", "men3000")
RESTRICT_VOCAB = 30_000

# Requirements relative to gensim: the mean difference over seeds, and skip-gram's minimum on the
# first 100,000,000 bytes of the English corpus with d=100, window 5, negative 5, 5 epochs.
LARGEST_LOSS = {"google": 0.01, "ws353": 0.01, "simlex999": 0.01, "men3000": 0.01}
SKIP_GRAM_FLOORS = {"google": 0.36, "ws353": 0.60, "simlex999": 0.28}


def data_folder(named: str | os.PathLike[str] | None = None) -> Path:
    """The folder with corpus/ and eval/: `named`, else NS2VEC_DATA, else ../shared/data.

    Raises FileNotFoundError if it has no eval/.
    """
    folder = Path(named or os.environ.get("NS2VEC_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "eval").is_dir():
        raise FileNotFoundError(f"{folder} has no folder eval/: set NS2VEC_DATA or pass --data")
    return folder


def evaluate(embedding: Any, data: str | os.PathLike[str] | None = None) -> Report:
    """Score `embedding` (vectors, index_to_key, key_to_index) on all suites."""
    folder = data_folder(data) / "eval"
    return evaluate_all(
        embedding,
        analogies=[folder / name for name in ANALOGIES],
        pairs=[folder / name for name in PAIRS],
        restrict_vocab=RESTRICT_VOCAB,
    )
