"""Character n-grams of words and their hashes, as in fastText."""

from __future__ import annotations

import re

CHARACTER = re.compile(rb"[^\x80-\xbf][\x80-\xbf]*")


def ngrams(word: bytes, min_n: int, max_n: int) -> list[bytes]:
    """The pieces of ``<word>`` of `min_n` to `max_n` characters, except the two marks alone."""
    characters = CHARACTER.findall(b"<" + word + b">")
    last = len(characters) - 1
    return [
        b"".join(characters[start : start + n])
        for start in range(len(characters))
        for n in range(max(min_n, 1), max_n + 1)
        if start + n <= len(characters) and not (n == 1 and start in (0, last))
    ]


def fnv1a(content: bytes) -> int:
    """32-bit FNV-1a over signed bytes: those from 128 on change the upper bits, too."""
    state = 2166136261
    for byte in content:
        state = (state ^ (byte - 256 * (byte >= 128))) * 16777619 % 2**32
    return state
