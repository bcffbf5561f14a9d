"""Public names are listed, sorted and documented; importing them stays cheap."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest
from sources import files, module_name, name_of

import ns2vec

PUBLIC_MODULES = [
    path
    for path in files(".py", folders=("ns2vec",))
    if not any(part.startswith("_") for part in module_name(path).split(".")) and "cli" not in path.parts
]


# The modules that users import from (the front door re-exports most of it); in these, what is not
# listed in __all__ must say so by an underscore.
USER_MODULES = {
    "ns2vec",
    "ns2vec.calculator",
    "ns2vec.callbacks",
    "ns2vec.evaluation",
    "ns2vec.exceptions",
    "ns2vec.formats",
    "ns2vec.keyedvectors",
    "ns2vec.losses",
    "ns2vec.sampling",
    "ns2vec.schedules",
    "ns2vec.word2vec",
}


def defined_names(path: Path) -> set[str]:
    """Public functions and classes that a module defines itself."""
    tree = ast.parse(path.read_text("utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("path", PUBLIC_MODULES, ids=name_of)
def test_all_is_sorted(path: Path):
    module = importlib.import_module(module_name(path))
    listed = list(getattr(module, "__all__", ()))
    assert listed or not defined_names(path), "name what other modules may take in __all__"
    assert listed == sorted(set(listed))
    assert [name for name in listed if not hasattr(module, name)] == []


@pytest.mark.parametrize("name", sorted(USER_MODULES))
def test_all_is_complete(name: str):
    module = importlib.import_module(name)
    assert defined_names(Path(module.__file__)) <= set(module.__all__)


def undocumented(owner: object, where: str) -> list[str]:
    """Names of public functions, classes, methods and properties without a docstring."""
    alias = isinstance(owner, types.GenericAlias)     # Python 3.10 takes Callable[..., int] for a class
    if alias or not (inspect.isclass(owner) or inspect.isroutine(owner)):
        return []
    found = [] if inspect.getdoc(owner) else [where]
    if inspect.isclass(owner):
        for name, member in vars(owner).items():
            routine = isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member)
            if routine and not name.startswith("_") and not inspect.getdoc(getattr(owner, name)):
                found.append(f"{where}.{name}")
    return found


@pytest.mark.parametrize("path", PUBLIC_MODULES, ids=name_of)
def test_public_names_are_documented(path: Path):
    module = importlib.import_module(module_name(path))
    assert module.__doc__
    listed = getattr(module, "__all__", ())
    missing = [entry for name in listed for entry in undocumented(getattr(module, name), name)]
    assert missing == []


@pytest.mark.parametrize("name", getattr(ns2vec, "__all__", []))
def test_the_front_door_shows_an_example(name: str):
    thing = getattr(ns2vec, name)
    if not callable(thing) or (inspect.isclass(thing) and issubclass(thing, Exception)):
        assert name in {"StopTraining", "__version__"}
        return
    assert "Examples\n--------" in inspect.getdoc(thing)
    if len(inspect.signature(thing).parameters):
        assert "Parameters\n----------" in inspect.getdoc(thing)


def test_the_promised_names_are_there():
    promised = {
        "KeyedVectors",
        "LineSentence",
        "PathLineSentences",
        "StopTraining",
        "Text8Corpus",
        "Word2Vec",
        "__version__",
        "build_info",
        "get_negative_samples",
        "negative_sampling_loss",
        "noise_distribution",
    }
    assert promised <= set(ns2vec.__all__)


def test_the_modules_users_name_come_with_the_package():
    # the calculator costs time to import and is asked for by name
    code = f"import ns2vec; {'; '.join(sorted(USER_MODULES - {'ns2vec.calculator'}))}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_loads_nothing_slow():
    slow = ["scipy.linalg", "scipy.stats", "scipy.sparse", "tqdm", "requests", "gensim", "smart_open"]
    code = f"import json, sys, ns2vec; print(json.dumps([name for name in {slow!r} if name in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
