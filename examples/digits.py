"""Images of digits: 8 x 8 grey values to ten classes, met by three others each instead of by all.

Negatives are classes drawn in proportion to how often they occur (here all alike); as many classes as words
would cost the same. Needs scikit-learn, which has the images.

    python examples/digits.py
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.datasets import load_digits

from ns2vec.evaluation.classification import evaluate_labels
from ns2vec.sklearn import NegativeSamplingClassifier


def main() -> int:
    """Compare sampled classes with all of them; 1 if sampling loses more than a few points."""
    images, digits = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(digits))
    learn, judge = order[:1200], order[1200:]
    scores = {}
    for loss in ("softmax", "sampled_softmax", "ns"):
        model = NegativeSamplingClassifier(loss, negative=3, random_state=1)
        found = model.fit(images[learn], digits[learn]).predict(images[judge])
        scores[loss] = evaluate_labels(digits[judge].tolist(), found.tolist()).macro_f1
        print(f"{loss}: macro F1 {scores[loss]:.3f}")
    return int(min(scores.values()) < scores["softmax"] - 0.05)


if __name__ == "__main__":
    sys.exit(main())
