r"""Keys of a native file as bytes or integers, read when somebody asks for them.

::

    keys = "lines": UTF-8, one key a line, "\n" between them
         | "int64": integers (V,)
         | "json": a JSON list, see ns2vec.formats.plain
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.plain import decode, encode, lookable

__all__ = ["DAMAGED", "StoredKeys", "encode_keys"]

# what decoding bytes that are not what they claim to be can raise
DAMAGED = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)

Array = npt.NDArray[Any]


def encode_keys(keys: Sequence[Any]) -> tuple[str, Array]:
    """Return the name of the coding, and the keys in it.

    Raises
    ------
    ConfigError
        If a key is of a type that cannot be written.
    """
    if all(type(key) is str for key in keys):
        text = "\n".join(keys)
        if text.count("\n") == max(len(keys) - 1, 0):
            return "lines", np.frombuffer(text.encode("utf8", "surrogatepass"), dtype=np.uint8)
    if keys and all(type(key) is not bool and isinstance(key, (int, np.integer)) for key in keys):
        try:
            return "int64", np.array(keys, dtype=np.int64)
        except OverflowError:
            pass
    try:
        text = json.dumps([encode(key) for key in keys], separators=(",", ":"))
    except TypeError as error:
        raise ConfigError(f"cannot save: a key is {error}; save_gensim() pickles keys of any type") from None
    return "json", np.frombuffer(text.encode("ascii"), dtype=np.uint8)


class StoredKeys:
    """The keys of a file, which may be mapped; `read` makes Python's own of them.

    Parameters
    ----------
    stored : ndarray of uint8, or of integers (V,)
    coding : str
    n_keys : int, V
    path : the file, for messages

    Raises
    ------
    FormatError
        If so many keys do not fit into so many bytes, or the coding is not known.
    """

    def __init__(self, stored: Array, coding: str, n_keys: int, path: Any) -> None:
        self.stored, self.coding, self.n_keys, self.path = stored, coding, n_keys, path
        most = {"lines": stored.size + 1, "int64": stored.size, "json": stored.size}.get(coding)
        if most is None:
            raise FormatError(f"{path}: unknown coding of keys {coding[:40]!r}")
        if not 0 <= n_keys <= most:
            raise FormatError(f"{path}: damaged: {n_keys} keys cannot stand in {stored.nbytes} bytes")

    def __len__(self) -> int:
        return self.n_keys

    def read(self) -> list[Any]:
        """Return the keys.

        Raises
        ------
        FormatError
            If they are damaged, or not as many as the file says.
        """
        try:
            keys = self._decode()
        except DAMAGED as error:
            raise FormatError(f"{self.path}: damaged keys: {type(error).__name__}: {error}") from None
        if len(keys) != self.n_keys:
            raise FormatError(f"{self.path}: damaged: expected {self.n_keys} keys, found {len(keys)}")
        return keys

    def _decode(self) -> list[Any]:
        if self.coding == "int64":
            if self.stored.ndim != 1:
                raise TypeError(f"expected one integer for each key, found shape {self.stored.shape}")
            found: list[Any] = self.stored.astype(np.int64, casting="safe").tolist()
            return found
        content = self.stored.tobytes()
        if self.coding == "lines":
            return content.decode("utf8", "surrogatepass").split("\n") if self.n_keys else []
        listed = json.loads(content.decode("ascii"))
        if not isinstance(listed, list):
            raise TypeError("expected a list of keys")
        return lookable([decode(key) for key in listed])
