"""Conversion of options to Python's own numbers; other values are refused, with the name of the option."""

from __future__ import annotations

import math
import numbers
import operator
import reprlib
from decimal import Decimal
from typing import Any

import numpy as np

from ns2vec.exceptions import ConfigError

SHORT = reprlib.Repr()
SHORT.maxstring = SHORT.maxother = 60


def shown(value: object, most: int = 80) -> str:
    """Return the repr of a value for a message: one line, shortened if it is long."""
    text = " ".join(SHORT.repr(value).split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


def whole(name: str, value: Any, lowest: float = 0, highest: float = math.inf) -> int:
    """Return an option as an int.

    Parameters
    ----------
    name : str
        The name that the user knows.
    value : int, or anything that is a whole number: ``np.int64(7)``, ``7.0``, ``np.True_``
    lowest, highest : int

    Raises
    ------
    ConfigError
        If it is not a whole number in that range.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec._options import whole
    >>> whole("window", np.uint8(5)), whole("window", 5.0)
    (5, 5)
    >>> whole("window", "5")
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.ConfigError: window must be a whole number of at least 0, got '5'
    """
    found = _plain(value)
    # infinity and NaN also leave a remainder that is not 0
    if found is None or found % 1 != 0 or not lowest <= found <= highest:
        raise ConfigError(f"{name} must be a whole number{_range(lowest, highest)}, got {shown(value)}")
    return int(found)


def number(name: str, value: Any, lowest: float = -math.inf, highest: float = math.inf) -> float:
    """Return an option as a float.

    Raises
    ------
    ConfigError
        If it is not a finite number from `lowest` to `highest`.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec._options import number
    >>> number("alpha", np.float32(0.5)), number("alpha", 1)
    (0.5, 1.0)
    """
    try:
        found = float(math.nan if (plain := _plain(value)) is None else plain)
    except OverflowError:
        found = math.inf
    if not lowest <= found <= highest or not math.isfinite(found):
        kind = "a finite number" if highest == math.inf else "a number"
        raise ConfigError(f"{name} must be {kind}{_range(lowest, highest)}, got {shown(value)}")
    return found


def flag(name: str, value: Any) -> bool:
    """Return an option that is on or off as a bool: 0 and None are off, any other whole number is on.

    Raises
    ------
    ConfigError
        If it is anything else: the text "no" is not a number, and would be on.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec._options import flag
    >>> flag("shrink_windows", np.False_), flag("shrink_windows", None), flag("shrink_windows", 1)
    (False, False, True)
    """
    found = 0 if value is None else _plain(value)
    # infinity and NaN also leave a remainder that is not 0
    if found is None or found % 1 != 0 or found < 0:
        raise ConfigError(f"{name} must be True or False, got {shown(value)}")
    return found != 0


def _plain(value: Any) -> int | float | None:
    """Return Python's number for any kind of number, None for other values."""
    if isinstance(value, np.generic | np.ndarray):
        if value.ndim or value.dtype.kind not in "biuf":  # dates have an item() that is an int
            return None
        value = value.item()
    try:
        return operator.index(value)
    except TypeError:
        pass
    if not isinstance(value, numbers.Real | Decimal):
        return None
    try:
        return float(value)
    except (OverflowError, ValueError):  # larger than any float; a signalling NaN
        return math.nan


def _range(lowest: float, highest: float) -> str:
    if highest == math.inf:
        return "" if lowest == -math.inf else f" of at least {_text(lowest)}"
    return f" from {_text(lowest)} to {_text(highest)}"


def _text(limit: float) -> str:
    return str(limit) if isinstance(limit, int) else f"{limit:g}"
