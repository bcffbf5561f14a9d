"""The names of ``gensim.downloader``: data sets and vectors of the gensim-data project.

Nothing downloaded is executed: gensim runs an ``__init__.py`` from the network, ns2vec reads the data file.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import logging
import os
import re
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ns2vec.corpus import Text8Corpus
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import guess_format
from ns2vec.keyedvectors import KeyedVectors

logger = logging.getLogger(__name__)

BASE_DIR = os.environ.get("GENSIM_DATA_DIR", os.path.expanduser("~/gensim-data"))
base_dir = BASE_DIR
LIST_URL = os.environ.get(
    "GENSIM_DATA_LIST", "https://raw.githubusercontent.com/RaRe-Technologies/gensim-data/master/list.json"
)
FILES_URL = os.environ.get(
    "GENSIM_DATA_FILES", "https://github.com/RaRe-Technologies/gensim-data/releases/download"
)
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
BLOCK_BYTES = 1 << 20


def info(name: str | None = None, show_only_latest: bool = True, name_only: bool = False) -> Any:
    """Return what can be downloaded: a dict, the entry of one name, or only the names.

    Raises
    ------
    ConfigError
        If there is no such name.
    FormatError
        If the fetched file is not a list of data sets.
    OSError
        If the list cannot be fetched.
    """
    try:
        with urllib.request.urlopen(LIST_URL) as stream:
            found = json.load(stream)
        kinds = {kind: dict(found[kind]) for kind in ("corpora", "models")}
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{LIST_URL}: not a list of data sets: {error}") from None
    if name is not None:
        for entries in kinds.values():
            if name in entries:
                return entries[name]
        raise ConfigError(f"unknown data set {name!r}: see info(name_only=True)")
    if show_only_latest:
        kinds = {
            kind: {key: entry for key, entry in entries.items() if entry.get("latest", True)}
            for kind, entries in kinds.items()
        }
    return {kind: list(entries) for kind, entries in kinds.items()} if name_only else kinds


def load(name: str, return_path: bool = False) -> Any:
    """Fetch a data set unless it is already there, and return it: KeyedVectors, or an iterable of documents.

    Parameters
    ----------
    name : str
    return_path : bool
        Return the path of the data file instead.

    Raises
    ------
    ConfigError
        If there is no such name.
    FormatError
        If the file's checksum is wrong.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(f"expected the name of a data set, got {name!r}")
    path = Path(BASE_DIR) / name / f"{name}.gz"
    if not path.exists():
        _fetch(name, path)
    if return_path:
        return str(path)
    if name == "text8":
        return Text8Corpus(path)
    with gzip.open(path) as stream:
        start = stream.read(BLOCK_BYTES)
    if start.lstrip()[:1] in (b"{", b"["):
        return _Documents(path)
    return KeyedVectors.load_word2vec_format(path, binary=guess_format(path) == "word2vec_binary")


def _fetch(name: str, path: Path) -> None:
    entry = info(name)
    n_parts = int(entry.get("parts", 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        whole = Path(folder) / "whole"
        with whole.open("wb") as out:
            for part in range(n_parts):
                suffix = "" if n_parts == 1 else f"_{part:02d}"
                wanted = entry.get("checksum" if n_parts == 1 else f"checksum-{part}")
                _append(f"{FILES_URL}/{name}/{name}.gz{suffix}", out, wanted)
        os.replace(whole, path)


def _append(url: str, out: Any, checksum: str | None) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    logger.info("fetching %s", url)
    with urllib.request.urlopen(url) as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
            out.write(block)
    if checksum is not None and digest.hexdigest() != checksum:
        raise FormatError(f"{url}: the checksum is {digest.hexdigest()}, expected {checksum}: try again")


class _Documents:
    """A file with one JSON value per line, read again by each iteration."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Any]:
        with gzip.open(self.path) as lines:
            for line in lines:
                yield json.loads(line)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m gensim.downloader -d NAME`` or ``-i NAME``; the name ``full`` means the whole list."""
    parser = argparse.ArgumentParser(prog="gensim.downloader", description="Fetch data sets and vectors.")
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("-d", "--download", metavar="NAME", help="fetch it; its path goes to stderr")
    chosen.add_argument("-i", "--info", metavar="NAME", help="write what is known as JSON; full: of all")
    arguments = parser.parse_args(argv)
    if arguments.download is not None:
        sys.stderr.write(f"{load(arguments.download, return_path=True)}\n")
    else:
        found = info() if arguments.info == "full" else info(arguments.info)
        sys.stdout.write(json.dumps(found, indent=4) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
