"""Imports point strictly down the floors of the house."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sources import CYTHON, PACKAGE, files, imports, module_name, name_of

# A room is a module or a package; the longest matching name decides.
FLOORS = {
    1: [
        "ns2vec._kernels",
        "ns2vec._sampler",
        "ns2vec.corpus._scan",
        "ns2vec.corpus._sentences",
        "ns2vec.evaluation._counts",
        "ns2vec.formats._opcodes",
        "ns2vec.formats._parse",
        "ns2vec.sampling._aware",
        "ns2vec.sampling._draws",
        "ns2vec.similarity._dots",
        "ns2vec.vocab._heap",
    ],
    2: [
        "ns2vec.exceptions",
        "ns2vec._build_info",
        "ns2vec._callable",
        "ns2vec._magic",
        "ns2vec._options",
        "ns2vec._platform",
        "ns2vec._typing",
        "ns2vec._registry",
        "ns2vec._unbuilt",
    ],
    3: ["ns2vec._files", "ns2vec.vocab"],
    4: [
        "ns2vec.architectures",
        "ns2vec.corpus",
        "ns2vec.formats",
        "ns2vec.losses",
        "ns2vec.objectives",
        "ns2vec.reference",
        "ns2vec.sampling",
        "ns2vec.schedules",
        "ns2vec.similarity",
    ],
    5: ["ns2vec.evaluation", "ns2vec.probability"],
    6: ["ns2vec.keyedvectors", "ns2vec.training"],
    7: ["ns2vec.calculator", "ns2vec.callbacks", "ns2vec.models"],
    8: ["ns2vec.comparison", "ns2vec.word2vec"],
    9: ["ns2vec.cli", "ns2vec.compat"],
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}

# The only steps inside a floor: errors are the package's errors.
STEPS = {
    (f"ns2vec.{module}", "ns2vec.exceptions") for module in ("_callable", "_options", "_registry")
}

# What compiled modules may import: the processor, the C library, Python itself, arrays, BLAS.
KERNEL_IMPORTS = {"cpython", "cython", "libc", "ns2vec", "numpy", "os", "posix", "scipy"}

# What may be imported inside a function: optional extras, and what would make `import ns2vec` slow.
LAZY = {
    "annoy",
    "gensim",
    "importlib",
    "ot",
    "scipy",
    "smart_open",
    "threadpoolctl",
    "tomli",
    "tomllib",
    "tqdm",
    "urllib",
}

PYTHON_FILES = files(".py", folders=("ns2vec",))


def room_of(module: str) -> str:
    """The room in FLOORS that `module` (or a name in it) belongs to; ``ns2vec`` for the front door."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        room = ".".join(parts[:end])
        if room in FLOOR_OF or room == "ns2vec":
            return room
    raise LookupError(module)


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name_of)
def test_every_module_has_a_floor(path: Path):
    module = module_name(path)
    assert module == "ns2vec" or room_of(module) != "ns2vec", f"{module}: name its floor in {__file__}"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name_of)
def test_imports_point_down(path: Path):
    module = module_name(path)
    here = room_of(module)
    floor = FLOOR_OF.get(here, 9)  # the front door re-exports what lies below the command line
    wrong = []
    for imported, line, _ in imports(ast.parse(path.read_text("utf-8")), module, path.name == "__init__.py"):
        if imported.split(".")[0] != "ns2vec":
            continue
        there = room_of(imported)
        allowed = there == here or (here, there) in STEPS or FLOOR_OF.get(there, 9) < floor
        if not allowed and not (there == "ns2vec" and floor == 9):
            wrong.append(f"line {line}: {module} (floor {floor}) imports {imported}")
    assert not wrong


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name_of)
def test_imports_inside_functions_are_for_slow_or_optional_modules(path: Path):
    module = module_name(path)
    if room_of(module) == "ns2vec.cli":
        pytest.skip("a subcommand imports what it needs when it is called")
    tree = ast.parse(path.read_text("utf-8"))
    found = imports(tree, module, path.name == "__init__.py")
    wrong = [f"line {line}: {name}" for name, line, lazy in found if lazy and name.split(".")[0] not in LAZY]
    assert not wrong


IMPORT_LINE = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import|c?import\s+([\w.]+))", re.MULTILINE)


@pytest.mark.parametrize("path", files(*CYTHON, folders=("ns2vec",)), ids=name_of)
def test_kernels_know_nothing_above_them(path: Path):
    names = [first or second for first, second in IMPORT_LINE.findall(path.read_text("utf-8"))]
    assert [name for name in names if name.startswith("ns2vec") and FLOOR_OF.get(room_of(name)) != 1] == []
    assert {name.split(".")[0] for name in names} <= KERNEL_IMPORTS


def exists(room: str) -> bool:
    base = PACKAGE.parent / room.replace(".", "/")
    return any(base.with_suffix(end).exists() for end in ("", ".py", ".pyx", ".pxd"))


def test_every_named_room_exists():
    planned = {"ns2vec.compat"}
    assert {room for room in FLOOR_OF if not exists(room)} <= planned
