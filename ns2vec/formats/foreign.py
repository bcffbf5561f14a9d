"""Objects of classes that ns2vec does not know, pickled as gensim's ``SaveLoad`` does.

::

    file = one pickle

Writing a pickle is safe. Reading one runs what it says, so that is done only where the user has said that the
file is trusted.
"""

from __future__ import annotations

import copy
import os
import pickle
from typing import IO, Any

from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.atomic import open_for_read, open_for_write
from ns2vec.formats.strangers import refuse_stranger

__all__ = ["read_trusted", "write"]

# what unpickling bytes that are no pickle, or name what is not there, can raise
DAMAGED = (
    pickle.UnpicklingError, EOFError, AttributeError, ImportError, LookupError, TypeError, ValueError,
)  # fmt: skip


def write(target: PathLike | IO[bytes], thing: Any, *, ignore: frozenset[str], protocol: int) -> None:
    """Pickle an object; attributes in `ignore` become None in the file.

    Raises
    ------
    ConfigError
        If something in it cannot be pickled.
    OSError
        If the file cannot be written; the old one is untouched then.
    """
    left_out = ignore & vars(thing).keys()
    if left_out:
        thing = copy.copy(thing)
        vars(thing).update(dict.fromkeys(left_out))
    try:
        content = pickle.dumps(thing, protocol)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        kind = type(thing).__name__
        raise ConfigError(f"cannot save a {kind}: {error}; name the attribute in ignore") from error
    if not isinstance(target, str | os.PathLike):
        target.write(content)
        return
    with open_for_write(target) as stream:
        stream.write(content)


def read_trusted(source: PathLike | IO[bytes], kind: type) -> Any:
    """Unpickle an object of a class, from a file that the user trusts: it can run any code.

    Raises
    ------
    FormatError
        If the file is damaged or holds something else.
    OSError
        If it cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        with open_for_read(source) as stream:
            content = stream.read()
    else:
        content = source.read()
    name = getattr(source, "name", source)
    refuse_stranger(content, name, own=("pickle",))
    try:
        found = pickle.loads(content)
    except DAMAGED as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise FormatError(f"{name}: cannot be unpickled: {reason}") from error
    if not isinstance(found, kind):
        raise FormatError(f"{name}: expected a {kind.__name__}, found a {type(found).__name__}")
    return found
