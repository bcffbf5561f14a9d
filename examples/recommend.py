"""Products for customers: what to show to whom, why, and how good such lists are.

Purchases are generated: six shelves, popular products, and customers who mostly keep to one shelf. One model
ranks products for known customers; another also knows products by their features, so that it shows today's
new products to the right people.

    python examples/recommend.py
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture

from ns2vec.recommend import (
    FactorizationMachine,
    Features,
    MatrixFactorization,
    by_time,
    planted_interactions,
)


def main(arguments: list[str]) -> int:
    """Train, measure, recommend; 1 when lists are no better than popularity or a new product is misplaced."""
    chosen = options(arguments, __doc__)
    shop = planted_interactions(400, 240, 6, per_user=20)
    split = by_time(shop.interactions)
    model = MatrixFactorization(loss="bpr", vector_size=32).fit(split.train)
    scores = model.evaluate(split, ks=(10,)).scores()
    ours, popular = (scores[name]["ndcg@10"] for name in ("MatrixFactorization", "popularity"))
    print(f"NDCG@10 of the last fifth of each customer: {ours:.3f}, of popularity {popular:.3f}")

    for item, score, because in model.recommend("u7", n=3, reasons=2):
        print(f"u7: {item} ({score:.2f}) because of {', '.join(key for key, _ in because)}")
    history = [key for key, _ in model.similar_items("i10", 3)]
    found = [item for item, _, _ in model.recommend(history=history, n=3, diversity=0.3)]
    print(f"somebody who bought {', '.join(history)}: {', '.join(found)}")

    genres = {key: shop.item_features.names_of(key) for key in shop.item_features.keys}
    shelf = genres["i10"][0]
    today = Features.of({**genres, "new": [shelf]})
    machine = FactorizationMachine(vector_size=32).fit(shop.interactions, item_features=today)
    wanted = machine.scores(np.arange(400))[:, machine.items.key_to_index["new"]]
    best = np.argsort(-wanted)[:50]
    share = (shop.user_communities[best] == shop.item_communities[10]).mean()
    print(f"new product with {shelf}: {share:.0%} of the 50 customers it suits best buy from that shelf")
    if chosen.picture:
        order = np.argsort(shop.item_communities, kind="stable")
        rows = np.argsort(shop.user_communities, kind="stable")
        with picture(chosen.picture, "Scores of products for customers", size=(4.6, 3.6)) as axes:
            axes.imshow(model.scores(rows[::8])[:, order[::4]], aspect="auto")
            axes.set(xlabel="products, by shelf", ylabel="customers, by shelf", xticks=[], yticks=[])
    return int(ours < 1.5 * popular or share < 0.5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
