"""The public names: the site has a page for each of them, and the validator reads their docstrings.

A module is public if it is listed here, a name if its module's ``__all__`` lists it. The tests compare the
lists with the package, so every module that has an ``__all__`` is in one of them.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

#: Heading of the reference -> modules that users import from, in reading order.
PUBLIC: dict[str, tuple[str, ...]] = {
    "Front door": ("ns2vec",),
    "Models": (
        "ns2vec.word2vec",
        "ns2vec.fasttext",
        "ns2vec.phrases",
        "ns2vec.classify",
        "ns2vec.recommend",
        "ns2vec.graph",
        "ns2vec.sklearn",
    ),
    "Vectors and files": ("ns2vec.keyedvectors", "ns2vec.formats", "ns2vec.compat.gensim"),
    "Text": ("ns2vec.corpus",),
    "Training": (
        "ns2vec.objectives",
        "ns2vec.sampling",
        "ns2vec.sampling.policies",
        "ns2vec.schedules",
        "ns2vec.losses",
        "ns2vec.callbacks",
        "ns2vec.ledger",
        "ns2vec.cluster",
        "ns2vec.calculator",
        "ns2vec.exceptions",
    ),
    "Evaluation": (
        "ns2vec.evaluation",
        "ns2vec.evaluation.runner",
        "ns2vec.evaluation.health",
        "ns2vec.evaluation.stability",
        "ns2vec.evaluation.classification",
        "ns2vec.evaluation.links",
        "ns2vec.evaluation.nodes",
        "ns2vec.evaluation.ranking",
        "ns2vec.evaluation.ranking.reports",
        "ns2vec.comparison",
    ),
    "Web": ("ns2vec.app",),
}

#: Modules for writing samplers, objectives or families (EXTENDING.md): they have pages, but no promise.
INNER: tuple[str, ...] = (
    "ns2vec.training",
    "ns2vec.training.pairs",
    "ns2vec.training.units",
    "ns2vec.sampling.interface",
    "ns2vec.sampling.steering",
    "ns2vec.vocab",
    "ns2vec.cli",
)

#: They have an ``__all__`` for the rest of the package.
PRIVATE: tuple[str, ...] = (
    "ns2vec.formats.gensim",
    "ns2vec.inputs",
    "ns2vec.reference",
    "ns2vec.similarity",
)

#: File of the repository -> its page on the site; it is read in both places.
ARTICLES = {
    "EXTENDING.md": "extending.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/results/scaling.md": "benchmarks-scaling.md",
    "benchmarks/results/speed.svg": "pictures/speed.svg",
    "ns2vec/ledger/schema.json": "schema.json",
}


def public_modules() -> list[str]:
    """Names of the public modules, with `ns2vec` itself first."""
    return [name for group in PUBLIC.values() for name in group]


def names_of(module: str) -> list[str]:
    """The names that a module lists as public."""
    return list(importlib.import_module(module).__all__)


def home_of(module: str, name: str) -> str:
    """The module whose page describes a name: the one that defines it, if that is public.

    >>> home_of("ns2vec", "KeyedVectors"), home_of("ns2vec.word2vec", "LineSentence")
    ('ns2vec.keyedvectors', 'ns2vec.corpus')
    >>> home_of("ns2vec", "Doc2Vec")
    'ns2vec'
    """
    thing = getattr(importlib.import_module(module), name)
    defined = f"{getattr(thing, '__module__', '')}."
    others = [other for other in [*public_modules()[1:], *INNER] if name in names_of(other)]
    homes = [other for other in others if getattr(importlib.import_module(other), name) is thing]
    homes.sort(key=lambda other: (other in INNER, not defined.startswith(f"{other}.")))
    return homes[0] if homes else module


def public_objects() -> Iterator[tuple[str, Any]]:
    """Path and object of each public class and function, each of them once."""
    seen = set()
    for module in public_modules():
        for name in names_of(module):
            thing = getattr(importlib.import_module(module), name)
            if (inspect.isclass(thing) or inspect.isroutine(thing)) and id(thing) not in seen:
                seen.add(id(thing))
                yield f"{home_of(module, name)}.{name}", thing


def public_members(path: str, cls: type) -> Iterator[tuple[str, Any]]:
    """Path and object of the public members of a class, including those of its bases in ns2vec."""
    for name in dir(cls):
        if name.startswith("_"):
            continue
        owner = next(base for base in cls.__mro__ if name in vars(base))
        member = vars(owner)[name]
        own = owner.__module__.split(".")[0] == "ns2vec"
        routine = isinstance(member, classmethod | staticmethod | property) or inspect.isfunction(member)
        if own and routine:
            yield f"{path}.{name}", member


def made_pages() -> set[str]:
    """Paths of the pages that are not files in docs/, to which pages there may link."""
    from ns2vec.cli import COMMANDS

    parts = {
        "reference": [*public_modules(), *INNER],
        "commands": COMMANDS,
        "gallery": [path.stem for path in examples()],
    }
    pages = {f"{folder}/{name}.md" for folder, names in parts.items() for name in names}
    return pages | {f"{folder}/index.md" for folder in parts} | set(ARTICLES.values())


def examples() -> list[Path]:
    """The scripts of the gallery: all files in examples/ except shared code."""
    return sorted(path for path in (ROOT / "examples").glob("*.py") if path.stem != "pictures")
