"""Benchmarks of ns2vec against gensim, fastText, floret and word2vec.c.

    python -m benchmarks all                  every line of the table, then the table itself
    python -m benchmarks train --rows sg cbow --rounds 3
    python -m benchmarks COMMAND --help

Figures are written to benchmarks/results/ as JSON, together with a markdown version; a command that was
stopped continues where it stopped. `table` writes docs/benchmarks.md's tables and the
README's chart from that JSON.
"""

from __future__ import annotations

import importlib
import sys

# command: (module, what it measures); the commands of `measure` are the kinds of rows
COMMANDS = {
    "all": ("measure", "everything below down to evaluate"),
    "train": ("measure", "words per second of the training phase"),
    "vocab": ("measure", "vocabulary and encoding of a file"),
    "load": ("measure", "reading vectors"),
    "query": ("measure", "nearest neighbours"),
    "evaluate": ("measure", "analogies"),
    "table": ("table", "the tables of docs/benchmarks.md, and the chart, from the JSON"),
    "scaling": ("scaling", "corpus size, dimensions, negatives, window, threads"),
    "quality": ("quality", "scores over seeds, compared with gensim"),
    "memory": ("memory", "anonymous memory of a training run"),
    "subwords": ("subwords", "FastText vs gensim's and the package: quality over seeds, and speed"),
    "families": ("families", "phrases and documents compared with gensim"),
    "facebook": ("facebook", "reading a model of fastText, seconds and memory"),
    "online": ("online", "seconds of an update with new words, and how far old vectors drift"),
    "samplers": ("samplers", "speed and quality of each sampler"),
    "shards": ("shards", "training in shards: quality over seeds, and speed"),
    "cluster": ("cluster", "shards on Ray: bytes, speed, memory, traffic"),
    "kills": ("kills", "shards on Ray whose workers are killed: the same bytes"),
    "recommend": ("recommend", "recommenders, and samplers x losses; the tables of docs/recommend.md"),
    "recommenders": ("recommenders", "epochs, top lists and threads vs implicit, LightFM and PyTorch"),
    "graphs": ("graphs", "node embeddings on BlogCatalog: labels, links, walks, gensim on the same walks"),
    "classify": ("classify", "classifiers: quality, tuning, size, calibration, speed"),
    "uses": ("uses", "the programs of docs/uses.md: what they print"),
    "calculator": ("calculator", "ns2vec calculate against real runs"),
    "app": ("app", "the web app: start, 50 clients, first paint and memory of each room"),
}


def main(argv: list[str]) -> int:
    """Run one command; return its exit code, 2 for a command that does not exist."""
    name = argv[0] if argv else "--help"
    if name in ("-h", "--help"):
        print(__doc__)
        print("\n".join(f"  {command:<12} {what}" for command, (_, what) in COMMANDS.items()))
        return 0
    if name not in COMMANDS:
        print(f"benchmarks: expected one of {', '.join(COMMANDS)}, got {name!r}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"benchmarks.{COMMANDS[name][0]}")
    arguments = [name, *argv[1:]] if module.__name__ == "benchmarks.measure" else argv[1:]
    code: int = module.main(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
