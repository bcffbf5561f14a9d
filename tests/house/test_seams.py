"""Each fact of the package has one home: attributes, gensim's switches, names of classes, lines of code."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from repeats import repeats
from sources import CYTHON, C, at, expect_none, files, line_of, name_of, numbered_code, parsed, read

PYTHON_FILES = files(".py", folders=("ns2vec",))
MAX_EQUAL_LINES = 9


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def borrowed(kind: ast.ClassDef) -> list[str]:
    """Names that a class declares for the type checker and leaves to another class.

    >>> source = "class A:\\n  if TYPE_CHECKING:\\n    x: int\\n    y: int\\n  def f(self): self.x = 1"
    >>> borrowed(ast.parse(source).body[0])
    ['y']
    """
    body: list[ast.stmt] = []
    attributes = (node for node in ast.walk(kind) if isinstance(node, ast.Attribute))
    own = {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
    for guard in filter(is_type_checking, kind.body):
        body += guard.body
        own |= {name for node in guard.orelse for name in bound(node)}
    annotated = [node.target.id for node in body if isinstance(node, ast.AnnAssign) and node.value is None]
    declared = [*annotated, *(node.name for node in body if isinstance(node, ast.FunctionDef))]
    return [name for name in declared if name not in own]


def bound(node: ast.stmt) -> list[str]:
    """The names that a statement in the body of a class binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [node]
    return [getattr(target, "id", getattr(target, "name", "")) for target in targets]


def test_no_class_declares_the_attributes_of_another():
    expect_none(
        (
            f"{at(path, kind.lineno)}: {kind.name} declares {', '.join(borrowed(kind))}"
            for path in PYTHON_FILES
            for kind in ast.walk(parsed(path))
            if isinstance(kind, ast.ClassDef) and borrowed(kind)
        ),
        "Hand over the object that has these attributes: compose, do not mix in.",
    )


SWITCH = re.compile(r"\.(?:sg|hs)\b")


def switches() -> Iterator[str]:
    """Where gensim's switches are read outside the doors and the spec."""
    allowed = re.compile(r"^ns2vec/(cli|compat|models)/|^ns2vec/(word2vec|training/spec)\.py$")
    for path in files(".py", *CYTHON, folders=("ns2vec",)):
        if not allowed.match(name_of(path)):
            for number, line in numbered_code(path):
                if SWITCH.search(line.split("#", 1)[0]):
                    yield f"{at(path, number)}: {line.strip()}"


def test_only_doors_and_the_spec_read_the_switches_of_gensim():
    expect_none(switches(), "Ask the spec what is trained: `.sg` and `.hs` are gensim's door to it.")


def test_no_two_classes_have_the_same_name():
    """The oracle alone calls a thing as the kernels do: it is the same thing once more."""
    places = defaultdict(list)
    for path in files(".py", ".pyx", ".pxi", folders=("ns2vec",)):
        if path.parent.name != "reference":
            for match in re.finditer(r"^\s*(?:cdef )?class (\w+)[(:]", read(path), re.MULTILINE):
                places[match[1]].append(at(path, line_of(read(path), match.start(1))))
    expect_none(
        (f"{name}: {', '.join(at)}" for name, at in places.items() if len(at) > 1),
        "Rename these classes, so that a name means one thing.",
    )


def test_no_two_places_share_ten_equal_lines():
    sources = files(".py", *CYTHON, *C, folders=("ns2vec",))
    expect_none(
        (
            f"{one.first} and {one.second}: {one.n_lines} lines from '{one.text}'"
            for one in repeats(sources, MAX_EQUAL_LINES + 1)
        ),
        "Write these once and call them from both places.",
    )
