"""Correlation of cosines with human judgements of word pairs.

The file has one pair a line, ``word1 TAB word2 TAB score``; lines that start with ``#`` are
comments. Protocol and skipping are gensim's. Where it finds no line to read, further columns and
other separators are looked for (`ns2vec.evaluation.readers`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import numpy as np

from ns2vec._typing import Embedding, PathLike
from ns2vec.evaluation._lines import Complaints, numbered_lines, source_name
from ns2vec.evaluation.readers import READERS, Layout
from ns2vec.exceptions import FormatError

__all__ = ["evaluate_word_pairs", "parse_word_pairs"]

logger = logging.getLogger(__name__)

TAB = "\t"


def evaluate_word_pairs(
    embedding: Embedding,
    pairs: PathLike | Iterable[str],
    *,
    delimiter: str = "\t",
    encoding: str = "utf8",
    restrict_vocab: int | None = 300000,
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
) -> tuple[Any, Any, float]:
    r"""Correlate the cosine of each pair with its judgement.

    Parameters
    ----------
    embedding : Embedding
        `vectors` of shape (V, D); it is not changed.
    pairs : path or iterable of str
        A path may be compressed.
    delimiter : str, optional
        Where no line has tabs, the usual one, commas, semicolons and blanks are tried too.
    encoding : str, optional
    restrict_vocab : int or None, optional
        Pairs with a word after the first so many are unknown; None: all words.
    case_insensitive : bool, optional
        Compare upper-cased words; of several variants of a word the first has the vector.
    dummy4unknown : bool, optional
        Give pairs with unknown words the similarity 0 instead of skipping them.

    Returns
    -------
    pearson, spearman : scipy results
        ``[0]`` is the correlation, ``[1]`` its p-value.
    oov_ratio : float
        Per cent of the pairs with an unknown word.

    Raises
    ------
    FormatError
        If fewer than two pairs can be compared.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation import evaluate_word_pairs
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32)
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["cat", "dog", "car"], key_to_index={})
    >>> lines = ["cat\tdog\t9", "cat\tcar\t1", "dog\tcar\t2", "cat\tgnu\t7"]
    >>> pearson, spearman, oov_ratio = evaluate_word_pairs(toy, lines)
    >>> round(float(spearman[0]), 2), oov_ratio
    (1.0, 25.0)
    """
    from scipy import stats

    keys = embedding.index_to_key[:restrict_vocab]
    if case_insensitive:
        keys = [key.upper() if isinstance(key, str) else key for key in keys]
    rows = {key: row for row, key in reversed(list(enumerate(keys)))}
    judged = parse_word_pairs(
        pairs, delimiter=delimiter, encoding=encoding, case_insensitive=case_insensitive
    )
    known = [left in rows and right in rows for left, right, _ in judged]
    n_unknown = len(judged) - sum(known)
    used = judged if dummy4unknown else [pair for pair, kept in zip(judged, known, strict=True) if kept]
    name = source_name(pairs)
    if len(used) < 2:
        raise FormatError(
            f"No valid similarity judgements found in {name}: expected at least 2 lines of word, word "
            f"and score, separated by {delimiter!r}, with known words, found {len(used)} and {n_unknown} "
            "with unknown words"
        )
    cosines = [
        _cosine(embedding.vectors, rows[left], rows[right]) if left in rows and right in rows else 0.0
        for left, right, _ in used
    ]
    scores = [score for _, _, score in used]
    spearman, pearson = stats.spearmanr(scores, cosines), stats.pearsonr(scores, cosines)
    oov_ratio = 100.0 * n_unknown / len(judged)
    logger.info("%s: pearson %.4f, spearman %.4f, %.1f%% unknown", name, pearson[0], spearman[0], oov_ratio)
    return pearson, spearman, oov_ratio


def parse_word_pairs(
    source: PathLike | Iterable[str],
    *,
    delimiter: str = "\t",
    encoding: str = "utf8",
    case_insensitive: bool = True,
) -> list[tuple[str, str, float]]:
    r"""Read ``(word, word, score)`` lines; comments and lines of another shape are skipped.

    Parameters
    ----------
    source : path or iterable of str
    delimiter : str, optional
    encoding : str, optional
    case_insensitive : bool, optional
        Upper-case the words.

    Returns
    -------
    list of (str, str, float)

    Examples
    --------
    >>> from ns2vec.evaluation.word_pairs import parse_word_pairs
    >>> parse_word_pairs(["# a comment", "cat\tdog\t7.5"])
    [('CAT', 'DOG', 7.5)]
    """
    lines = list(numbered_lines(source, encoding))
    judged = []
    skipped = []
    for number, line in lines:
        if not line or line.startswith("#"):
            continue
        try:
            left, right, score = line.split(delimiter)
            judged.append((left, right, float(score)))
        except ValueError:
            skipped.append(number)
    if not judged and delimiter == TAB:
        complaints = Complaints()
        judged = READERS["word_pairs"]([[line for _, line in lines]], Layout(), complaints)
        complaints.tell()
    elif skipped:
        logger.info(
            "skipping %d lines of %s, the first in line %d: not word, word, score",
            len(skipped), source_name(source), skipped[0],
        )  # fmt: skip
    if case_insensitive:
        judged = [(left.upper(), right.upper(), score) for left, right, score in judged]
    return judged


def _cosine(vectors: Any, left: int, right: int) -> float:
    a, b = np.asarray(vectors[left]), np.asarray(vectors[right])
    lengths = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    return float(np.dot(a, b)) / lengths if lengths else 0.0
