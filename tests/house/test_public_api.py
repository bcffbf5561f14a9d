"""Public names are listed, sorted and documented; importing them stays cheap."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

from sources import at, expect_none, files, module_name, parsed

import ns2vec

PUBLIC_MODULES = [
    path
    for path in files(".py", folders=("ns2vec",))
    if not any(part.startswith("_") for part in module_name(path).split(".")) and "cli" not in path.parts
]


# The modules that users import from (the front door re-exports most of it). These and packages list in
# __all__ what is public; in all others what has no underscore is for the rest of the package.
USER_MODULES = {
    "ns2vec",
    "ns2vec.calculator",
    "ns2vec.callbacks",
    "ns2vec.evaluation",
    "ns2vec.exceptions",
    "ns2vec.fasttext",
    "ns2vec.formats",
    "ns2vec.keyedvectors",
    "ns2vec.losses",
    "ns2vec.sampling",
    "ns2vec.schedules",
    "ns2vec.word2vec",
}


def defined_names(path: Path) -> set[str]:
    """Public functions and classes that a module defines itself."""
    body = parsed(path).body
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {name for name in names if not name.startswith("_")}


def faults_of_all(path: Path) -> Iterator[str]:
    """What is wrong with the `__all__` of the public module `path`."""
    module = importlib.import_module(module_name(path))
    listed = list(getattr(module, "__all__", ()))
    if listed != sorted(set(listed)):
        yield "is not sorted, or names something twice"
    yield from (f"{name} is listed and does not exist" for name in listed if not hasattr(module, name))
    if module.__name__ in USER_MODULES:
        yield from (f"{name} is public and not listed" for name in sorted(defined_names(path) - set(listed)))


def test_all_is_sorted_and_complete():
    expect_none(
        (f"{at(path)}: {fault}" for path in PUBLIC_MODULES for fault in faults_of_all(path)),
        "Mend __all__ of these modules.",
    )


def test_the_modules_of_users_exist():
    found = {module_name(path) for path in PUBLIC_MODULES}
    expect_none(sorted(USER_MODULES - found), "These modules are promised to users.")


def undocumented(owner: object, where: str) -> list[str]:
    """Names of public functions, classes, methods and properties without a docstring."""
    alias = isinstance(owner, types.GenericAlias)  # Python 3.10 takes Callable[..., int] for a class
    if alias or not (inspect.isclass(owner) or inspect.isroutine(owner)):
        return []
    found = [] if inspect.getdoc(owner) else [where]
    if inspect.isclass(owner):
        for name, member in vars(owner).items():
            routine = isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member)
            if routine and not name.startswith("_") and not inspect.getdoc(getattr(owner, name)):
                found.append(f"{where}.{name}")
    return found


def test_public_names_are_documented():
    wrong = []
    for path in PUBLIC_MODULES:
        module = importlib.import_module(module_name(path))
        found = [] if module.__doc__ else ["the module"]
        for name in getattr(module, "__all__", sorted(defined_names(path))):
            found += undocumented(getattr(module, name), name)
        wrong += [f"{at(path)}: {name}" for name in found]
    expect_none(wrong, "Write docstrings for these.")


def without_example(name: str) -> bool:
    """Whether the docstring of a name at the front door lacks the sections that it needs."""
    thing = getattr(ns2vec, name)
    if not callable(thing) or (inspect.isclass(thing) and issubclass(thing, Exception)):
        return name not in {"StopTraining", "__version__"}
    text = inspect.getdoc(thing)
    needs_parameters = len(inspect.signature(thing).parameters) > 0
    return "Examples\n--------" not in text or (needs_parameters and "Parameters\n----------" not in text)


def test_the_front_door_shows_examples():
    expect_none(
        filter(without_example, ns2vec.__all__), "Give these the sections Parameters and Examples (numpydoc)."
    )


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


def test_packages_of_families_are_loaded_when_they_are_asked_for():
    code = (
        "import sys, ns2vec; assert 'ns2vec.graph' not in sys.modules;"
        "ns2vec.graph.DeepWalk, ns2vec.recommend.Item2Vec, ns2vec.classify.Classifier;"
        "raise SystemExit(hasattr(ns2vec, 'no_such_name'))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_loads_nothing_slow():
    slow = ["scipy.linalg", "scipy.stats", "scipy.sparse", "tqdm", "requests", "gensim", "smart_open"]
    code = f"import json, sys, ns2vec; print(json.dumps([name for name in {slow!r} if name in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []
