"""``ns2vec completion``: commands, options and files completed by the shell."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from ns2vec.cli.parsing import Parser, add_common_options

NAME = "completion"
HELP = "Print the script that lets a shell complete ns2vec's commands, options and files."
USAGE = "SHELL"
EXAMPLES = """
ns2vec completion bash > ns2vec.bash
ns2vec completion zsh > _ns2vec
ns2vec completion fish > ns2vec.fish

For bash, put the file into ~/.local/share/bash-completion/completions under the name ns2vec; for zsh into
a folder of $fpath, as _ns2vec; for fish into ~/.config/fish/completions, as ns2vec.fish. It works in every
shell that is started afterwards. Write it again after an update. It needs pip install ns2vec[completion]."""

SHELLS = ("bash", "zsh", "fish")

#: The kind of an option's value, by its name in the help.
FILES = ("CORPUS", "EDGES", "FILE", "IN", "MODEL", "OUT", "PATH", "VECTORS")
FOLDERS = ("FOLDER",)


def add_arguments(parser: Parser) -> None:
    """Add the options of ``completion``."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}")


def run(arguments: argparse.Namespace) -> int:
    """Write the script to stdout."""
    from ns2vec.cli import COMMANDS  # it lists this module, too

    print(script(arguments.shell, COMMANDS))
    return 0


def script(shell: str, commands: Mapping[str, Any]) -> str:
    """Return the completion script of a shell.

    Parameters
    ----------
    shell : str
        One of `SHELLS`.
    commands : mapping of str to module
        As `ns2vec.cli.COMMANDS`.

    Returns
    -------
    str

    Raises
    ------
    ImportError
        If shtab is not installed.
    """
    try:
        import shtab
    except ImportError as error:
        raise ImportError("completion of commands needs: pip install ns2vec[completion]") from error
    top = Parser(prog="ns2vec")
    top.add_argument("--version", action="store_true", help="version, compiler and instruction set")
    subparsers = top.add_subparsers(dest="command", parser_class=Parser)
    for name, command in commands.items():
        parser = subparsers.add_parser(name, help=command.HELP.replace("%", "%%"))
        command.add_arguments(parser)
        add_common_options(parser)
        for action in parser._actions:
            _prepare(action, shtab.FILE, shtab.DIRECTORY)
    return str(shtab.complete(top, shell))


def _prepare(action: Any, file: Any, folder: Any) -> None:
    """Set which arguments are completed with files and folders, and pass choices as shtab expects them."""
    names = action.metavar if isinstance(action.metavar, tuple) else (action.metavar,)
    if any(name in FILES for name in names):
        action.complete = file
    elif any(name in FOLDERS for name in names):
        action.complete = folder
    if action.choices is not None:
        action.choices = tuple(map(str, action.choices))
