"""Who will know whom: vectors of the people of a social network tell links to come from other pairs.

The network is made up: people have two interests of twenty, and those who share one know each other more
often. A fifth of the links is held out, and as many pairs of strangers are drawn; the cosine of two vectors,
learned from the other links, has to tell them apart. Counting common friends is what it has to beat.

    python examples/social_links.py
"""

from __future__ import annotations

import sys

import numpy as np

from ns2vec.evaluation.links import judge_links
from ns2vec.graph import DeepWalk, Graph, LinkSplit, split_links

N_PEOPLE, N_INTERESTS, N_MEETINGS = 500, 20, 40_000


def network(seed: int = 1) -> Graph:
    """People who met and got to know each other."""
    rng = np.random.default_rng(seed)
    interests = np.zeros((N_PEOPLE, N_INTERESTS), dtype=int)
    for each in interests:
        each[rng.choice(N_INTERESTS, 2, replace=False)] = 1
    first, second = rng.integers(0, N_PEOPLE, (2, N_MEETINGS))
    shared = (interests[first] * interests[second]).sum(axis=1)
    met = (first != second) & (rng.random(N_MEETINGS) < 0.005 + 0.3 * shared)
    return Graph.of_edges([f"person {number}" for number in range(N_PEOPLE)], first[met], second[met])


def common_friends(split: LinkSplit) -> tuple[np.ndarray, np.ndarray]:
    """How many friends two people share, of links held out and of other pairs."""
    both = (split.train.matrix() @ split.train.matrix()).toarray()
    return both[tuple(split.links.T)], both[tuple(split.others.T)]


def main() -> int:
    """Compare both ways, then name whom one person may know; 1 when vectors are not the better way."""
    graph = network()
    split = split_links(graph, share=0.2)
    model = DeepWalk(vector_size=32, window=5, walks_per_node=20, epochs=2, alpha=0.05).fit(split.train)
    by_vectors, by_friends = judge_links(*split.scores(model.wv)), judge_links(*common_friends(split))
    print(f"links held out: {by_vectors.n_links} of {graph.n_edges // 2}")
    print(f"AUC by vectors: {by_vectors.auc:.3f}, by common friends: {by_friends.auc:.3f}")
    person = max(graph.keys, key=lambda key: len(graph.neighbours_of(key)))
    known = set(split.train.neighbours_of(person))
    found = [other for other, _ in model.wv.most_similar(person, topn=200) if other not in known][:5]
    print(f"{person} may know: {', '.join(found)}")
    return int(by_vectors.auc <= by_friends.auc)


if __name__ == "__main__":
    sys.exit(main())
