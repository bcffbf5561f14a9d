"""``ns2vec phrases``: learn phrases, join them in text, list them."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.corpus import Corpus
from ns2vec.formats import check_writable, open_for_write
from ns2vec.models.frozen_phrases import FrozenPhrases
from ns2vec.models.phrase_joining import TransformedCorpus
from ns2vec.models.phrase_scores import ENGLISH_CONNECTOR_WORDS, SCORERS
from ns2vec.models.phrases import Phrases

logger = logging.getLogger(__name__)

NAME = "phrases"
HELP = "Learn which words are phrases (new_york), join them in text, list them."
USAGE = "learn|apply|export FILE... [options]"
EXAMPLES = """
ns2vec phrases learn corpus.txt --output phrases.ns2v
ns2vec phrases learn corpus.txt --scoring npmi --threshold 0.5 --connector-words english -o phrases.ns2v
ns2vec phrases learn corpus.txt -o two.ns2v && ns2vec phrases apply corpus.txt --phrases two.ns2v > new.txt
ns2vec phrases learn corpus.txt -o 2.ns2v && ns2vec phrases learn corpus.txt --phrases 2.ns2v -o 3.ns2v
ns2vec phrases learn corpus.txt.gz -o two.ns2v && ns2vec phrases export two.ns2v --output list.tsv

learn counts pairs of words and keeps those with a score above the threshold. With --phrases, which may be
given several times, the text is first joined by those: phrases of phrases have three words or more.
apply writes one sentence per line; export writes phrase, tab, score, the best first. gensim's Phrases and
Phraser files are read, too. ns2vec train --phrases 2 learns and joins before it trains."""


def add_arguments(parser: Parser) -> None:
    """Add the options of ``phrases``."""
    parser.add_argument("action", choices=("learn", "apply", "export"), help="what to do")
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="text as ns2vec train reads it; export: phrases"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="file to write; - is standard output, the default of apply and export",
    )
    parser.add_argument(
        "--phrases",
        metavar="FILE",
        action="append",
        default=[],
        help="join these first; may be given several times",
    )
    parser.add_argument(
        "--errors",
        choices=("strict", "replace", "ignore"),
        default="strict",
        help="what to do with bytes that are not UTF-8 (default: strict, an error)",
    )
    add_learning_options(parser)


def add_learning_options(parser: Parser, prefix: str = "") -> None:
    """Add the options that define which pairs are phrases."""
    group = parser.add_argument_group("learning phrases")
    for flag, convert, text in (
        ("min-count", positive, "pairs that occur less often are ignored (default: 5)"),
        ("threshold", float, "score above which a pair is a phrase (default: 10, with npmi 0.5)"),
    ):
        group.add_argument(
            f"--{prefix}{flag}", type=convert, metavar="X" if convert is float else "N", help=text
        )
    text = "how pairs are scored: {} (default: default)"
    parser.add_choice(group, f"--{prefix}scoring", names=SCORERS, default="default", help=text)
    if prefix:
        return
    group.add_argument("--delimiter", metavar="TEXT", default="_", help="joins the words (default: _)")
    group.add_argument(
        "--max-vocab-size", type=positive, metavar="N", help="drop rare pairs if there are more than N"
    )
    group.add_argument(
        "--connector-words",
        metavar="WORDS",
        help="may occur inside a phrase, but not at its ends: separated by commas, or english",
    )


def run(arguments: argparse.Namespace) -> int:
    """Learn, apply or export."""
    check_options(arguments)
    if arguments.output:
        check_writable(arguments.output)
    if arguments.action == "export":
        write_list(arguments.output or "-", load(arguments.files[0]))
        return 0
    from ns2vec.cli.train import open_paths

    corpus = open_paths(arguments.files, arguments.errors)
    before = [load(path) for path in arguments.phrases]
    if arguments.action == "apply":
        with open_for_write(arguments.output or "-", "w") as out:
            out.writelines(" ".join(sentence) + "\n" for sentence in joined(corpus, before))
        return 0
    found = learned(corpus, before, **learning_options(arguments))
    found.save(arguments.output)
    logger.info("%s: %d phrases", arguments.output, len(found.phrasegrams))
    return 0


def check_options(arguments: argparse.Namespace) -> None:
    """Reject invalid command lines."""
    if arguments.action == "learn" and arguments.output in (None, "-"):
        raise UsageError("nothing would be kept: name a file for the phrases with --output")
    if arguments.action == "apply" and not arguments.phrases:
        raise UsageError("there is nothing to join: name a file of phrases with --phrases")
    if arguments.action == "export" and (len(arguments.files) > 1 or arguments.phrases):
        raise UsageError("export takes one file of phrases")
    if "-" in arguments.files and (
        len(arguments.files) > 1 or (arguments.action == "learn" and arguments.phrases)
    ):
        raise UsageError("standard input (-) can be read only once, and not with other files: give a file")


def learning_options(arguments: argparse.Namespace, prefix: str = "") -> dict[str, Any]:
    """Return the parameters of `Phrases` that are on the command line."""
    given = {
        name.removeprefix(prefix): value for name, value in vars(arguments).items() if name.startswith(prefix)
    }
    names = ("min_count", "threshold", "scoring", "delimiter", "max_vocab_size", "connector_words")
    found = {name: given[name] for name in names if given.get(name) is not None}
    if found["scoring"] == "npmi":
        found.setdefault("threshold", 0.5)
    if words := found.get("connector_words"):
        found["connector_words"] = ENGLISH_CONNECTOR_WORDS if words == "english" else set(words.split(","))
    return found


def load(path: str) -> FrozenPhrases:
    """Read phrases, and freeze them if they include their counts."""
    found: Phrases | FrozenPhrases = FrozenPhrases.load(path)
    return found.freeze() if isinstance(found, Phrases) else found


def joined(corpus: Any, phrases: Iterable[FrozenPhrases]) -> Any:
    """Return a corpus with phrases joined, one set of phrases after the other."""
    for each in phrases:
        corpus = TransformedCorpus(each, corpus)
    return corpus


def learned(corpus: Corpus, before: Sequence[FrozenPhrases], **options: Any) -> FrozenPhrases:
    """Return the phrases of a corpus in which others have been joined already."""
    sentences = joined(corpus, before)
    found = Phrases(sentences, **options)
    frozen = found.freeze()
    if before:  # the scores of phrases of phrases are computed where these occur
        frozen.phrasegrams = found.find_phrases(sentences)
    return frozen


def with_phrases(corpus: Corpus, n_passes: int, **options: Any) -> Any:
    """Return a corpus with its own phrases, found in `n_passes` passes.

    Raises
    ------
    UsageError
        If it can be read only once.
    """
    if corpus.passes is not None:
        raise UsageError("a stream can be read only once, and phrases are learned first: give a file")
    before: list[FrozenPhrases] = []
    for number in range(n_passes):
        before.append(learned(corpus, before, **options))
        logger.info("pass %d found %d phrases", number + 1, len(before[-1].phrasegrams))
    return joined(corpus, before)


def write_list(path: str, phrases: FrozenPhrases) -> None:
    """Write phrases and their scores, the best first."""
    ordered = sorted(phrases.phrasegrams.items(), key=lambda pair: -pair[1])
    with open_for_write(path, "w") as out:
        out.writelines(chain.from_iterable((phrase, f"\t{score:.6g}\n") for phrase, score in ordered))
