"""``ns2vec train``: from text to vectors."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from ns2vec._build_info import build_info
from ns2vec.cli import clusters, phrases, runs, train_options
from ns2vec.cli.common import output_format, print_json, write_table
from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.corpus import Corpus, FileCorpus, LineSentence, open_corpus
from ns2vec.corpus.files import Splitting
from ns2vec.corpus.readers import list_files
from ns2vec.corpus.tagged import LineDocuments, Lines
from ns2vec.evaluation import Report, evaluate_all
from ns2vec.fasttext import FastText, save_facebook_model
from ns2vec.formats import FORMATS, VectorTable, check_writable, open_for_read, open_for_write
from ns2vec.formats.table import write_counts
from ns2vec.models.doc2vec import Doc2Vec
from ns2vec.training import parse_memory
from ns2vec.training.checkpoints import CheckpointFolder
from ns2vec.word2vec import Word2Vec

logger = logging.getLogger(__name__)

#: Trains on a corpus, with callbacks; returns how many words it trained and read.
Training: TypeAlias = Callable[..., tuple[int, int]]

NAME = "train"
HELP = "Train word vectors on text: one sentence per line, words separated by spaces."
USAGE = "CORPUS... --output FILE [options]"
EXAMPLES = """
ns2vec train corpus.txt --output vectors.bin
ns2vec train corpus.txt --sg --negative 10 --epochs 3 --workers 2 --output vectors.txt.gz
gzip -dc corpus.txt.gz | ns2vec train - --output vectors.bin
ns2vec train corpus.txt corpus.txt.gz --output - --save-vocab counts.txt > vectors.txt
ns2vec train -train corpus.txt -output vectors.bin -cbow 0 -size 50 -threads 2 -binary 1
ns2vec train corpus.txt --output vectors.bin --evaluate-analogies questions.txt --json
ns2vec train corpus.txt --output vectors.bin --checkpoint saved --resume
ns2vec train corpus.txt --shards 8 --workers 2 --cluster ray --output vectors.bin
ns2vec train corpus.txt --phrases 2 --output vectors.bin --runs recorded
ns2vec train --doc2vec --dm 0 corpus.txt --output documents.bin --save-model model
ns2vec train --fasttext --sg corpus.txt -bucket 100000 --output vectors.txt --save-model model.bin

Defaults are those of the library, which are gensim's. word2vec.c has different ones for three options:
-cbow 1 there means -alpha 0.05, -threads is 12, and the final learning rate is alpha / 10000.
Ctrl-C after the first epoch keeps what has been learned so far."""


def add_arguments(parser: Parser) -> None:
    """Add the options of ``train``."""
    parser.add_argument(
        "corpus",
        nargs="*",
        metavar="CORPUS",
        help="text file (.gz .bz2 .xz .zst too), folder or address; "
        "- is standard input; several are read one after the other",
    )
    parser.add_argument(
        "--errors",
        choices=("strict", "replace", "ignore"),
        default="strict",
        help="what to do with bytes that are not UTF-8 (default: strict, an error)",
    )
    parser.add_argument(
        "--phrases",
        type=positive,
        metavar="N",
        help="first join phrases in N passes: 1 for new_york, 2 for new_york_city",
    )
    phrases.add_learning_options(parser, "phrase-")
    _add_result_options(parser)
    train_options.add_model_options(parser)
    train_options.add_document_options(parser)
    train_options.add_subword_options(parser)
    train_options.add_checkpoint_options(parser)
    runs.add_ledger_options(parser.add_argument_group("runs"))
    clusters.add_cluster_options(parser)
    train_options.add_word2vec_c_options(parser)


def _add_result_options(parser: Parser) -> None:
    group = parser.add_argument_group("results")
    group.add_argument(
        "-o",
        "--output",
        "-output",
        metavar="FILE",
        help="file for the vectors; - is standard output; .gz, .xz ... compress",
    )
    text = "format of the output: {}; by default from the suffix"
    parser.add_choice(group, "--format", names=FORMATS, help=text)
    group.add_argument(
        "--save-vocab", "-save-vocab", metavar="FILE", help="also write the words with their counts"
    )
    group.add_argument(
        "--save-model",
        metavar="FILE",
        help="also write the whole model, for load(), further training or inference",
    )
    for kind in ("analogies", "pairs"):
        group.add_argument(
            f"--evaluate-{kind}",
            metavar="FILE",
            nargs="+",
            action="extend",
            default=[],
            help=f"evaluate after training, as ns2vec evaluate --{kind} does",
        )
    group.add_argument(
        "--json", action="store_true", help="write a summary with all figures to standard output"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, write, evaluate; everything that can be checked in advance is checked before training."""
    train_options.check_word2vec_c_options(arguments)
    train_options.check_checkpoint_options(arguments)
    clusters.check_cluster_options(arguments)
    parameters = train_options.family_parameters(arguments)
    if arguments.quiet:
        parameters["progress"] = False
    watching = runs.ledgers(arguments)
    paths = corpus_paths(arguments)
    model, go_on = resumed(arguments, parameters)
    corpus = open_paths(paths, arguments.errors)
    if arguments.doc2vec and isinstance(corpus, FileCorpus):
        corpus = open_as_documents(corpus)
    check_passes(corpus, model)
    check_results(arguments, paths)
    if arguments.phrases:
        corpus = phrases.with_phrases(
            corpus, arguments.phrases, **phrases.learning_options(arguments, "phrase_")
        )
    try:
        with clusters.cluster_of(arguments):
            run_of = train(model, corpus, go_on, watching)
    except KeyboardInterrupt:
        keep_part(arguments, model)
        raise
    write_results(arguments, model)
    analogies, pairs = arguments.evaluate_analogies, arguments.evaluate_pairs
    report = evaluate_all(model.wv, analogies, pairs) if analogies or pairs else None
    if report is not None and watching and watching[0].folder is not None:
        scores = {name: {"value": value} for name, value in report.scores().items()}
        runs.keep_scores(watching[0].folder, scores)
    if arguments.json:
        print_json(summary(arguments, model, run_of, report))
    elif report is not None:
        print(report.table())
    return 0


# ---- before training ---------------------------------------------------------------------------------


def corpus_paths(arguments: argparse.Namespace) -> list[str]:
    """Return the inputs: the positional arguments and word2vec.c's ``-train``."""
    paths = [*arguments.corpus, *([arguments.train] if arguments.train else [])]
    if not paths:
        raise UsageError("the corpus is missing: name a text file, or - for standard input")
    if "-" in paths and len(paths) > 1:
        raise UsageError("standard input (-) cannot be read together with other files: join them with cat")
    return paths


class ChainedFiles:
    """The sentences of several files in sequence, or all of their lines."""

    def __init__(self, paths: Sequence[Any], errors: str, reader: type[LineSentence] = LineSentence) -> None:
        self.paths, self.errors, self.reader = paths, errors, reader

    def __iter__(self) -> Iterator[list[str]]:
        for path in self.paths:
            yield from self.reader(path, errors=self.errors)


def open_paths(paths: list[str], errors: str) -> Corpus:
    """Open one or several inputs as one corpus; a folder means all of its files."""
    if paths == ["-"]:
        return open_corpus(sys.stdin.buffer, errors=errors)
    if len(paths) == 1:
        return open_corpus(paths[0], errors=errors)
    files = [file for path in paths for file in (list_files(path) if os.path.isdir(path) else [path])]
    return FileCorpus(ChainedFiles(files, errors), files, Splitting(errors=errors))


def open_as_documents(corpus: FileCorpus) -> LineDocuments:
    """Return the corpus whose documents are the lines of a text."""
    lines = ChainedFiles(corpus.sources, corpus.splitting.errors, Lines)
    return LineDocuments(lines, corpus.sources, replace(corpus.splitting, max_sentence_words=0))


def check_passes(corpus: Corpus, model: Word2Vec) -> None:
    """Reject a stream that can be read only once if training has to read it again."""
    if corpus.passes is None:
        return
    if model.max_vocab_size or parse_memory(model.corpus_memory) == 0:
        raise UsageError(
            "a stream can be read only once: give a file, or leave out --max-vocab-size and --corpus-memory 0"
        )


def check_results(arguments: argparse.Namespace, paths: list[str]) -> None:
    """Report now what would fail after training: files that cannot be written or read."""
    questions = [*arguments.evaluate_analogies, *arguments.evaluate_pairs]
    kept = arguments.output or arguments.save_vocab or arguments.save_model
    if not (kept or questions or arguments.json):
        raise UsageError("nothing would be kept: name a file for the vectors with --output")
    if arguments.output == "-" and (arguments.json or questions or arguments.save_vocab == "-"):
        raise UsageError(
            "--output - and other results cannot share standard output: write the vectors to a file"
        )
    if arguments.output:
        output_name(arguments)
    for path in questions:
        with open_for_read(path):
            pass
    for path in filter(None, (arguments.output, arguments.save_vocab, arguments.save_model)):
        if any(os.path.realpath(path) == os.path.realpath(source) for source in paths if source != "-"):
            raise UsageError(f"{path} is the corpus itself: choose another file for the results")
        check_writable(path)


# ---- training and after ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timing:
    """The record of a finished run: words over all epochs, seconds of its two phases."""

    n_words: int
    n_trained: int
    count_seconds: float
    train_seconds: float

    @property
    def words_per_second(self) -> float:
        """Return the words read per second of training."""
        return self.n_words / max(self.train_seconds, 1e-9)


def train(
    model: Word2Vec, corpus: Any, go_on: Training | None = None, callbacks: Sequence[Any] = ()
) -> Timing:
    """Count the words and train all epochs, or train the rest of a run with `go_on`."""
    started = time.perf_counter()
    if go_on is None:
        model.build_vocab(corpus)
        go_on = partial(
            Word2Vec.train,  # Doc2Vec's own returns nothing, as in gensim
            model,
            total_examples=model.corpus_count,
            total_words=model.corpus_total_words,
            epochs=model.epochs,
            compute_loss=model.compute_loss,
        )
    counted = time.perf_counter()
    n_trained, n_words = go_on(corpus, callbacks=list(callbacks))
    run_of = Timing(n_words, n_trained, counted - started, time.perf_counter() - counted)
    logger.info(
        "counted in %.1f s, trained %d words in %.1f s: %.0f words/s",
        run_of.count_seconds,
        n_words,
        run_of.train_seconds,
        run_of.words_per_second,
    )
    return run_of


def resumed(arguments: argparse.Namespace, parameters: dict[str, Any]) -> tuple[Word2Vec, Training | None]:
    """Return the last checkpoint's model and the function that continues it, or a new model and None."""
    kind = Doc2Vec if arguments.doc2vec else FastText if arguments.fasttext else Word2Vec
    if not arguments.resume or not CheckpointFolder(parameters["checkpoint"]).files():
        return kind(**parameters), None
    folder = parameters.pop("checkpoint")
    model, go_on = kind.from_checkpoint(folder, **parameters)
    return model, partial(go_on, strict=not arguments.accept_corpus)


def write_results(arguments: argparse.Namespace, model: Word2Vec) -> None:
    """Write the vectors, and the words with their counts, as far as requested."""
    keys, counts = model.wv.index_to_key, model.wv.expandos["count"]
    if arguments.output:
        table = VectorTable(keys, model.wv.vectors, counts)
        if isinstance(model, Doc2Vec):
            table = VectorTable(model.dv.index_to_key, model.dv.vectors)
        write_table(arguments.output, table, output_name(arguments))
        logger.info("%s: %d vectors of size %d", arguments.output, *table.vectors.shape)
    if arguments.save_model:
        if isinstance(model, FastText) and arguments.save_model.endswith((".bin", ".bin.gz")):
            save_facebook_model(model, arguments.save_model)
        else:
            model.save(arguments.save_model)
    if arguments.save_vocab:
        with open_for_write(arguments.save_vocab) as out:
            pairs = zip(map(str, keys), counts.tolist(), strict=True)
            write_counts(arguments.save_vocab, out, pairs)


def output_name(arguments: argparse.Namespace) -> str:
    """Return the format of the output: from ``--format``, ``-binary``, or the suffix."""
    if arguments.format is None and arguments.binary is not None:
        return "word2vec_binary" if arguments.binary else "word2vec_text"
    return arguments.format or output_format(arguments.output)


def keep_part(arguments: argparse.Namespace, model: Word2Vec) -> None:
    """Handle Ctrl-C and SIGTERM: write the model if a whole epoch was trained."""
    n_epochs = len(model.epoch_losses)
    if model.checkpoint is not None:
        if CheckpointFolder(model.checkpoint).files():
            logger.warning("stopped: the same command with --resume continues from %s", model.checkpoint)
        else:
            logger.warning("stopped: there is no checkpoint in %s yet", model.checkpoint)
        return
    if not n_epochs or arguments.output in (None, "-"):
        logger.warning("stopped after %d whole epochs: nothing is written", n_epochs)
        return
    write_results(arguments, model)
    logger.warning(
        "%s holds the result of %d of %d epochs and part of another",
        arguments.output,
        n_epochs,
        model.epochs,
    )


def summary(
    arguments: argparse.Namespace, model: Word2Vec, run_of: Timing, report: Report | None
) -> dict[str, Any]:
    """Return all figures of a run."""
    n_types, vector_size = model.wv.vectors.shape
    names = train_options.DEFAULTS.keys() - {"sentences", "corpus_file", "hashfxn", "callbacks", "trim_rule"}
    return {
        "output": arguments.output,
        "n_types": n_types,
        "vector_size": vector_size,
        "corpus": {"n_words": model.corpus_total_words, "n_sentences": model.corpus_count},
        "n_words_read": run_of.n_words,
        "n_words_trained": run_of.n_trained,
        "words_per_second": run_of.words_per_second,
        "seconds": {"count": run_of.count_seconds, "train": run_of.train_seconds},
        "epoch_losses": model.epoch_losses if model.compute_loss else None,
        "parameters": {name: getattr(model, name) for name in sorted(names) if hasattr(model, name)},
        "build": build_info(),
        "evaluation": None if report is None else report.as_dict(),
    }
