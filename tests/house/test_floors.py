"""Imports point strictly down the floors of the house, as CONTRIBUTING lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sources import CYTHON, ROOT, at, expect_none, files, imports, line_of, module_name, parsed, read

# The only steps inside a floor: errors are the package's errors.
STEPS = {(f"ns2vec.{module}", "ns2vec.exceptions") for module in ("_callable", "_options", "_registry")}

# What compiled modules may import: the processor, the C library, Python itself, arrays, BLAS.
KERNEL_IMPORTS = {"cpython", "cython", "libc", "ns2vec", "numpy", "os", "posix", "scipy"}

# What may be imported inside a function: optional extras, and what would make `import ns2vec` slow.
LAZY = {
    "annoy",
    "gensim",
    "importlib",
    "ot",
    "pyarrow",
    "ray",
    "scipy",
    "smart_open",
    "threadpoolctl",
    "tomli",
    "tomllib",
    "tqdm",
    "umap",
    "urllib",
}

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PYTHON_FILES = files(".py", folders=("ns2vec",))


def floors(text: str) -> dict[str, int]:
    r"""Room -> floor of the block of floors; a room is a module or a package.

    >>> floors("```\n3  vocab/ _files  # words\n1  formats/{_parse,_opcodes}.pyx\n0  _cy/\n```\n")
    {'ns2vec.vocab': 3, 'ns2vec._files': 3, 'ns2vec.formats._parse': 1, 'ns2vec.formats._opcodes': 1}
    """
    found = {}
    block = re.search(r"^```\n((?:\d  .*\n)+)```$", text, re.MULTILINE)
    for line in block[1].splitlines() if block else ():
        floor, *rooms = line.split("#", 1)[0].split()
        for room in rooms:
            folder, _, names = room.removesuffix(".pyx").removesuffix(".pxd").strip("/").rpartition("/")
            for name in names.strip("{}").split(","):
                found[".".join(["ns2vec", *([folder] if folder else []), name])] = int(floor)
    return {room: floor for room, floor in found.items() if floor}


FLOOR_OF = floors(read(CONTRIBUTING))


def room_of(module: str) -> str:
    """The longest name in FLOOR_OF that `module` (or a name in it) belongs to; ``ns2vec`` for the door."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        room = ".".join(parts[:end])
        if room in FLOOR_OF or room == "ns2vec":
            return room
    raise LookupError(module)


def own_imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    return imports(parsed(path), module_name(path), path.name == "__init__.py")


def upward_imports(path: Path) -> Iterator[str]:
    """Imports of `path` that do not point down."""
    here = room_of(module_name(path))
    floor = FLOOR_OF.get(here, max(FLOOR_OF.values()))  # the front door re-exports what lies below the top
    for imported, line, _ in own_imports(path):
        if imported.split(".")[0] != "ns2vec":
            continue
        there = room_of(imported)
        top = max(FLOOR_OF.values())
        allowed = there == here or (here, there) in STEPS or FLOOR_OF.get(there, top) < floor
        if not allowed and not (there == "ns2vec" and floor == top):
            yield f"{at(path, line)}: {here} (floor {floor}) imports {imported}"


def test_every_module_has_a_floor():
    modules = ((path, module_name(path)) for path in PYTHON_FILES)
    expect_none(
        (at(path) for path, module in modules if module != "ns2vec" and room_of(module) == "ns2vec"),
        "Name the floor of these modules in CONTRIBUTING.md, 'Where things are'.",
    )


def test_every_floor_names_what_exists():
    def exists(room: str) -> bool:
        base = ROOT / room.replace(".", "/")
        return any(base.with_suffix(end).exists() for end in ("", ".py", ".pyx", ".pxd"))

    assert FLOOR_OF
    expect_none(
        (room for room in FLOOR_OF if not exists(room)),
        "CONTRIBUTING.md gives these rooms a floor, but they do not exist: take them out.",
    )


def test_imports_point_down():
    expect_none(
        (wrong for path in PYTHON_FILES for wrong in upward_imports(path)),
        "Move what these imports need to a lower floor, or hand it over as an argument.",
    )


def test_imports_inside_functions_are_for_slow_or_optional_modules():
    # a subcommand imports what it needs when it is called
    paths = [path for path in PYTHON_FILES if room_of(module_name(path)) != "ns2vec.cli"]
    expect_none(
        (
            f"{at(path, line)}: {name}"
            for path in paths
            for name, line, inside in own_imports(path)
            if inside and name.split(".")[0] not in LAZY
        ),
        "Import these at the top of the file.",
    )


IMPORT_LINE = re.compile(r"^[ \t]*(?:from\s+([\w.]+)\s+c?import|c?import\s+([\w.]+))", re.MULTILINE)


def test_kernels_know_nothing_above_them():
    wrong = []
    for path in files(*CYTHON, folders=("ns2vec",)):
        for match in IMPORT_LINE.finditer(read(path)):
            name = match[1] or match[2]
            root = name.split(".")[0]
            if root not in KERNEL_IMPORTS or (root == "ns2vec" and FLOOR_OF.get(room_of(name)) != 1):
                wrong.append(f"{at(path, line_of(read(path), match.start()))}: {name}")
    expect_none(wrong, "Compiled modules get arrays and numbers: hand these over as arguments.")
