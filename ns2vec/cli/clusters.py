"""``--cluster``: the shards of a run are trained by threads of this process, or by workers on Ray."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ns2vec.cli.parsing import Parser, UsageError
from ns2vec.cluster import Ray
from ns2vec.training.sharded.fleet import WIRES

LOCAL, RAY = "local", "ray"


def add_cluster_options(parser: Parser) -> None:
    """Add the options for training on a cluster."""
    group = parser.add_argument_group("cluster")
    group.add_argument(
        "--cluster",
        metavar="WHERE",
        default=LOCAL,
        help="who trains --shards: local threads (local), or --workers processes of Ray, on this machine or "
        "the cluster of RAY_ADDRESS (ray) or on another one (ray://HOST:10001, HOST:6379) (default: local)",
    )
    parser.add_choice(group, "--wire", names=WIRES, help="how changed rows are sent: {} (default: float32)")


def check_cluster_options(arguments: argparse.Namespace) -> None:
    """Reject invalid combinations of options.

    Raises
    ------
    UsageError
        The message names the option.
    """
    if arguments.cluster == LOCAL:
        if arguments.wire is not None:
            raise UsageError("--wire is for a cluster: add --cluster ray")
        return
    if arguments.cluster != RAY and ":" not in arguments.cluster:
        raise UsageError(
            f"--cluster must be local, ray or an address such as ray://HOST:10001, got {arguments.cluster!r}"
        )
    if "shards" not in arguments and not arguments.resume:
        raise UsageError("a cluster trains shards: say how many with --shards")


def cluster_of(arguments: argparse.Namespace) -> AbstractContextManager[Any]:
    """Return the context in which to train."""
    if arguments.cluster == LOCAL:
        return nullcontext()
    address = None if arguments.cluster == RAY else with_port(arguments.cluster)
    return Ray(getattr(arguments, "workers", None), address, wire=arguments.wire or WIRES[0])


def with_port(address: str) -> str:
    """Return an address with Ray's default port if it has none.

    Examples
    --------
    >>> from ns2vec.cli.clusters import with_port
    >>> with_port("ray://head"), with_port("head:6379")
    ('ray://head:10001', 'head:6379')
    """
    scheme, separator, host = address.rpartition("://")
    return f"{scheme}{separator}{host}:10001" if separator and ":" not in host else address
