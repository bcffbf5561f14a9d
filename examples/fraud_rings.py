"""Merchants that work together: fraud rings in a graph of merchants and cards.

A card pays at merchants in its own region, mostly at popular ones. The merchants of a ring share cards that
pay at hardly any other place. Rings lie within one region, so most of what a merchant shares with its ring,
the region, it also shares with hundreds of honest merchants. Evenly drawn negatives are from other regions
nine times out of ten and teach just that. Negatives from the same region are the hard ones; what they leave
to learn is the ring.

    python examples/fraud_rings.py
"""

from __future__ import annotations

import sys

import numpy as np

from ns2vec.evaluation.links import judge_links
from ns2vec.graph import LINE, Graph
from ns2vec.sampling import Pool, Sampler

N_REGIONS, N_MERCHANTS, N_RINGS, RING = 10, 60, 2, 5  # merchants of a region, its rings, merchants of a ring
N_CARDS, N_PAYMENTS, RING_CARDS = 150, 8, 6  # cards of a region, payments of each; cards of a ring


def merchant(region: int, number: int) -> str:
    return f"region {region} merchant {number}"


def payments(seed: int = 1) -> tuple[Graph, dict[str, int]]:
    """Cards and the merchants they pay at, and the ring of each merchant that has one."""
    rng = np.random.default_rng(seed)
    edges, ring_of = [], {}
    popular = 1.0 / np.arange(1, N_MERCHANTS + 1) ** 0.5
    for region in range(N_REGIONS):
        for card in range(N_CARDS):
            chosen = rng.choice(N_MERCHANTS, N_PAYMENTS, replace=False, p=popular / popular.sum())
            edges += [(f"region {region} card {card}", merchant(region, number)) for number in chosen]
        members = rng.permutation(N_MERCHANTS)[: N_RINGS * RING].reshape(N_RINGS, RING)
        for number, ring in enumerate(members.tolist()):
            ring_of |= {merchant(region, each): region * N_RINGS + number for each in ring}
            for card in range(RING_CARDS):
                chosen = [each for each in ring if rng.random() < 0.8]
                edges += [
                    (f"region {region} ring {number} card {card}", merchant(region, each)) for each in chosen
                ]
    places = {key: row for row, key in enumerate(dict.fromkeys(key for edge in edges for key in edge))}
    sources, targets = np.array([[places[key] for key in edge] for edge in edges]).T
    return Graph.of_edges(list(places), sources, targets), ring_of


def ring_auc(wv, ring_of: dict[str, int]) -> float:
    """How well cosines tell pairs of one ring from other pairs of merchants of one region."""
    keys = [key for key in wv.index_to_key if "merchant" in key]
    vectors = wv.get_normed_vectors()[[wv.key_to_index[key] for key in keys]]
    regions = np.array([int(key.split()[1]) for key in keys])
    rings = np.array([ring_of.get(key, -1 - place) for place, key in enumerate(keys)])
    first, second = np.triu_indices(len(keys), 1)
    near = regions[first] == regions[second]
    first, second = first[near], second[near]
    cosines = (vectors[first] * vectors[second]).sum(axis=1)
    same = rings[first] == rings[second]
    return judge_links(cosines[same], cosines[~same]).auc


def vectors_of(graph: Graph, sampler: str | Sampler) -> LINE:
    """Merchants with the same cards get similar vectors."""
    return LINE(order=2, vector_size=32, epochs=40, alpha=0.1, sampler=sampler).fit(graph)


def main() -> int:
    """Compare negatives from anywhere with those of the same region; 1 when these are not the better ones."""
    graph, ring_of = payments()
    print(f"{len(graph)} nodes, {graph.n_edges // 2} payments, {len(ring_of)} merchants in rings")
    regions: dict[str, list[str]] = {}
    for key in graph.keys:
        regions.setdefault(key.split()[1], []).append(key)
    hard = Pool({key: regions[key.split()[1]] for key in graph.keys})
    found = {}
    for name, sampler in (("anywhere", "unigram"), ("the same region", hard)):
        found[name] = ring_auc(vectors_of(graph, sampler).wv, ring_of)
        print(f"negatives from {name}: AUC of rings within their region {found[name]:.3f}")
    return int(found["the same region"] <= found["anywhere"])


if __name__ == "__main__":
    sys.exit(main())
