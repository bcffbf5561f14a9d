"""Check the docstrings of the public names with numpydoc's validator.

    python scripts/site/validate.py               print the faults; the exit code is 1 if there are any
    python scripts/site/validate.py ns2vec.graph  only names that begin like this

A class or function must list its parameters, describe what it returns, and show an example, which runs as a
doctest. The same holds for a method, except for what a reader sees nearby: a method without parameters may
say in its summary what it returns, its example may be in its class, and the method that it overrides may have
the rest. Types may be given in the signature only, since the page shows it. The order of parameters and the
exceptions are checked by tests/house/test_docstrings.py.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from numpydoc.validate import validate
from surface import public_members, public_objects

#: numpydoc's codes: no docstring, no summary; parameters that are missing or unknown;
#: no description of what is returned or yielded; no example.
CODES = {"GL08", "SS01", "PR01", "PR02", "RT01", "YD01", "EX01"}

#: Hooks by which `save` and `load` ask a class for the contents of a file.
STORAGE = {"from_state", "to_state", "state_for_gensim"}
#: Start of the docstring of a name kept for old programs: the name that it refers to has the rest.
STANDS_FOR = re.compile(r"Deprecated|Call `")


@cache
def codes_of(path: str) -> dict[str, str]:
    """Code -> message of the faults that numpydoc finds in a docstring, for the codes that count."""
    return {code: message for code, message in validate(path)["errors"] if code in CODES}


def faults_of_name(path: str, thing: Any) -> Iterator[str]:
    """The faults in the docstring of a class or a function."""
    found = dict(codes_of(path))
    if inspect.isclass(thing):
        text = inspect.getdoc(thing) or ""
        for code in ("PR01", "PR02"):  # a dataclass lists its fields under Attributes
            names = set(re.findall(r"'([^']+)'|\"(\w+)\"", found.get(code, "")))
            if code in found and all(is_attribute(text, one or other) for one, other in names):
                del found[code]
        if "PR02" in found and "**" in str(inspect.signature(thing)):  # options that are passed on
            del found["PR02"]
        if is_plain_exception(thing) or (hasattr(thing, "__match_args__") and is_shown(thing.__name__)):
            found.pop("EX01", None)
    yield from (f"{code} {message}" for code, message in found.items())


def is_attribute(text: str, name: str) -> bool:
    """Whether the section Attributes of a docstring lists a name; options that are passed on need no entry.

    >>> is_attribute("A point.\\n\\nAttributes\\n----------\\nx, y : float\\n", "y")
    True
    """
    section = re.search(r"^Attributes\n-+\n(.*?)(?=^\S[^\n]*\n---|\Z)", text, re.DOTALL | re.MULTILINE)
    listed = re.findall(r"^([\w, ]+?)(?: :.*)?$", section[1], re.MULTILINE) if section else []
    return name.startswith("*") or name in {one.strip() for line in listed for one in line.split(",")}


def is_plain_exception(thing: Any) -> bool:
    """Whether a class is an exception without a constructor of its own, which needs no example."""
    return issubclass(thing, Exception) and "__init__" not in vars(thing)


@cache
def is_shown(record: str) -> bool:
    """Whether there is an example where records of this name, or records that contain them, are made."""
    for _, thing in public_objects():
        members = public_members("", thing) if inspect.isclass(thing) else ()
        makers = [thing, *(getattr(member, "__func__", member) for _, member in members)]
        if any(is_made_by(record, one) and ">>>" in (inspect.getdoc(one) or "") for one in makers):
            return True
        fields = str(vars(thing).get("__annotations__", "")) if inspect.isclass(thing) else ""
        if re.search(rf"\b{record}\b", fields) and ">>>" in (inspect.getdoc(thing) or ""):
            return True
    return False


def is_made_by(record: str, thing: Any) -> bool:
    """Whether a function is annotated to return records of this name."""
    made = getattr(thing, "__annotations__", {}).get("return", "")
    return bool(re.search(rf"\b{record}\b", str(made)))


def faults_of_member(path: str, member: Any, cls: type) -> Iterator[str]:
    """The faults in the docstring of a method or property."""
    found = dict(codes_of(path))
    name = path.rpartition(".")[2]
    if overrides(cls, name) or STANDS_FOR.match(inspect.getdoc(member) or ""):
        return
    if isinstance(member, property) or not takes_something(member):
        found.pop("RT01", None)
        found.pop("YD01", None)
    if "PR02" in found and "*args" in str(inspect.signature(member)):  # a method with gensim's signature
        del found["PR01"], found["PR02"]
    if isinstance(member, property) or name in STORAGE:  # it is read like an attribute
        found.pop("EX01", None)
    if re.search(rf"^\s*(?:>>>|\.\.\.).*\b{name}\b", examples_near(cls), re.MULTILINE):
        found.pop("EX01", None)
    yield from (f"{code} {message}" for code, message in found.items())


def overrides(cls: type, name: str) -> bool:
    """Whether a base in ns2vec also has a method of that name with a docstring."""
    bases = [base for base in cls.__mro__ if name in vars(base)][1:]
    return any(base.__module__.startswith("ns2vec") and getattr(base, name).__doc__ for base in bases)


def takes_something(member: Any) -> bool:
    """Whether a method has parameters besides the object or class."""
    function = getattr(member, "__func__", member)
    return len(inspect.signature(function).parameters) > (not isinstance(member, staticmethod))


@cache
def examples_near(cls: type) -> str:
    """The docstrings related to those of a class: of its module, of its bases, and of what makes it."""
    bases = [base for base in cls.__mro__ if base.__module__.startswith("ns2vec")]
    makers = [thing for _, thing in public_objects() if is_made_by(cls.__name__, thing)]
    texts = [inspect.getsource(sys.modules[base.__module__]) for base in bases]
    return "\n".join([*texts, *(inspect.getdoc(thing) or "" for thing in makers)])


def all_faults() -> Iterator[str]:
    """Path and fault, for every public name and member."""
    seen = set()
    for path, thing in public_objects():
        yield from (f"{path}: {fault}" for fault in faults_of_name(path, thing))
        for place, member in public_members(path, thing) if inspect.isclass(thing) else ():
            if id(member) not in seen:
                seen.add(id(member))
                yield from (f"{place}: {fault}" for fault in faults_of_member(place, member, thing))


def main(argv: list[str]) -> int:
    """Return 0 if there are no faults."""
    found = [fault for fault in all_faults() if fault.startswith(tuple(argv) or "")]
    print(
        "\n".join(
            [*found, f"{len(list(public_objects()))} public classes and functions, {len(found)} faults"]
        )
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
