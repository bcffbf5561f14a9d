"""``ns2vec classify``: learn labels of lines, predict them, and test how good they are."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Any

from ns2vec.cli.common import print_json
from ns2vec.cli.parsing import Parser, UsageError, at_least, natural, positive
from ns2vec.formats import check_writable, fasttext_bin, open_for_read

logger = logging.getLogger(__name__)

NAME = "classify"
HELP = "Learn labels of lines of text, predict them, test how good they are."
USAGE = "train|predict|test FILE... [options]"
EXAMPLES = """
ns2vec classify train lines.txt --word-ngrams 2 --output model.ns2v
ns2vec classify train lines.txt -bucket 1000 -o m.bin && ns2vec classify test m.bin lines.txt

Lines are those of fastText: labels (__label__spam) and words. train writes ns2vec's own file, or fastText's
if its name ends in .bin; predict and test read both, and .ftz. predict MODEL FILE writes the best label of
each line, with --proba and probabilities; without FILE, or with -, it answers lines as they come. test MODEL
FILE prints precision and recall at k, and with one label a line accuracy and F1. Options may be written as
fastText does: -lr, -epoch, -dim, -wordNgrams, -minn, -maxn, -minCount, -loss, -neg, -thread."""

BLOCK_BYTES = 1 << 16
# option -> (fastText's name, type, what it is)
LEARNING: dict[str, tuple[str, Any, str]] = {
    "vector_size": ("dim", positive, "numbers in a vector (default: 100)"),
    "epochs": ("epoch", positive, "passes over the lines (default: 5)"),
    "alpha": ("lr", float, "learning rate at the start (default: 0.1)"),
    "min_count": ("minCount", natural, "rarer words are unknown (default: 1)"),
    "word_ngrams": ("wordNgrams", positive, "pieces of up to so many words are features (default: 1)"),
    "min_n": ("minn", natural, "least length of character n-grams (default: 0)"),
    "max_n": ("maxn", natural, "largest length of character n-grams (default: 0, none)"),
    "bucket": ("bucket", positive, "buckets of n-grams (default: 2000000)"),
    "negative": ("neg", positive, "negatives of sampled losses (default: 5)"),
    "workers": ("thread", positive, "threads (default: 1)"),
    "shards": ("shards", positive, "train in rounds of so many parts, alike for any number of threads"),
    "seed": ("seed", natural, "of the random numbers (default: 1)"),
}


def add_arguments(parser: Parser) -> None:
    """Add the options of ``classify``."""
    parser.add_argument("action", choices=("train", "predict", "test"), help="what to do")
    parser.add_argument("files", nargs="+", metavar="FILE", help="train: lines; predict, test: model, lines")
    parser.add_argument("-o", "--output", "-output", metavar="FILE", help="the model that train writes")
    parser.add_argument(
        "--prefix", "-label", metavar="TEXT", default="__label__", help="begins labels (default: __label__)"
    )
    learning = parser.add_argument_group("train")
    for name, (other, convert, text) in LEARNING.items():
        learning.add_argument(
            f"--{name.replace('_', '-')}", f"-{other}", dest=name, type=convert, metavar="N",
            default=argparse.SUPPRESS, help=text,
        )  # fmt: skip
    parser.add_choice(
        learning,
        "--loss",
        "-loss",
        names=("softmax", "ova", "hs", "ns", "nce", "sampled_softmax"),
        default="softmax",
        help="what is learned: {} (default: softmax)",
    )
    learning.add_argument("--validation", metavar="FILE", help="keep the epoch that is best on these lines")
    asking = parser.add_argument_group("predict, test")
    asking.add_argument(
        "-k", "--k", type=at_least(-1), metavar="N", default=1, help="labels a line; -1: all (default: 1)"
    )
    asking.add_argument(
        "--threshold", type=float, metavar="P", default=0.0, help="less probable labels are left out"
    )
    asking.add_argument("--proba", action="store_true", help="predict: write probabilities, too")


def run(arguments: argparse.Namespace) -> int:
    """Train, predict or test."""
    n_files = {"train": (1,), "predict": (1, 2), "test": (2,)}[arguments.action]
    if len(arguments.files) not in n_files:
        raise UsageError(f"classify {arguments.action} takes {n_files[-1]} files, got {len(arguments.files)}")
    if arguments.k == 0:
        raise UsageError("-k is a number of labels, or -1 for all: got 0")
    if arguments.action == "train":
        train(arguments)
        return 0
    model = load(arguments.files[0], arguments.prefix)
    if arguments.action == "predict":
        predict(arguments, model)
    else:
        print_json(tested(model, arguments.files[1], arguments.k, arguments.threshold))
    return 0


def train(arguments: argparse.Namespace) -> None:
    """Learn from a file, and save the model."""
    from ns2vec.classify import Classifier, save_fasttext_classifier

    if not arguments.output:
        raise UsageError("give --output: the file for the model")
    check_writable(arguments.output)
    options = {name: value for name, value in vars(arguments).items() if name in LEARNING}
    model = Classifier(loss=arguments.loss, prefix=arguments.prefix, **options)
    model.fit(arguments.files[0], validation=arguments.validation)
    if arguments.output.endswith(".bin"):
        save_fasttext_classifier(model, arguments.output)
    else:
        model.save(arguments.output)
    logger.info("%s: %d words, %d labels", arguments.output, len(model.wv), len(model.labels))


def load(path: str, prefix: str) -> Any:
    """Read a model of ns2vec's or of fastText's."""
    from ns2vec.classify import Classifier, load_fasttext_classifier

    with open_for_read(path, own=("ns2vec", "fasttext")) as stream:
        is_fasttext = fasttext_bin.looks_like(stream.read(8))
    found = load_fasttext_classifier(path, prefix) if is_fasttext else Classifier.load(path)
    if not isinstance(found, Classifier):
        raise UsageError(f"{path} holds a {type(found).__name__}, not a classifier")
    return found


def predict(arguments: argparse.Namespace, model: Any) -> None:
    """Write the labels of lines as they come."""
    path = arguments.files[1] if len(arguments.files) > 1 else "-"
    if path == "-":
        answer(arguments, model, sys.stdin.buffer)
    else:
        with open_for_read(path) as stream:
            answer(arguments, model, stream)


def answer(arguments: argparse.Namespace, model: Any, stream: IO[bytes]) -> None:
    """Write labels of the lines that a stream has at the moment, and wait for more."""
    for lines in available(stream):
        texts = [line.decode("utf-8", "replace") for line in lines]
        for row in model.top_k(texts, arguments.k, arguments.threshold):
            shown = [f"{model.prefix}{label}" + (f" {p:.6g}" if arguments.proba else "") for label, p in row]
            sys.stdout.write(" ".join(shown) + "\n")
        sys.stdout.flush()


def available(stream: Any) -> Iterator[list[bytes]]:
    """Whole lines, as many as are there."""
    read = getattr(stream, "read1", stream.read)
    rest = b""
    while block := read(BLOCK_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        if lines:
            yield lines
    if rest:
        yield [rest]


def tested(model: Any, path: str, k: int, threshold: float) -> dict[str, Any]:
    """How good the labels of a file's lines are found."""
    from ns2vec.classify.lines import labels_in, read_lines
    from ns2vec.evaluation.classification import evaluate_labels

    with open_for_read(path) as stream:
        texts = stream.read().decode("utf-8", "replace").removesuffix("\n").split("\n")
    lists = labels_in(read_lines(texts), model.prefix)[1]
    ends = lists.offsets.tolist()
    truth = [[lists.labels[i] for i in lists.ids[a:b]] for a, b in pairwise(ends)]
    asked = [i for i, labels in enumerate(truth) if labels]
    if not asked:
        raise UsageError(f"{path}: no line has a label that begins with {model.prefix}")
    found = model.top_k([texts[i] for i in asked], k, threshold)
    chosen = [{label for label, _ in row} for row in found]
    n_right = sum(len(each & {*truth[i]}) for each, i in zip(chosen, asked, strict=True))
    n_given, n_there = sum(map(len, chosen)), sum(len(truth[i]) for i in asked)
    report: dict[str, Any] = {
        "n_lines": len(asked),
        "precision": n_right / max(1, n_given),
        "recall": n_right / n_there,
    }
    if n_there == len(asked) and all(found):
        judged = evaluate_labels([truth[i][0] for i in asked], [row[0][0] for row in found])
        report |= {"accuracy": judged.accuracy, "macro_f1": judged.macro_f1}
        report["intervals"] = {name: [*ends] for name, ends in judged.intervals.items()}
    return report
