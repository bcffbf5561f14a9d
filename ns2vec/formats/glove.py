r"""GloVe's text format: word2vec's without the header.

::

    file   = line*
    line   = key (" " number){D} "\n"
    key    = characters without "\n", in the file's encoding (UTF-8); some published files have keys with
             blanks (". . .", "at name@domain.com"), so the last D fields of a line are its numbers
    number = decimal; written as the shortest one that reads back as the same float32

D is how many numbers most of the first lines end with. Reader and writer are those of
ns2vec.formats.word2vec_text, with all their options. Keys with blanks are read, but not written: other
readers would take them for numbers. Pennington, Socher, Manning 2014, "GloVe: Global vectors for word
representation".
"""

from __future__ import annotations

from functools import partial

from ns2vec.formats import word2vec_text
from ns2vec.formats.lines import is_number

NAME = "glove"
SUFFIXES = (".glove",)


def looks_like(start: bytes) -> bool:
    """Whether a file with these first bytes has keys and numbers in its lines, and no header."""
    first, newline, _ = start.partition(b"\n")
    _, blank, numbers = first.partition(b" " if b" " in first else b"\t")
    fields = numbers.split()
    if not newline and len(fields) > 1:
        fields.pop()  # it may be incomplete
    return bool(blank) and len(fields) > 1 and b"\0" not in first and all(map(is_number, fields[-2:]))


read = partial(word2vec_text.read, no_header=True)
write = partial(word2vec_text.write, write_header=False)
