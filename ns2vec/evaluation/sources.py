"""Finding the files of a suite: in a data folder, an installed package or the cache, or by downloading on
request.

Nothing that is found is executed: packages are located, not imported, and files are only read. A download
is moved to the cache in one step when it is complete. If a suite has no known sha256, that of its
first download is recorded next to the file, and later reads must match it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ns2vec._typing import PathLike
from ns2vec.evaluation.suites import Origin, Suite
from ns2vec.exceptions import FormatError

logger = logging.getLogger(__name__)

MAX_DOWNLOAD_BYTES = 256 << 20
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class MissingFiles:
    """The files of a suite, which were found nowhere.

    Attributes
    ----------
    suite : str
    place : str
        Where they were searched: ``"not in data"``.
    files : tuple of str
        Their paths in a data folder.
    has_address : bool
        They could be downloaded.
    """

    suite: str
    place: str
    files: tuple[str, ...]
    has_address: bool


class SuiteNotFoundError(FormatError, FileNotFoundError):
    """The files of one or more suites were found nowhere.

    Parameters
    ----------
    missing : sequence of MissingFiles
        At least one.

    Examples
    --------
    >>> from ns2vec.evaluation.sources import MissingFiles, SuiteNotFoundError
    >>> error = SuiteNotFoundError([MissingFiles("msr", "not in data", ("analogy/msr.txt",), False)])
    >>> print(error.told(folder="name one with --data-dir"))
    the files of suite msr are not in data: name one with --data-dir or set NS2VEC_DATA, with analogy/msr.txt
    in it
    """

    def __init__(self, missing: Sequence[MissingFiles]) -> None:
        super().__init__(tuple(missing))
        self.missing = tuple(missing)

    def __str__(self) -> str:
        return self.told()

    def told(self, folder: str = "pass data_dir", download: str = "pass allow_download=True") -> str:
        """Return what is missing and what to do, in one line.

        Parameters
        ----------
        folder, download : str, optional
            How a data folder is given and a download is allowed, in the interface of the user.
        """
        names = ", ".join(one.suite for one in self.missing)
        suites = f"suite {names}" if len(self.missing) == 1 else f"{len(self.missing)} suites ({names})"
        place = self.missing[0].place
        line = f"the files of {suites} are {place}: {folder} or set NS2VEC_DATA, with {self._files()} in it"
        n_addresses = sum(one.has_address for one in self.missing)
        fetched = "" if n_addresses == len(self.missing) else f" for {n_addresses} of them"
        return f"{line}, or {download}{fetched}" if n_addresses else line

    def _files(self) -> str:
        """Name the files of a single suite, or the folders of several."""
        files = [name for one in self.missing for name in one.files]
        if len(self.missing) > 1:
            files = list(dict.fromkeys(f"{name.rpartition('/')[0] or name}/" for name in files))
        return ", ".join(files) or "the files"


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files of a suite.

    Attributes
    ----------
    paths : tuple of Path
    origin : Origin
    sha256 : tuple of str
        Of the bytes that were found.
    notes : tuple of str
        Remarks for readers of scores: bytes differ from the recorded ones, a first download.
    """

    paths: tuple[Path, ...]
    origin: Origin
    sha256: tuple[str, ...]
    notes: tuple[str, ...] = ()


def cache_folder() -> Path:
    """Return the folder of downloads: ``$XDG_CACHE_HOME/ns2vec/suites``, or ``~/.cache/ns2vec/suites``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ns2vec" / "suites"


def find_suite_files(
    suite: Suite, data_dir: PathLike | None = None, *, allow_download: bool = False
) -> FoundFiles:
    """Return the files of a suite from the first of its origins that has them all.

    Parameters
    ----------
    suite : Suite
        With origins.
    data_dir : path, optional
        Folder with the files, or with a folder ``eval`` of them; by default ``$NS2VEC_DATA``.
    allow_download : bool, optional
        Download what is found nowhere else.

    Returns
    -------
    FoundFiles

    Raises
    ------
    SuiteNotFoundError
        If no origin has the files.
    FormatError
        If a downloaded file differs from the recorded one.
    OSError
        If a download fails.
    """
    named = data_dir or os.environ.get("NS2VEC_DATA")
    for origin in suite.origins:
        if origin.package:
            paths = _in_package(origin)
        elif origin.urls:
            paths = _downloaded(suite, origin, allow_download)
        else:
            paths = _in_folder(origin, named)
        if paths:
            return _checked(suite, origin, paths)
    files = (name for origin in suite.origins if not origin.package for name in origin.files)
    place = f"not in {os.fspath(named)}" if named else "not found, and no data folder is named"
    has_address = any(origin.urls for origin in suite.origins)
    raise SuiteNotFoundError([MissingFiles(suite.name, place, tuple(files), has_address)])


def _in_folder(origin: Origin, folder: PathLike | None) -> list[Path]:
    if folder is None:
        return []
    for base in (Path(folder), Path(folder) / "eval"):
        found = [sorted(base.glob(pattern)) for pattern in origin.files]
        if all(found):
            return [path for paths in found for path in paths]
    return []


def _in_package(origin: Origin) -> list[Path]:
    """Locate files of a top-level package; its code is not run."""
    spec = importlib.util.find_spec(origin.package.partition(".")[0])
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        paths = [Path(folder, *origin.package.split(".")[1:], name) for name in origin.files]
        if all(path.is_file() for path in paths):
            return paths
    return []


def _downloaded(suite: Suite, origin: Origin, allow_download: bool) -> list[Path]:
    folder = cache_folder() / suite.name
    paths = [folder / url.rpartition("/")[2] for url in origin.urls]
    for number, (url, path) in enumerate(zip(origin.urls, paths, strict=True)):
        if not path.is_file():
            if not allow_download:
                return []
            download(url, path, origin.sha256[number] if origin.sha256 else None)
    return paths


def _checked(suite: Suite, origin: Origin, paths: list[Path]) -> FoundFiles:
    hashes = tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    notes = []
    for number, path in enumerate(paths):
        expected = origin.sha256[number] if number < len(origin.sha256) else _recorded(path)
        if expected is None or hashes[number] == expected:
            continue
        if origin.urls:
            raise FormatError(
                f"{path}: expected sha256 {expected}, found {hashes[number]}: the file has changed since it "
                "was downloaded; delete it and download it again"
            )
        notes.append(f"{path.name}: sha256 {hashes[number][:12]}... is not the recorded {expected[:12]}...")
        logger.warning("suite %s: %s", suite.name, notes[-1])
    if origin.urls and not origin.sha256:
        notes.append("downloaded; sha256 recorded at the first download, not known beforehand")
    return FoundFiles(tuple(paths), origin, hashes, tuple(notes))


def _record_of(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _recorded(path: Path) -> str | None:
    record = _record_of(path)
    return record.read_text("ascii").split()[0] if record.is_file() else None


def download(url: str, path: PathLike, sha256: str | None = None) -> str:
    """Download a file and return its SHA-256; `path` appears only when it is complete and correct.

    Parameters
    ----------
    url : str
        http or https.
    path : path
    sha256 : str, optional
        The expected one; by default, that of the bytes is recorded in ``PATH.sha256``.

    Raises
    ------
    FormatError
        If the address is of another kind, the file is too large, or the bytes are not as expected.
    OSError
        If the server cannot be reached or stops too early.
    """
    from urllib.request import Request, urlopen

    if not url.startswith(("http://", "https://")):
        raise FormatError(f"{url}: expected an http or https address")
    logger.info("downloading %s", url)
    with urlopen(Request(url, headers={"User-Agent": "ns2vec"}), timeout=TIMEOUT_SECONDS) as answer:
        body = answer.read(MAX_DOWNLOAD_BYTES + 1)
        n_expected = answer.headers.get("Content-Length")
    if len(body) > MAX_DOWNLOAD_BYTES:
        raise FormatError(f"{url}: larger than {MAX_DOWNLOAD_BYTES} bytes, which no suite is")
    if n_expected is not None and len(body) < int(n_expected):
        raise OSError(f"{url}: the server sent {len(body)} of {n_expected} bytes; try again")
    found = hashlib.sha256(body).hexdigest()
    if sha256 is not None and found != sha256:
        raise FormatError(
            f"{url}: expected sha256 {sha256}, got {found}; the file at the address has changed"
        )
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if sha256 is None:
        _record_of(target).write_text(f"{found}  {target.name}\n", "ascii")
        logger.warning("%s: no sha256 was known; recorded %s", url, found)
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(body)
    os.replace(partial, target)
    return found
