"""Images of digits: 8 x 8 grey values in ten classes, each compared with three others instead of all.

Negatives are classes drawn in proportion to how often they occur (here all about equally often); with as many
classes as there are words in a text, an example would cost the same. How much of the full softmax's F1 is
kept is measured over five seeds. Needs scikit-learn, which has the images.

    python examples/digits.py
    python examples/digits.py --picture digits.png
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture
from sklearn.datasets import load_digits

from ns2vec.evaluation.classification import evaluate_labels, f1_stability
from ns2vec.sklearn import NegativeSamplingClassifier

SEEDS = range(1, 6)


def draw(path: str, model: NegativeSamplingClassifier, images: np.ndarray) -> None:
    """What speaks for each class (blue) and against it (red), as an image."""
    weights = model.coef_ * images.std(axis=0)
    with picture(path, "What speaks for a digit (blue) and against it (red)", 10, (6.4, 1.05)) as all_axes:
        for digit, axes in enumerate(all_axes):
            most = np.abs(weights[digit]).max()
            axes.imshow(weights[digit].reshape(8, 8), cmap="RdBu", vmin=-most, vmax=most)
            axes.set_title(str(digit), fontsize=9)
            axes.axis("off")


def main(arguments: list[str]) -> int:
    """Compare sampled classes with all of them; 1 if less than 98.5 % of the F1 stays."""
    chosen = options(arguments, __doc__)
    images, digits = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(digits))
    learn, judge = order[:1200], order[1200:]
    right, found = digits[judge].tolist(), {}
    for loss in ("softmax", "ns", "sampled_softmax"):
        models = [NegativeSamplingClassifier(loss, negative=3, random_state=seed) for seed in SEEDS]
        found[loss] = [
            model.fit(images[learn], digits[learn]).predict(images[judge]).tolist() for model in models
        ]
        print(f"{loss}: macro F1 {evaluate_labels(right, found[loss][0]).macro_f1:.3f}")
    stable = {loss: f1_stability(right, found[loss], found["softmax"]) for loss in ("ns", "sampled_softmax")}
    for loss, share in stable.items():
        print(f"{loss}: {share.mean:.3f} of the full softmax's F1 stays, {share.lowest:.3f} at least")
    if chosen.picture:
        draw(chosen.picture, models[0], images)
    return int(stable["sampled_softmax"].mean < 0.985)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
