"""Options of ``ns2vec train``: gensim's parameters as long flags, word2vec.c's flags with one dash."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterable
from typing import Any

from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import SAMPLERS, Sampler
from ns2vec.sampling.base import options_of
from ns2vec.training.config import CHOICES
from ns2vec.word2vec import Word2Vec

#: Parameters of Word2Vec; those not given on the command line keep the library's defaults.
DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(Word2Vec).parameters.items()
    if parameter.default is not inspect.Parameter.empty
}

NUMBERS: tuple[tuple[str, tuple[str, ...], Any, str], ...] = (
    ("vector_size", ("-size", "--size"), int, "dimensions of a vector"),
    ("window", ("-window",), int, "words on each side of the centre word"),
    ("negative", ("-negative",), int, "noise words for each window; 0 turns negative sampling off"),
    ("epochs", ("-iter", "--iter"), int, "passes over the corpus"),
    ("min_count", ("-min-count",), int, "leave out words that occur fewer times"),
    ("sample", ("-sample",), float, "threshold for subsampling frequent words; 0 keeps all"),
    ("alpha", ("-alpha",), float, "learning rate at the start"),
    ("min_alpha", (), float, "learning rate at the end"),
    ("workers", ("-threads", "--threads"), int, "training threads"),
    ("seed", (), int, "with --workers 1 or --shards the same seed gives the same vectors"),
    ("shards", (), positive, "train N parts in rounds: the same vectors for any number of --workers"),
    ("ns_exponent", (), float, "noise is drawn in proportion to count ** EXPONENT"),
    ("max_final_vocab", (), positive, "raise min_count until at most N words are left"),
    ("max_vocab_size", (), positive, "drop rare words during counting if there are more than N"),
    ("batch_words", (), int, "words per chunk, which one thread trains at one learning rate"),
)

NAMES: tuple[tuple[str, str, Iterable[str]], ...] = (
    ("objective", "the loss; instead of --hs and --negative 0", (*OBJECTIVES, "auto")),
    (
        "sampler",
        "how noise words are drawn, for example dynamic:m=4,anneal=linear; see samplers below",
        SAMPLERS,
    ),
    (
        "negative_sharing",
        "one set of noise words per window, or per pair as in word2vec.c",
        CHOICES["negative_sharing"],
    ),
    ("backend", "what multiplies: ns2vec's own kernels, or BLAS", CHOICES["backend"]),
    (
        "cbow_update",
        "how CBOW's mean enters the update; 'corrected' is the true gradient",
        CHOICES["cbow_update"],
    ),
    ("guard", "what to do if training diverges", CHOICES["guard"]),
    ("shard_merge", "how the changes of several shards to the same row are merged", CHOICES["shard_merge"]),
)

SWITCHES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("hs", ("-hs",), "hierarchical softmax; add --negative 0 to use it alone"),
    ("cbow_mean", (), "CBOW uses the mean (1) or the sum (0) of the context"),
    ("shrink_windows", (), "each window shrinks at random, which gives close words more weight"),
    ("compute_loss", (), "sum the exact loss; slower"),
    ("sorted_vocab", (), "sort the words by descending count"),
    ("null_word", (), "add a padding word"),
)

#: Options of Doc2Vec only.
DOCUMENTS = {
    "dm": "PV-DM (1): a document predicts words together with the words around them; PV-DBOW (0): alone",
    "dm_mean": "PV-DM uses the mean (1) or the sum (0) of words and document",
    "dbow_words": "PV-DBOW also trains word vectors",
}

#: Options of FastText only, which fastText has, too.
SUBWORDS = {
    "min_n": (("-minn", "--minn"), "shortest n-grams, in characters (default: 3)"),
    "max_n": (("-maxn", "--maxn"), "longest n-grams; 0 for none (default: 6)"),
    "bucket": (("-bucket",), "buckets that n-grams are hashed into (default: 2000000)"),
}

# Options of word2vec.c that ns2vec does not have.
NOT_OFFERED = {
    "classes": "-classes is not offered: cluster the vectors with another tool, and leave it out here",
    "read_vocab": "-read-vocab is not offered: words are counted in one fast pass, so leave it out here",
}


def _default(name: str) -> str:
    value = DEFAULTS[name]
    return "" if value is None else f" (default: {int(value) if isinstance(value, bool) else value})"


def add_model_options(parser: Parser) -> None:
    """Add an option for each parameter of Word2Vec that can be written on a command line."""
    group = parser.add_argument_group("model")
    group.add_argument(
        "--architecture",
        dest="sg",
        type=_architecture,
        metavar="NAME",
        default=argparse.SUPPRESS,
        help=f"skip_gram or cbow (default: {'skip_gram' if DEFAULTS['sg'] else 'cbow'})",
    )
    parser.add_switch(group, "--sg", dest="sg", help="skip-gram (1) or CBOW (0)")
    parser.add_switch(group, "--cbow", "-cbow", dest="cbow", help="CBOW (1) or skip-gram (0)")
    for name, others, convert, text in NUMBERS:
        group.add_argument(
            _flag(name),
            *others,
            dest=name,
            type=convert,
            default=argparse.SUPPRESS,
            metavar="X" if convert is float else "N",
            help=text + _default(name),
        )
    for name, others, text in SWITCHES:
        parser.add_switch(group, _flag(name), *others, dest=name, help=text + _default(name))
    for name, text, names in NAMES:
        _add_text(group, name, "NAME", f"{text}: {', '.join(names)}{_default(name)}")
    text = "memory for encoded text (64MiB); the rest goes to a temporary file; with 0 the text is read "
    _add_text(group, "corpus_memory", "SIZE", f"{text}again each epoch{_default('corpus_memory')}")
    _add_sampler_help(parser)


def _add_text(group: argparse._ArgumentGroup, name: str, metavar: str, help: str) -> None:
    """Add an option under its name in the library."""
    group.add_argument(_flag(name), dest=name, metavar=metavar, default=argparse.SUPPRESS, help=help)


def _add_sampler_help(parser: Parser) -> None:
    """List the samplers with their options: ``name:option=value,option=value``."""
    lines = ["NAME:option=value,option=value, with the default of each option:"]
    common = options_of(Sampler)
    for name, made in SAMPLERS.items():
        own = [option for option in options_of(made) if option not in common]
        shown = [option + _value(options_of(made)[option]) for option in own]
        lines += [f"  {name}:{', '.join(shown)}" if shown else f"  {name}", f"      {_summary(made)}"]
    lines.append(f"All of them take {' and '.join(common)} (see ns2vec.sampling.Sampler).")
    parser.add_argument_group("samplers", "\n".join(lines))


def _value(default: Any) -> str:
    return "" if default is None else f"={int(default) if isinstance(default, bool) else default}"


def _summary(made: type[Any]) -> str:
    """First sentence of a class's docstring in one line, without references."""
    paragraph = " ".join((inspect.getdoc(made) or "").split("\n\n")[0].split())
    paragraph = re.sub(r" \([^()]*\d{4}[^()]*\)", "", paragraph)
    return paragraph.split(". ")[0].rstrip(".") + "."


def add_document_options(parser: Parser) -> None:
    """Add the options for vectors of documents."""
    group = parser.add_argument_group("documents")
    group.add_argument(
        "--doc2vec",
        action="store_true",
        help="each line is a document, even a blank one, and --output gets their vectors, by line number",
    )
    for name, text in DOCUMENTS.items():
        parser.add_switch(group, _flag(name), dest=name, help=text)


def add_subword_options(parser: Parser) -> None:
    """Add the options for n-grams."""
    group = parser.add_argument_group("n-grams")
    group.add_argument(
        "--fasttext",
        action="store_true",
        help="words also have n-grams; --save-model FILE.bin writes a file that the fasttext package loads",
    )
    for name, (others, text) in SUBWORDS.items():
        group.add_argument(
            _flag(name), *others, dest=name, type=int, metavar="N", default=argparse.SUPPRESS, help=text
        )


def add_checkpoint_options(parser: Parser) -> None:
    """Add the options that protect long runs."""
    group = parser.add_argument_group("checkpoints")
    text = "write checkpoints there: the last two, one more at the end and at SIGTERM or Ctrl-C"
    _add_text(group, "checkpoint", "FOLDER", text)
    text = "a time such as 30s, 10min or 2h, or a number of epochs (default: 10min)"
    _add_text(group, "checkpoint_every", "TIME", text)
    group.add_argument(
        "--resume",
        action="store_true",
        help="continue from the last checkpoint, with its options; start if there is none",
    )
    group.add_argument(
        "--accept-corpus",
        action="store_true",
        help="with --resume: only warn if the size or time of the text has changed since the checkpoint",
    )


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _architecture(text: str) -> bool:
    names = ("cbow", "skip_gram")
    return bool(names.index(text.replace("-", "_")))


_architecture.__name__ = "architecture (skip_gram or cbow)"


class ZeroIsQuiet(argparse.Action):
    """``-debug 0`` and ``-verbose 0`` mean ``--quiet``."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: Any = None
    ) -> None:
        """Set ``quiet`` if the option asks for it."""
        if values == 0:
            namespace.quiet = 1


def add_word2vec_c_options(parser: Parser) -> None:
    """Add the flags of word2vec.c that are not other names of options."""
    group = parser.add_argument_group("word2vec.c")
    group.add_argument("-train", metavar="FILE", help="the corpus")
    group.add_argument(
        "-binary", type=int, choices=(0, 1), help="format of the output: text (0) or binary (1)"
    )
    group.add_argument(
        "-debug", type=int, action=ZeroIsQuiet, metavar="N", help="0 is --quiet; other values change nothing"
    )
    group.add_argument("-classes", type=int, default=0, help=argparse.SUPPRESS)
    group.add_argument("-read-vocab", help=argparse.SUPPRESS)


def check_checkpoint_options(arguments: argparse.Namespace) -> None:
    """Reject options about checkpoints if no folder is given.

    Raises
    ------
    UsageError
        The message names the option.
    """
    if (arguments.resume or "checkpoint_every" in arguments) and "checkpoint" not in arguments:
        raise UsageError("name the folder of the checkpoints: --checkpoint FOLDER")


def check_word2vec_c_options(arguments: argparse.Namespace) -> None:
    """Reject options that only word2vec.c supports.

    Raises
    ------
    UsageError
        The message says what to do instead.
    """
    for name, message in NOT_OFFERED.items():
        if getattr(arguments, name):
            raise UsageError(message)


def model_parameters(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of Word2Vec that were given.

    Raises
    ------
    UsageError
        If there is nothing to train.
    """
    given = {name: value for name, value in vars(arguments).items() if name in DEFAULTS}
    if "cbow" in arguments:
        given["sg"] = not arguments.cbow
    for name, value in given.items():
        if isinstance(value, bool) and isinstance(DEFAULTS[name], int):
            given[name] = type(DEFAULTS[name])(value)
    if given.get("negative") == 0 and not given.get("hs") and given.get("objective") is None:
        raise UsageError("--negative 0 leaves nothing to train: add --hs, or give at least 1")
    return given


def family_parameters(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of the requested kind of model.

    Raises
    ------
    UsageError
        If there is nothing to train, or an option belongs to another kind of model.
    """
    given = model_parameters(arguments)
    if arguments.fasttext and arguments.doc2vec:
        raise UsageError("--fasttext and --doc2vec are two kinds of models: choose one")
    if arguments.doc2vec and "sg" in given:
        raise UsageError("with --doc2vec, use --dm 1 instead of --cbow and --dm 0 instead of --sg")
    for family, what, names in (("doc2vec", "documents", DOCUMENTS), ("fasttext", "n-grams", SUBWORDS)):
        own = {name: int(value) for name, value in vars(arguments).items() if name in names}
        if own and not getattr(arguments, family):
            raise UsageError(f"{_flag(next(iter(own)))} is for {what}: add --{family}")
        given |= own
    return given
