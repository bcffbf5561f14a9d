"""gensim's restartable readers of text files: `LineSentence`, `PathLineSentences`, `Text8Corpus`.

Iterating over one in Python yields lists of str. `Word2Vec` does not iterate: it recognises
exactly these classes and reads their files in C (`ns2vec.corpus.sources`), with the same result.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeAlias

from ns2vec._files import explain
from ns2vec._options import whole
from ns2vec._typing import PathLike
from ns2vec.corpus.chunks import MAX_SENTENCE_WORDS
from ns2vec.corpus.opening import (
    BLOCK_BYTES,
    BOM,
    Reader,
    check_errors,
    check_path,
    decoding_error,
    is_seekable,
    open_binary,
    source_name,
)
from ns2vec.exceptions import CorpusError

Source: TypeAlias = "PathLike | Any"


class LineSentence:
    r"""One sentence per line, words separated by white space.

    Parameters
    ----------
    source : path or file object
        A path (also of a compressed file, or a URL that smart_open reads), or an object with ``seek`` that
        yields lines of bytes or str.
    max_sentence_length : int
        Longer lines are split into parts of this many words.
    limit : int, optional
        Read only this many lines, including blank ones.
    errors : {"strict", "replace", "ignore"}
        What to do with bytes that are not UTF-8.

    Raises
    ------
    CorpusError
        While iterating, under ``errors="strict"``: names the file, the line and the bytes.

    Notes
    -----
    Words are split as by ``str.split()``, at any Unicode white space; only a newline ends a line. Blank lines
    yield nothing. A UTF-8 byte order mark at the start is skipped.

    Examples
    --------
    >>> import io
    >>> from ns2vec.corpus import LineSentence
    >>> list(LineSentence(io.BytesIO(b"the quick fox\n\njumps over\n"), max_sentence_length=2))
    [['the', 'quick'], ['fox'], ['jumps', 'over']]
    """

    def __init__(
        self,
        source: Source,
        max_sentence_length: int = MAX_SENTENCE_WORDS,
        limit: int | None = None,
        *,
        errors: str = "strict",
    ) -> None:
        self.source = source
        self.max_sentence_length = whole("max_sentence_length", max_sentence_length, 1)
        self.limit = None if limit is None else whole("limit", limit)
        self.errors = check_errors(errors)

    def __iter__(self) -> Iterator[list[str]]:
        if not isinstance(self.source, (str, os.PathLike)):
            if is_seekable(self.source):
                self.source.seek(0)
            name = source_name(self.source)
            yield from self._sentences(Reader(self.source, name), name)
        else:
            with open_binary(self.source) as lines:
                yield from self._sentences(lines, source_name(self.source))

    def _sentences(self, lines: Any, name: str) -> Iterator[list[str]]:
        for number, line in enumerate(islice(lines, self.limit), start=1):
            words = self._words(_without_bom(line) if number == 1 else line, number, name)
            yield from self._pieces(words)

    def _pieces(self, words: list[str]) -> list[list[str]]:
        return _parts(words, self.max_sentence_length)

    def _words(self, line: Any, number: int, name: str) -> list[str]:
        return _split(line, number, name, self.errors)


class AsciiLines(LineSentence):
    """The sentences of ``corpus_file``: words end only at ASCII white space, as in gensim."""

    def _words(self, line: Any, number: int, name: str) -> list[str]:
        try:
            return [word.decode("utf-8") for word in line.split()]
        except UnicodeDecodeError as error:
            raise decoding_error(error, name, number) from error


class PathLineSentences:
    """`LineSentence` over all files of a folder, in the order of their names.

    Parameters
    ----------
    source : path
        A folder, read without its subfolders, or one file.
    max_sentence_length, limit, errors
        As in `LineSentence`; `limit` is per file.

    Attributes
    ----------
    input_files : list of str
        The files that will be read, in this order.

    Raises
    ------
    ValueError
        If `source` is neither a file nor a folder.
    CorpusError
        If the folder contains no files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from ns2vec.corpus import PathLineSentences
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "b.txt").write_text("second file")
    ...     _ = Path(folder, "a.txt").write_text("first file")
    ...     list(PathLineSentences(folder))
    [['first', 'file'], ['second', 'file']]
    """

    def __init__(
        self,
        source: PathLike,
        max_sentence_length: int = MAX_SENTENCE_WORDS,
        limit: int | None = None,
        *,
        errors: str = "strict",
    ) -> None:
        self.source = source
        self.max_sentence_length = whole("max_sentence_length", max_sentence_length, 1)
        self.limit = None if limit is None else whole("limit", limit)
        self.errors = check_errors(errors)
        self.input_files = list_files(source)

    def __iter__(self) -> Iterator[list[str]]:
        for path in self.input_files:
            yield from LineSentence(path, self.max_sentence_length, self.limit, errors=self.errors)


class Text8Corpus:
    r"""One long text without sentences, cut into pieces of equal length: the text8 file.

    Parameters
    ----------
    fname : path
        Path of the file; newlines in it count as spaces.
    max_sentence_length : int
        Words per sentence; the last one may be shorter.
    errors : {"strict", "replace", "ignore"}
        What to do with bytes that are not UTF-8.

    Raises
    ------
    CorpusError
        While iterating, under ``errors="strict"``: names the file, the line and the bytes.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from ns2vec.corpus import Text8Corpus
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "text8").write_text("anarchism originated as\na term")
    ...     list(Text8Corpus(Path(folder, "text8"), max_sentence_length=3))
    [['anarchism', 'originated', 'as'], ['a', 'term']]
    """

    def __init__(
        self, fname: PathLike, max_sentence_length: int = MAX_SENTENCE_WORDS, *, errors: str = "strict"
    ) -> None:
        self.fname = fname
        self.max_sentence_length = whole("max_sentence_length", max_sentence_length, 1)
        self.errors = check_errors(errors)

    def __iter__(self) -> Iterator[list[str]]:
        sentence: list[str] = []
        for words in self._pieces():
            sentence += words
            *whole, sentence = _parts(sentence, self.max_sentence_length) or [[]]
            yield from whole
        if sentence:
            yield sentence

    def _pieces(self) -> Iterator[list[str]]:
        """Yield the words of one block after another; a block's unfinished last word is moved to the next."""
        n_lines = 1
        name = source_name(self.fname)
        with open_binary(self.fname) as text:
            rest = _without_bom(text.read(BLOCK_BYTES))
            while block := text.read(BLOCK_BYTES):
                at = max(rest.rfind(b" "), rest.rfind(b"\n")) + 1
                yield _split(rest[:at], n_lines, name, self.errors)
                n_lines += rest.count(b"\n", 0, at)
                rest = rest[at:] + block
            yield _split(rest, n_lines, name, self.errors)


class BrownCorpus:
    r"""The Brown corpus: files of ``word/TAG`` tokens; sentences of lower-case words with their tags.

    Parameters
    ----------
    dirname : path of the folder

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.corpus import BrownCorpus
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open(os.path.join(folder, "ca01"), "w") as out:
    ...         _ = out.write("The/AT-TL jury/NN said/VBD ,/, it/PPS\n")
    ...     list(BrownCorpus(folder))
    [['the/AT', 'jury/NN', 'said/VB', 'it/PP']]
    """

    def __init__(self, dirname: PathLike) -> None:
        self.dirname = dirname

    def __iter__(self) -> Iterator[list[str]]:
        for path in list_files(self.dirname):
            for tokens in LineSentence(path):
                if words := brown_words(tokens):
                    yield words


def brown_words(tokens: list[str]) -> list[str]:
    """Return the words of a line of the Brown corpus: lower case, with two letters of their tags."""
    parts = (token.split("/") for token in tokens)
    return [f"{pair[0].lower()}/{pair[1][:2]}" for pair in parts if len(pair) == 2 and pair[1][:2].isalpha()]


def list_files(source: PathLike) -> list[str]:
    """Return the files to read for `source`: itself, or the files of the folder by name."""
    path = os.fspath(source)
    check_path(path)
    if os.path.isfile(path):
        return [path]
    if not os.path.isdir(path):
        raise ValueError(f"expected a file or a folder, and {path!r} is neither; check the path")
    try:
        files = [os.path.join(path, name) for name in sorted(os.listdir(path))]
    except OSError as error:
        raise explain(error, path, "folder") from error
    files = [name for name in files if os.path.isfile(name)]
    if not files:
        raise CorpusError(
            f"the folder {path!r} holds no files (subfolders are not read): give one with files"
        )
    return files


def _without_bom(text: Any) -> Any:
    return text.removeprefix("\ufeff" if isinstance(text, str) else BOM)


def _split(text: bytes | str, line_number: int, name: str, errors: str) -> list[str]:
    """Return the words of `text`, which starts in line `line_number`."""
    if isinstance(text, str):
        return text.split()
    try:
        return text.decode("utf-8", errors).split()
    except UnicodeDecodeError as error:
        raise decoding_error(error, name, line_number + text.count(b"\n", 0, error.start)) from error


def _parts(words: list[str], max_words: int) -> list[list[str]]:
    return [words[start : start + max_words] for start in range(0, len(words), max_words)]
