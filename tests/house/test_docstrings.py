"""Docstrings list the parameters that there are, and the exceptions that are raised."""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docstrings import faults_of_layout, faults_of_parameters, faults_of_raises
from sources import at, cinit_parameters, cython_source, expect_none, files, module_name

from ns2vec import Doc2Vec, FastText, Phrases, Word2Vec
from ns2vec.objectives import OBJECTIVES
from ns2vec.recommend import Recommender
from ns2vec.sampling import SAMPLERS

SOURCE = re.compile(r"\b(19|20)\d\d\b|arXiv:")
MODULES = [path for path in files(".py", ".pyx", folders=("ns2vec",)) if "site" not in path.parts]


def described(path: Path) -> Iterator[tuple[str, Any, str]]:
    """Name, object and docstring of the functions, classes and methods that a module defines."""
    module = importlib.import_module(module_name(path))
    for name, thing in vars(module).items():
        if getattr(thing, "__module__", None) != module.__name__:
            continue
        members = vars(thing).items() if inspect.isclass(thing) else ()
        for where, one in [(name, thing), *((f"{name}.{key}", member) for key, member in members)]:
            one = one.__func__ if isinstance(one, classmethod | staticmethod) else one
            text = getattr(one, "__doc__", None)
            if text and callable(one) and (inspect.isroutine(one) or inspect.isclass(one)):
                yield where, one, inspect.cleandoc(text)


def parameters(thing: Any, path: Path) -> list[str]:
    """Names in the signature, with ``*`` and ``**`` before those that collect the rest."""
    if path.suffix == ".pyx" and inspect.isclass(thing):
        return cinit_parameters(cython_source(path), thing.__name__) or []
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    found = inspect.signature(thing).parameters.values()
    return [stars.get(one.kind, "") + one.name for one in found if one.name not in {"self", "cls"}]


def faults(path: Path) -> Iterator[str]:
    """Place and fault, for all docstrings of a module."""
    for where, thing, text in described(path):
        found = list(faults_of_layout(text))
        if "\nParameters\n" in text:
            found += faults_of_parameters(text, parameters(thing, path))
        is_public = not any(part.startswith("_") for part in (*where.split("."), path.stem))
        if is_public and inspect.isfunction(thing):
            source = textwrap.dedent(inspect.getsource(thing))
            found += faults_of_raises(text, source, inspect.unwrap(thing).__globals__)
        code = getattr(inspect.unwrap(thing), "__code__", None)
        line = code.co_firstlineno if code else 1
        yield from (f"{at(path, line)}: {where}: {fault}" for fault in found)


def test_docstrings_say_what_is():
    expect_none(
        (fault for path in MODULES for fault in faults(path)),
        "Mend these docstrings: parameters in the order of the signature, what is raised under Raises.",
    )


def test_a_parameter_that_a_reflow_swallowed_is_found():
    text = (
        "Write the vectors.\n\nParameters\n----------\n"
        'fname : path, address, or ``"-"``; ``.gz``, ``.bz2``, ``.xz`` and ``.zst``\n'
        "compress fvocab : path, optional\n    Also write a file of ``key count`` lines.\n"
    )
    assert list(faults_of_parameters(text, ["fname", "fvocab"])) == [
        "'fvocab' is not documented",
        "'compress fvocab : path, optional' is no parameter",
    ]


def published() -> Iterator[tuple[str, Any]]:
    """Names and classes of what papers describe: samplers, objectives, families of models."""
    for registry in (SAMPLERS, OBJECTIVES):
        yield from ((name, registry[name]) for name in registry if name != "uniform")
    for module in ("", ".classify", ".graph", ".recommend", ".sklearn"):
        front = importlib.import_module(f"ns2vec{module}")
        models = (getattr(front, name) for name in front.__all__)
        yield from (
            (one.__name__, one)
            for one in models
            if inspect.isclass(one) and hasattr(one, "fit") and one is not Recommender
        )
    yield from ((one.__name__, one) for one in (Doc2Vec, FastText, Phrases, Word2Vec))


def test_what_papers_describe_names_its_source():
    expect_none(
        sorted({name for name, thing in published() if not SOURCE.search(inspect.getdoc(thing) or "")}),
        "Name the paper in the docstring: authors and year, arXiv number.",
    )
