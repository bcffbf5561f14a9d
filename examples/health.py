"""Healthcare: a diagnosis from a table of measurements, and illnesses that occur together from histories.

The table is scikit-learn's breast cancer data: 30 measurements of 569 tumours. There are two classes, so the
only negative of one is the other, and no sampler is needed (softmax).

Histories are generated: a patient has one to three of twelve conditions, three of the twelve codes of each,
and between them codes that anybody may have. Codes are words and histories are sentences. The negatives of a
pair of codes are codes drawn in proportion to how often they occur, to the power of 0.75: codes that anybody
may have are drawn most often, so that being close to them says little.

    python examples/health.py
    python examples/health.py --picture health.png
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture
from sklearn.datasets import load_breast_cancer
from sklearn.manifold import TSNE
from sklearn.model_selection import cross_val_score

from ns2vec import Word2Vec
from ns2vec.sklearn import NegativeSamplingClassifier

N_PATIENTS, N_CONDITIONS, N_CODES, N_USUAL = 600, 12, 12, 60


def histories(seed: int = 1) -> list[list[str]]:
    """Codes of patients: "C3.7" is the seventh of condition 3, "U5" is one that anybody has."""
    rng = np.random.default_rng(seed)
    usual = 1.0 / np.arange(1, N_USUAL + 1)
    found = []
    for _ in range(N_PATIENTS):
        codes = [f"U{row}" for row in rng.choice(N_USUAL, 10, p=usual / usual.sum())]
        for condition in rng.choice(N_CONDITIONS, rng.integers(1, 4), replace=False):
            codes += [f"C{condition}.{row}" for row in rng.choice(N_CODES, 3, replace=False)]
        found.append(rng.permutation(codes).tolist())
    return found


def precision(model: Word2Vec, codes: list[str]) -> float:
    """How many of the ten codes nearest to each code of a condition are of the same condition."""
    near = model.wv.most_similar_many(codes, topn=10)
    return float(
        np.mean(
            [
                other.split(".")[0] == code.split(".")[0]
                for code, others in zip(codes, near, strict=True)
                for other, _ in others
            ]
        )
    )


def draw(path: str, model: Word2Vec, codes: list[str]) -> None:
    """A map on which near codes stay near (t-SNE)."""
    vectors = model.wv.get_normed_vectors()[[model.wv.key_to_index[code] for code in codes]]
    x, y = TSNE(perplexity=8, random_state=0).fit_transform(vectors).T
    conditions = np.array([int(code[1:].split(".")[0]) for code in codes])
    with picture(
        path, "Codes of twelve conditions: those that come together are near", size=(6.4, 4)
    ) as axes:
        axes.scatter(x, y, c=conditions, cmap="tab20", s=14)
        for condition in range(N_CONDITIONS):
            own = conditions == condition
            axes.annotate(f"C{condition}", (x[own].max(), y[own].mean()), (4, -4), textcoords="offset points")
        axes.set(xticks=[], yticks=[])


def main(arguments: list[str]) -> int:
    """Judge both; 1 if the table is read badly, or neighbours are of other conditions."""
    chosen = options(arguments, __doc__)
    measurements, is_benign = load_breast_cancer(return_X_y=True)
    classifier = NegativeSamplingClassifier("softmax", epochs=20, random_state=1)
    auc = cross_val_score(classifier, measurements, is_benign, scoring="roc_auc", cv=5).mean()
    print(f"breast cancer: AUC {auc:.3f} over five folds")
    model = Word2Vec(histories(), vector_size=32, sg=1, window=20, min_count=1, epochs=10, seed=1)
    codes = sorted(code for code in model.wv.index_to_key if code.startswith("C"))
    found, chance = precision(model, codes), 11 / (len(model.wv) - 1)
    print(f"co-morbid codes: precision of ten neighbours {found:.3f}, by chance {chance:.3f}")
    if chosen.picture:
        draw(chosen.picture, model, codes)
    return int(auc < 0.97 or found < 0.8)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
