"""``ns2vec classify``: learn labels of lines, predict them, test the predictions, and make models small."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Any

from ns2vec.cli import runs
from ns2vec.cli.common import print_json
from ns2vec.cli.parsing import Parser, UsageError, at_least, natural, positive
from ns2vec.formats import check_writable, fasttext_bin, open_for_read

logger = logging.getLogger(__name__)

NAME = "classify"
HELP = "Learn labels for lines of text, predict them, and test how good they are."
USAGE = "train|autotune|predict|test|quantize FILE... [options]"
EXAMPLES = """
ns2vec classify train lines.txt --word-ngrams 2 --output model.ns2v
ns2vec classify train lines.txt -bucket 1000 -o m.bin && ns2vec classify test m.bin lines.txt
ns2vec classify autotune lines.txt --budget 4 -loss softmax --output best.ns2v
ns2vec classify train lines.txt -o m.ns2v && ns2vec classify quantize m.ns2v lines.txt --output small.ftz

Lines have fastText's layout: labels (__label__spam) and words. train writes ns2vec's own file, or fastText's
if its name ends in .bin or, quantized, in .ftz; predict, test and quantize read all of them.
autotune tries options that are not given, trains with the best and prints what it tried; so does train with
-autotune-validation, as in fastText, for 300 seconds unless -autotune-duration says otherwise. predict MODEL
FILE writes the best label of each line and, with --proba, probabilities; without FILE, or with -, it answers
each line as it arrives. test MODEL FILE prints precision and recall at k and, if each line has one label,
accuracy and F1; quantize prints sizes and, with FILE, both models' scores. fastText's options work, too:
-lr, -epoch, -dim, -wordNgrams, -minn, -maxn, -minCount, -loss, -neg, -thread."""

ACTIONS = {  # number of files for each
    "train": (1,), "autotune": (1,), "predict": (1, 2), "test": (2,), "quantize": (1, 2),
}  # fmt: skip
TUNING_SECONDS = 300.0  # fastText's
BLOCK_BYTES = 1 << 16
# option -> (fastText's name, type, description)
LEARNING: dict[str, tuple[str, Any, str]] = {
    "vector_size": ("dim", positive, "dimensions of a vector (default: 100)"),
    "epochs": ("epoch", positive, "passes over the lines (default: 5)"),
    "alpha": ("lr", float, "learning rate at the start (default: 0.1)"),
    "min_count": ("minCount", natural, "words that occur less often are unknown (default: 1)"),
    "word_ngrams": ("wordNgrams", positive, "sequences of up to N words are features (default: 1)"),
    "min_n": ("minn", natural, "shortest character n-grams (default: 0)"),
    "max_n": ("maxn", natural, "longest character n-grams (default: 0, none)"),
    "bucket": ("bucket", positive, "buckets of n-grams (default: 2000000)"),
    "negative": ("neg", positive, "negatives for sampled losses (default: 5)"),
    "workers": ("thread", positive, "threads (default: 1)"),
    "shards": ("shards", positive, "train N parts in rounds: the same result for any number of threads"),
    "seed": ("seed", natural, "seed of the random numbers (default: 1)"),
}


def add_arguments(parser: Parser) -> None:
    """Add the options of ``classify``."""
    parser.add_argument("action", choices=ACTIONS, help="what to do")
    parser.add_argument("files", nargs="+", metavar="FILE", help="lines to train on; or a model, then lines")
    parser.add_argument("-o", "--output", "-output", metavar="FILE", help="file for the model")
    parser.add_argument(
        "--prefix",
        "-label",
        metavar="TEXT",
        default="__label__",
        help="prefix of labels (default: __label__)",
    )
    add_learning(parser)
    add_tuning(parser)
    asking = parser.add_argument_group("predict, test")
    asking.add_argument(
        "-k", "--k", type=at_least(-1), metavar="N", default=1, help="labels per line; -1: all (default: 1)"
    )
    asking.add_argument(
        "--threshold", type=float, metavar="P", default=0.0, help="leave out labels that are less probable"
    )
    asking.add_argument("--proba", action="store_true", help="predict: also write probabilities")


def add_learning(parser: Parser) -> None:
    """Add the options of a model."""
    learning = parser.add_argument_group("train, autotune")
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
        default=argparse.SUPPRESS,
        help="the loss: {} (default: softmax)",
    )
    runs.add_ledger_options(learning)
    learning.add_argument(
        "--validation", metavar="FILE", help="keep the epoch with the best score on these lines"
    )


def add_tuning(parser: Parser) -> None:
    """Add the options of autotune and of quantize."""
    tuning = parser.add_argument_group("autotune")
    tuning.add_argument("--budget", type=positive, metavar="N", help="training runs (default: 50)")
    tuning.add_argument(
        "--seconds",
        "-autotune-duration",
        type=float,
        metavar="S",
        help="how long to take, instead of --budget",
    )
    tuning.add_argument(
        "--metric", "-autotune-metric", metavar="NAME", default="accuracy",
        help="what to optimise: accuracy (f1 is the same), macro_f1, f1:LABEL, log_loss (default: accuracy)",
    )  # fmt: skip
    tuning.add_argument("-autotune-validation", metavar="FILE", help="lines to judge by (train: autotune)")
    rounding = parser.add_argument_group("quantize")
    rounding.add_argument(
        "--keep",
        "-cutoff",
        type=positive,
        metavar="N",
        help="rows of words and n-grams to keep (default: all)",
    )
    rounding.add_argument(
        "--width", "-dsub", type=positive, metavar="N", help="components per byte (default: 4)"
    )
    rounding.add_argument("--lengths", "-qnorm", action="store_true", help="round lengths separately")
    rounding.add_argument("--outputs", "-qout", action="store_true", help="also round the vectors of labels")


def run(arguments: argparse.Namespace) -> int:
    """Run the action."""
    n_files = ACTIONS[arguments.action]
    if len(arguments.files) not in n_files:
        files = "one file" if n_files == (1,) else f"{n_files[-1]} files"
        raise UsageError(f"classify {arguments.action} takes {files}, got {len(arguments.files)}")
    if arguments.k == 0:
        raise UsageError("-k must be a number of labels, or -1 for all, got 0")
    if arguments.action in ("train", "autotune"):
        train(arguments)
        return 0
    model = load(arguments.files[0], arguments.prefix)
    if arguments.action == "predict":
        predict(arguments, model)
    elif arguments.action == "quantize":
        print_json(quantize(arguments, model))
    else:
        print_json(tested(model, arguments.files[1], arguments.k, arguments.threshold))
    return 0


def train(arguments: argparse.Namespace) -> None:
    """Learn from a file, with given or tuned options, and save the model."""
    from ns2vec.classify import Classifier

    check_output(arguments)
    rounding = [name for name in ("keep", "width", "lengths", "outputs") if getattr(arguments, name)]
    if rounding and not arguments.output.endswith(".ftz"):
        raise UsageError(f"--{rounding[0]} is for quantized models: end --output with .ftz, or use quantize")
    known = (*LEARNING, "loss", "prefix")
    options = {name: value for name, value in vars(arguments).items() if name in known}
    watching = runs.ledgers(arguments)
    if arguments.action == "autotune" or arguments.autotune_validation:
        if watching:
            raise UsageError("--runs records one training run, but autotune makes many: leave it out")
        model = tuned(arguments, options)
    elif arguments.budget is not None or arguments.seconds is not None:
        raise UsageError("train tunes nothing without -autotune-validation FILE: give that, or use autotune")
    else:
        model = Classifier(**options).fit(
            arguments.files[0], validation=arguments.validation, callbacks=watching
        )
    save(arguments, model)
    logger.info("%s: %d words, %d labels", arguments.output, len(model.wv), len(model.labels))


def check_output(arguments: argparse.Namespace) -> None:
    """Fail before training if the model cannot be written."""
    if not arguments.output:
        raise UsageError("give --output: the file for the model")
    check_writable(arguments.output)


def save(arguments: argparse.Namespace, model: Any) -> None:
    """Write a model in the format of the file's suffix."""
    from ns2vec.classify import save_fasttext_classifier

    if arguments.output.endswith(".ftz") and not model.quantized:
        model = rounded(arguments, model)
    if arguments.output.endswith((".bin", ".ftz")):
        save_fasttext_classifier(model, arguments.output)
    else:
        model.save(arguments.output)


def tuned(arguments: argparse.Namespace, options: dict[str, Any]) -> Any:
    """Return the model with the best options; print the trials."""
    from ns2vec.classify import autotune

    seconds, metric = arguments.seconds, arguments.metric
    if arguments.action == "train" and seconds is None and arguments.budget is None:
        seconds = TUNING_SECONDS
    kind, _, label = metric.partition(":")
    if kind == "f1":
        metric = f"f1:{label.removeprefix(arguments.prefix)}" if label else "accuracy"
    found = autotune(
        arguments.files[0], validation=arguments.autotune_validation or arguments.validation,
        budget=arguments.budget, seconds=seconds, metric=metric, **options,
    )  # fmt: skip
    print(found.table())
    return found.model


def rounded(arguments: argparse.Namespace, model: Any) -> Any:
    """Make a small copy of a model."""
    return model.quantize(
        keep=arguments.keep,
        width=arguments.width or 4,
        has_lengths=arguments.lengths,
        outputs=arguments.outputs,
    )


def quantize(arguments: argparse.Namespace, model: Any) -> dict[str, Any]:
    """Write a small copy of a model; return the sizes and, for given lines, the quality of both."""
    check_output(arguments)
    if not arguments.output.endswith(".ftz"):
        raise UsageError(f"quantize writes fastText's .ftz: end --output with .ftz, got {arguments.output}")
    small = rounded(arguments, model)
    save(arguments, small)
    report: dict[str, Any] = {
        "bytes_before": os.path.getsize(arguments.files[0]),
        "bytes": os.path.getsize(arguments.output),
    }
    if len(arguments.files) > 1:
        for name, one in (("before", model), ("after", small)):
            report[name] = tested(one, arguments.files[1], arguments.k, arguments.threshold)
    return report


def load(path: str, prefix: str) -> Any:
    """Read a model of ns2vec or of fastText."""
    from ns2vec.classify import Classifier, load_fasttext_classifier

    with open_for_read(path, own=("ns2vec", "fasttext")) as stream:
        is_fasttext = fasttext_bin.looks_like(stream.read(8))
    found = load_fasttext_classifier(path, prefix) if is_fasttext else Classifier.load(path)
    if not isinstance(found, Classifier):
        raise UsageError(f"{path} holds a {type(found).__name__}, not a classifier")
    return found


def predict(arguments: argparse.Namespace, model: Any) -> None:
    """Write the labels of lines as they arrive."""
    path = arguments.files[1] if len(arguments.files) > 1 else "-"
    if path == "-":
        answer(arguments, model, sys.stdin.buffer)
    else:
        with open_for_read(path) as stream:
            answer(arguments, model, stream)


def answer(arguments: argparse.Namespace, model: Any, stream: IO[bytes]) -> None:
    """Write labels of the lines that a stream has so far, then wait for more."""
    for lines in available(stream):
        texts = [line.decode("utf-8", "replace") for line in lines]
        for row in model.top_k(texts, arguments.k, arguments.threshold):
            shown = [f"{model.prefix}{label}" + (f" {p:.6g}" if arguments.proba else "") for label, p in row]
            sys.stdout.write(" ".join(shown) + "\n")
        sys.stdout.flush()


def available(stream: Any) -> Iterator[list[bytes]]:
    """Complete lines, as many as have arrived."""
    read = getattr(stream, "read1", stream.read)
    rest = b""
    while block := read(BLOCK_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        if lines:
            yield lines
    if rest:
        yield [rest]


def tested(model: Any, path: str, k: int, threshold: float) -> dict[str, Any]:
    """Test the predictions for the labelled lines of a file."""
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
