"""``ns2vec skipgram`` and ``ns2vec cbow``: fastText's command lines, translated for ``train``."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from ns2vec.cli import train
from ns2vec.cli.parsing import Parser, UsageError, add_common_options, natural, positive
from ns2vec.cli.train_options import ZeroIsQuiet

#: fastText's option -> that of ns2vec train, how it is parsed, fastText's default, its help.
OPTIONS: dict[str, tuple[str, Any, Any, str]] = {
    "minCount": ("--min-count", natural, 5, "leave out words that occur fewer times"),
    "bucket": ("--bucket", natural, 2_000_000, "buckets that n-grams are hashed into"),
    "minn": ("--min-n", natural, 3, "shortest n-grams, in characters"),
    "maxn": ("--max-n", natural, 6, "longest n-grams; 0 for none"),
    "t": ("--sample", float, 1e-4, "threshold for subsampling frequent words"),
    "lr": ("--alpha", float, 0.05, "learning rate at the start; it falls to 0"),
    "dim": ("--vector-size", positive, 100, "dimensions of a vector"),
    "ws": ("--window", positive, 5, "words on each side of the centre word"),
    "epoch": ("--epochs", positive, 5, "passes over the text"),
    "neg": ("--negative", positive, 5, "noise words"),
    "thread": ("--workers", positive, None, "training threads (default: 3; in fastText 12)"),
    "seed": ("--seed", natural, None, "with -thread 1 the same seed gives the same vectors"),
}
LOSSES = {"ns": [], "hs": ["--hs", "1", "--negative", "0"]}
#: Settings in which fastText's training differs from ns2vec's defaults.
FIXED = ("--fasttext", "--min-alpha", "0", "--ns-exponent", "0.5")
WITHOUT_EFFECT = {
    "lrUpdateRate": "the learning rate follows the text word by word",
    "saveOutput": "the output vectors are in the .bin file",
}
NOT_OFFERED = {
    "wordNgrams": "-wordNgrams is for classifiers: leave it out, or join phrases with ns2vec train --phrases",
    "label": "-label is for classifiers: leave it out, all words are words",
    "minCountLabel": "-minCountLabel is for classifiers: leave it out",
    "pretrainedVectors": "-pretrainedVectors is for classifiers: leave it out, or train on in Python",
}
USUAL = {"wordNgrams": "1", "label": "__label__", "minCountLabel": "0", "pretrainedVectors": ""}


@dataclass(frozen=True)
class FastTextCommand:
    """A subcommand of fastText: ``skipgram`` or ``cbow``."""

    NAME: str
    HELP: str
    EXAMPLES: str
    USAGE: str = "-input FILE -output MODEL [options]"

    def add_arguments(self, parser: Parser) -> None:
        """Add fastText's options."""
        parser.add_argument("-input", metavar="FILE", help="text file, compressed or not")
        parser.add_argument("-output", metavar="MODEL", help="name of the files, without suffix")
        parser.add_argument("-loss", default="ns", metavar="NAME", help="ns or hs (default: ns)")
        for name, (_, convert, default, text) in OPTIONS.items():
            shown = text if default is None else f"{text} (default: {default})"
            metavar = "X" if convert is float else "N"
            parser.add_argument(f"-{name}", type=convert, default=default, metavar=metavar, help=shown)
        for name, why in WITHOUT_EFFECT.items():
            parser.add_argument(f"-{name}", type=natural, metavar="N", help=f"accepted without effect: {why}")
        parser.add_argument(
            "-verbose", type=natural, dest="level", action=ZeroIsQuiet, metavar="N", help="0 is --quiet"
        )
        for name, usual in USUAL.items():
            parser.add_argument(f"-{name}", default=usual, help=argparse.SUPPRESS)

    def run(self, arguments: argparse.Namespace) -> int:
        """Train as ``ns2vec train`` does."""
        words = self.translated(arguments)
        parser = Parser(prog="ns2vec train")
        train.add_arguments(parser)
        add_common_options(parser)
        return train.run(parser.parse(words))

    def translated(self, arguments: argparse.Namespace) -> list[str]:
        """Return the command line for ``ns2vec train``.

        Raises
        ------
        UsageError
            If an option is missing, or one is not supported by ns2vec.
        """
        given = vars(arguments)
        for name, usual in USUAL.items():
            if given[name] != usual:
                raise UsageError(NOT_OFFERED[name])
        if not arguments.input or not arguments.output:
            raise UsageError("give the text and a name for the model: -input FILE -output MODEL")
        if arguments.loss not in LOSSES:
            known = " or ".join(LOSSES)
            raise UsageError(f"-loss {arguments.loss} is not available for word vectors: use {known}")
        found = [*FIXED, "--sg" if self.NAME == "skipgram" else "--cbow", "1"]
        for name, (flag, *_) in OPTIONS.items():
            if given[name] is not None:
                found += [flag, str(given[name])]
        found += LOSSES[arguments.loss]
        found += ["--save-model", f"{arguments.output}.bin", "--output", f"{arguments.output}.vec"]
        found += ["-q"] * arguments.quiet + ["-v"] * arguments.verbose
        return [arguments.input, *found]


NOTES = """

MODEL.bin, which the fasttext package loads, and MODEL.vec are written. Options and defaults are fastText's,
except for -thread; the end of a line is not a word </s>. ns2vec train --fasttext has more options."""

SKIPGRAM = FastTextCommand(
    "skipgram",
    "Train FastText as fastText does: the context from a word's n-grams.",
    "ns2vec skipgram -input corpus.txt -output model -minn 2 -maxn 5 -dim 50 -epoch 2 -bucket 100000" + NOTES,
)
CBOW = FastTextCommand(
    "cbow",
    "Train FastText as fastText does: a word from the n-grams of its context.",
    "ns2vec cbow -input corpus.txt -output model -epoch 1 -lr 0.1 -thread 2 -bucket 100000" + NOTES,
)
