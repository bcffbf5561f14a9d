"""A name -> object table with errors that list the known names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from ns2vec.exceptions import ConfigError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


def close_names(name: object, known: Iterable[str], n: int) -> list[str]:
    """Return up to n known names that are spelt similarly to `name`, the closest first.

    Examples
    --------
    >>> from ns2vec._registry import close_names
    >>> close_names("tain", ["query", "train", "tail"], 2)
    ['train', 'tail']
    """
    return difflib.get_close_matches(str(name), [*known], n=n, cutoff=0.7)


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'train'?"`` for a misspelt name, ``""`` if no known one is close.

    Examples
    --------
    >>> from ns2vec._registry import did_you_mean
    >>> did_you_mean("tain", ["query", "train"])
    "; did you mean 'train'?"
    """
    close = close_names(name, known, 1)
    return f"; did you mean {close[0]!r}?" if close else ""


class Registry(Mapping[str, T]):
    """Named implementations of one kind of thing; tests and the command line iterate over it.

    Parameters
    ----------
    kind : str
        What the entries are, as the user would say it: ``"objective"``.
    group : str, optional
        Entry-point group in which other packages name entries of theirs; read when a name is asked for
        that is not known yet.

    Examples
    --------
    >>> from ns2vec._registry import Registry
    >>> colours = Registry("colour")
    >>> _ = colours.register("red", 0xFF0000)
    >>> colours["green"]
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.ConfigError: unknown colour 'green': expected one of 'red'
    """

    def __init__(self, kind: str, group: str | None = None) -> None:
        self.kind = kind
        self.group = group
        self._entries: dict[str, T] = {}

    def register(self, name: str, entry: T) -> T:
        """Add `entry` under `name`; a name can be taken once.

        Raises
        ------
        ConfigError
            If `name` is already registered.
        """
        if name in self._entries:
            raise ConfigError(f"{self.kind} {name!r} is already registered")
        self._entries[name] = entry
        return entry

    def entry(self, name: str) -> Callable[[T], T]:
        """Return a decorator that registers what it decorates under `name`."""
        return lambda entry: self.register(name, entry)

    def load_plugin(self, name: str) -> None:
        """Add the entry of that name that an installed package offers, if one does.

        Raises
        ------
        ConfigError
            If the package's entry cannot be loaded.
        """
        for point in self._entry_points():
            # a package may have several files that offer the same; what it loads may register itself
            if point.name == name and name not in self._entries:
                try:
                    entry = point.load()
                except Exception as error:
                    raise ConfigError(
                        f"{self.kind} {name!r} cannot be loaded from {point.value!r}: {error}"
                    ) from error
                self._entries.setdefault(name, entry)

    def _entry_points(self) -> Iterable[EntryPoint]:
        from importlib.metadata import entry_points

        return entry_points(group=self.group) if self.group else ()

    def __getitem__(self, name: str) -> T:
        try:
            if name not in self._entries:
                self.load_plugin(name)
            return self._entries[name]
        except (KeyError, TypeError):
            known = dict.fromkeys([*self._entries, *(point.name for point in self._entry_points())])
            listed = ", ".join(map(repr, known))
            meant = did_you_mean(name, known)
            raise ConfigError(f"unknown {self.kind} {name!r}: expected one of {listed}{meant}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
