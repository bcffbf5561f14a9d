"""Who will know whom: vectors of the people in a social network tell future links from other pairs.

The network is generated: people have two interests out of twenty, and those who share one know each other
more often. A fifth of the links is held out, and the same number of pairs of strangers is drawn; the cosine
of two vectors, learned from the other links, must tell them apart. The method to beat is counting common
friends.

    python examples/social_links.py
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture

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


def draw(path: str, ways: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Share of the links found against the share of other pairs that are taken for links."""
    with picture(path, "Links that were held out, told from other pairs", size=(4.6, 4)) as axes:
        for name, (links, others) in ways.items():
            bounds = np.sort(np.concatenate([links, others]))[::-1]
            shares = [[(part >= bound).mean() for bound in bounds] for part in (others, links)]
            axes.plot(*shares, label=name)
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axes.set(xlabel="share of other pairs", ylabel="share of links")
        axes.legend(frameon=False)


def main(arguments: list[str]) -> int:
    """Compare both ways, then name whom one person may know; 1 when vectors are not the better way."""
    chosen = options(arguments, __doc__)
    graph = network()
    split = split_links(graph, share=0.2)
    model = DeepWalk(vector_size=32, window=5, walks_per_node=20, epochs=2, alpha=0.05).fit(split.train)
    ways = {"vectors": split.scores(model.wv), "common friends": common_friends(split)}
    by_vectors, by_friends = (judge_links(*scores) for scores in ways.values())
    print(f"links held out: {by_vectors.n_links} of {graph.n_edges // 2}")
    print(f"AUC by vectors: {by_vectors.auc:.3f}, by common friends: {by_friends.auc:.3f}")
    person = max(graph.keys, key=lambda key: len(graph.neighbours_of(key)))
    known = set(split.train.neighbours_of(person))
    found = [other for other, _ in model.wv.most_similar(person, topn=200) if other not in known][:5]
    print(f"{person} may know: {', '.join(found)}")
    if chosen.picture:
        draw(chosen.picture, ways)
    return int(by_vectors.auc <= by_friends.auc)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
