"""``ns2vec app``: the web app."""

from __future__ import annotations

import argparse
import contextlib
import logging
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ns2vec.cli.common import add_format_option, key_options, load_vectors, names_of_files, print_json, say
from ns2vec.cli.parsing import Parser, UsageError, natural

if TYPE_CHECKING:
    from ns2vec.app import AppState

NAME = "app"
HELP = "Serve the web app: calculator, training runs, explorer of vectors, samplers."
USAGE = "[options]"
EXAMPLES = """
ns2vec app --demo
ns2vec app --model vectors.bin --port 8765
ns2vec app --model old.bin --model new.bin --runs runs --read-only
ns2vec app --openapi

Open the address that is printed: the part after its # is the token, without which nothing can be changed.
The app listens on this machine only, unless --host says otherwise; it loads nothing from elsewhere. Behind
a proxy, or on another host, give the name that browsers use for it with --allow-host."""

PORT = 8765
SECONDS_TO_END = 5.0  # for the demo, after its epoch
ANYWHERE = ("0.0.0.0", "::", "")


def add_arguments(parser: Parser) -> None:
    """Add the options of ``app``."""
    parser.add_argument(
        "--model", metavar="FILE", action="append", default=[], help="vectors to look at; may be repeated"
    )
    parser.add_argument("--runs", metavar="FOLDER", help="folder with the ledgers of training runs (runs)")
    parser.add_argument(
        "--demo", action="store_true", help="train a small model on generated text in the background"
    )
    parser.add_argument("--read-only", action="store_true", help="refuse every change")
    group = parser.add_argument_group("server")
    group.add_argument("--host", default="127.0.0.1", metavar="NAME", help="address to listen on (127.0.0.1)")
    group.add_argument(
        "--port", type=natural, default=PORT, metavar="N", help=f"port ({PORT}); 0 picks a free one"
    )
    group.add_argument(
        "--allow-host", metavar="NAME", action="append", default=[], help="another name of this server"
    )
    group.add_argument("--openapi", action="store_true", help="print the description of the API and exit")
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from ns2vec.app import create_app
    from ns2vec.app.serving import serve

    if arguments.openapi:
        print_json(create_app().openapi())
        return 0
    state = state_of(arguments)
    with open_socket(arguments.host, arguments.port) as bound, contextlib.ExitStack() as stack:
        if arguments.demo:
            # nothing is left, unless a folder was named
            runs = arguments.runs or stack.enter_context(tempfile.TemporaryDirectory(prefix="ns2vec-demo-"))
            state.runs = Path(runs)
            stack.enter_context(demo_of(state))
        port = bound.getsockname()[1]
        host = "127.0.0.1" if arguments.host in ANYWHERE else arguments.host
        shown = f"[{host}]" if ":" in host else host
        print(f"http://{shown}:{port}/#token={state.token}", flush=True)
        say("press Ctrl-C to stop")
        serve(create_app(state), bound, is_verbose=arguments.verbose > 0)
    return 0


@contextlib.contextmanager
def demo_of(state: AppState) -> Iterator[None]:
    """Train the demo while the server runs, shown in the training room; it ends with the server."""
    from ns2vec.app.demo import Demo
    from ns2vec.ledger import RunLedger

    demo = Demo(state.models, [RunLedger(state.runs or "runs", name="demo", interval=0.5)])
    demo.start()
    try:
        yield
    finally:
        demo.stop()
        demo.join(SECONDS_TO_END)


def state_of(arguments: argparse.Namespace) -> AppState:
    """Read the models; set the names under which the server may be reached."""
    from ns2vec.app import AppState, ModelStore

    state = AppState(read_only=arguments.read_only, runs=Path(arguments.runs or "runs"))
    names = names_of_files(arguments.model)
    state.models = ModelStore(most=max(state.limits.max_models, len(arguments.model) + 1))
    for path in arguments.model:
        logging.getLogger(__name__).info("reading %s", path)
        vectors = load_vectors(path, arguments.format, arguments.limit, **key_options(arguments))
        state.models.put(names[path], vectors, path)
    named = {name.lower() for name in (*arguments.allow_host, arguments.host) if name not in ANYWHERE}
    state.hosts |= {f"[{name}]" if ":" in name and not name.startswith("[") else name for name in named}
    return state


def open_socket(host: str, port: int) -> socket.socket:
    """Open the socket, or report why it cannot be opened.

    Raises
    ------
    UsageError
        If the address is not free, or does not belong to this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    with contextlib.suppress(OSError):
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen()  # from here on, connections to the printed address wait in a queue
    except (OSError, OverflowError) as error:
        bound.close()
        raise UsageError(f"cannot listen on {host}:{port}: {error}; give another --port, or 0") from None
    return bound
