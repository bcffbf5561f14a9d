"""Node embeddings on BlogCatalog: node classification, link prediction, and the speed of walks vs peers.

    python -m benchmarks graphs nodes --data folder
    python -m benchmarks graphs nodes --data folder --models "node2vec p=q=.25, 80 walks" "LINE 1st+2nd"
    python -m benchmarks graphs peers --data folder --walks 80 --objectives hs
    python -m benchmarks graphs links --data folder
    python -m benchmarks graphs walks --data folder

Each adds its part to the file. `peers` trains gensim on exactly the walks of DeepWalk, seed by seed,
and reports the differences; it and `links` need gensim; `walks` uses fastnode2vec and pecanpy if installed.
With 80 walks, gensim takes about five to ten minutes per seed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io

from ns2vec.evaluation.links import judge_links
from ns2vec.evaluation.nodes import classify_nodes
from ns2vec.graph import LINE, DeepWalk, Graph, Node2Vec, read_graph, side_by_side, split_links
from ns2vec.graph.walks import WalkPlan

RESULTS = Path(__file__).parent / "results" / "graphs.json"
SEEDS = (1, 2, 3)
SHARES = ("10%", "50%", "90%")  # of the labels
OBJECTIVES = {"hs": "hierarchical_softmax", "ns": "negative_sampling"}
NODES = {
    "DeepWalk, 80 walks": lambda seed: walked(DeepWalk, seed, walks_per_node=80),
    "DeepWalk, 80 walks, alpha=.018": lambda seed: walked(DeepWalk, seed, walks_per_node=80, alpha=0.018),
    "DeepWalk, 10 walks": lambda seed: walked(DeepWalk, seed, walks_per_node=10),
    "DeepWalk, 80 walks, hierarchical softmax": lambda seed: walked(
        DeepWalk, seed, walks_per_node=80, objective="hierarchical_softmax"
    ),
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
    """The models that make vectors of a graph."""
    return lambda graph: kind(seed=seed, vector_size=128, window=10, **options).fit(graph).wv


def lined(seed: int) -> Any:
    """Both orders of LINE concatenated, D = 64 each."""

    def fitted(graph: Graph) -> Any:
        models = [LINE(order=order, seed=seed, vector_size=64, epochs=50).fit(graph) for order in (1, 2)]
        return side_by_side(models[0].wv, models[1].wv)

    return fitted


def judge_nodes(graph: Graph, labels: Any, names: list[str]) -> dict[str, Any]:
    """Micro and macro F1 in percent by name and share, mean and deviation over seeds; processor time."""
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
            for share, mean, sd in zip(SHARES, means.round(2), spread.round(2), strict=True)
        } | {"processor_seconds": round(statistics.mean(seconds), 1), "seeds": len(SEEDS)}
    return found


def judge_peers(graph: Graph, labels: Any, n_walks: int, objectives: list[str]) -> dict[str, Any]:
    """F1 of DeepWalk and of gensim on the same walks, by seed, and the mean difference."""
    found: dict[str, Any] = {}
    for name in objectives:
        runs: dict[str, list[Any]] = {"ns2vec": [], "gensim": []}
        seconds: dict[str, list[float]] = {"ns2vec": [], "gensim": []}
        for seed in SEEDS:
            make = {
                "ns2vec": walked(DeepWalk, seed, walks_per_node=n_walks, objective=OBJECTIVES[name]),
                "gensim": partial(by_gensim, seed=seed, n_walks=n_walks, hs=int(name == "hs")),
            }
            for program, train in make.items():
                started = time.process_time()
                trained = train(graph)
                seconds[program].append(round(time.process_time() - started, 1))
                vectors = getattr(trained, "wv", trained)[list(graph.keys)]
                judged = [(100 * at.micro, 100 * at.macro) for at in classify_nodes(vectors, labels)]
                runs[program].append(np.round(judged, 2).tolist())
                print(
                    name, program, seed, runs[program][-1], seconds[program][-1], file=sys.stderr, flush=True
                )
        more = np.subtract(runs["ns2vec"], runs["gensim"])
        mean, error = more.mean(axis=0), more.std(axis=0, ddof=1) / len(SEEDS) ** 0.5
        found[f"{name}, {n_walks} walks"] = {
            "micro_and_macro_by_seed": runs,
            "processor_seconds": seconds,
            "more_than_gensim": {
                share: {"micro": at[0], "macro": at[1], "micro_se": of[0], "macro_se": of[1]}
                for share, at, of in zip(SHARES, mean.round(2).tolist(), error.round(2).tolist(), strict=True)
            },
        }
        print(name, found[f"{name}, {n_walks} walks"]["more_than_gensim"], file=sys.stderr, flush=True)
    return found


def by_gensim(graph: Graph, seed: int, n_walks: int = 10, hs: int = 0) -> Any:
    """gensim on the same walks, as sentences."""
    from gensim.models import Word2Vec

    ids = WalkPlan(40, n_walks).walks(graph, seed=seed)
    walks = np.split(ids, np.flatnonzero(ids < 0) + 1)[:-1]
    sentences = [[graph.keys[row] for row in walk[:-1]] for walk in walks]
    return Word2Vec(
        sentences, vector_size=128, window=10, sg=1, hs=hs, negative=0 if hs else 5, min_count=0, sample=0,
        epochs=1, workers=1, seed=seed,
    )  # fmt: skip


def judge_predictions(graph: Graph) -> dict[str, Any]:
    """AUC and average precision with input and output vectors; a fifth of the edges held out, 10 walks."""
    found: dict[str, Any] = {"ns2vec": [], "gensim": []}
    for seed in SEEDS:
        split = split_links(graph, share=0.2, seed=seed)
        ours = DeepWalk(seed=seed, vector_size=128, window=10).fit(split.train)
        for name, model in {"ns2vec": ours, "gensim": by_gensim(split.train, seed)}.items():
            judged = judge_links(*split.scores(model.wv, model.syn1neg))
            found[name].append([round(judged.auc, 4), round(judged.average_precision, 4)])
        print(seed, found, file=sys.stderr, flush=True)
    return {name: {"auc_and_average_precision_by_seed": runs} for name, runs in found.items()}


def time_walks(graph: Graph) -> dict[str, Any]:
    """Million steps per second of processor time: the median of three, one thread, walks of 40 nodes."""
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
    return lambda: len(WalkPlan(40, 10, p, q).walks(graph)) - 10 * len(graph)  # without the end marks


def peers(graph: Graph, p: float, q: float) -> dict[str, Any]:
    """The same for fastnode2vec and pecanpy, after a warm-up that compiles them."""
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


def main(argv: list[str] | None = None) -> int:
    """Measure one part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=("nodes", "peers", "links", "walks"))
    parser.add_argument("--data", type=Path, required=True, help="folder with graphs/blogcatalog")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--models", nargs="+", choices=tuple(NODES), default=list(NODES))
    parser.add_argument("--walks", type=int, default=80, help="peers: walks from each node")
    parser.add_argument("--objectives", nargs="+", choices=tuple(OBJECTIVES), default=list(OBJECTIVES))
    arguments = parser.parse_args(argv)
    graph, labels = blogcatalog(arguments.data)
    if arguments.part == "nodes":
        found = judge_nodes(graph, labels, arguments.models)
    elif arguments.part == "peers":
        found = judge_peers(graph, labels, arguments.walks, arguments.objectives)
    else:
        found = judge_predictions(graph) if arguments.part == "links" else time_walks(graph)
    known = json.loads(arguments.output.read_text("utf-8")) if arguments.output.exists() else {}
    known[arguments.part] = known.get(arguments.part, {}) | found
    arguments.output.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
