"""Games: what a player does next, from the last actions of the session.

Sessions are generated: a player follows quests, in which each of 600 actions has a few usual successors, and
now and then does something popular (opens the map, sells loot). The last three actions are a line of text and
the next one is its label. The name of an action includes its position among the three, because order matters
here.

The negatives of a label are other actions. Comparing it with all 600 would cost thirty times as much as with
twenty, so a sampled softmax draws them in proportion to how often they occur: popular actions are what a
model would predict by default, and are drawn most often. The correction for how often each is drawn makes the
scores tend to those of the full softmax.

    python examples/games.py
    python examples/games.py --picture games.png
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture

from ns2vec.classify import Classifier

N_ACTIONS, N_NEXT, N_SESSIONS, LENGTH = 600, 8, 2500, 20
KS = (1, 2, 5, 10, 20, 50)


def sessions(seed: int = 1) -> np.ndarray:
    """Actions of sessions, shape (n, length)."""
    rng = np.random.default_rng(seed)
    popular = 1.0 / np.arange(1, N_ACTIONS + 1) ** 0.8
    popular /= popular.sum()
    following = rng.integers(0, N_ACTIONS, (N_ACTIONS, N_NEXT))
    found = np.empty((N_SESSIONS, LENGTH), dtype=np.int64)
    found[:, 0] = rng.choice(N_ACTIONS, N_SESSIONS, p=popular)
    for step in range(1, LENGTH):
        on_quest = following[found[:, step - 1], rng.integers(0, N_NEXT, N_SESSIONS)]
        anything = rng.choice(N_ACTIONS, N_SESSIONS, p=popular)
        found[:, step] = np.where(rng.random(N_SESSIONS) < 0.75, on_quest, anything)
    return found


def lines(played: np.ndarray) -> tuple[list[str], list[int]]:
    """The last three actions of each moment, and what came next."""
    texts, labels = [], []
    for session in played.tolist():
        for *last, after in (session[end - 3 : end + 1] for end in range(3, len(session))):
            texts.append(" ".join(f"{place}:{action}" for place, action in enumerate(last)))
            labels.append(after)
    return texts, labels


def recalls(ranked: np.ndarray, right: np.ndarray) -> list[float]:
    """How often what came next is among the first k, for all `KS`."""
    return [float((ranked[:, :k] == right[:, np.newaxis]).any(axis=1).mean()) for k in KS]


def main(arguments: list[str]) -> int:
    """Learn from four fifths of the sessions; 1 if recall is less than three times that of popularity."""
    chosen = options(arguments, __doc__)
    played = sessions()
    learn, judge = (lines(part) for part in np.split(played, [N_SESSIONS * 4 // 5]))
    model = Classifier(
        loss="sampled_softmax",
        negative=20,
        ns_exponent=1.0,
        vector_size=64,
        epochs=10,
        alpha=0.5,
        progress=False,
    )
    model.fit(*learn)
    right, labels = np.array(judge[1]), np.array(model.labels)
    ranked = labels[np.argsort(-model.scores(judge[0]), axis=1)[:, : max(KS)]]
    by_popularity = np.tile(labels[: max(KS)], (len(right), 1))  # labels come the most frequent first
    found = {"model": recalls(ranked, right), "popularity": recalls(by_popularity, right)}
    print(f"{len(learn[1])} moments, {len(labels)} actions")
    for name, values in found.items():
        print(f"{name}: recall@10 {values[KS.index(10)]:.3f}")
    if chosen.picture:
        with picture(chosen.picture, "How often the next action is among the first k") as axes:
            for name, values in found.items():
                axes.plot(KS, values, "o-", label=name)
            axes.set(xscale="log", xlabel="k", ylabel="recall@k", ylim=(0, 1), xticks=KS, xticklabels=KS)
            axes.minorticks_off()
            axes.legend(frameon=False)
    return int(found["model"][KS.index(10)] < 3 * found["popularity"][KS.index(10)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
