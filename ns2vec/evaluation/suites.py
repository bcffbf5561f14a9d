"""Suites: their questions, the sources of their files, their authors and their licences.

A suite is a ``[[suite]]`` table of a TOML file; those of the package are in ``ns2vec/evaluation/suites/``::

    [[suite]]
    name = "mc30"
    title = "Miller and Charles 30"
    task = "word_similarity"
    licence = "unknown"
    citation = "..."

    [[suite.origin]]                   # tried in this order
    files = ["similarity/mc30.tsv"]    # in a data folder; patterns (*.txt) work
    sha256 = ["..."]                   # of bytes that were really read; may be left out

    [[suite.origin]]
    package = "gensim"                 # files inside an installed package, which is not imported
    files = ["test/test_data/wordsim353.tsv"]

    [[suite.origin]]
    urls = ["https://..."]
    delimiter = ","                    # layout of these files: delimiter, columns, skip_lines, encoding
    columns = [1, 2, 3]
    skip_lines = 1

``generated = "facts"`` instead of origins takes the questions from the facts corpus; ``like = "mc30"`` takes
missing entries from an earlier suite of the file; otherwise they are taken from a table ``[defaults]``, in
which ``[defaults.urls]`` is the layout of files at addresses. A ``[collection]`` table names lists of suites.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ns2vec._typing import PathLike
from ns2vec.evaluation._lines import parse_toml
from ns2vec.evaluation.readers import READERS, Layout
from ns2vec.evaluation.tasks import TASKS
from ns2vec.exceptions import ConfigError, FormatError

_LAYOUT = ("delimiter", "columns", "skip_lines", "encoding")


@dataclass(frozen=True, slots=True)
class Origin:
    """One source of a suite's files.

    Attributes
    ----------
    files : tuple of str
        Paths in a data folder, or in `package`; empty if there are `urls`.
    urls : tuple of str
    package : str
        Importable name, ``""`` for a data folder.
    sha256 : tuple of str
        One for each file or address; empty if no bytes have been read yet.
    layout : Layout
    """

    files: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    package: str = ""
    sha256: tuple[str, ...] = ()
    layout: Layout = field(default_factory=Layout)


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions of one task.

    Attributes
    ----------
    name, title : str
    task : str
        One of `TASKS`.
    reader : str
        One of `READERS`.
    licence, citation, note : str
    n_questions : int or None
        Number of questions in the complete suite.
    generated : str
        ``"facts"``, or ``""`` for files.
    origins : tuple of Origin
    paths : tuple of path
        Files in the default layout of the task, instead of origins.
    """

    name: str
    title: str
    task: str
    reader: str
    licence: str = "unknown"
    citation: str = "unknown"
    note: str = ""
    n_questions: int | None = None
    generated: str = ""
    origins: tuple[Origin, ...] = ()
    paths: tuple[PathLike, ...] = ()

    @classmethod
    def of_files(cls, name: str, task: str, paths: Sequence[PathLike]) -> Suite:
        """Return a suite of existing files, in the default layout of the task.

        Raises
        ------
        ConfigError
            If the task is unknown.
        """
        reader = TASKS[task].reader
        return cls(name, ", ".join(map(str, paths)), task, reader, paths=tuple(paths))


def parse_suites(text: str, name: str = "<text>") -> tuple[list[Suite], dict[str, list[str]]]:
    """Read the suites and collections of a TOML text.

    Parameters
    ----------
    text : str
    name : str, optional
        Name of the file, for errors.

    Returns
    -------
    suites : list of Suite
    collections : dict of str to list of str

    Raises
    ------
    FormatError
        If the text is not TOML or a suite is incomplete.
    ConfigError
        If a task or reader is unknown.

    Examples
    --------
    >>> from ns2vec.evaluation.suites import parse_suites
    >>> suites, _ = parse_suites('''
    ... [[suite]]
    ... name = "mine"
    ... task = "word_similarity"
    ... origin = [{files = ["mine.tsv"]}]
    ... ''')
    >>> suites[0].reader, suites[0].licence
    ('word_pairs', 'unknown')
    """
    table = parse_toml(text, name)
    defaults = table.get("defaults", {})
    of_addresses = defaults.pop("urls", {})
    entries: dict[str, dict[str, Any]] = {}
    for entry in table.get("suite", ()):
        like = entry.get("like")
        if like is not None and like not in entries:
            raise FormatError(f"{name}: like = {like!r} names no suite defined before it")
        entries[str(entry.get("name"))] = {**(defaults if like is None else entries[like]), **entry}
    suites = [_suite(entry, name, of_addresses) for entry in entries.values()]
    return suites, {key: list(names) for key, names in table.get("collection", {}).items()}


def _suite(entry: dict[str, Any], path: str, of_addresses: dict[str, Any]) -> Suite:
    for key in ("name", "task"):
        if not isinstance(entry.get(key), str):
            raise FormatError(f"{path}: expected each [[suite]] to have a {key}, found {entry}")
    name, task = entry["name"], entry["task"]
    reader = entry.get("reader", TASKS[task].reader)
    _ = READERS[reader]
    origins = tuple(
        _origin({**of_addresses, **origin} if "urls" in origin else origin, entry, f"{path}: suite {name!r}")
        for origin in entry.get("origin", ())
    )
    generated = entry.get("generated", "")
    if generated not in ("", "facts") or bool(generated) == bool(origins):
        raise FormatError(f"{path}: suite {name!r} needs [[suite.origin]] tables or generated = 'facts'")
    said = {key: entry[key] for key in ("licence", "citation", "note", "n_questions") if key in entry}
    title = entry.get("title", name)
    return Suite(name, title, task, reader, generated=generated, origins=origins, **said)


def _origin(origin: dict[str, Any], entry: dict[str, Any], where: str) -> Origin:
    unknown = set(origin) - {"files", "urls", "package", "sha256", *_LAYOUT}
    places = [key for key in ("files", "urls") if origin.get(key)]
    if unknown or len(places) != 1:
        raise FormatError(f"{where}: expected an origin to have files or urls, found {sorted(origin)}")
    hashes = tuple(origin.get("sha256", ()))
    if hashes and len(hashes) != len(origin[places[0]]):
        raise FormatError(f"{where}: expected one sha256 for each of {len(origin[places[0]])} {places[0]}")
    layout = {key: origin[key] for key in _LAYOUT if key in origin}
    layout["columns"] = tuple(layout.get("columns", ()))
    places_and_hashes = {key: tuple(origin.get(key, ())) for key in ("files", "urls", "sha256")}
    layout_of_files = Layout(groups=dict(entry.get("groups", {})), **layout)
    return Origin(**places_and_hashes, package=origin.get("package", ""), layout=layout_of_files)


@cache
def _builtin() -> tuple[dict[str, Suite], dict[str, tuple[str, ...]]]:
    suites: dict[str, Suite] = {}
    lists: dict[str, tuple[str, ...]] = {}
    folder = resources.files("ns2vec.evaluation") / "suites"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            found, named = parse_suites(entry.read_text("utf8"), entry.name)
            suites.update((suite.name, suite) for suite in found)
            lists.update((name, tuple(names)) for name, names in named.items())
    return suites, lists


def builtin_suites() -> dict[str, Suite]:
    """Return the suites that the package describes, by name.

    Examples
    --------
    >>> from ns2vec.evaluation.suites import builtin_suites
    >>> builtin_suites()["google"].task
    'analogies'
    """
    return dict(_builtin()[0])


def collections() -> dict[str, tuple[str, ...]]:
    """Return the named lists of suites.

    Examples
    --------
    >>> from ns2vec.evaluation.suites import collections
    >>> collections()["standard"][:2]
    ('ws353', 'ws353_sim')
    """
    return dict(_builtin()[1])


def select_suites(names: Iterable[str | Suite]) -> list[Suite]:
    """Return the suites of these names, each once, in their order.

    Parameters
    ----------
    names : iterable of str or Suite
        Suites, collections, or paths of TOML files, which stand for all of their suites.

    Raises
    ------
    ConfigError
        If a name is unknown.

    Examples
    --------
    >>> from ns2vec.evaluation.suites import select_suites
    >>> [suite.name for suite in select_suites(["mc30", "rg65", "mc30"])]
    ['mc30', 'rg65']
    """
    suites, lists = _builtin()
    chosen: dict[str, Suite] = {}
    for name in names:
        if isinstance(name, Suite):
            found = [name]
        elif name.endswith(".toml"):
            found, _ = parse_suites(Path(name).read_text("utf8"), name)
        else:
            asked = lists.get(name, (name,))
            unknown = next((one for one in asked if one not in suites), None)
            if unknown is not None:
                known = ", ".join([*lists, *suites])
                raise ConfigError(f"unknown suite {unknown!r}: expected a .toml file or one of {known}")
            found = [suites[one] for one in asked]
        chosen.update((suite.name, suite) for suite in found)
    return list(chosen.values())
