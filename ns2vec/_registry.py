"""A name -> object table with errors that list the known names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from ns2vec.exceptions import ConfigError

__all__ = ["Registry"]

T = TypeVar("T")


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

    def load_plugins(self) -> None:
        """Add what other installed packages offer; a broken one is an error that names it."""
        from importlib.metadata import entry_points

        if self.group is None:
            return
        for point in entry_points(group=self.group):
            if point.name in self._entries:
                continue
            try:
                self.register(point.name, point.load())
            except Exception as error:
                raise ConfigError(
                    f"{self.kind} {point.name!r} of the package behind {point.value!r} cannot be loaded: {error}"
                ) from error

    def __getitem__(self, name: str) -> T:
        try:
            if name not in self._entries:
                self.load_plugins()
            return self._entries[name]
        except (KeyError, TypeError):
            known = ", ".join(map(repr, self._entries))
            raise ConfigError(f"unknown {self.kind} {name!r}: expected one of {known}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
