"""Classifiers vs fastText and TF-IDF with logistic regression: quality, tuning, size, calibration, speed.

    python -m benchmarks classify quality --data folder
    python -m benchmarks classify orders --data folder --seeds 12
    python -m benchmarks classify autotune --data folder --seconds 120
    python -m benchmarks classify quantize --data folder
    python -m benchmarks classify calibration --data folder
    python -m benchmarks classify pretrained --data folder --vectors english.ns2v
    python -m benchmarks classify speed                            1,000,000 lines: alone on the machine
    python -m benchmarks classify speed --lines 50000 --many-labels 5000 --rounds 1

Each adds its part to benchmarks/results/classify.json, one figure at a time, and continues where it stopped;
`speed` always measures anew. Figures are means over the folds (TREC has its own split), per seed; all
programs train with one thread. If a program has a grid, the file contains all of it. `--folds 1` measures
only the first fold; the names of its figures say so.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.classify_tasks import (
    Texts,
    fit,
    folds,
    in_lines,
    labels_of,
    reordered,
    some,
    splits,
    write_generated,
)
from benchmarks.processes import MissingProgramError, run_child
from benchmarks.recommend import keep, read
from benchmarks.shared import describe_machine
from ns2vec import KeyedVectors
from ns2vec.classify import Classifier, autotune, save_fasttext_classifier
from ns2vec.evaluation.classification import calibration_error, evaluate_labels

RESULTS = Path(__file__).parent / "results" / "classify.json"
SHARED = {"vector_size": 50, "bucket": 200_000}
GRID = [
    SHARED | {"alpha": alpha, "epochs": epochs, "word_ngrams": n}
    for n, epochs, alpha in itertools.product((1, 2), (5, 20), (0.2, 0.5))
]
LONG = [
    options for options in GRID if options["word_ngrams"] == 2 and options["alpha"] * options["epochs"] > 1
]
TFIDF_GRID = [{"word_ngrams": n, "C": c} for n, c in itertools.product((1, 2), (1.0, 10.0, 100.0))]
USUAL = SHARED | {"alpha": 0.2, "epochs": 20, "word_ngrams": 2}

Figures = dict[str, float]


def judged(predict: Callable[[list[str]], list[str]], test: Texts) -> Figures:
    """Accuracy and macro F1 on texts."""
    found = evaluate_labels(test[1], predict(test[0]))
    return {"accuracy": found.accuracy, "macro_f1": found.macro_f1}


def mean_of(figures: list[Figures]) -> Figures:
    """The mean of each figure."""
    return {name: round(float(np.mean([each[name] for each in figures])), 4) for name in figures[0]}


class Part:
    """A part of the file: each figure is measured once, for each set and seed."""

    def __init__(self, name: str, arguments: argparse.Namespace) -> None:
        self.name, self.output, self.sets = name, arguments.output, splits(arguments.data)
        self.sets = {data: self.sets[data] for data in arguments.sets}
        self.n_folds, self.n_seeds = arguments.folds, arguments.seeds

    def add_folds_of_trec(self) -> None:
        """Measure TREC's 5,452 training texts in folds, too: its 500 test texts are few."""
        if "trec" in self.sets:
            self.sets["trec, folds of its training set"] = folds(self.sets["trec"][0][0])

    def measure(
        self, name: str, run: Callable[[Texts, Texts, int], Figures], n_seeds: int | None = None
    ) -> None:
        """Add the mean of the folds by seed."""
        for data, seed in itertools.product(self.sets, range(1, (n_seeds or self.n_seeds) + 1)):
            pairs, title = self.sets[data][: self.n_folds], self.title(data, name)
            known = self.known(data, name)
            if str(seed) not in known:
                known[str(seed)] = mean_of([run(train, test, seed) for train, test in pairs])
                keep(self.output, self.name, data, title, known)

    def title(self, data: str, name: str) -> str:
        """What a figure is called in the file."""
        n_all = len(self.sets[data])
        return f"{name}, {self.n_folds} of {n_all} folds" if self.n_folds < n_all else name

    def known(self, data: str, name: str) -> dict[str, Any]:
        """What the file has of a figure, by seed."""
        found: dict[str, Any] = read(self.output).get(self.name, {}).get(data, {})
        return dict(found.get(self.title(data, name), {}))


# ---- parts ----


def quality(part: Part, arguments: argparse.Namespace) -> None:
    """The same features in all programs, with every setting of each grid."""
    for options in GRID:
        for program in ("ns2vec", "fasttext"):
            part.measure(
                f"{program} {shown(options)}",
                lambda train, test, seed, p=program, o=options: judged(
                    fit(p, train, o | {"seed": seed}), test
                ),
            )
    for options in TFIDF_GRID:
        part.measure(
            f"tfidf {shown(options)}",
            lambda train, test, seed, o=options: judged(fit("tfidf", train, o), test),
            1,
        )


def orders(part: Part, arguments: argparse.Namespace) -> None:
    """Bigrams, with the training lines in an order that the seed gives, the same for both programs.

    fastText goes through its file in one order, and its seed changes next to nothing: with the lines as they
    come, all of its seeds are a single sample. Five epochs at .2 are left out: neither program has learned.
    """
    part.add_folds_of_trec()
    for options, program in itertools.product(LONG, ("ns2vec", "fasttext")):
        part.measure(
            f"{program} {shown(options)}",
            lambda train, test, seed, p=program, o=options: judged(
                fit(p, reordered(train, seed), o | {"seed": seed}), test
            ),
        )
    for data in part.sets:
        keep(part.output, part.name, data, part.title(data, "best setting of each"), compared(part, data))


def compared(part: Part, data: str) -> dict[str, Any]:
    """The best setting of each program by its mean accuracy, and their difference, paired by seed."""
    found: dict[str, Any] = {}
    best: list[Figures] = []
    for program in ("ns2vec", "fasttext"):
        by_setting = {
            shown(options): {
                seed: figures["accuracy"]
                for seed, figures in part.known(data, f"{program} {shown(options)}").items()
            }
            for options in LONG
        }
        setting = max(by_setting, key=lambda each: statistics.mean(by_setting[each].values()))
        best.append(by_setting[setting])
        found[program] = {"setting": setting} | mean_and_error([*best[-1].values()])
    differences = [ours - best[1][seed] for seed, ours in best[0].items() if seed in best[1]]
    return found | {"difference": mean_and_error(differences)}


def mean_and_error(values: list[float]) -> Figures:
    """The mean over seeds, and its standard error where there are several."""
    found = {"mean": round(statistics.mean(values), 4), "seeds": len(values)}
    if len(values) > 1:
        found["standard_error"] = round(statistics.stdev(values) / math.sqrt(len(values)), 4)
    return found


def shown(options: dict[str, Any]) -> str:
    """Options in the form used in names."""
    return " ".join(f"{name}={value}" for name, value in options.items())


def tuning(part: Part, arguments: argparse.Namespace) -> None:
    """Both programs with the same time limit; fastText needs held-out lines: a fifth of them."""

    def ours(train: Texts, test: Texts, seed: int) -> Figures:
        found = autotune(*train, seconds=arguments.seconds, seed=seed)
        n_trainings = sum(len(trial.scores) for trial in found.trials)
        return judged(found.model.predict, test) | {"trainings": n_trainings, "seconds": found.seconds}

    def theirs(train: Texts, test: Texts, seed: int) -> Figures:
        import fasttext

        held = np.random.default_rng(seed).random(len(train[0])) < 0.2
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ("train", "held-out")]
            for path, rows in zip(paths, (~held, held), strict=True):
                chosen = [
                    [each for each, is_in in zip(column, rows, strict=True) if is_in] for column in train
                ]
                path.write_text(in_lines((chosen[0], chosen[1])), "utf-8")
            model = fasttext.train_supervised(
                str(paths[0]), autotuneValidationFile=str(paths[1]), thread=1, verbose=0, seed=seed,
                autotuneDuration=int(arguments.seconds),
            )  # fmt: skip
        return judged(labels_of(model), test)

    part.measure(f"ns2vec {arguments.seconds:g} s", ours, arguments.rounds)
    part.measure(f"fasttext {arguments.seconds:g} s", theirs, arguments.rounds)


def quantizing(part: Part, arguments: argparse.Namespace) -> None:
    """Bytes and accuracy of a model and of its quantized copies, with all rows and with half of them."""

    def run(train: Texts, test: Texts, seed: int, half: bool) -> Figures:
        model = Classifier(**USUAL | {"vector_size": 100}, seed=seed, progress=False).fit(*train)
        small = model.quantize(keep=len(model._core.inputs.rows) // 2 if half else None)
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ("model.ns2v", "model.ftz")]
            model.save(paths[0])
            save_fasttext_classifier(small, paths[1])
            before, after = (os.path.getsize(path) for path in paths)
        scores = {"before": judged(model.predict, test), "after": judged(small.predict, test)}
        return {"share_of_bytes": after / before} | {
            f"accuracy_{name}": found["accuracy"] for name, found in scores.items()
        }

    part.measure("all rows", lambda train, test, seed: run(train, test, seed, False))
    part.measure("half of the rows", lambda train, test, seed: run(train, test, seed, True))


def calibration(part: Part, arguments: argparse.Namespace) -> None:
    """Expected calibration error before and after calibration, by five folds and by a held-out fifth.

    There are 15 bins of equal width for the probability of the best label. `by_chance` is the error of a
    perfectly calibrated model with these probabilities on this number of texts: TREC's 500 are too few to
    distinguish .03 from it, so folds of its 5,452 training texts are measured, too.
    """
    part.add_folds_of_trec()

    def run(train: Texts, test: Texts, seed: int, n_folds: int) -> Figures:
        is_held = np.random.default_rng(seed).random(len(train[0])) < (0.0 if n_folds else 0.2)
        rest, held = some(train, np.flatnonzero(~is_held)), some(train, np.flatnonzero(is_held))
        model = Classifier(**USUAL, seed=seed, progress=False).fit(*rest)
        before = error_of(model, test)[0]
        temperature = model.calibrate(*(train if n_folds else held), folds=n_folds)
        after, sure = error_of(model, test)
        rng = np.random.default_rng(seed)
        chance = [calibration_error(rng.random(len(sure)) < sure, sure) for _ in range(100)]
        figures = {"before": before, "after": after, "by_chance": float(np.mean(chance))}
        return figures | {"temperature": temperature} | judged(model.predict, test)

    part.measure("five folds", lambda train, test, seed: run(train, test, seed, 5))
    part.measure("held-out fifth", lambda train, test, seed: run(train, test, seed, 0))


def error_of(model: Classifier, test: Texts) -> tuple[float, Any]:
    """The calibration error, and the probabilities of the best labels."""
    best = [row[0] for row in model.top_k(test[0])]
    sure = np.array([p for _, p in best])
    return calibration_error(
        [label == right for (label, _), right in zip(best, test[1], strict=True)], sure
    ), sure


def pretrained(part: Part, arguments: argparse.Namespace) -> None:
    """With and without pretrained English vectors."""
    vectors = KeyedVectors.load(arguments.vectors)
    size = {"vector_size": vectors.vector_size}
    for epochs, alpha in itertools.product((5, 10, 20), (0.05, 0.1, 0.2)):
        for name, more in (("without", {}), ("with", {"pretrained": vectors})):
            options: dict[str, Any] = USUAL | size | {"epochs": epochs, "alpha": alpha} | more
            part.measure(
                f"{name} epochs={epochs} alpha={alpha}",
                lambda train, test, seed, o=options: judged(
                    Classifier(**o, seed=seed, progress=False).fit(*train).predict, test
                ),
                arguments.rounds,
            )


def speed(arguments: argparse.Namespace) -> None:
    """Training, labelling and memory, each in a separate process; rounds alternate."""
    rows = [
        ("few labels", arguments.labels, "softmax", ("ns2vec", "fasttext")),
        ("many labels", arguments.many_labels, "hs", ("ns2vec", "fasttext")),
        ("many labels", arguments.many_labels, "ns", ("ns2vec",)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for kind, n_labels, loss, programs in rows:
            path = Path(folder) / f"{n_labels}.txt"
            if not path.exists():
                write_generated(path, arguments.lines, arguments.words, n_labels)
            options = {"loss": loss, "epochs": arguments.epochs, "word_ngrams": 2, "vector_size": 100}
            runs: dict[str, list[dict[str, Any]]] = {program: [] for program in programs}
            for _, program in itertools.product(range(arguments.rounds), programs):
                job = {"task": "classify", "program": program, "lines": str(path), "parameters": options}
                job |= {"n_asked": min(arguments.lines, 20_000), "n_single": 2000, "data": None}
                try:
                    runs[program].append(run_child(job))
                except MissingProgramError as error:
                    print(f"{program}: {error}")
            found = {program: medians(each) for program, each in runs.items() if each}
            found |= {"lines": arguments.lines, "words": arguments.words, "labels": n_labels} | options
            keep(arguments.output, "speed", f"{kind}, {loss}", f"{arguments.lines} lines", found)
    keep(arguments.output, "speed", "machine", "description", describe_machine())


def medians(runs: list[dict[str, Any]]) -> Figures:
    """The median of each figure; for memory, the largest over the phases."""
    names = [name for name in runs[0] if name.endswith(("seconds", "at_once", "one_by_one", "training"))]
    found = {name: round(statistics.median(run[name] for run in runs), 4) for name in names}
    return found | {
        "peak_megabytes": round(statistics.median(max(run["peak_bytes"].values()) for run in runs) / 1e6, 1)
    }


PARTS = {
    "quality": quality, "orders": orders, "autotune": tuning, "quantize": quantizing,
    "calibration": calibration, "pretrained": pretrained,
}  # fmt: skip


def main(argv: list[str]) -> int:
    """Measure one part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=(*PARTS, "speed"))
    parser.add_argument("--data", type=Path, help="folder that has the folder classification")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--sets", nargs="+", choices=("trec", "sms", "polarity"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3, help="of the parts but for autotune and pretrained")
    parser.add_argument("--rounds", type=int, default=3, help="seeds of those two, or runs of a speed")
    parser.add_argument("--seconds", type=float, default=120.0, help="of autotune")
    parser.add_argument("--vectors", type=Path, help="vectors of English words, for pretrained")
    for name, default in (
        ("lines", 1_000_000),
        ("words", 20),
        ("labels", 100),
        ("many-labels", 50_000),
        ("epochs", 5),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help="of speed (default: %(default)s)")
    arguments = parser.parse_args(argv)
    if arguments.part == "speed":
        speed(arguments)
        return 0
    if arguments.data is None or (arguments.part == "pretrained" and arguments.vectors is None):
        parser.error("--data is needed, and for pretrained --vectors")
    usual = {"pretrained": ["polarity"], "orders": ["trec"]}
    arguments.sets = arguments.sets or usual.get(arguments.part, ["trec", "sms", "polarity"])
    PARTS[arguments.part](Part(arguments.part, arguments), arguments)
    return 0
