"""Social content: who clicks on which post, from features of users and posts, with a fraction of the data.

Impressions are generated: a user with an age group and an interest sees a post with a topic, a format and a
time of day. Few are clicked; how few depends on how interest and topic, and age and format, go together.

The negatives are impressions without a click, fifty for each click. One in ten of them, evenly drawn, teaches
the model nearly the same. Afterwards the predicted odds are too high, because clicks were kept more often;
the intercept corrects this by the ratio (He et al. 2014, "Practical lessons from predicting clicks on ads at
Facebook"). Hard negatives would not do, because nobody could say by how much their odds are too high.

    python examples/clicks.py
    python examples/clicks.py --picture clicks.png
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np
from pictures import options, picture
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures

from ns2vec.sklearn import NegativeSamplingClassifier

SIZES = {"age": 6, "interest": 12, "topic": 12, "format": 4, "hour": 8}
KEPT = 0.1  # of the impressions without a click


def impressions(n: int = 120_000, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, whether there was a click, and how probable it was."""
    rng = np.random.default_rng(seed)
    seen = np.column_stack([rng.integers(0, size, n) for size in SIZES.values()])
    taste = np.random.default_rng(0)
    interest, style = taste.normal(0, 0.9, (12, 12)), taste.normal(0, 0.6, (6, 4))
    age, _, topic, kind, hour = seen.T
    odds = -4.4 + interest[seen[:, 1], topic] + style[age, kind] + 0.4 * np.sin(hour * np.pi / 4)
    p = 1.0 / (1.0 + np.exp(-odds))
    return seen, rng.random(n) < p, p


def fitted(seen: np.ndarray, clicked: np.ndarray, kept: float = 1.0):
    """Features one by one and in pairs, as a sparse table, and a linear classifier."""
    pairs = PolynomialFeatures(2, interaction_only=True, include_bias=False)
    classifier = NegativeSamplingClassifier("softmax", epochs=8, alpha=0.1, random_state=1)
    pipeline = make_pipeline(OneHotEncoder(), pairs, classifier).fit(seen, clicked)
    classifier.intercept_[1] += np.log(kept)  # the odds, put right
    return pipeline


def main(arguments: list[str]) -> int:
    """Compare a fraction of the negatives with all; 1 if the log loss is more than 2 % above."""
    chosen = options(arguments, __doc__)
    seen, clicked, p = impressions()
    judge = np.arange(len(seen)) >= 80_000
    learn, rng = ~judge, np.random.default_rng(2)
    some = learn & (clicked | (rng.random(len(seen)) < KEPT))
    print(f"{learn.sum()} impressions, {(clicked & learn).sum()} clicks; with fewer negatives {some.sum()}")
    found, losses = {}, {}
    ways = {"all": (learn, 1.0), "a tenth": (some, KEPT), "a tenth, not put right": (some, 1.0)}
    for name, (rows, kept) in ways.items():
        start = perf_counter()
        found[name] = fitted(seen[rows], clicked[rows], kept).predict_proba(seen[judge])[:, 1]
        losses[name] = log_loss(clicked[judge], found[name])
        print(f"{name}: log loss {losses[name]:.4f}, {perf_counter() - start:.1f} s")
    print(f"the world itself: log loss {log_loss(clicked[judge], p[judge]):.4f}")
    if chosen.picture:
        with picture(
            chosen.picture, "Share of clicks, with all negatives and with a tenth", size=(6.4, 4)
        ) as axes:
            for name, probabilities in found.items():
                groups = np.array_split(np.argsort(probabilities), 15)
                real, said = (
                    [values[rows].mean() for rows in groups] for values in (clicked[judge], probabilities)
                )
                axes.plot(said, real, "o-", ms=3, label=name)
            axes.plot([0.002, 0.5], [0.002, 0.5], "k:", lw=1)
            axes.set(xlabel="predicted", ylabel="real", xscale="log", yscale="log")
            axes.legend(frameon=False)
    return int(
        losses["a tenth"] > 1.02 * losses["all"] or losses["a tenth, not put right"] < losses["a tenth"]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
