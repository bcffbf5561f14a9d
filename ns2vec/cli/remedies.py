"""The library's advice in terms of the command line: ``errors='replace'`` becomes ``--errors replace``.

A remedy is translated if the command has such an option; otherwise it is not changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection

# advice about a format applies to the option that names the format of the input
_FORMAT = "{format}"
_SAID_OTHERWISE = (
    (r"\bno_header=True(?= reads| loads|$)", f"{_FORMAT} glove"),
    (r"\bleave out no_header=True", f"leave out {_FORMAT} glove"),
    (r"\bpass binary=True", f"pass {_FORMAT} word2vec_binary"),
    (r"\bpass binary=False", f"pass {_FORMAT} word2vec_text"),
    (r"\bload it with KeyedVectors\.load or Word2Vec\.load", f"leave out {_FORMAT}"),
    (r"\bread it with ns2vec\.formats\.read_vectors", f"leave out {_FORMAT}"),
    (r"\bpass words and matrix to KeyedVectors\.add_vectors", "write its words and numbers as text"),
    (r"\bname the file's encoding,", "name the file's encoding (--encoding),"),
)
_NAMED_OTHERWISE = {"unicode_errors": "errors", "on_malformed": "malformed"}
_VALUE = re.compile(r"(?<!['\w])([a-z][a-z_]*)=(?:'([\w.]+)'|(\d+))(?![\w']|\.\d)( or '(\w+)')?")


def as_options(message: str, options: Collection[str]) -> str:
    """Return a message with its remedies in terms of a command that has these options.

    Examples
    --------
    >>> from ns2vec.cli.remedies import as_options
    >>> as_options("not UTF-8; use errors='replace' or errors='ignore'", {"--errors"})
    'not UTF-8; use --errors replace or --errors ignore'
    >>> as_options("correct the header, or pass limit=3 to read only those", {"--limit", "--from"})
    'correct the header, or pass --limit 3 to read only those'
    """
    name_of_format = "--from" if "--from" in options else "--format"
    for pattern, remedy in _SAID_OTHERWISE:
        if name_of_format in options:
            message = re.sub(pattern, remedy.replace(_FORMAT, name_of_format), message)

    def option(match: re.Match[str]) -> str:
        name = _NAMED_OTHERWISE.get(match[1], match[1])
        flag = f"--{name.replace('_', '-')}"
        if flag not in options:
            return match[0]
        return f"{flag} {match[2] or match[3]}" + (f" or {match[5]}" if match[4] else "")

    return _VALUE.sub(option, message)
