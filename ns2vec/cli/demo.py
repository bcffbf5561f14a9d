"""``ns2vec demo``: words, recommendations and a graph within a minute, on data whose answers are known."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ns2vec._build_info import build_info
from ns2vec._platform import n_processors
from ns2vec.cli import showcase
from ns2vec.cli.common import say, write_table
from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.cli.train import train
from ns2vec.corpus import open_corpus
from ns2vec.evaluation import evaluate_all
from ns2vec.evaluation.facts import DEMO_PARAMETERS, FactsCorpus, facts_corpus
from ns2vec.exceptions import FormatError
from ns2vec.formats import VectorTable, check_writable
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.questions import Asker
from ns2vec.word2vec import Word2Vec

NAME = "demo"
HELP = "Show ns2vec at work on words, clicks and a graph: generated ones, or your own text."
USAGE = "[options]"
EXAMPLES = """
ns2vec demo
ns2vec demo --keep demo
ns2vec demo --corpus corpus.txt --analogies questions.txt --pairs pairs.tsv"""

FLOOR = 0.90  # share of the facts' questions that a working installation answers, see DEMO_PARAMETERS

RESTRICT_VOCAB = 30_000  # words that are considered in questions about the user's own text

# Asked if all of the words are known.
NEIGHBOURS = ("paris", "german", "japan", "bank", "music", "water", "king")
ANALOGIES = (("man", "king", "woman"), ("france", "paris", "italy"), ("big", "bigger", "small"))
FACTS = ("country-capital-apart", "country-currency-together", "positive-comparative-apart")
ODD_ONES_OUT = (("paris", "rome", "berlin", "bigger"), ("king", "queen", "prince", "river"))
N_NEIGHBOUR_LINES = 4


def add_arguments(parser: Parser) -> None:
    """Add the options of ``demo``."""
    parser.add_argument("--corpus", metavar="PATH", help="train on this text instead of the generated one")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the vectors (and the generated files) there")
    parser.add_argument(
        "--analogies", metavar="FILE", action="append", default=[], help="questions to ask about --corpus"
    )
    parser.add_argument(
        "--pairs",
        metavar="FILE",
        action="append",
        default=[],
        help="word pairs to score after training on --corpus",
    )
    parser.add_argument(
        "--workers", type=positive, metavar="N", help="training threads (default: all processors)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show all parts of the demo on stdout."""
    if (arguments.analogies or arguments.pairs) and not arguments.corpus:
        raise UsageError("--analogies and --pairs need --corpus: the generated text has its own questions")
    found = build_info()
    print(f"ns2vec {found['version']}, {found['isa']} kernels, {found['compiler']}")
    kept = arguments.keep
    if kept is not None:
        os.makedirs(kept, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ns2vec-demo-") if kept is None else nullcontext(kept) as folder:
        target = os.path.join(folder, "vectors.bin")
        check_writable(target)
        corpus = None if arguments.corpus else write_facts(folder)
        if corpus is None:
            section("Corpus", arguments.corpus)
        text = arguments.corpus or os.path.join(folder, "corpus.txt")
        vectors = trained(text, arguments.workers or n_processors(), arguments.quiet)
        write_table(target, VectorTable(vectors.index_to_key, vectors.vectors))
        is_good, analogies = True, list(ANALOGIES)
        if corpus is None:
            section("Evaluation", *own_scores(vectors, *question_files(arguments)))
        else:
            is_good = facts_scores(corpus, vectors, folder)
            first = dict(reversed(list(corpus.analogies())))
            analogies = [first[title][:3] for title in FACTS]
    ask(Asker(vectors, topn=5), analogies)
    if corpus is not None:
        is_good &= show_others()
    section("Next", *next_steps(arguments))
    return 0 if is_good else 1


def section(title: str, *lines: str) -> None:
    """Print a title with its lines to the right, immediately."""
    for number, line in enumerate(lines):
        print(f"\n{title:<12}{line}" if number == 0 else f"{'':<12}{line}")
    sys.stdout.flush()


# ---- training ----------------------------------------------------------------------------------------


def write_facts(folder: str) -> FactsCorpus:
    """Generate the corpus and its questions into the folder."""
    corpus = facts_corpus()
    corpus.write_corpus(os.path.join(folder, "corpus.txt"))
    corpus.write_analogies(os.path.join(folder, "questions.txt"))
    corpus.write_similarity(os.path.join(folder, "similarity.tsv"))
    section(
        "Corpus",
        f"{corpus.n_words:,} words generated from {len(corpus.facts):,} facts, {corpus.n_types:,} types,",
        "many of them invented; in half of the facts the two words never share a sentence",
    )
    return corpus


def trained(path: str, n_workers: int, is_quiet: bool) -> KeyedVectors:
    """Train with the demo's parameters; report the time."""
    parameters: dict[str, Any] = {**DEMO_PARAMETERS, "workers": n_workers}
    model = Word2Vec(**parameters, progress=False if is_quiet else None)
    section(
        "Training",
        f"skip-gram, {model.vector_size} dimensions, window {model.window}, "
        f"{model.negative} noise words, {model.epochs} epochs, {n_workers} threads",
    )
    run_of = train(model, open_corpus(path))
    figures = (
        f"{run_of.n_words:,} words in {run_of.train_seconds:.2f} s: {run_of.words_per_second:,.0f} words/s"
    )
    print(f"{'':<12}{figures}, {len(model.wv):,} word vectors")
    vectors: KeyedVectors = model.wv
    return vectors


# ---- evaluation --------------------------------------------------------------------------------------


def facts_scores(corpus: FactsCorpus, vectors: KeyedVectors, folder: str) -> bool:
    """Report the accuracy on the facts, and return whether it is as high as in a working installation."""
    report = evaluate_all(
        vectors, os.path.join(folder, "questions.txt"), os.path.join(folder, "similarity.tsv")
    )
    (analogies,), (pairs,) = report.analogies, report.pairs
    lines = [accuracy_line("analogies", analogies.n_correct, analogies.n_asked)]
    for half, meaning in (("together", "the two words share sentences"), ("apart", "they never do")):
        parts = [part for part in analogies.sections if part.name.endswith(f"-{half}")]
        n_correct, n_asked = sum(part.n_correct for part in parts), sum(part.n_asked for part in parts)
        lines.append(f"{accuracy_line(f'  {half}', n_correct, n_asked)}: {meaning}")
    n_pairs = sum(1 for _ in corpus.similarities())
    lines.append(f"{'similarity':<16}rho {pairs.spearman:.3f}  {n_pairs:,} word pairs")
    section("Evaluation", *lines)
    if analogies.accuracy >= FLOOR:
        return True
    say(
        f"accuracy {100 * analogies.accuracy:.1f} % is below {100 * FLOOR:.0f} %: training does not work well"
    )
    return False


def accuracy_line(label: str, n_correct: int, n_asked: int) -> str:
    """Return one line of the evaluation."""
    if not n_asked:
        return f"{label:<16}no question consists of known words"
    return f"{label:<16}{100 * n_correct / n_asked:5.1f} %  {n_correct:,} of {n_asked:,} questions"


def question_files(arguments: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Return analogies and word pairs: the named files, otherwise those in the folder NS2VEC_DATA."""
    analogies, pairs = arguments.analogies, arguments.pairs
    data = os.environ.get("NS2VEC_DATA")
    if data and not (analogies or pairs):
        evaluation = Path(data, "eval")
        analogies = [str(path) for path in sorted(evaluation.glob("analogy/*.txt"))]
        pairs = [str(path) for path in sorted(evaluation.glob("similarity/*.tsv"))]
    return analogies, pairs


def own_scores(vectors: KeyedVectors, analogies: list[str], pairs: list[str]) -> Iterator[str]:
    """Yield a line for each file of questions; a file without known words is not a failure here."""
    if not (analogies or pairs):
        yield "no questions: name some with --analogies FILE and --pairs FILE"
    for path in analogies:
        (result,) = evaluate_all(vectors, path, restrict_vocab=RESTRICT_VOCAB).analogies
        yield accuracy_line(result.suite, result.n_correct, result.n_asked)
    for path in pairs:
        try:
            (judged,) = evaluate_all(vectors, pairs=path).pairs
        except FormatError as error:
            yield str(error)
        else:
            unknown = f"{judged.oov_percent:.1f} % of the pairs unknown"
            yield f"{judged.suite:<16}rho {judged.spearman:.3f}  {unknown}"


# ---- queries -----------------------------------------------------------------------------------------


def ask(asker: Asker, analogies: Iterable[tuple[str, str, str]]) -> None:
    """Show neighbours, analogies and the odd one out, for words of the vocabulary."""
    known = asker.vectors.key_to_index
    words = [word for word in NEIGHBOURS if word in known] or asker.vectors.index_to_key[:N_NEIGHBOUR_LINES]
    lines = []
    for word in words[:N_NEIGHBOUR_LINES]:
        near = asker.neighbours([word])["neighbours"]
        lines.append(
            f"{word:<10}" + "  ".join(f"{entry['word']} {entry['similarity']:.2f}" for entry in near)
        )
    section("Neighbours", *lines)
    lines = []
    for a, b, c in analogies:
        if all(word in known for word in (a, b, c)):
            best = asker.analogy([a, b, c])["neighbours"][0]
            lines.append(f"{f'{a} : {b} = {c} : ?':<32}{best['word']} {best['similarity']:.2f}")
    section("Analogies", *lines)
    groups = [group for group in ODD_ONES_OUT if all(word in known for word in group)]
    lines = [f"{' '.join(group):<32}{asker.odd_one_out(group)['odd_one_out']}" for group in groups]
    section("Odd one out", *lines)


def show_others() -> bool:
    """Show recommendations and a graph; return whether both are as good as in a working installation."""
    made, is_good = showcase.shop(), True
    for part in (showcase.recommendations, showcase.nodes):
        shown = part(made)
        section(shown.title, *shown.lines)
        if shown.complaint:
            say(f"{shown.complaint}: training does not work well")
            is_good = False
    return is_good


def next_steps(arguments: argparse.Namespace) -> list[str]:
    """Return command lines that work in the current folder."""
    program = shlex.quote(program_name())
    text = shlex.quote(arguments.corpus) if arguments.corpus else "your-text.txt"
    steps = [f"{program} train {text} --sg --output vectors.bin", f"{program} --help"]
    if arguments.keep:
        kept = shlex.quote(os.path.join(arguments.keep, "vectors.bin"))
        return [f"{program} query {kept}", *steps]
    return steps


def program_name() -> str:
    """Return how to call ``ns2vec``: by its path if it is not on the PATH."""
    called = sys.argv[0]
    is_script = os.path.basename(called) == "ns2vec" and os.path.exists(called)
    if not is_script or shutil.which("ns2vec"):
        return "ns2vec"
    return min(os.path.relpath(called), os.path.abspath(called), key=len)
