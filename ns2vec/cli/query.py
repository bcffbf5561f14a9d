"""``ns2vec query``: query vectors on the command line or at a prompt."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator

from ns2vec.cli.common import add_format_option, key_options, load_vectors, print_json, say
from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.questions import NAMED, Answer, Asker, QuestionError, render, split_terms

NAME = "query"
HELP = "Ask for neighbours, analogies, the odd one out; at a prompt if no words are given."
USAGE = "VECTORS [WORD...] [options]"
EXAMPLES = """
ns2vec query vectors.bin king
ns2vec query vectors.bin king queen --topn 5
ns2vec query vectors.bin king - man + woman
ns2vec query vectors.bin --analogy man king woman
ns2vec query vectors.bin --analogy "king - man + woman"
ns2vec query vectors.bin --odd-one-out king queen paris
ns2vec query vectors.bin --similarity king queen --json
printf 'king\\nking - man + woman\\n' | ns2vec query vectors.bin

Words that begin with a dash go after --. Without words, questions are read from standard input,
one per line; at a terminal, :help shows what you can ask."""

PROMPT_HELP = """\
king                       the words nearest to it
king queen                 nearest to the mean of several words
king - man + woman         nearest to a sum
:analogy man king woman    what is to woman as king is to man?
:odd-one-out WORD...       which word fits the others least?
:similarity A B            cosine of two words
:topn N                    list N words
:quit                      or Ctrl-D"""


def add_arguments(parser: Parser) -> None:
    """Add the options of ``query``."""
    parser.add_argument("vectors", metavar="VECTORS", help="file of vectors; - is standard input")
    parser.add_argument("words", nargs="*", metavar="WORD", help="words, + and -")
    group = parser.add_argument_group("questions")
    for flag, text in (("--positive", "words to add"), ("--negative", "words to subtract")):
        group.add_argument(flag, nargs="+", metavar="WORD", action="extend", default=[], help=text)
    for name, (wanted, _, text) in NAMED.items():
        # one quoted string may hold all words, so they are counted after it has been split
        group.add_argument(f"--{name}", nargs="+", metavar="WORD", dest=name, help=f"{wanted}: {text}")
    parser.add_argument("--topn", type=positive, default=10, metavar="N", help="words to list (default: 10)")
    parser.add_argument("--restrict-vocab", type=positive, metavar="N", help="search only the first N words")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answer the query on the command line or, without one, each line of standard input."""
    named = [name for name in NAMED if getattr(arguments, name)]
    is_plain = bool(arguments.words or arguments.positive or arguments.negative)
    if len(named) + is_plain > 1:
        raise UsageError(
            "one question at a time: words, or one of " + ", ".join(f"--{name}" for name in NAMED)
        )
    is_asked = bool(named or is_plain)
    if not is_asked and arguments.vectors == "-":
        raise UsageError("standard input gives the vectors, so put the question on the command line")
    asker = Asker(
        load_vectors(arguments.vectors, arguments.format, arguments.limit, **key_options(arguments)),
        arguments.topn,
        arguments.restrict_vocab,
    )
    if not is_asked:
        return converse(asker, as_json=arguments.json)
    if named:
        answer = NAMED[named[0]][1](asker, asker.unquoted(getattr(arguments, named[0])))
    else:
        added, removed = split_terms(asker.unquoted(arguments.words))
        added += asker.unquoted(arguments.positive)
        removed += asker.unquoted(arguments.negative)
        answer = asker.neighbours(added, removed)
    show(answer, as_json=arguments.json)
    return 0


def show(answer: Answer, *, as_json: bool) -> None:
    """Print an answer."""
    if as_json:
        print_json(answer, indent=None)
    else:
        print(render(answer))
    sys.stdout.flush()


def converse(asker: Asker, *, as_json: bool) -> int:
    """Answer line by line until the input ends; errors are reported and their lines skipped."""
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if at_terminal:
        n_words, vector_size = asker.vectors.vectors.shape
        say(f"{n_words} words, {vector_size} dimensions; type a word, :help or :quit")
    is_first = True
    for line in _lines(at_terminal):
        words = line.split()
        if not words:
            continue
        if words[0] in (":quit", ":q", ":exit"):
            break
        try:
            answer = ask(asker, words)
        except QuestionError as error:
            say(str(error))
            continue
        if answer is None:
            continue
        if not (at_terminal or as_json or is_first):
            print()  # a blank line between the answers
        is_first = False
        show(answer, as_json=as_json)
    return 0


def _lines(at_terminal: bool) -> Iterator[str]:
    if not at_terminal:
        yield from sys.stdin
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - gives input() a history and the arrow keys
    while True:
        try:
            yield input("> ")
        except EOFError:
            print()
            return


def ask(asker: Asker, words: list[str]) -> Answer | None:
    """Answer one line of the prompt; None if there is nothing to print."""
    if not (words[0].startswith(":") and len(words[0]) > 1):
        return asker.neighbours(*split_terms(words))
    name, *rest = words
    if name == ":help":
        print(PROMPT_HELP)
        return None
    if name == ":topn":
        try:
            asker.topn = positive(" ".join(rest))
        except ValueError:
            raise QuestionError(":topn needs a whole number of at least 1") from None
        return None
    found = [known for known in NAMED if known.startswith(name[1:])]
    if len(found) != 1:
        raise QuestionError(f"unknown question {name!r}: :help lists them")
    return NAMED[found[0]][1](asker, rest)
