"""Running out of memory in the scanner is a MemoryError, not a crash."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import resource
from ns2vec.corpus._scan import Scanner

limit = 400 << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
scanner = Scanner(chunk_words=10_000)
blocks = 0
try:
    while True:
        scanner.feed(b" ".join(b"%x" % (blocks * 10_000 + i) for i in range(10_000)) + b" ")
        if {discard}:
            scanner.take(keep=False)
        blocks += 1
except MemoryError as error:
    print(error, "|", blocks > 10, len(scanner.tokens()) == scanner.n_words, scanner.tokens()[7])
"""


def run(discard: bool) -> str:
    command = [sys.executable, "-c", PROGRAM.format(discard=discard)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_types_or_text_that_do_not_fit():
    expected = "no memory left for the table of distinct words or the encoded text | True True 7\n"
    assert run(discard=True) == expected
    assert run(discard=False) == expected
