"""``ns2vec info``: a description of files of vectors, and of this installation."""

from __future__ import annotations

import argparse
import os
from typing import Any

import numpy as np

from ns2vec._build_info import build_info
from ns2vec.cli.common import add_format_option, key_options, load_vectors, print_json
from ns2vec.cli.parsing import Parser
from ns2vec.formats import native, with_format
from ns2vec.similarity import row_norms

NAME = "info"
HELP = "Describe files of vectors; without one, this installation."
USAGE = "[VECTORS...] [options]"
EXAMPLES = """
ns2vec info
ns2vec info vectors.bin vectors.txt
ns2vec info vectors.bin --json"""

N_SHOWN = 8


def add_arguments(parser: Parser) -> None:
    """Add the options of ``info``."""
    parser.add_argument("vectors", nargs="*", metavar="VECTORS", help="files of vectors; - is standard input")
    parser.add_argument("--json", action="store_true", help="a list with one object for each file")
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print one block of lines for each file, or JSON."""
    found = [facts(path, arguments) for path in arguments.vectors] or [installation()]
    if arguments.json:
        print_json(found)
        return 0
    for name, value in (entry for block in found for entry in block.items()):
        text = " ".join(map(str, value)) if isinstance(value, list) else value
        print(f"{name.replace('_', ' '):<16}{f'{text:.4g}' if isinstance(text, float) else text}")
    return 0


def installation() -> dict[str, Any]:
    """Return versions, compiler, instruction sets and threads."""
    return {**build_info(), "numpy": np.__version__, "cpus": os.cpu_count()}


def facts(path: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what is known about one file."""
    source, name = with_format(path, arguments.format)
    loaded = load_vectors(source, name, arguments.limit, **key_options(arguments))
    norms = row_norms(loaded.vectors)
    found = {
        "vectors": path,
        "format": name,
        "n_words": len(loaded),
        "vector_size": loaded.vector_size,
        "dtype": str(loaded.vectors.dtype),
        "mean_length": float(norms.mean()),
        "smallest_length": float(norms.min()),
        "largest_length": float(norms.max()),
        "n_not_finite": int((~np.isfinite(loaded.vectors)).any(axis=1).sum()),
        "first_words": loaded.index_to_key[:N_SHOWN],
    }
    is_whole = name == native.NAME and os.path.isfile(path)  # a pipe can be read only once
    return {**found, **native.describe(path)} if is_whole else found
