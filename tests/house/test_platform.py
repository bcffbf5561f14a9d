"""Everything that depends on the operating system is in one module."""

from __future__ import annotations

import re

from sources import CYTHON, C, at, expect_none, files, line_of, read

NOT_EVERYWHERE = re.compile(
    r"os\.fork|/proc/|\bfcntl\b|\bmsvcrt\b|preadv|pwrite|fchown|fchmod|O_CLOEXEC|O_TEMPORARY|mkstemp|"
    r"NamedTemporaryFile|import resource$|multiprocessing|madvise",
    re.MULTILINE,
)
POSIX = re.compile(r"posix_memalign|\baligned_alloc\b|from posix|<(?:unistd|pthread|sys/)")


def matches(pattern: re.Pattern, paths) -> list[str]:
    """Where `pattern` occurs in the files `paths`."""
    found = ((path, match) for path in paths for match in pattern.finditer(read(path)))
    return [f"{at(path, line_of(read(path), match.start()))}: {match[0]}" for path, match in found]


def test_no_other_module_depends_on_the_system():
    others = [path for path in files(".py", folders=("ns2vec",)) if path.name != "_platform.py"]
    expect_none(matches(NOT_EVERYWHERE, others), "Move these to ns2vec/_platform.py.")


def test_no_compiled_source_depends_on_the_system():
    compiled = [path for path in files(*CYTHON, *C, folders=("ns2vec",)) if path.name != "aligned.h"]
    expect_none(matches(POSIX, compiled), "Move these to ns2vec/_cy/aligned.h.")
