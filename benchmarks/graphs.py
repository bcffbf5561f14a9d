"""Node embeddings on BlogCatalog: node classification, link prediction, and the speed of walks beside peers.

    python -m benchmarks.graphs nodes --data folder --output benchmarks/results/graphs.json
    python -m benchmarks.graphs links --data folder --output benchmarks/results/graphs.json
    python -m benchmarks.graphs walks --data folder --output benchmarks/results/graphs.json

Each adds its part to the file. `links` needs gensim, `walks` what of fastnode2vec and pecanpy is there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io

from ns2vec.evaluation.links import judge_links
from ns2vec.evaluation.nodes import classify_nodes
from ns2vec.graph import LINE, DeepWalk, Graph, LinkSplit, Node2Vec, read_graph, side_by_side, split_links
from ns2vec.graph.walks import WalkPlan

SEEDS = (1, 2, 3)
NODES = {
    "DeepWalk, 80 walks": lambda seed: walked(DeepWalk, seed, walks_per_node=80),
    "DeepWalk, 10 walks": lambda seed: walked(DeepWalk, seed, walks_per_node=10),
    "DeepWalk, 10 walks, hierarchical softmax": lambda seed: walked(
        DeepWalk, seed, walks_per_node=10, objective="hierarchical_softmax"
    ),
    "node2vec p=q=.25, 80 walks": lambda seed: walked(Node2Vec, seed, walks_per_node=80, p=0.25, q=0.25),
    "LINE 1st+2nd": lambda seed: lined(seed),
}


def blogcatalog(folder: Path) -> tuple[Graph, Any]:
    """The graph and the labels, (n, 39)."""
    found = scipy.io.loadmat(folder / "graphs" / "blogcatalog" / "blogcatalog.mat")
    return read_graph(found["network"]), found["group"]


def walked(kind: Any, seed: int, **options: Any) -> Any:
    """What makes vectors of a graph."""
    return lambda graph: kind(seed=seed, vector_size=128, window=10, **options).fit(graph).wv


def lined(seed: int) -> Any:
    """Both orders of LINE side by side, D = 64 each."""

    def fitted(graph: Graph) -> Any:
        models = [LINE(order=order, seed=seed, vector_size=64, epochs=50).fit(graph) for order in (1, 2)]
        return side_by_side(models[0].wv, models[1].wv)

    return fitted


def judge_nodes(graph: Graph, labels: Any, names: list[str]) -> dict[str, Any]:
    """Micro and macro F1 in percent by name and share, mean and spread of the seeds, and processor time."""
    found: dict[str, Any] = {}
    for name in names:
        runs, seconds = [], []
        for seed in SEEDS:
            started = time.process_time()
            wv = NODES[name](seed)(graph)
            seconds.append(time.process_time() - started)
            runs.append([(100 * at.micro, 100 * at.macro) for at in classify_nodes(wv.vectors, labels)])
            print(
                name,
                seed,
                np.round(runs[-1], 1).tolist(),
                f"{seconds[-1]:.0f} s",
                file=sys.stderr,
                flush=True,
            )
        means, spread = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1)
        found[name] = {
            share: {"micro": mean[0], "macro": mean[1], "micro_sd": sd[0], "macro_sd": sd[1]}
            for share, mean, sd in zip(("10%", "50%", "90%"), means.round(2), spread.round(2), strict=True)
        } | {"processor_seconds": round(statistics.mean(seconds), 1), "seeds": len(SEEDS)}
    return found


def by_gensim(split: LinkSplit, seed: int) -> Any:
    """gensim on the same walks, as sentences."""
    from gensim.models import Word2Vec

    ids = WalkPlan(40, 10).walks(split.train, seed=seed)
    walks = np.split(ids, np.flatnonzero(ids < 0) + 1)[:-1]
    sentences = [[split.train.keys[row] for row in walk[:-1]] for walk in walks]
    return Word2Vec(
        sentences, vector_size=128, window=10, sg=1, min_count=0, sample=0, epochs=1, workers=1, seed=seed
    )


def judge_predictions(graph: Graph) -> dict[str, Any]:
    """AUC and average precision by input and output vectors; a fifth of the edges held out, 10 walks."""
    found: dict[str, Any] = {"ns2vec": [], "gensim": []}
    for seed in SEEDS:
        split = split_links(graph, share=0.2, seed=seed)
        ours = DeepWalk(seed=seed, vector_size=128, window=10).fit(split.train)
        for name, model in {"ns2vec": ours, "gensim": by_gensim(split, seed)}.items():
            judged = judge_links(*split.scores(model.wv, model.syn1neg))
            found[name].append([round(judged.auc, 4), round(judged.average_precision, 4)])
        print(seed, found, file=sys.stderr, flush=True)
    return {name: {"auc_and_average_precision_by_seed": runs} for name, runs in found.items()}


def time_walks(graph: Graph) -> dict[str, Any]:
    """Million steps a second of processor time, the median of three, one thread, walks of 40."""
    found: dict[str, Any] = {}
    for p, q in ((1.0, 1.0), (0.25, 0.25)):
        makers = {"ns2vec": ours(graph, p, q)} | peers(graph, p, q)
        rates: dict[str, list[float]] = {name: [] for name in makers}
        for _ in range(3):
            for name, make in makers.items():
                started = time.process_time()
                n_nodes = make()
                rates[name].append(n_nodes / (time.process_time() - started) / 1e6)
        found[f"p={p} q={q}"] = {name: round(statistics.median(each), 2) for name, each in rates.items()}
        print(found, file=sys.stderr, flush=True)
    return found


def ours(graph: Graph, p: float, q: float) -> Any:
    """A call that walks and returns the number of nodes."""
    return lambda: len(WalkPlan(40, 10, p, q).walks(graph)) - 10 * len(graph)  # without what ends each


def peers(graph: Graph, p: float, q: float) -> dict[str, Any]:
    """The same of fastnode2vec and pecanpy, after a warm-up that compiles them."""
    found: dict[str, Any] = {}
    edges = [(int(a), int(b)) for a, b in zip(graph.sources, graph.neighbours, strict=True) if a < b]
    try:
        from fastnode2vec import Graph as FastGraph

        fast = FastGraph(edges, directed=False, weighted=False)

        def by_fastnode2vec() -> int:
            walks = (fast.generate_random_walk(40, p, q, node) for node in range(len(graph)))
            return sum(len(walk) for walk in walks)

        found["fastnode2vec"] = by_fastnode2vec
    except ImportError:
        pass
    try:
        from pecanpy import pecanpy

        kind = pecanpy.FirstOrderUnweighted if p == q == 1 else pecanpy.SparseOTF
        made = kind(p=p, q=q, workers=1, verbose=False)
        made.indptr, made.indices = graph.offsets.astype(np.uint32), graph.neighbours.astype(np.uint32)
        made.data = np.ones(graph.n_edges, dtype=np.float32)
        made.set_node_ids([str(key) for key in graph.keys])
        made.preprocess_transition_probs()
        found["pecanpy"] = lambda: sum(map(len, made.simulate_walks(1, 40)))
    except ImportError:
        pass
    for make in found.values():
        make()
    return found


def main() -> int:
    """Measure one part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=("nodes", "links", "walks"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--models", nargs="+", choices=tuple(NODES), default=list(NODES))
    arguments = parser.parse_args()
    graph, labels = blogcatalog(arguments.data)
    if arguments.part == "nodes":
        found = judge_nodes(graph, labels, arguments.models)
    else:
        found = judge_predictions(graph) if arguments.part == "links" else time_walks(graph)
    known = json.loads(arguments.output.read_text("utf-8")) if arguments.output.exists() else {}
    known[arguments.part] = known.get(arguments.part, {}) | found
    arguments.output.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
