"""The sha256 of each part of a file, kept in the metadata of its header.

::

    sha256 = JSON object: name of array -> hexadecimal sha256 of its bytes in the file;
             "__metadata__" -> that of the JSON of all other metadata, keys sorted
    sealed = "yes"; "no " as soon as the file is opened for changes in place

Mapping a file does not read all of it, so the sums are compared on request only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError

SUMS, SEAL = "sha256", "sealed"
SEALED, BROKEN = b'"sealed":"yes"', b'"sealed":"no "'
METADATA = "__metadata__"

Blocks = Iterable[Any]


class ChecksumError(FormatError):
    """A part of a file is not what was written, or there is no checksum of it."""


def sealed(metadata: Mapping[str, str], parts: Mapping[str, Blocks]) -> dict[str, str]:
    """Return the metadata with the sums of the parts, each a series of buffers, and of itself."""
    sums = {name: _sum_of(blocks) for name, blocks in parts.items()}
    sums[METADATA] = _sum_of([_canonical(metadata)])
    return {**metadata, SEAL: "yes", SUMS: json.dumps(sums, separators=(",", ":"))}


def is_sealed(metadata: Mapping[str, str]) -> bool:
    """Whether the file is as it was written: it was not opened for changes in place."""
    return metadata.get(SEAL) == "yes"


def state_of_seal(metadata: Mapping[str, str]) -> str | None:
    """Return the reason that the sums cannot be compared, None if they can."""
    if SUMS not in metadata:
        return "it holds no checksums: save it again with this version"
    if not is_sealed(metadata):
        return "it was opened for changes in place (mmap='r+') after it was saved: save it again"
    return None


def verify(metadata: Mapping[str, str], parts: Mapping[str, Blocks], path: Any) -> None:
    """Compare every part with its sum.

    Raises
    ------
    ChecksumError
        If one differs, has no sum, or is missing.
    """
    reason = state_of_seal(metadata)
    if reason is not None:
        raise ChecksumError(f"{path}: cannot be verified: {reason}")
    try:
        sums = json.loads(metadata[SUMS])
        expected = {str(name): str(value) for name, value in sums.items()}
    except (ValueError, AttributeError, RecursionError):
        raise ChecksumError(f"{path}: cannot be verified: its list of checksums is damaged") from None
    plain = {name: value for name, value in metadata.items() if name not in (SUMS, SEAL)}
    for name, blocks in {**parts, METADATA: [_canonical(plain)]}.items():
        found = _sum_of(blocks)
        if found != expected.pop(name, None):
            raise ChecksumError(
                f"{path}: the part {name!r} is not what was written (sha256 {found[:16]}...): "
                "fetch the file again"
            )
    if expected:
        raise ChecksumError(f"{path}: the part {next(iter(expected))!r} is missing: fetch the file again")


def unseal(path: PathLike) -> None:
    """Record in a file, in place, that its sums are no longer valid."""
    with open(path, "r+b") as stream:
        n_header = int.from_bytes(stream.read(8), "little")
        place = stream.read(n_header).find(SEALED)
        if place >= 0:
            stream.seek(8 + place)
            stream.write(BROKEN)


def _sum_of(blocks: Blocks) -> str:
    found = hashlib.sha256()
    for block in blocks:
        found.update(block)
    return found.hexdigest()


def _canonical(metadata: Mapping[str, str]) -> bytes:
    return json.dumps(dict(metadata), sort_keys=True, separators=(",", ":")).encode("ascii")
