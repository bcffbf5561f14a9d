"""Fraud: a card pays where its owner never would.

Cards pay at merchants in their region, most of all at those of their owner's circle; a fifth of the payments
is at any merchant in the region. A stolen card pays at merchants of another circle in the same region, and at
popular ones as often as the owner does. So how rare a merchant is says nothing; only who pays where does.

A negative of a payment is the same card at another merchant. Evenly drawn negatives are from other regions
nine times out of ten and teach the region, which the thief shares with the owner. Merchants in the same
region are the hard negatives; what they leave to learn is the circle. The model itself can also choose the
harder one of two draws. Neither sampler knows how often a merchant is drawn, so surprise is calibrated on
held-out payments.

    python examples/fraud.py
    python examples/fraud.py --picture fraud.png
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture

from ns2vec.evaluation.links import judge_links
from ns2vec.sampling import Pool
from ns2vec.sklearn import PairAnomalyScorer

N_REGIONS, N_CIRCLES = 10, 5  # circles of a region
N_CARDS, N_MERCHANTS = 40, 12  # of a circle
PER_CARD, ANYWHERE = 5, 0.2  # payments of a card; share of them that is not in its circle


def merchants(rng: np.random.Generator, circles: np.ndarray) -> np.ndarray:
    """A merchant of each circle, popular ones more often."""
    popular = 1.0 / np.arange(1, N_MERCHANTS + 1) ** 0.8
    return circles * N_MERCHANTS + rng.choice(N_MERCHANTS, len(circles), p=popular / popular.sum())


def payments(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of card and merchant: what was paid, then a payment by each card's owner and one by a thief."""
    rng = np.random.default_rng(seed)
    cards = np.arange(N_REGIONS * N_CIRCLES * N_CARDS)
    circles = cards // N_CARDS
    first = circles // N_CIRCLES * N_CIRCLES  # of the region
    before, own, begin = (np.repeat(each, PER_CARD) for each in (cards, circles, first))
    strays = rng.random(len(before)) < ANYWHERE
    visited = np.where(strays, begin + rng.integers(0, N_CIRCLES, len(before)), own)
    other = first + (circles - first + rng.integers(1, N_CIRCLES, len(cards))) % N_CIRCLES
    parts = ((before, visited), (cards, circles), (cards, other))
    seen, usual, stolen = (np.column_stack([card, merchants(rng, circle)]) for card, circle in parts)
    return seen, usual, stolen


def main(arguments: list[str]) -> int:
    """Compare samplers; 1 if rarity tells fraud, or the hard sampler is below the uniform one."""
    chosen = options(arguments, __doc__)
    seen, usual, stolen = payments()
    n_cards, n_merchants = (len(np.unique(column)) for column in seen.T)
    print(f"{len(seen)} payments of {n_cards} cards at {n_merchants} merchants")
    counts = np.bincount(seen[:, 1], minlength=N_REGIONS * N_CIRCLES * N_MERCHANTS)
    found = {"rarity alone": (-counts[stolen[:, 1]], -counts[usual[:, 1]])}
    size = N_CIRCLES * N_MERCHANTS
    same_region = Pool(
        {shop: range(shop // size * size, shop // size * size + size) for shop in range(len(counts))}
    )
    samplers = {"uniform": "uniform", "harder of two": "dynamic:m=2,base=uniform", "same region": same_region}
    for name, sampler in samplers.items():
        scorer = PairAnomalyScorer(sampler=sampler, random_state=1).fit(seen)
        found[name] = scorer.surprise(stolen), scorer.surprise(usual)
    auc = {name: judge_links(*scores).auc for name, scores in found.items()}
    for name, value in auc.items():
        print(f"{name}: AUC {value:.3f}")
    if chosen.picture:
        with picture(chosen.picture, "Surprise of payments by negatives, in nats", 2) as all_axes:
            for axes, name in zip(all_axes, ("uniform", "same region"), strict=True):
                axes.hist(found[name], bins=40, label=["thief", "owner"], color=["C3", "C0"], histtype="step")
                axes.set(title=f"{name}: AUC {auc[name]:.2f}", xlabel="-log P(merchant | card)", yticks=[])
            axes.legend(frameon=False)
    return int(abs(auc["rarity alone"] - 0.5) > 0.05 or auc["same region"] < auc["uniform"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
