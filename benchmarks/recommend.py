"""Recommenders, and samplers x losses, on MovieLens 100K and Last.fm; the tables of docs/recommend.md.

    python -m benchmarks recommend models --data folder
    python -m benchmarks recommend samplers --data folder
    python -m benchmarks recommend epochs --data folder
    python -m benchmarks recommend table

Each of the first three adds its part to benchmarks/results/recommend.json, one model at a time, and continues
where it stopped; all models with the first seed come before any with the second; `--match` selects some
models. `by_seed` contains two figures and the processor seconds of training. `table` writes the tables of the
guide from that file. All items are ranked except those that the user has in training.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ns2vec.evaluation.ranking import RankingSettings, evaluate_ranking, popularity
from ns2vec.recommend import (
    FactorizationMachine,
    Item2Vec,
    LightGCN,
    MatrixFactorization,
    Split,
    by_time,
    lastfm,
    movielens,
)

RESULTS = Path(__file__).parent / "results" / "recommend.json"
GUIDE = Path(__file__).parents[1] / "docs" / "recommend.md"
SEEDS = (1, 2, 3)
METRICS = {"ml-100k": ("recall@20", "ndcg@10"), "lastfm": ("recall@20", "ndcg@20")}
LOSSES = ("bpr", "logistic", "softmax", "warp")
# all that depend on the model choose among uniform draws, so that they differ in the choice only
SAMPLERS = (
    "uniform",
    "unigram",
    *(f"{name}:base=uniform" for name in ("dynamic", "hard", "adaptive", "cached", "self_adversarial")),
)
WARP = ("warp:tries=30", "warp:tries=300")
MACHINE = "machine"  # the factorisation machine, with BPR: a column next to the losses
EPOCHS = (5, 10, 20, 40, 60, 120)
DYNAMIC = ("uniform", "dynamic:m=4,base=uniform", "dynamic:m=32,base=uniform")

# The softmax corrects for the frequency of draws, which samplers that depend on the model do not know; WARP
# is a hinge with a sampler of its own.
# The machine rejects `hard` with its defaults: because of the row that its items share, all are
# near-duplicates.
SAMPLERS_OF = {
    "softmax": SAMPLERS[:2],
    "warp": ("uniform", *WARP),
    MACHINE: tuple(name for name in SAMPLERS if not name.startswith("hard")),
}

MODELS: dict[str, Callable[[int], Any]] = {
    'MatrixFactorization(loss="bpr")': lambda seed: MatrixFactorization(seed=seed),
    'MatrixFactorization(loss="warp")': lambda seed: MatrixFactorization(loss="warp", seed=seed),
    'MatrixFactorization(loss="warp", sampler="warp:tries=300", learning_rate=0.02)': lambda seed: (
        MatrixFactorization(loss="warp", sampler="warp:tries=300", learning_rate=0.02, seed=seed)
    ),
    "LightGCN()": lambda seed: LightGCN(seed=seed),
    "Item2Vec()": lambda seed: Item2Vec(seed=seed),
}


def datasets(folder: Path) -> dict[str, Split]:
    """The last fifth of each user's interactions, and the published split."""
    published = lastfm(folder / "lastfm").split
    assert published is not None
    return {"ml-100k": by_time(movielens(folder / "ml-100k").interactions), "lastfm": published}


def run(model_of: Callable[[int], Any], seed: int, split: Split, metrics: tuple[str, ...]) -> list[float]:
    """The two figures for a seed, and the processor time of training."""
    model = model_of(seed)
    started = time.process_time()
    model.fit(split.train)
    seconds = round(time.process_time() - started, 2)
    scores = model.evaluate(split, ks=(10, 20)).scores()[type(model).__name__]
    return [*(round(scores[name], 4) for name in metrics), seconds]


def summed_up(by_seed: dict[str, list[float]]) -> dict[str, Any]:
    """Mean and deviation over the seeds that were run."""
    runs = np.array(list(by_seed.values()))
    return {
        "mean": runs.mean(axis=0).round(4)[:2].tolist(),
        "sd": runs.std(axis=0, ddof=1).round(4)[:2].tolist() if len(runs) > 1 else None,
        "processor_seconds": round(float(runs[:, 2].mean()), 2),
        "by_seed": by_seed,
    }


def parts() -> dict[str, dict[str, Callable[[int], Any]]]:
    """The models to train, by part and name."""

    def factorised(loss: str, sampler: str | None, epochs: int | None = None) -> Callable[[int], Any]:
        return lambda seed: MatrixFactorization(loss=loss, sampler=sampler, epochs=epochs, seed=seed)

    def machine(sampler: str) -> Callable[[int], Any]:
        return lambda seed: FactorizationMachine(sampler=sampler, seed=seed)

    return {
        "models": MODELS,
        "samplers": {
            f"{loss} {name}": machine(name) if loss == MACHINE else factorised(loss, name)
            for loss in (*LOSSES, MACHINE)
            for name in SAMPLERS_OF.get(loss, SAMPLERS)
        },
        "epochs": {f"{name} {n}": factorised("bpr", name, n) for name in DYNAMIC for n in EPOCHS},
    }


def measure(part: str, folder: Path, output: Path, match: str = "") -> None:
    """The runs of a part that match a pattern and are not in the file yet, seed by seed."""
    wanted = {name: model_of for name, model_of in parts()[part].items() if re.search(match, name)}
    splits = datasets(folder)
    for data, split in splits.items():
        if part == "models":
            known = split.known.matrix()
            settings = RankingSettings(ks=(10, 20))
            scorers = {"popularity": popularity(known)}
            scores = evaluate_ranking(scorers, known, split.test.matrix(), settings=settings).scores()
            figures = [round(scores["popularity"][name], 4) for name in METRICS[data]]
            keep(output, part, data, "popularity", {"mean": figures})
    for seed in SEEDS:
        for data, split in splits.items():
            for name, model_of in wanted.items():
                by_seed = read(output).get(part, {}).get(data, {}).get(name, {}).get("by_seed", {})
                if str(seed) not in by_seed:
                    by_seed[str(seed)] = run(model_of, seed, split, METRICS[data])
                    keep(output, part, data, name, {"metrics": METRICS[data]} | summed_up(by_seed))


def read(path: Path) -> dict[str, Any]:
    """The measurements so far."""
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def keep(path: Path, part: str, data: str, name: str, found: dict[str, Any]) -> None:
    """Add a figure to the file."""
    known = read(path)
    known.setdefault(part, {}).setdefault(data, {})[name] = found
    path.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
    print(part, data, name, found, file=sys.stderr, flush=True)


# ---- the guide's tables ----


def cell(of_data: dict[str, Any], name: str) -> str:
    """`.201 (.187)`, with a star if it comes from one seed; a dash if nothing was measured."""
    if name not in of_data:
        return "–"
    first, second = (f"{value:.3f}".lstrip("0") for value in of_data[name]["mean"])
    return f"{first} ({second})" + "*" * (len(of_data[name].get("by_seed", "popularity")) == 1)


def rows_of(part: str, known: dict[str, Any]) -> str:
    """The table of a part, in Markdown."""
    found = known[part]
    if part == "models":
        head = ["model", "MovieLens 100K, last fifth by time", "Last.fm, its published split"]
        names = ["popularity", *(name for name in MODELS if all(name in found[data] for data in METRICS))]
        body = [
            [name if name == "popularity" else f"`{name}`", *(cell(found[data], name) for data in METRICS)]
            for name in names
        ]
    elif part == "samplers":
        columns = [*LOSSES, MACHINE]
        head = ["sampler, data", *(f"`{loss}`" for loss in LOSSES), "machine, `bpr`"]
        body = [
            [f"`{name}`, {data}", *(cell(of_data, f"{loss} {name}") for loss in columns)]
            for data, of_data in found.items()
            for name in (*SAMPLERS, *WARP)
        ]
    else:
        head = ["sampler, data", *(f"{n} epochs" for n in EPOCHS)]
        body = [
            [f"`{name}`, {data}", *(cell(of_data, f"{name} {n}") for n in EPOCHS)]
            for data, of_data in found.items()
            for name in DYNAMIC
        ]
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_tables(known: dict[str, Any]) -> None:
    """Write each part's table between its markers in the guide."""
    text = GUIDE.read_text("utf-8")
    for part in parts():
        marks = rf"(<!-- recommend: {part} -->\n).*?(<!-- end -->)"
        text, n = re.subn(
            marks, lambda m, p=part: f"{m[1]}\n{rows_of(p, known)}\n{m[2]}", text, flags=re.DOTALL
        )
        if n != 1:
            raise SystemExit(f"{GUIDE}: expected one place for the table {part}, found {n}")
    GUIDE.write_text(text, "utf-8")


def main(argv: list[str]) -> int:
    """Measure one part, or write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=(*parts(), "table"))
    parser.add_argument("--data", type=Path, help="folder with ml-100k and lastfm")
    parser.add_argument("--match", default="", metavar="REGEX", help="only models whose names it is found in")
    parser.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    if arguments.part == "table":
        write_tables(read(arguments.output))
        return 0
    if arguments.data is None:
        parser.error("--data is needed, the folder with ml-100k and lastfm")
    measure(arguments.part, arguments.data, arguments.output, arguments.match)
    return 0
