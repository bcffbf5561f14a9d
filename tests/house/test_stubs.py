"""Each compiled module has a hand-written stub that names what the module has."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import types
from pathlib import Path

from sources import at, cinit_parameters, cython_source, expect_none, files, module_name, parsed

MODULES = files(".pyx", folders=("ns2vec",))


def public(names) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def stub_names(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """Name -> statement for the functions, classes and annotated names of a stub."""
    names: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names[node.target.id] = node
    return names


def stub_parameters(node: ast.FunctionDef) -> list[str]:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in named if argument.arg != "self"]


def real_parameters(function) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


def compare_functions(node: ast.stmt, function, where: str) -> list[str]:
    if not isinstance(node, ast.FunctionDef):
        return [f"{where}: the stub has no function"]
    expected, found = real_parameters(function), stub_parameters(node)
    return [] if expected == found else [f"{where}: takes {expected}, the stub says {found}"]


def compare_classes(node: ast.stmt, kind: type, where: str, source: str) -> list[str]:
    if not isinstance(node, ast.ClassDef):
        return [f"{where}: the stub has no class"]
    real, stub = vars(kind), stub_names(node.body)
    real_names = {name for name in real if not name.startswith("_")}
    problems = [f"{where}.{name}: only in one of both" for name in real_names ^ public(stub)]
    for name in real_names & public(stub):
        if callable(real[name]):
            problems += compare_functions(stub[name], real[name], f"{where}.{name}")
    created = cinit_parameters(source, kind.__name__)
    if created is not None:
        stubbed = stub_parameters(stub["__init__"]) if "__init__" in stub else []
        problems += [f"{where}(): takes {created}, the stub says {stubbed}"] * (created != stubbed)
    return problems


def disagreements(path: Path) -> list[str]:
    """Where the compiled module `path` and its stub differ."""
    if not path.with_suffix(".pyi").exists():
        return ["it has no stub"]
    stub = stub_names(parsed(path.with_suffix(".pyi")).body)
    module = importlib.import_module(module_name(path))
    own = {name: value for name, value in vars(module).items() if not isinstance(value, types.ModuleType)}
    problems = [f"{name}: only in one of both" for name in sorted(public(own) ^ public(stub))]
    for name in sorted(public(own) & public(stub)):
        value = own[name]
        if isinstance(value, type):
            problems += compare_classes(stub[name], value, name, cython_source(path))
        elif callable(value):
            problems += compare_functions(stub[name], value, name)
    return problems


def test_stubs_and_modules_agree():
    expect_none(
        (f"{at(path)}: {problem}" for path in MODULES for problem in disagreements(path)),
        "Write in the .pyi file what the module has.",
    )


def test_examples_of_compiled_modules_run():
    """pytest's own collection of examples sees only Python files."""
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    modules = {path: importlib.import_module(module_name(path)) for path in MODULES}
    n_failed = {path: doctest.testmod(module, optionflags=flags).failed for path, module in modules.items()}
    expect_none(
        (f"{at(path)}: {n} failed" for path, n in n_failed.items() if n),
        "These examples fail; what they gave is above.",
    )


def test_there_are_compiled_modules():
    assert [module_name(path) for path in MODULES] == [
        "ns2vec._kernels",
        "ns2vec.classify._likeliest",
        "ns2vec.classify._lines",
        "ns2vec.classify._text",
        "ns2vec.corpus._bigrams",
        "ns2vec.corpus._scan",
        "ns2vec.corpus._sentences",
        "ns2vec.evaluation._counts",
        "ns2vec.formats._opcodes",
        "ns2vec.formats._parse",
        "ns2vec.graph._walks",
        "ns2vec.inputs._codes",
        "ns2vec.inputs._ngrams",
        "ns2vec.inputs._rows",
        "ns2vec.inputs._words",
        "ns2vec.recommend._best",
        "ns2vec.recommend._spread",
        "ns2vec.sampling._aware",
        "ns2vec.sampling._draws",
        "ns2vec.similarity._dots",
        "ns2vec.sklearn._sparse",
        "ns2vec.training.sharded._merge",
        "ns2vec.training.sharded._parts",
        "ns2vec.vocab._heap",
    ]
