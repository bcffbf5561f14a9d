"""Every kind of input behind one interface: `open_corpus` and `open_corpus_file`.

::

    LineSentence, PathLineSentences, Text8Corpus, paths, open files  -> FileCorpus      (C scanner)
    lists, generators, any other iterable, subclasses of the readers -> IterableCorpus  (C dict look-ups)
    objects with their own corpus, such as joined phrases of a text  -> their as_corpus()

All make the same chunks of the same sentences.
"""

from __future__ import annotations

import os
from typing import Any

from ns2vec._files import is_remote, strip_compression
from ns2vec._options import shown
from ns2vec.corpus.base import Corpus
from ns2vec.corpus.files import FileCorpus, Splitting
from ns2vec.corpus.iterables import IterableCorpus
from ns2vec.corpus.opening import check_errors
from ns2vec.corpus.readers import AsciiLines, LineSentence, PathLineSentences, Text8Corpus


def open_corpus(corpus: Any, *, errors: str = "strict") -> Corpus:
    """Return the corpus for an argument of the user.

    Parameters
    ----------
    corpus : reader, path, open file or iterable
        `LineSentence`, `PathLineSentences` or `Text8Corpus` (these classes, not subclasses); the
        path of a text file, of a folder of them, or a URL, compressed or not; a file object; an object
        whose method `as_corpus` returns a Corpus; or any iterable of sequences of hashable tokens.
    errors : {"strict", "replace", "ignore"}
        For paths and open files: what to do with bytes that are not UTF-8. Readers have their own option.

    Returns
    -------
    Corpus

    Raises
    ------
    FileNotFoundError, CorpusError
        If a path does not exist; if a folder holds no files.
    TypeError
        If it is not iterable.

    Examples
    --------
    >>> from ns2vec.corpus import open_corpus
    >>> corpus = open_corpus([["a", "b"], ["b"]])
    >>> scan = corpus.scan()
    >>> list(scan.tokens), scan.counts.tolist(), scan.n_words, scan.n_sentences
    (['a', 'b'], [1, 2], 3, 2)
    >>> [chunk.words.tolist() for chunk in corpus.chunks({"b": 0})]
    [[-2, 0, -1, 0, -1]]
    """
    check_errors(errors)
    if isinstance(corpus, Corpus):
        return corpus
    if hasattr(type(corpus), "as_corpus"):
        found: Corpus = corpus.as_corpus()
        return found
    if isinstance(corpus, (str, os.PathLike)):
        corpus = _reader_of_path(os.fspath(corpus), errors)
    elif is_stream(corpus):
        corpus = LineSentence(corpus, errors=errors)
    return _file_corpus(corpus) or IterableCorpus(corpus)


def open_corpus_file(path: Any) -> FileCorpus:
    """Return the corpus for gensim's ``corpus_file=``: one uncompressed local file, ASCII blanks.

    Parameters
    ----------
    path : path

    Returns
    -------
    FileCorpus

    Raises
    ------
    TypeError
        As in gensim: if there is no such file, or its suffix means that it is compressed.

    Examples
    --------
    >>> from ns2vec.corpus import open_corpus_file
    >>> open_corpus_file("no/such/file")
    Traceback (most recent call last):
    ...
    TypeError: corpus_file must be the path of a text file, got 'no/such/file'; check the path
    """
    if not isinstance(path, (str, os.PathLike)) or not os.path.isfile(path):
        raise TypeError(f"corpus_file must be the path of a text file, got {shown(path)}; check the path")
    name = os.fspath(path)
    if strip_compression(name)[1]:
        raise TypeError(
            f"corpus_file must be uncompressed, got {name!r}; decompress it, or give the path as the corpus"
        )
    return FileCorpus(AsciiLines(name), [name], Splitting(unicode_blanks=False))


def _reader_of_path(path: str, errors: str) -> LineSentence | PathLineSentences:
    if not is_remote(path) and os.path.isdir(path):
        return PathLineSentences(path, errors=errors)
    return LineSentence(path, errors=errors)


def _file_corpus(reader: Any) -> FileCorpus | None:
    """Return the fast corpus for exactly the three readers of something with bytes; otherwise None."""
    if type(reader) is Text8Corpus:
        splitting = Splitting(True, False, reader.max_sentence_length, -1, reader.errors)
        return FileCorpus(reader, [reader.fname], splitting)
    if type(reader) is LineSentence:
        sources: list[Any] = [reader.source]
        if not isinstance(reader.source, (str, os.PathLike)) and not is_stream(reader.source):
            return None
    elif type(reader) is PathLineSentences:
        sources = list(reader.input_files)
    else:
        return None
    limit = -1 if reader.limit is None else reader.limit
    splitting = Splitting(True, True, reader.max_sentence_length, limit, reader.errors)
    return FileCorpus(reader, sources, splitting)


def is_stream(value: Any) -> bool:
    """Whether it is an open file."""
    return callable(getattr(value, "read", None)) and callable(getattr(value, "readline", None))
