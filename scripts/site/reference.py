"""Pages of the reference, generated from the package: one for each public module, and the command line."""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from surface import INNER, PUBLIC, home_of, names_of, public_modules

from ns2vec._registry import Registry
from ns2vec.cli import COMMANDS, command_parser

Pages = dict[str, str]


def page_of(module: str) -> str:
    """Path of a module's page, within the site's sources."""
    return f"reference/{module}.md"


def reference_pages() -> Pages:
    """Path -> Markdown of all pages about the package."""
    pages = {page_of(module): module_page(module) for module in [*public_modules(), *INNER]}
    pages["reference/index.md"] = overview()
    return pages


def summary(thing: Any) -> str:
    """First sentence of a docstring, in one line."""
    text = inspect.getdoc(thing) or ""
    return re.split(r"(?<=\.)\s|\n\n", text, maxsplit=1)[0].replace("\n", " ").replace("|", "\\|")


def overview() -> str:
    """The page that lists all modules and names."""
    lines = [
        "# Reference",
        "",
        "What is listed here is public. Modules that are not, and names with an underscore, may change in "
        "any release.",
    ]
    for heading, modules in [*PUBLIC.items(), ("For extensions", INNER)]:
        lines += ["", f"## {heading}", ""]
        if heading == "For extensions":
            lines += ["Interfaces that [extensions](../extending.md) are made with.", ""]
        lines += ["| module | names |", "| --- | --- |"]
        for module in modules:
            named = ", ".join(f"[`{name}`][{home_of(module, name)}.{name}]" for name in names_of(module))
            lines.append(f"| [`{module}`]({module}.md) | {named} |")
    return "\n".join(lines) + "\n"


def module_page(module: str) -> str:
    """The page of a module: its purpose, names that are defined elsewhere, and its own names."""
    found = importlib.import_module(module)
    lines = [f"# {module}", "", f"::: {module}", "    options:", "      members: false"]
    lines += ["      show_root_heading: false", "      show_root_toc_entry: false", ""]
    own = [name for name in names_of(module) if home_of(module, name) == module]
    elsewhere = [name for name in names_of(module) if name not in own]
    if elsewhere:
        lines += ["| name | what it is |", "| --- | --- |"]
        for name in elsewhere:
            target = f"{home_of(module, name)}.{name}"
            lines.append(f"| [`{name}`][{target}] | {summary(getattr(found, name))} |")
        lines.append("")
    for name in sorted(own, key=lambda name: (not is_code(getattr(found, name)), name.lower())):
        thing = getattr(found, name)
        if is_code(thing) and thing.__name__ == name:
            lines += [f"::: {module}.{name}", ""]
        else:
            lines += alias(module, name, thing) if is_code(thing) else constant(module, name, thing)
    return "\n".join(lines) + "\n"


def alias(module: str, name: str, thing: Any) -> list[str]:
    """A second name of a class or function."""
    target = f"{home_of(module, thing.__name__)}.{thing.__name__}"
    return [f"## `{name}` {{ #{module}.{name} }}", "", f"Another name of [`{thing.__name__}`][{target}].", ""]


def is_code(thing: Any) -> bool:
    """Whether a name is a class or a function of ns2vec, and so has a docstring."""
    own = (getattr(thing, "__module__", None) or "").startswith("ns2vec")
    return own and (inspect.isclass(thing) or inspect.isroutine(thing))


def constant(module: str, name: str, value: Any) -> list[str]:
    """A constant with its comment; for a registry, its entries."""
    heading = f"## `{name}` {{ #{module}.{name} }}"
    if "__" in name:  # Markdown would read this as emphasis, in an anchor, too
        heading = f"::: {module}.{name}"
    lines = [heading, "", comment(module, name), ""]
    if isinstance(value, Registry | dict):
        lines += ["| name | what it is |", "| --- | --- |"]
        lines += [f"| `{key}` | {linked(value[key])} |" for key in value]
    elif isinstance(value, str | int | float) or (isinstance(value, tuple) and len(value) < 10):
        lines += [f"`{name} = {value!r}`"]
    return [*lines, ""]


def linked(thing: Any) -> str:
    """The first sentence about an entry of a registry, after a link if it has its own section."""
    name, module = getattr(thing, "__name__", ""), getattr(thing, "__module__", "") or ""
    for home in public_modules()[1:]:
        if f"{module}.".startswith(f"{home}.") and name in names_of(home):
            return f"[`{name}`][{home_of(home, name)}.{name}]: {summary(thing)}"
    return summary(thing) if getattr(thing, "__doc__", None) else f"`{thing!r}`"


def comment(module: str, name: str) -> str:
    """The text above a constant (``#:``) or below its definition, in the module that defines it."""
    prefix = "ns2vec" if module == "ns2vec" else module
    for _, text in sources(prefix):
        above = re.search(rf"((?:^#: .*\n)+)^{name}\b[^\n=]*=", text, re.MULTILINE)
        below = re.search(rf'^{name}\b[^\n=]*=.*\n"""(.*?)"""', text, re.MULTILINE)
        if above or below:
            return re.sub(r"^#: ?", "", (above or below)[1], flags=re.MULTILINE).strip()
    raise SystemExit(f"{module}.{name} is public: say above its definition, after '#:', what it is")


def sources(module: str) -> Iterator[tuple[str, str]]:
    """Source texts of a module and of those from which it imports names."""
    found = importlib.import_module(module)
    text = inspect.getsource(found)
    yield module, text
    for name in re.findall(r"^\s*from (ns2vec[\w.]*) import", text, re.MULTILINE):
        if name != module:
            yield name, inspect.getsource(importlib.import_module(name))


# ---- the command line ---------------------------------------------------------------------------------


def command_pages() -> Pages:
    """Path -> Markdown of the pages of all commands."""
    pages = {f"commands/{name}.md": command_page(name) for name in COMMANDS}
    listed = [f"| [`ns2vec {name}`]({name}.md) | {COMMANDS[name].HELP} |" for name in COMMANDS]
    lines = ["# Commands", "", "[How the commands work together](../command-line.md).", ""]
    lines += ["| command | what it does |", "| --- | --- |", *listed]
    pages["commands/index.md"] = "\n".join(lines) + "\n"
    return pages


def command_page(name: str) -> str:
    """The ``--help`` of a command."""
    command, parser = COMMANDS[name], command_parser(name)
    examples, _, notes = command.EXAMPLES.strip().partition("\n\n")
    lines = [f"# ns2vec {name}", "", command.HELP, "", "```", f"ns2vec {name} {command.USAGE}", "```", ""]
    lines += ["```", *examples.splitlines(), "```", "", escaped(notes), ""]
    for group in parser._action_groups:
        actions = [action for action in group._group_actions if action.help != argparse.SUPPRESS]
        if actions:
            lines += [f"## {(group.title or '').capitalize()}", ""]
            lines += [escaped(group.description), ""] if group.description else []
            lines += ["| argument | meaning |", "| --- | --- |", *map(argument, actions), ""]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text without Markdown: ``<`` does not begin a tag, ``*`` emphasis, ``|`` a column."""
    return re.sub(r"([<*_|\[\]`])", r"\\\1", text)


def argument(action: argparse.Action) -> str:
    """One row of the table of arguments."""
    value = action.metavar or (
        "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest
    )
    shown = " ".join(value) if isinstance(value, tuple) else str(value)
    if action.nargs == 0:
        shown = ""
    elif action.nargs in ("*", "+"):
        shown += " ..."
    flags = ", ".join(f"`{flag}`" for flag in action.option_strings)
    words = f"{flags} `{shown}`" if flags and shown else flags or f"`{shown}`"
    values = {**vars(action), "prog": "ns2vec"}
    meaning = (action.help or "") % values if "%(" in (action.help or "") else (action.help or "")
    return f"| {words.replace('|', '&#124;')} | {escaped(meaning.replace('%%', '%'))} |"
