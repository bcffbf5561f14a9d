"""Recommenders beside implicit and LightFM: processor time of an epoch, and the time of top-20 lists.

    python -m benchmarks recommenders --data folder
    python -m benchmarks recommenders --data folder --only bpr warp --rounds 5

One thread, 64 factors, MovieLens 100K (the first four fifths of what each user did). In each round every
program takes its turn; ratios are of medians. Seconds of an epoch are those of a long training less
those of a short one, so that what is done once is not in them. LightFM looks at 10 candidates of a
positive, WARP here at 30 unless it is told otherwise: both are measured. `top` ranks 40,000 items for
30,000 users by random factors. A peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.shared import describe_machine, say
from ns2vec.recommend import MatrixFactorization, by_time, movielens
from ns2vec.recommend.serving import top_items

RESULTS = Path(__file__).parent / "results" / "recommenders.json"
FACTORS = 64
SHORT, LONG = 2, 22  # epochs
N_USERS, N_ITEMS, N_BEST = 30_000, 40_000, 20

Program = Callable[[], float]


def seconds_an_epoch(train: Callable[[int], Any]) -> float:
    """Processor seconds that each epoch after the first few takes."""
    taken = []
    for n_epochs in (SHORT, LONG):
        started = time.process_time()
        train(n_epochs)
        taken.append(time.process_time() - started)
    return (taken[1] - taken[0]) / (LONG - SHORT)


def ours(train: Any, **options: Any) -> Program:
    """An epoch of matrix factorisation."""

    def fit(n_epochs: int) -> None:
        model = MatrixFactorization(
            vector_size=FACTORS, epochs=n_epochs, workers=1, seed=1, progress=False, **options
        )
        model.fit(train)

    return lambda: seconds_an_epoch(fit)


def implicit_bpr(matrix: sp.csr_matrix) -> Program:
    """An epoch of implicit's BPR."""
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    def fit(n_epochs: int) -> None:
        model = BayesianPersonalizedRanking(
            factors=FACTORS, iterations=n_epochs, num_threads=1, random_state=1
        )
        model.fit(matrix, show_progress=False)

    return lambda: seconds_an_epoch(fit)


def lightfm_warp(matrix: sp.csr_matrix) -> Program:
    """An epoch of LightFM's WARP."""
    from lightfm import LightFM

    coordinates = matrix.tocoo()

    def fit(n_epochs: int) -> None:
        LightFM(no_components=FACTORS, loss="warp", max_sampled=10, random_state=1).fit(
            coordinates, epochs=n_epochs, num_threads=1
        )

    return lambda: seconds_an_epoch(fit)


def our_top(users: Any, items: Any) -> Program:
    """The best items of every user."""
    return lambda: timed(lambda: top_items(users, items, n=N_BEST))


def implicit_top(users: Any, items: Any) -> Program:
    """The same by implicit, which wants a matrix of what was seen."""
    from implicit.cpu.matrix_factorization_base import MatrixFactorizationBase

    class Factors(MatrixFactorizationBase):
        """Factors that were not trained."""

        def fit(self, *args: Any, **kwargs: Any) -> None:
            """Nothing."""

        def save(self, *args: Any, **kwargs: Any) -> None:
            """Nothing."""

    model = Factors(num_threads=1)
    model.user_factors, model.item_factors = users, items
    nothing = sp.csr_matrix((len(users), len(items)), dtype=np.float32)
    ids = np.arange(len(users))
    return lambda: timed(lambda: model.recommend(ids, nothing, N=N_BEST, filter_already_liked_items=False))


def timed(work: Callable[[], Any]) -> float:
    """Processor seconds of a call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def programs(folder: Path, wanted: list[str]) -> dict[str, dict[str, Program]]:
    """What takes its turn, by task and name; ours comes first."""
    train = by_time(movielens(folder / "ml-100k").interactions).train
    matrix = train.matrix().tocsr().astype(np.float32)
    rng = np.random.default_rng(1)
    users, items = (rng.standard_normal((n, FACTORS), np.float32) for n in (N_USERS, N_ITEMS))
    peers: dict[str, dict[str, Callable[[], Program]]] = {
        "bpr": {"ns2vec": lambda: ours(train), "implicit": lambda: implicit_bpr(matrix)},
        "warp": {
            "ns2vec": lambda: ours(train, loss="warp", sampler="warp:tries=10"),
            "ns2vec, 30 tries": lambda: ours(train, loss="warp"),
            "lightfm": lambda: lightfm_warp(matrix),
        },
        "top": {"ns2vec": lambda: our_top(users, items), "implicit": lambda: implicit_top(users, items)},
    }
    found: dict[str, dict[str, Program]] = {}
    for task in wanted:
        found[task] = {}
        for name, make in peers[task].items():
            try:
                found[task][name] = make()
            except ImportError as error:
                say(f"{task}: {name} is left out ({error})")
    return found


def summarise(seconds: dict[str, list[float]]) -> dict[str, Any]:
    """Medians, and how many times as long as ns2vec each other takes."""
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        "seconds": seconds,
        "medians": medians,
        "ratios": {name: round(value / medians["ns2vec"], 2) for name, value in medians.items()},
    }


def main(argv: list[str] | None = None) -> int:
    """Measure, print the ratios, and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with ml-100k")
    parser.add_argument("--only", nargs="+", choices=("bpr", "warp", "top"), default=["bpr", "warp", "top"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    results: dict[str, Any] = {"machine": describe_machine(), "factors": FACTORS, "tasks": {}}
    for task, of_task in programs(arguments.data, arguments.only).items():
        seconds: dict[str, list[float]] = {name: [] for name in of_task}
        for number in range(arguments.rounds):
            say(f"{task}: round {number + 1}")
            for name, program in of_task.items():
                seconds[name].append(program())
        results["tasks"][task] = summarise(seconds)
        print(task, results["tasks"][task]["ratios"], flush=True)
    arguments.output.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
