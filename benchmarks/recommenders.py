"""Recommenders compared with implicit, LightFM and PyTorch: time of an epoch, and of top-20 lists.

    python -m benchmarks recommenders --data folder
    python -m benchmarks recommenders --data folder --only bpr warp --rounds 5
    python -m benchmarks recommenders --data folder --only threads

One thread, 64 factors, MovieLens 100K (the first four fifths of each user's interactions), processor time.
The programs alternate in each round; ratios are of medians. The time of an epoch is that of a long
training run minus that of a short one, which excludes all initial work. LightFM tries 10
candidates for a positive, our WARP 30 by default: both settings are measured. `lightgcn`
compares with a plain implementation in PyTorch (benchmarks/torch_lightgcn.py). `top` ranks 40,000
items for 30,000 users by random factors. `threads` is BPR on 40,000 items with one and with two threads, in
elapsed seconds, with the NDCG@10 of both: it needs an otherwise idle machine. A peer that is
not installed is left out; tasks that are not run keep their figures in the file.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.shared import describe_machine, say
from ns2vec.recommend import (
    Interactions,
    LightGCN,
    MatrixFactorization,
    Split,
    by_time,
    movielens,
    random_per_user,
)
from ns2vec.recommend.serving import top_items

RESULTS = Path(__file__).parent / "results" / "recommenders.json"
FACTORS = 64
MANY, FEW = (2, 22), (2, 10)  # epochs of a short and a long training run
N_USERS, N_ITEMS, N_BEST = 30_000, 40_000, 20
GROUPS, PER_USER, ASKED = 100, 50, 2_000  # of the catalogue for threads; users whose lists are evaluated

TASKS = ("bpr", "warp", "lightgcn", "top", "threads")

Program = Callable[[], float]


def seconds_an_epoch(train: Callable[[int], Any], epochs: tuple[int, int] = MANY) -> float:
    """Processor seconds per epoch after the first few."""
    taken = []
    for n_epochs in epochs:
        started = time.process_time()
        train(n_epochs)
        taken.append(time.process_time() - started)
    return (taken[1] - taken[0]) / (epochs[1] - epochs[0])


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


def our_graph(train: Any, candidates: int) -> Program:
    """An epoch of LightGCN."""

    def fit(n_epochs: int) -> None:
        LightGCN(vector_size=FACTORS, epochs=n_epochs, candidates=candidates, progress=False).fit(train)

    return lambda: seconds_an_epoch(fit, FEW)


def torch_graph(train: Any, layout: str) -> Program:
    """An epoch of the same model in PyTorch."""
    from benchmarks.torch_lightgcn import fit

    return lambda: seconds_an_epoch(lambda n_epochs: fit(train, n_epochs, layout), FEW)


def catalogue() -> Split:
    """Interactions with 40,000 items: most in the user's own group, and mostly with its first items."""
    rng = np.random.default_rng(1)
    users = np.repeat(np.arange(N_USERS), PER_USER)
    group = np.where(rng.random(len(users)) < 0.9, users % GROUPS, rng.integers(0, GROUPS, len(users)))
    place = (N_ITEMS // GROUPS * rng.random(len(users)) ** 2).astype(np.int64)  # the first ones more often
    met = np.unique(users * N_ITEMS + group * (N_ITEMS // GROUPS) + place)
    data = Interactions(met // N_ITEMS, met % N_ITEMS, list(range(N_USERS)), list(range(N_ITEMS)))
    split = random_per_user(data, 0.2, seed=1)
    return replace(split, test=split.test.take(split.test.users % (N_USERS // ASKED) == 0))


def by_threads(split: Any, n_threads: int, found: dict[str, float]) -> Program:
    """Elapsed seconds per epoch; the quality of the lists after the long run is added to `found`."""

    def run() -> float:
        taken = []
        for n_epochs in MANY:
            model = MatrixFactorization(
                vector_size=FACTORS, epochs=n_epochs, workers=n_threads, seed=1, progress=False
            )
            started = time.perf_counter()
            model.fit(split.train)
            taken.append(time.perf_counter() - started)
        judged = model.evaluate(split, ks=(10,))
        found[f"{n_threads} threads"] = judged.scores()["MatrixFactorization"]["ndcg@10"]
        return (taken[1] - taken[0]) / (MANY[1] - MANY[0])

    return run


def our_top(users: Any, items: Any) -> Program:
    """The best items of every user."""
    return lambda: timed(lambda: top_items(users, items, n=N_BEST))


def implicit_top(users: Any, items: Any) -> Program:
    """The same with implicit, which needs a matrix of known interactions."""
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


def timed(work: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of a call: processor time, unless another clock is given."""
    started = clock()
    work()
    return clock() - started


def programs(folder: Path, wanted: list[str], lists: dict[str, float]) -> dict[str, dict[str, Program]]:
    """The programs, by task and name, ours first; the quality of their lists is added to `lists`."""
    train = by_time(movielens(folder / "ml-100k").interactions).train
    matrix = train.matrix().tocsr().astype(np.float32)
    rng = np.random.default_rng(1)
    users, items = (rng.standard_normal((n, FACTORS), np.float32) for n in (N_USERS, N_ITEMS))
    large = catalogue() if "threads" in wanted else None
    peers: dict[str, dict[str, Callable[[], Program]]] = {
        "bpr": {"ns2vec": lambda: ours(train), "implicit": lambda: implicit_bpr(matrix)},
        "warp": {
            "ns2vec": lambda: ours(train, loss="warp", sampler="warp:tries=10"),
            "ns2vec, 30 tries": lambda: ours(train, loss="warp"),
            "lightfm": lambda: lightfm_warp(matrix),
        },
        "lightgcn": {
            "ns2vec": lambda: our_graph(train, 1),
            "ns2vec, 8 candidates": lambda: our_graph(train, 8),
            "torch": lambda: torch_graph(train, "coo"),
            "torch, CSR": lambda: torch_graph(train, "csr"),
        },
        "top": {"ns2vec": lambda: our_top(users, items), "implicit": lambda: implicit_top(users, items)},
        "threads": {
            "ns2vec": lambda: by_threads(large, 2, lists),
            "one thread": lambda: by_threads(large, 1, lists),
        },
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
    """Medians, and the time of each other program relative to ns2vec."""
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
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    known = json.loads(arguments.output.read_text("utf-8")) if arguments.output.exists() else {"tasks": {}}
    results: dict[str, Any] = {"factors": FACTORS, "tasks": known["tasks"]}
    for before in results["tasks"].values():
        before.setdefault("machine", known.get("machine"))
    lists: dict[str, float] = {}
    for task, of_task in programs(arguments.data, arguments.only, lists).items():
        seconds: dict[str, list[float]] = {name: [] for name in of_task}
        for number in range(arguments.rounds):
            say(f"{task}: round {number + 1}")
            for name, program in of_task.items():
                seconds[name].append(program())
        results["tasks"][task] = summarise(seconds) | {"machine": describe_machine()}
        if task == "threads":
            results["tasks"][task]["ndcg@10"] = {name: round(value, 4) for name, value in lists.items()}
        print(task, results["tasks"][task]["ratios"], lists if task == "threads" else "", flush=True)
    arguments.output.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
