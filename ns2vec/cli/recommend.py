"""``ns2vec recommend``: train a recommender on interactions, query it, measure it."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ns2vec.cli import runs
from ns2vec.cli.common import print_json, say
from ns2vec.cli.parsing import Parser, UsageError, natural, positive
from ns2vec.exceptions import FormatError
from ns2vec.formats import check_writable

if TYPE_CHECKING:
    from ns2vec.evaluation.ranking import RankingEvaluation
    from ns2vec.recommend import Interactions, Recommender

logger = logging.getLogger(__name__)

NAME = "recommend"
HELP = "Train a recommender on a table of clicks; recommend items with reasons; evaluate it."
USAGE = "train|top|similar|evaluate FILE [KEY...] [options]"
EXAMPLES = """
ns2vec recommend train clicks.csv --hold-out 0.2 --output shop.ns2v
ns2vec recommend train clicks.csv -o w.ns2v --loss warp && ns2vec recommend top w.ns2v u1 --reasons 2
ns2vec recommend train clicks.csv -o n.ns2v --epochs 3 && ns2vec recommend top n.ns2v --history i1 i2 --json
ns2vec recommend train clicks.csv -o g.ns2v --model lightgcn && ns2vec recommend similar g.ns2v i1
ns2vec recommend train clicks.csv -o c.ns2v && ns2vec recommend evaluate c.ns2v later.csv

train reads a user and an item per line (CSV, TSV, .inter; docs/recommend.md). With --hold-out it first trains
without this share of each user's interactions (the last ones if there are times) and prints how many of
them it finds. top recommends for a user, or for the items of --history. similar lists neighbours of an item
or, with --users, of a user. evaluate ranks all items for the users of a second file."""

MODELS = {
    "matrix": "MatrixFactorization",
    "machine": "FactorizationMachine",
    "lightgcn": "LightGCN",
    "item2vec": "Item2Vec",
}


def add_arguments(parser: Parser) -> None:
    """Add the options of ``recommend``."""
    parser.add_argument("action", choices=tuple(ACTIONS), help="what to do")
    parser.add_argument("file", metavar="FILE", help="train: interactions; otherwise: a recommender")
    parser.add_argument("keys", nargs="*", metavar="KEY", help="a user, an item, or a file of interactions")
    parser.add_argument("-o", "--output", metavar="FILE", help="file for the recommender")
    parser.add_argument("--json", action="store_true", help="print JSON")
    _add_training(parser, parser.add_argument_group("training"))
    group = parser.add_argument_group("questions")
    group.add_argument("--topn", type=positive, default=10, metavar="N", help="items to list (default: 10)")
    group.add_argument(
        "--history", nargs="+", metavar="ITEM", help="recommend to a user who has met these items"
    )
    group.add_argument("--reasons", type=natural, default=0, metavar="N", help="give N reasons for each item")
    group.add_argument(
        "--diversity",
        type=float,
        default=0.0,
        metavar="X",
        help="0 to 1: how unlike each other they should be",
    )
    group.add_argument("--allowed", nargs="+", metavar="ITEM", help="recommend nothing else")
    group.add_argument("--banned", nargs="+", default=[], metavar="ITEM", help="do not recommend these")
    group.add_argument(
        "--include-seen", action="store_true", help="also recommend items that the user has met"
    )
    group.add_argument("--users", action="store_true", help="similar: the key is a user")


def _add_training(parser: Parser, group: Any) -> None:
    parser.add_choice(group, "--model", names=MODELS, default="matrix", help="one of {} (default: matrix)")
    group.add_argument(
        "--hold-out", type=float, metavar="SHARE", help="first evaluate on this share of the data"
    )
    for name in ("user", "item", "weight", "time"):
        group.add_argument(f"--{name}", metavar="COLUMN", help=f"name or number of the column of {name}s")
    group.add_argument("--least", type=float, metavar="X", help="weights below X do not count as choices")
    for side in ("user", "item"):
        group.add_argument(
            f"--{side}-features",
            metavar="FILE",
            help=f"table of what is known about {side}s: --model machine",
        )
    group.add_argument("--loss", metavar="NAME", help="bpr, warp, logistic or softmax")
    group.add_argument("--sampler", metavar="NAME", help="how negatives are drawn")
    for flag in ("vector-size", "epochs", "negatives", "workers", "shards", "layers", "window"):
        group.add_argument(f"--{flag}", type=positive, metavar="N", help="option of the model")
    for flag in ("learning-rate", "regularization", "ns-exponent", "popularity", "validation"):
        group.add_argument(f"--{flag}", type=float, metavar="X", help="option of the model")
    group.add_argument(
        "--seed", type=natural, default=1, metavar="N", help="seed of the random numbers (default: 1)"
    )
    runs.add_ledger_options(group)


def run(arguments: argparse.Namespace) -> int:
    """Run the action."""
    try:
        ACTIONS[arguments.action](arguments)
    except KeyError as error:  # an unknown user or item
        raise UsageError(error.args[0]) from None
    return 0


# ---- training ----


def train(arguments: argparse.Namespace) -> None:
    """Train and save; first measure, if requested.

    Raises
    ------
    UsageError
        If nothing would be kept, or the model does not have such an option.
    """
    from ns2vec.recommend import by_time, random_per_user

    if arguments.output in (None, "-"):
        raise UsageError("nothing would be kept: name a file for the recommender with --output")
    if arguments.keys:
        raise UsageError(f"train takes one file, got also {arguments.keys[0]!r}")
    check_writable(arguments.output)
    fresh = _model(arguments)
    features = _features(arguments)
    data = _interactions(arguments, arguments.file)
    size = len(data), data.n_users, data.n_items
    logger.info("%s: %d interactions of %d users with %d items", arguments.file, *size)
    if arguments.hold_out is not None:
        cut = random_per_user if data.times is None else by_time
        split = cut(data, arguments.hold_out)
        measured = _model(arguments).fit(split.train, **features)
        _print_evaluation(measured.evaluate(split), as_json=arguments.json)
    fresh.fit(data, **features, callbacks=runs.ledgers(arguments)).save(arguments.output)


def _model(arguments: argparse.Namespace) -> Any:
    import ns2vec.recommend

    kind: Any = getattr(ns2vec.recommend, MODELS[arguments.model])
    every = {name for one in MODELS.values() for name in getattr(ns2vec.recommend, one).OPTIONS}
    given = {name: value for name, value in vars(arguments).items() if name in every and value is not None}
    for name in given.keys() - set(kind.OPTIONS):
        if name != "seed":
            raise UsageError(f"--{name.replace('_', '-')} is not an option of --model {arguments.model}")
    return kind(**{name: value for name, value in given.items() if name in kind.OPTIONS})


def _features(arguments: argparse.Namespace) -> dict[str, Any]:
    from ns2vec.recommend import read_features

    names = [name for name in ("user_features", "item_features") if getattr(arguments, name)]
    if names and arguments.model != "machine":
        raise UsageError(f"--{names[0].replace('_', '-')} is for --model machine")
    return {name: read_features(getattr(arguments, name)) for name in names}


def _interactions(arguments: argparse.Namespace, path: str) -> Interactions:
    from ns2vec.recommend import read_interactions

    columns: dict[str, Any] = {
        name: int(value) if value.isdecimal() else value
        for name in ("user", "item", "weight", "time")
        if (value := getattr(arguments, name)) is not None
    }
    data: Interactions = read_interactions(path, **columns)
    return data if arguments.least is None else data.binary(arguments.least)


# ---- queries ----


def load(path: str) -> Recommender:
    """Read a recommender."""
    from ns2vec.recommend import Recommender

    found: Recommender = Recommender.load(path)
    return found


def top(arguments: argparse.Namespace) -> None:
    """Recommend items for a user, or for a history.

    Raises
    ------
    UsageError
        If there is neither, or both.
    """
    if len(arguments.keys) != (arguments.history is None):
        raise UsageError("top takes one user, or --history and no user")
    model = load(arguments.file)
    items = model.items.key_to_index
    found = model.recommend(
        as_key(arguments.keys[0], model.users.key_to_index) if arguments.keys else None,
        arguments.topn,
        history=None if arguments.history is None else as_keys(arguments.history, items),
        include_seen=arguments.include_seen,
        allowed=None if arguments.allowed is None else as_keys(arguments.allowed, items),
        banned=as_keys(arguments.banned, items),
        diversity=arguments.diversity,
        reasons=arguments.reasons,
    )
    if arguments.json:
        print_json([one._asdict() for one in found])
        return
    for one in found:
        why = f"\tbecause of {', '.join(str(key) for key, _ in one.because)}" if one.because else ""
        print(f"{one.item}\t{one.score:.4f}{why}")


def similar(arguments: argparse.Namespace) -> None:
    """List the neighbours of an item or a user.

    Raises
    ------
    UsageError
        If there is not exactly one key.
    """
    if len(arguments.keys) != 1:
        raise UsageError(f"similar takes one key, got {len(arguments.keys)}")
    model = load(arguments.file)
    store, ask = (model.users, model.similar_users) if arguments.users else (model.items, model.similar_items)
    found = ask(as_key(arguments.keys[0], store.key_to_index), arguments.topn)
    if arguments.json:
        print_json(found)
        return
    for key, cosine in found:
        print(f"{key}\t{cosine:.4f}")


def evaluate(arguments: argparse.Namespace) -> None:
    """Rank all items for the users of a file.

    Raises
    ------
    UsageError
        If there is not exactly one file.
    FormatError
        If no line of it has a user and an item that the model knows.
    """
    from ns2vec.recommend import Split

    if len(arguments.keys) != 1:
        raise UsageError("evaluate takes a recommender and one file of interactions")
    model, path = load(arguments.file), arguments.keys[0]
    data = _interactions(arguments, path).onto(model.users.index_to_key, model.items.index_to_key)
    n_users, n_items = len(model.users), len(model.items)
    kept = data.take((data.users < n_users) & (data.items < n_items))
    if not len(kept):
        raise FormatError(f"{path}: no line has both a known user and a known item; are the keys the same?")
    if len(kept) < len(data):
        say(f"{path}: {len(data) - len(kept)} of {len(data)} lines are left out: unknown user or item")
    asked = replace(kept, user_keys=model.seen.user_keys, item_keys=model.seen.item_keys)
    _print_evaluation(model.evaluate(Split(path, model.seen, asked)), as_json=arguments.json)


def _print_evaluation(evaluation: RankingEvaluation, *, as_json: bool) -> None:
    from ns2vec.evaluation.ranking.reports import table

    if as_json:
        print_json(evaluation.as_dict())
    else:
        print(table(evaluation), flush=True)


def as_key(text: str, rows: dict[Any, int]) -> Any:
    """A key in the form of the recommender's keys: text, or a number if its keys are numbers."""
    if text not in rows and text.lstrip("-").isdecimal() and int(text) in rows:
        return int(text)
    return text


def as_keys(texts: Sequence[str], rows: dict[Any, int]) -> list[Any]:
    """Several keys, as `key_of` returns them."""
    return [as_key(text, rows) for text in texts]


ACTIONS = {"train": train, "top": top, "similar": similar, "evaluate": evaluate}
