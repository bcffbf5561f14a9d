"""``ns2vec graph``: vectors of the nodes of a graph, and how well they predict its links."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ns2vec.cli import runs
from ns2vec.cli.common import output_format, print_json, write_table
from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.formats import check_writable
from ns2vec.formats.table import VectorTable

if TYPE_CHECKING:
    from ns2vec.graph import Graph
    from ns2vec.keyedvectors import KeyedVectors

logger = logging.getLogger(__name__)

NAME = "graph"
HELP = "Make vectors for the nodes of a graph, or test how well they predict links."
USAGE = "embed|links EDGES [options]"
EXAMPLES = """
ns2vec graph embed edges.txt --output nodes.bin
ns2vec graph embed edges.txt --model node2vec --p 0.5 --q 2 --walks-per-node 5 --output nodes.txt
ns2vec graph embed edges.txt --model line --epochs 20 --vector-size 32 --output nodes.bin
ns2vec graph links edges.txt --model deepwalk --share 0.2

EDGES has one line per edge: source, target and possibly a weight above 0, separated by spaces or commas.
embed writes vectors, as ns2vec train does. --model line concatenates both orders, each with half the
size. links holds out a share of the edges, trains on the others, and writes how well scores distinguish
the held-out edges from as many pairs without an edge. The score is what walks with negatives are trained to
predict, or otherwise the cosine."""

#: flag, conversion, help; the names are those of the library's parameters.
OPTIONS: tuple[tuple[str, Any, str], ...] = (
    ("vector_size", positive, "dimensions of a vector (default: 128)"),
    ("walk_length", positive, "nodes in a walk (default: 40)"),
    ("walks_per_node", positive, "walks from each node in an epoch (default: 10)"),
    ("window", positive, "nodes on each side on a walk (default: 10)"),
    ("negative", positive, "negatives for each example (default: 5)"),
    ("epochs", positive, "epochs (default: 1, with line 50)"),
    ("alpha", float, "learning rate at the start (default: 0.025)"),
    ("objective", str, "the loss, such as hierarchical_softmax (default: negative_sampling)"),
    ("sampler", str, "how negatives are drawn (default: unigram)"),
    ("workers", positive, "training threads (default: 1)"),
    ("shards", positive, "train N parts in rounds: the same result for any number of workers"),
    ("seed", int, "seed of walks, negatives and initial vectors (default: 1)"),
)
WALKS = ("walk_length", "walks_per_node", "window")


def add_arguments(parser: Parser) -> None:
    """Add the options of ``graph``."""
    parser.add_argument("action", choices=("embed", "links"), help="what to do")
    parser.add_argument("edges", metavar="EDGES", help="a file of edges, decompressed by its suffix")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="file for the vectors, in the format of its suffix (embed)"
    )
    group = parser.add_argument_group("model")
    models = ("deepwalk", "node2vec", "line")
    parser.add_choice(
        group, "--model", names=models, default="deepwalk", help="one of {} (default: deepwalk)"
    )
    for name, convert, text in OPTIONS:
        group.add_argument(f"--{name.replace('_', '-')}", type=convert, metavar="X", help=text)
    group.add_argument("--p", type=float, metavar="X", help="node2vec: 1 / p is the weight of going back")
    group.add_argument("--q", type=float, metavar="X", help="node2vec: 1 / q is the weight of going further")
    runs.add_ledger_options(group, has_one_run=False)
    group = parser.add_argument_group("graph")
    group.add_argument("--directed", action="store_true", help="edges are directed")
    group.add_argument(
        "--share", type=float, default=0.2, metavar="X", help="share of edges to hold out (default: 0.2)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the vectors, or the figures of link prediction."""
    options = model_options(arguments)
    if arguments.action == "embed":
        if not arguments.output:
            raise UsageError("nothing would be kept: name a file for the vectors with --output")
        output_format(arguments.output)
        check_writable(arguments.output)
    from ns2vec.evaluation.links import judge_links
    from ns2vec.graph import read_graph, split_links

    graph = read_graph(arguments.edges, directed=arguments.directed)
    logger.info("%s: %d nodes, %d edges", arguments.edges, len(graph), graph.n_edges)
    if arguments.action == "embed":
        wv, _ = fitted(graph, arguments.model, options, runs.ledgers(arguments))
        table = VectorTable(wv.index_to_key, wv.vectors)
        write_table(arguments.output, table, output_format(arguments.output))
        logger.info("%s: %d vectors of size %d", arguments.output, *wv.vectors.shape)
        return 0
    split = split_links(graph, share=arguments.share, seed=options.get("seed", 1))
    found = judge_links(
        *split.scores(*fitted(split.train, arguments.model, options, runs.ledgers(arguments)))
    )
    print_json({name: getattr(found, name) for name in ("auc", "average_precision", "n_links", "n_others")})
    return 0


def model_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of the model that are on the command line.

    Raises
    ------
    UsageError
        If the model does not have one of them.
    """
    names = [*(name for name, _, _ in OPTIONS), "p", "q"]
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    unknown = {"deepwalk": ("p", "q"), "node2vec": (), "line": (*WALKS, "p", "q")}[arguments.model]
    for name in given:
        if name in unknown:
            raise UsageError(f"--model {arguments.model} has no {name.replace('_', '-')}: leave it out")
    if arguments.model == "line" and given.get("vector_size", 2) % 2:
        raise UsageError(
            f"--model line has two halves: give an even --vector-size, got {given['vector_size']}"
        )
    return given


def fitted(
    graph: Graph, model: str, options: dict[str, Any], callbacks: Sequence[Any] = ()
) -> tuple[KeyedVectors, Any]:
    """Return the vectors of a graph's nodes, and their output vectors if the method has any."""
    from ns2vec.graph import LINE, DeepWalk, Node2Vec, side_by_side

    if model != "line":
        kind = DeepWalk if model == "deepwalk" else Node2Vec
        made = kind(**options).fit(graph, callbacks=callbacks)
        return made.wv, getattr(made, "syn1neg", None)
    options = {**options, "vector_size": options.get("vector_size", 128) // 2}
    first, second = (LINE(order=order, **options).fit(graph, callbacks=callbacks).wv for order in (1, 2))
    return side_by_side(first, second), None
