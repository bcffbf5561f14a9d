"""Attributes of the words, some of which are computed on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Columns(dict[str, Any]):
    """Name -> one value for each word, as a dict that computes some of its arrays on first use.

    Values that follow from the counts of all words (thresholds, paths) take time in proportion to the
    vocabulary. A vocabulary that grows a hundred times needs them once.

    Examples
    --------
    >>> from ns2vec.vocab import Columns
    >>> columns = Columns({"count": [3, 2]})
    >>> columns.later("double", lambda: [2 * count for count in columns["count"]])
    >>> columns["count"].append(1)
    >>> columns["double"], sorted(columns)
    ([6, 4, 2], ['count', 'double'])
    """

    def __init__(self, columns: Mapping[str, Any] = {}) -> None:
        super().__init__(columns)
        self.makers: dict[str, Callable[[], Any]] = {}

    def later(self, name: str, make: Callable[[], Any]) -> None:
        """Have `make` compute a column when it is first needed."""
        super().__setitem__(name, None)
        self.makers[name] = make

    def is_made(self, name: str) -> bool:
        """Whether a column has been computed."""
        return name in self and name not in self.makers

    def __getitem__(self, name: str) -> Any:
        if name in self.makers:
            self[name] = self.makers[name]()
        return super().__getitem__(name)

    def __setitem__(self, name: str, values: Any) -> None:
        self.makers.pop(name, None)
        super().__setitem__(name, values)

    # Python copies a dict without calling its methods for the values, unless the class has its own __iter__
    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def get(self, name: str, default: Any = None) -> Any:
        """Return a column, or the default."""
        try:
            return self[name]
        except KeyError:
            return default

    def pop(self, name: str, *default: Any) -> Any:
        """Remove and return a column."""
        self.get(name)
        return super().pop(name, *default)

    def items(self) -> Any:
        """Return names and columns."""
        return self.copy().items()

    def values(self) -> Any:
        """Return the columns."""
        return self.copy().values()

    def copy(self) -> dict[str, Any]:
        """Return a dict of all columns."""
        return {name: self[name] for name in [*self]}

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.copy(),)
