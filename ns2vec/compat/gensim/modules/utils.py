"""The names of ``gensim.utils`` that programs with word vectors use."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError
from ns2vec.formats import open_for_write
from ns2vec.formats.saving import Saveable
from ns2vec.vocab import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP
from ns2vec.vocab import keep_word as keep_vocab_item

PICKLE_PROTOCOL = 4
NO_CYTHON = RuntimeError("the compiled modules of ns2vec are missing: build it again")
LETTERS = re.compile(r"(?:(?!\d)\w)+", re.UNICODE)
default_prng = np.random.default_rng()

SaveLoad = Saveable


def open(uri: Any, mode: str = "r", **kwargs: Any) -> Any:
    """Open a path or address with smart_open, which decompresses by suffix."""
    import smart_open

    return smart_open.open(uri, mode, **kwargs)


# ---- text -------------------------------------------------------------------------------------------


def any2unicode(text: str | bytes, encoding: str = "utf8", errors: str = "strict") -> str:
    """Return text as str."""
    return text if isinstance(text, str) else str(text, encoding, errors=errors)


def any2utf8(text: str | bytes, errors: str = "strict", encoding: str = "utf8") -> bytes:
    """Return text as UTF-8 bytes."""
    return any2unicode(text, encoding, errors).encode("utf8")


to_unicode, to_utf8 = any2unicode, any2utf8


def deaccent(text: str | bytes) -> str:
    """Return the text without accents: ``"Šéf"`` is ``"Sef"``."""
    parts = unicodedata.normalize("NFD", any2unicode(text))
    return unicodedata.normalize("NFC", "".join(c for c in parts if unicodedata.category(c) != "Mn"))


def tokenize(
    text: str | bytes,
    lowercase: bool = False,
    deacc: bool = False,
    encoding: str = "utf8",
    errors: str = "strict",
    to_lower: bool = False,
    lower: bool = False,
) -> Iterator[str]:
    """Yield the runs of letters in a text."""
    text = any2unicode(text, encoding, errors)
    text = text.lower() if lowercase or to_lower or lower else text
    return simple_tokenize(deaccent(text) if deacc else text)


def simple_tokenize(text: str) -> Iterator[str]:
    """Yield the runs of letters and underscores in a text."""
    return (match.group() for match in LETTERS.finditer(text))


def simple_preprocess(
    doc: str | bytes, deacc: bool = False, min_len: int = 2, max_len: int = 15
) -> list[str]:
    """Return the lower-case words of a text that are neither very short nor very long.

    Examples
    --------
    >>> from ns2vec.compat.gensim.modules.utils import simple_preprocess
    >>> simple_preprocess("A café in Paris, No. 5", deacc=True)
    ['cafe', 'in', 'paris', 'no']
    """
    words = tokenize(doc, lower=True, deacc=deacc, errors="ignore")
    return [word for word in words if min_len <= len(word) <= max_len and not word.startswith("_")]


def save_as_line_sentence(corpus: Iterable[Iterable[Any]], filename: PathLike) -> None:
    """Write sentences, one per line, for `LineSentence`; Python objects are written as their str."""
    with open_for_write(filename, "w") as out:
        for sentence in corpus:
            out.write(" ".join(any2unicode(word) for word in sentence) + "\n")


# ---- vocabularies -----------------------------------------------------------------------------------


def prune_vocab(vocab: dict[Any, int], min_reduce: int, trim_rule: Callable[..., int] | None = None) -> int:
    """Remove rare words from `vocab`; return the number of occurrences removed."""
    gone = [word for word, count in vocab.items() if not keep_vocab_item(word, count, min_reduce, trim_rule)]
    return sum(vocab.pop(word) for word in gone)


def trim_vocab_by_freq(vocab: dict[Any, int], topk: int, trim_rule: Callable[..., int] | None = None) -> None:
    """Keep the `topk` most frequent words of `vocab`, and those that are as frequent as the last of them."""
    if topk >= len(vocab):
        return
    least = sorted(vocab.values(), reverse=True)[topk - 1]
    prune_vocab(vocab, least, trim_rule)


def merge_counts(dict1: dict[Any, int], dict2: dict[Any, int]) -> dict[Any, int]:
    """Add the counts of `dict2` to `dict1` and return it."""
    for word, count in dict2.items():
        dict1[word] = dict1.get(word, 0) + count
    return dict1


# ---- iterables --------------------------------------------------------------------------------------


class RepeatCorpus:
    """`reps` documents: those of a corpus, repeated from the start if it ends earlier."""

    def __init__(self, corpus: Iterable[Any], reps: int) -> None:
        self.corpus, self.reps = corpus, reps

    def __iter__(self) -> Iterator[Any]:
        return itertools.islice(itertools.cycle(self.corpus), self.reps)


class RepeatCorpusNTimes:
    """A corpus, `n` times one after the other."""

    def __init__(self, corpus: Iterable[Any], n: int) -> None:
        self.corpus, self.n = corpus, n

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(self.corpus for _ in range(self.n))


class ClippedCorpus:
    """The first `max_docs` documents of a corpus."""

    def __init__(self, corpus: Any, max_docs: int | None = None) -> None:
        self.corpus, self.max_docs = corpus, max_docs

    def __iter__(self) -> Iterator[Any]:
        return itertools.islice(self.corpus, self.max_docs)

    def __len__(self) -> int:
        return len(self.corpus) if self.max_docs is None else min(self.max_docs, len(self.corpus))


def chunkize_serial(
    iterable: Iterable[Any], chunksize: int, as_numpy: bool = False, dtype: Any = np.float32
) -> Iterator[Any]:
    """Yield lists of `chunksize` items; the last one may be shorter."""
    items = iter(iterable)
    while chunk := list(itertools.islice(items, int(chunksize))):
        yield [np.array(entry, dtype=dtype) for entry in chunk] if as_numpy else chunk


grouper = chunkize_serial


def flatten(nested_list: Iterable[Any]) -> list[Any]:
    """Return the items of nested iterables (but not the characters of a str) as one list."""
    found: list[Any] = []
    for entry in nested_list:
        nested = isinstance(entry, Iterable) and not isinstance(entry, str)
        found.extend(flatten(entry) if nested else [entry])
    return found


def identity(p: Any) -> Any:
    """Return the argument."""
    return p


def qsize(queue: Any) -> int:
    """Return the length of a queue, or -1 if the system cannot report it."""
    try:
        return int(queue.qsize())
    except NotImplementedError:
        return -1


def effective_n_jobs(n_jobs: int | None) -> int:
    """Return a number of workers: 1 for None, counted from the processors for negative ones.

    Raises
    ------
    ConfigError
        If `n_jobs` is 0.
    """
    if n_jobs == 0:
        raise ConfigError("n_jobs == 0 has no meaning: give at least 1, or -1 for all processors")
    if n_jobs is None:
        return 1
    return n_jobs if n_jobs > 0 else max((os.cpu_count() or 1) + 1 + n_jobs, 1)


# ---- decorators -------------------------------------------------------------------------------------


def deprecated(reason: Any) -> Callable[[Any], Any]:
    """Mark a function as deprecated, with a reason or (as a bare decorator) without."""

    def decorate(function: Callable[..., Any], why: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def warned(*args: Any, **kwargs: Any) -> Any:
            warnings.warn(f"Call to deprecated `{function.__name__}`{why}.", DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return warned

    if callable(reason):
        return decorate(reason, "")
    return lambda function: decorate(function, f" ({reason})")


@contextlib.contextmanager
def ignore_deprecation_warning() -> Iterator[None]:
    """Make a context in which deprecation warnings are not shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def call_on_class_only(*args: Any, **kwargs: Any) -> None:
    """Raise an error: the method belongs to the class, not to its objects."""
    raise AttributeError("This method should be called on a class object.")
