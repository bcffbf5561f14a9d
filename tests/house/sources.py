"""What the house tests ask of source files: which there are, their code lines, functions, imports."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ns2vec"
FOLDERS = ("ns2vec", "scripts", "tests", "benchmarks", "eval", "examples")
CYTHON = (".pyx", ".pxd", ".pxi")
C = (".c", ".h", ".inc")


class Function(NamedTuple):
    """A function, the line where it begins, and the number of its code lines."""

    name: str
    line: int
    n_lines: int


def expect_none(offenders: Iterable[str], remedy: str) -> None:
    """Pass if there are no offenders; else fail with what to do and all of them, one a line."""
    __tracebackhide__ = True
    found = list(offenders)
    if found:
        pytest.fail(f"{remedy}\n" + "\n".join(f"  {offender}" for offender in found), pytrace=False)


@functools.cache
def read(path: Path) -> str:
    """The text of a source file; each file is read once for all rules."""
    return path.read_text("utf-8")


@functools.cache
def tree_of(text: str) -> ast.Module:
    """The syntax tree of a Python source; each is parsed once for all rules."""
    return ast.parse(text)


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return tree_of(read(path))


def at(path: Path, line: int = 1) -> str:
    """The place as editors and terminals link it: ``ns2vec/corpus/chunks.py:12``."""
    return f"{name_of(path)}:{line}"


def line_of(text: str, position: int) -> int:
    """The number of the line that holds the character at `position`."""
    return text.count("\n", 0, position) + 1


def numbered_code(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a Python or Cython file that hold code, with their numbers."""
    coded = code_lines(read(path))
    return ((number, line) for number, line in enumerate(read(path).split("\n"), start=1) if number in coded)


def files(*suffixes: str, folders: tuple[str, ...] = FOLDERS) -> list[Path]:
    """Source files of the project with one of `suffixes`, sorted; C that Cython wrote is left out."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if not (path.suffix == ".c" and path.with_suffix(".pyx").exists()))


def name_of(path: Path) -> str:
    """The path as messages show it: ``ns2vec/corpus/chunks.py``."""
    return path.relative_to(ROOT).as_posix()


STATEMENT_STRING = re.compile(r'^\s*[rRbBuUfF]{0,2}("""|\'\'\'|"|\')')


@functools.cache
def code_lines(text: str) -> frozenset[int]:
    r"""Line numbers that hold code: no blank lines, comments or docstrings (Python and Cython).

    >>> sorted(code_lines('"Doc."\n\n# why\nx = 1\ny = (2 +\n   3)\n'))
    [4, 5, 6]
    """
    lines: set[int] = set()
    closing, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if closing:
            closing = "" if closing in line else closing
            continue
        opening = STATEMENT_STRING.match(line) if depth == 0 else None
        if opening:
            quote = opening[1]
            closing = quote if len(quote) == 3 and quote not in line[opening.end() :] else ""
        elif line.strip() and not line.lstrip().startswith("#"):
            lines.add(number)
            depth = max(0, depth + brackets(line))
    return frozenset(lines)


def brackets(line: str) -> int:
    """Opened minus closed brackets of a line, comments and one-line strings left out."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', "", line).split("#", 1)[0]
    return sum(map(bare.count, "([{")) - sum(map(bare.count, ")]}"))


def c_code_lines(text: str) -> int:
    """Number of lines of a C source that are neither blank nor comment."""
    bare = re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
    return sum(bool(line.split("//", 1)[0].strip()) for line in bare.split("\n"))


def python_functions(text: str) -> Iterator[Function]:
    r"""Every function of a Python source with its code lines (those of nested functions included).

    >>> list(python_functions('def f(x):\n    "Doc."\n    return x\n\n\ny = 1\n'))
    [Function(name='f', line=1, n_lines=2)]
    """
    coded = code_lines(text)
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            n_lines = len(coded.intersection(range(node.lineno, node.end_lineno + 1)))
            yield Function(node.name, node.lineno, n_lines)


CYTHON_FUNCTION = re.compile(
    r"^(?P<indent>\s*)(?:def|cpdef|cdef)\b(?! *(?:class|extern|enum|struct))[^=(]*?(?P<name>\w+)\s*\("
)


def cython_functions(text: str) -> Iterator[Function]:
    """Every function of a Cython source with its code lines.

    >>> source = "cdef int f(int x,\\n           int y) noexcept nogil:\\n    return x\\n\\ncdef z = g(1)\\n"
    >>> list(cython_functions(source))
    [Function(name='f', line=1, n_lines=3)]
    """
    coded = code_lines(text)
    lines = text.split("\n")
    for start, line in enumerate(lines, start=1):
        match = CYTHON_FUNCTION.match(line)
        body = end_of_signature(lines, start) if match and start in coded else None
        if match is None or body is None:
            continue
        indent = len(match["indent"])
        later = range(body + 1, len(lines) + 1)
        end = next((n for n in later if n in coded and indent_of(lines[n - 1]) <= indent), len(lines) + 1)
        yield Function(match["name"], start, len(coded.intersection(range(start, end))))


def indent_of(line: str) -> int:
    """Number of blanks before the first character."""
    return len(line) - len(line.lstrip())


def end_of_signature(lines: list[str], start: int) -> int | None:
    """The line whose colon opens the body; None for a declaration without one."""
    depth = 0
    for number in range(start, len(lines) + 1):
        line = lines[number - 1]
        depth += brackets(line)
        if depth <= 0:
            return number if line.split("#", 1)[0].rstrip().endswith(":") else None
    return None


def module_name(path: Path) -> str:
    """``ns2vec/corpus/__init__.py`` -> ``ns2vec.corpus``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST, module: str, is_package: bool) -> Iterator[tuple[str, int, bool]]:
    r"""Modules imported anywhere in `tree`: (dotted name, line, inside a function?).

    >>> source = "from . import b\nfrom ..d import e\ndef f():\n    import g.h\n"
    >>> list(imports(ast.parse(source), "top.a.c", is_package=False))
    [('top.a.b', 1, False), ('top.d.e', 2, False), ('g.h', 4, True)]
    """
    for node, inside in statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, inside
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                kept = parts[: len(parts) - node.level + is_package]
                base = ".".join([*kept, *([base] if base else [])])
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno, inside


def statements(tree: ast.AST, inside: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement of `tree`, and whether it is inside a function; expressions hold none."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node, inside
        if not isinstance(node, ast.expr):
            yield from statements(node, inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def cython_source(path: Path) -> str:
    """A Cython module with what it includes."""
    text = read(path)
    included = re.findall(r'^include "(.+)"$', text, re.MULTILINE)
    return text + "".join(read(path.parent / name) for name in included)


def cinit_parameters(text: str, name: str) -> list[str] | None:
    """Parameter names of ``__cinit__`` of extension type `name`, read from the Cython source."""
    body = re.split(rf"cdef class {name}\b[^\n]*:", text, maxsplit=1)[1].split("\ncdef class ", 1)[0]
    found = re.search(r"def __(?:cinit|init)__\((.*?)\):\n", body, re.DOTALL)
    if found is None:
        return None
    bare = re.sub(r"#.*|\[[^\]]*\]|=[^,]*", "", found[1])
    parts = [part.replace("not None", "").split() for part in bare.split(",")]
    return [part[-1].lstrip("*") for part in parts if part and part[-1] not in {"self", "*"}]
