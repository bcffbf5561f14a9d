"""Train as a user would, evaluate, and compare with the accepted scores in eval/baselines/.

python eval/check.py                  the facts corpus, and English if the data is present
python eval/check.py facts
python eval/check.py en100 --html report.html
python eval/check.py --accept         make the scores of this run the accepted ones

Exit code 1: a score is below its baseline by more than the tolerance.
"""

from __future__ import annotations

import argparse
import lzma
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from protocol import ROOT, data_folder

from ns2vec import Word2Vec
from ns2vec.evaluation import facts_corpus
from ns2vec.evaluation.baselines import read_baseline, write_baseline
from ns2vec.evaluation.facts import DEMO_PARAMETERS
from ns2vec.evaluation.html_report import html_report
from ns2vec.evaluation.runner import evaluate_suites
from ns2vec.evaluation.text_report import table

BASELINES = ROOT / "eval" / "baselines"
ENGLISH = {
    "vector_size": 100,
    "window": 5,
    "negative": 5,
    "sg": 1,
    "min_count": 5,
    "epochs": 5,
    "sample": 1e-3,
}

# Scores vary with the seed and the order of two threads' updates; small suites vary more.
TOLERANCE = 0.03
SMALL_SUITES = {"rg65": 0.08, "mc30": 0.1, "esslli": 0.1, "bless": 0.06, "ap": 0.05}


def train_facts(folder: Path, data: str | None) -> Any:
    """Vectors of the facts corpus, with the parameters of the demo."""
    del folder, data
    return Word2Vec(facts_corpus().sentences(), seed=1, workers=1, **DEMO_PARAMETERS).wv


def train_english(megabytes: int, folder: Path, data: str | None) -> Any:
    """Vectors of the first `megabytes` MB of the English corpus, which are unpacked to `folder`."""
    text = folder / "english.txt"
    left = megabytes * 1_000_000
    with lzma.open(data_folder(data) / "corpus" / "en.txt.xz") as packed, text.open("wb") as out:
        while left and (block := packed.read(min(left, 1 << 20))):
            left -= out.write(block)
    return Word2Vec(corpus_file=str(text), seed=1, workers=2, **ENGLISH).wv


CHECKS: dict[str, tuple[Callable[[Path, str | None], Any], str]] = {
    "facts": (train_facts, "facts"),
    "en25": (partial(train_english, 25), "standard"),
    "en100": (partial(train_english, 100), "standard"),
}


def check(name: str, arguments: argparse.Namespace) -> bool:
    """Return whether the scores are as good as the accepted ones."""
    train, suites = CHECKS[name]
    with tempfile.TemporaryDirectory() as folder:
        models = {name: train(Path(folder), arguments.data)}
    data = data_folder(arguments.data) if suites == "standard" else None
    evaluation = evaluate_suites(models, [suites], data_dir=data)
    print(table(evaluation))
    command = f"python eval/check.py {name}"
    if arguments.html:
        Path(arguments.html).write_text(html_report(evaluation, models, command=command), "utf-8")
    scores = evaluation.scores()[name]
    path = BASELINES / f"{name}.json"
    if arguments.accept:
        write_baseline(path, command, scores, TOLERANCE, SMALL_SUITES)
        return True
    shortfalls = read_baseline(path).shortfalls(scores)
    print("\n".join(f"BELOW THE BASELINE {shortfall}" for shortfall in shortfalls) or f"{name}: as accepted")
    return not shortfalls


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a score is too low or a named data set is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="eval/check.py"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CHECKS)}; default: all")
    parser.add_argument(
        "--data", help="folder with corpus/ and eval/; default: NS2VEC_DATA, else ../shared/data"
    )
    parser.add_argument("--html", metavar="FILE", help="write the report of the last check there")
    parser.add_argument("--accept", action="store_true", help="write eval/baselines/NAME.json")
    arguments = parser.parse_args(argv)
    unknown = set(arguments.names) - set(CHECKS)
    if unknown:
        parser.error(f"unknown check {', '.join(sorted(unknown))}: expected {', '.join(CHECKS)}")
    passed = True
    for name in arguments.names or CHECKS:
        try:
            passed &= check(name, arguments)
        except FileNotFoundError as error:
            if arguments.names:
                print(f"eval/check.py: {error}", file=sys.stderr)
                return 1
            print(f"{name}: skipped: {error}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
