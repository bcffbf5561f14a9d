"""The part of ``ns2vec demo`` beyond words: recommendations, and nodes of a graph, with known answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ns2vec.recommend import Planted

BETTER = 1.5  # NDCG of a working installation, as a multiple of that of popularity
FLOOR = 0.8  # micro-F1 of a working installation
SHARE = 0.1  # share of nodes whose community is given
USER = "u3"


class Shown(NamedTuple):
    """A part of the demo.

    Attributes
    ----------
    title : str
    lines : list of str
    complaint : str
        What does not work; empty if everything does.
    """

    title: str
    lines: list[str]
    complaint: str


def shop() -> Planted:
    """Generate users with six tastes, and their choices."""
    from ns2vec.recommend import planted_interactions

    return planted_interactions(1000, 400, 6, per_user=20)


def recommendations(made: Planted) -> Shown:
    """Recommend items for users, and measure the lists."""
    from ns2vec.recommend import MatrixFactorization, by_time

    split = by_time(made.interactions)
    started = time.perf_counter()
    model = MatrixFactorization(
        loss="warp", vector_size=32, epochs=30, learning_rate=0.05, regularization=0.3, progress=False
    ).fit(split.train)
    seconds = time.perf_counter() - started
    scores = model.evaluate(split, ks=(10,)).scores()
    ours, popular = (scores[name]["ndcg@10"] for name in (type(model).__name__, "popularity"))
    found = [
        f"{one.item} because of {', '.join(str(key) for key, _ in one.because)}"
        for one in model.recommend(USER, 3, reasons=2)
    ]
    data = made.interactions
    lines = [
        f"{len(data):,} choices of {data.n_users:,} users with six tastes among {data.n_items:,} items",
        f"matrix factorisation by WARP, {seconds:.2f} s: NDCG@10 {ours:.3f}, by popularity {popular:.3f}",
        f"{USER} gets {'; '.join(found)}",
    ]
    complaint = ""
    if not ours >= BETTER * popular:
        complaint = f"NDCG@10 {ours:.3f} is below {BETTER} times that of popularity, {popular:.3f}"
    return Shown("Shop", lines, complaint)


def nodes(made: Planted) -> Shown:
    """Make vectors of users and items as nodes of one graph, and predict tastes from them."""
    import numpy as np

    from ns2vec.evaluation.nodes import classify_nodes
    from ns2vec.graph import DeepWalk, Graph

    data = made.interactions
    graph = Graph.of_edges([*data.user_keys, *data.item_keys], data.users, data.n_users + data.items)
    started = time.perf_counter()
    model = DeepWalk(vector_size=32, window=4, alpha=0.05, epochs=2, progress=False).fit(graph)
    seconds = time.perf_counter() - started
    communities = np.concatenate([made.user_communities, made.item_communities])
    (judged,) = classify_nodes(
        model.wv.vectors, np.eye(6)[communities], shares=[SHARE], n_shuffles=3, strength=100.0
    )
    near = "  ".join(f"{key} {cosine:.2f}" for key, cosine in model.wv.most_similar(USER, topn=5))
    lines = [
        f"the same as a graph: {len(graph):,} users and items, {graph.n_edges // 2:,} edges",
        f"DeepWalk, {seconds:.2f} s: tastes predicted from those of {SHARE:.0%}: micro-F1 {judged.micro:.3f}",
        f"{USER}: {near}",
    ]
    complaint = "" if judged.micro >= FLOOR else f"micro-F1 {judged.micro:.3f} is below {FLOOR}"
    return Shown("Graph", lines, complaint)
