"""Reads numpydoc's sections of docstrings and reports where they differ from the code."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import Any

SECTION = re.compile(r"^(\w[\w ]*)\n(-{3,})$", re.MULTILINE)
NAMED = {
    "Parameters", "Other Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns", "See Also",
    "Notes", "References", "Examples",
}  # fmt: skip
ENTRY = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : .*)?$")


def sections(text: str) -> dict[str, str]:
    r"""Title -> body of the sections of a docstring as `inspect.getdoc` returns it.

    >>> sections("Do it.\n\nParameters\n----------\na : int\n\nRaises\n------\nValueError\n")
    {'Parameters': 'a : int\n', 'Raises': 'ValueError\n'}
    """
    found = list(SECTION.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    bodies = [text[match.end() : end].strip("\n") for match, end in zip(found, ends, strict=False)]
    return {match[1]: f"{body}\n" for match, body in zip(found, bodies, strict=True)}


def entries(body: str) -> list[str]:
    r"""The lines that are not indented: names with types, or exceptions.

    >>> entries("a, b : int\n    Both.\nc\n")
    ['a, b : int', 'c']
    """
    return [line for line in body.split("\n") if line and not line[0].isspace()]


def names(body: str) -> list[str]:
    r"""Parameters of a section in its order; an entry that is not a name is returned whole.

    >>> names("a, *b : int\n    Both.\ncompress c : str\n")
    ['a', 'b', 'compress c : str']
    """
    found: list[str] = []
    for entry in entries(body):
        match = ENTRY.match(entry)
        found += [name.lstrip("*") for name in match[1].split(", ")] if match else [entry]
    return found


def faults_of_layout(text: str) -> Iterator[str]:
    """Titles that numpydoc does not know, and underlines whose length differs."""
    for match in SECTION.finditer(text):
        if match[1] not in NAMED:
            yield f"{match[1]!r} is no section of numpydoc"
        elif len(match[1]) != len(match[2]):
            yield f"the line below {match[1]!r} has another length"


def faults_of_parameters(text: str, real: list[str]) -> Iterator[str]:
    r"""Parameters that only the signature or only the docstring has, if the docstring lists any.

    Options that are passed on (``**options``) may be listed or not; one entry may name parameters that
    are not adjacent.

    >>> text = "Do it.\n\nParameters\n----------\na, c : int\nb\n"
    >>> list(faults_of_parameters(text, ["a", "b", "d", "**options"]))
    ["'d' is not documented"]
    >>> list(faults_of_parameters(text, ["a", "b"]))
    ["'c' is no parameter"]
    >>> list(faults_of_parameters(text, ["b", "a", "c"]))
    ['the order is b, a, c']
    """
    parts = sections(text)
    if "Parameters" not in parts:
        return
    listed = names(parts["Parameters"] + parts.get("Other Parameters", ""))
    named = [name for name in real if name[0] not in "_*"]
    known = {name.lstrip("*") for name in real}
    passed_on = any(name.startswith("**") for name in real)
    yield from (f"{name!r} is not documented" for name in named if name not in listed)
    for name in listed:
        if name not in known and not (passed_on and name.isidentifier()):
            yield f"{name!r} is no parameter"
    first = [one for entry in entries(parts["Parameters"]) if (one := names(entry)[0]) in named]
    if first != sorted(first, key=named.index):
        yield f"the order is {', '.join(named)}"


def faults_of_raises(text: str, source: str, namespace: dict[str, Any]) -> Iterator[str]:
    r"""Exceptions that a function itself raises but that its docstring, if it has sections, does not name.

    A named class also covers its subclasses; `namespace` resolves the classes.

    >>> source = "def f(a):\n    if a: raise KeyError(a)\n    raise ValueError(a)\n"
    >>> list(faults_of_raises("Do it.\n\nRaises\n------\nLookupError\n    Never.\n", source, {}))
    ["'ValueError' is not under Raises"]
    """
    parts = sections(text)
    if not {"Parameters", "Raises"} & parts.keys():
        return
    raised = (node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise))
    calls = (node.func for node in raised if isinstance(node, ast.Call))
    named = set(re.findall(r"\w+", " ".join(entries(parts.get("Raises", "")))))
    for kind in sorted({call.id for call in calls if isinstance(call, ast.Name)}):
        found = namespace.get(kind, getattr(builtins, kind, None))
        if isinstance(found, type) and named.isdisjoint(base.__name__ for base in found.__mro__):
            yield f"{kind!r} is not under Raises"
