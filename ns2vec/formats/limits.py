"""Compressed files that unpack to absurd sizes are refused while they are read, before memory is full."""

from __future__ import annotations

import os
from typing import IO, Any

from ns2vec._files import Counted, damage, is_damage
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError

# The numbers of vectors hardly compress, and their text by a factor of about three.
MOST_BYTES = 256 << 20
MOST_TIMES = 100


class Bounded(Counted):
    """The unpacked bytes of a stream, as long as their number is plausible for the packed size.

    Parameters
    ----------
    stream : binary file object that unpacks
    packed : the underlying binary file object, whose position shows how much was unpacked
    path : the file, for messages

    Raises
    ------
    FormatError
        While reading, if more than `MOST_BYTES` and more than `MOST_TIMES` the packed bytes were unpacked.
    """

    def __init__(self, stream: IO[bytes], packed: IO[bytes], path: PathLike) -> None:
        super().__init__(stream)
        self._packed, self._path = packed, path

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; see `io.RawIOBase`."""
        try:
            n_read = super().readinto(buffer)
        except Exception as error:
            if not is_damage(error, os.fspath(self._path)):
                raise
            # only now is it certain which of several open files it is
            raise FormatError(damage(os.fspath(self._path), error)) from error
        if self.tell() > max(MOST_BYTES, MOST_TIMES * self._packed.tell()):
            raise FormatError(
                f"{self._path}: unpacks to more than {MOST_TIMES} times its size ({self.tell()} bytes), "
                "which no file of vectors does; if you trust the file, unpack it first"
            )
        return n_read
