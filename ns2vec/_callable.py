"""Functions in machine code from users: a wrong signature is an error here, not a crash later."""

from __future__ import annotations

import re
from typing import Any

from ns2vec.exceptions import ConfigError

# C spelling of the types that are passed by value; anything else is a pointer.
SPELLINGS = {"int": r"(const )?(int|(\w*_)?int32_t)", "double": r"(const )?double", "*": r".*[*\]].*"}


def check_low_level(function: Any, result: str, arguments: tuple[str, ...], prototype: str) -> None:
    """Refuse anything but a `scipy.LowLevelCallable` with the right signature.

    Parameters
    ----------
    function : scipy.LowLevelCallable
    result : {"int", "double"}
    arguments : tuple of {"int", "*"}
        Types of the arguments: an int, or a pointer to anything.
    prototype : str
        The signature in C, for the message.

    Raises
    ------
    ConfigError
        If it is something else, or its signature is wrong.

    Examples
    --------
    >>> from ns2vec._callable import check_low_level
    >>> check_low_level(len, "int", ("*",), "int f(void *user_data)")
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.ConfigError: expected a scipy.LowLevelCallable, got builtin_function_or_method
    """
    # by name: importing scipy for isinstance would slow every import of ns2vec
    if type(function).__name__ != "LowLevelCallable" or not isinstance(function, tuple):
        raise ConfigError(f"expected a scipy.LowLevelCallable, got {type(function).__name__}")
    signature = str(getattr(function, "signature", ""))
    found = re.fullmatch(r"([^(]*)\((.*)\)", signature.strip())
    given = [found[1], *found[2].split(",")] if found else []
    wanted = [result, *arguments]
    if len(given) != len(wanted) or not all(
        re.fullmatch(SPELLINGS[kind], text.strip()) for kind, text in zip(wanted, given, strict=True)
    ):
        raise ConfigError(f"expected a function {prototype}, got one with the signature {signature!r}")
