"""gensim's two evaluations of a set of vectors: its files, options, skipping and return values.

Analogies have the questions-words layout of word2vec::

    : capital-common-countries
    Athens Greece Baghdad Iraq

and word pairs have one pair per line, ``word1 TAB word2 TAB score``; lines that start with ``#`` are
comments. The answers are those of the evaluator of all suites (`ns2vec.evaluation.analogies` and
`word_pairs`); only words of the vocabulary are known, even if a model can make vectors for others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from ns2vec._typing import Embedding, PathLike
from ns2vec.evaluation._lines import Complaints, numbered_lines, source_name
from ns2vec.evaluation.analogies import Question, rank_answers
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.readers import READERS, Layout
from ns2vec.evaluation.word_pairs import JudgedPair, pair_cosines
from ns2vec.exceptions import FormatError

logger = logging.getLogger(__name__)

Quadruple: TypeAlias = tuple[str, str, str, str]
Section: TypeAlias = dict[str, Any]

TOTAL = "Total accuracy"
CANDIDATES = 5  # this many nearest words are searched for one that is not a variant of a, b or c
TAB = "\t"


def evaluate_word_analogies(
    embedding: Embedding,
    analogies: PathLike | Iterable[str],
    *,
    restrict_vocab: int | None = 300000,
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
    method: str = "3cosadd",
) -> tuple[float, list[Section]]:
    """Answer analogy questions and return the share of right answers.

    A question counts as correct when the word nearest to ``b - a + c`` (mean of the unit vectors), other
    than a, b and c and their case variants, is the fourth word, and at most four variants are nearer.

    Parameters
    ----------
    embedding : Embedding
        `vectors` of shape (V, D); it is not changed.
    analogies : path or iterable of str
        Questions in the questions-words layout; a path may be compressed.
    restrict_vocab : int or None, optional
        Only this many words from the beginning are used in questions and answers; None: all.
    case_insensitive : bool, optional
        Compare upper-cased words; of several variants of a word, the first has the vector.
    dummy4unknown : bool, optional
        Count questions with unknown words as wrong instead of skipping them.
    method : str, optional
        One of `ns2vec.evaluation.analogies.ANALOGY_METHODS`.

    Returns
    -------
    score : float
        Share of right answers; 0.0 if no question could be asked.
    sections : list of dict
        ``{"section": name, "correct": [...], "incorrect": [...]}`` with quadruples of words (upper
        case if `case_insensitive`), and a last one, ``"Total accuracy"``, over all of them.

    Raises
    ------
    FormatError
        If a line precedes the first ``: section`` line, or there are lines but none of them has
        four words.
    ConfigError
        If the method is unknown.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation import evaluate_word_analogies
    >>> words = ["man", "woman", "king", "queen", "apple"]
    >>> vectors = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]], dtype=np.float32)
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=words, key_to_index={})
    >>> score, sections = evaluate_word_analogies(toy, [": gender", "man woman king queen"])
    >>> score, sections[0]["correct"]
    (1.0, [('MAN', 'WOMAN', 'KING', 'QUEEN')])
    """
    name = source_name(analogies)
    logger.info("evaluating analogies of %s over the first %s words", name, restrict_vocab)
    lookup = Lookup(
        embedding, restrict_vocab=restrict_vocab, case_insensitive=case_insensitive, can_make=False
    )
    parsed = parse_analogies(analogies, case_insensitive=case_insensitive)
    questions = [question for _, asked in parsed for question in asked]
    known = lookup.known([(a, b, c, (d,)) for a, b, c, d in questions])
    is_right = np.zeros(len(questions), dtype=bool)
    is_right[known] = _are_right(lookup, [questions[i] for i in np.flatnonzero(known)], method)
    outcomes = zip(known.tolist(), is_right.tolist(), strict=True)
    sections: list[Section] = []
    for title, asked in parsed:
        section: Section = {"section": title, "correct": [], "incorrect": []}
        for quadruple in asked:
            is_asked, is_hit = next(outcomes)
            if is_asked or dummy4unknown:
                section["correct" if is_hit else "incorrect"].append(quadruple)
        sections.append(section)
        _log_section(section)
    total: Section = {"section": TOTAL}
    for outcome in ("correct", "incorrect"):
        total[outcome] = [quadruple for section in sections for quadruple in section[outcome]]
    logger.info("%s: %d of %d questions have unknown words", name, (~known).sum(), len(known))
    _log_section(total)
    return section_accuracy(total), [*sections, total]


def _are_right(lookup: Lookup, quadruples: list[Quadruple], method: str) -> Any:
    """Return whether the right word is the first of the nearest words that is not a variant of a, b or c."""
    questions = [Question(a, b, c, (d,)) for a, b, c, d in quadruples]
    is_right = rank_answers(lookup, questions, method) == 1
    doubtful = [
        number
        for number in np.flatnonzero(is_right).tolist()
        if sum(len(lookup.variants(word)) for word in set(quadruples[number][:3])) >= CANDIDATES + 3
    ]
    asked = [questions[number] for number in doubtful]
    is_right[doubtful] = rank_answers(lookup, asked, method, pass_over_variants=False) <= CANDIDATES
    return is_right


def parse_analogies(
    source: PathLike | Iterable[str], *, case_insensitive: bool = True
) -> list[tuple[str, list[Quadruple]]]:
    """Read sections of quadruples; lines without exactly four words are skipped.

    Parameters
    ----------
    source : path or iterable of str
    case_insensitive : bool, optional
        Upper-case all words.

    Returns
    -------
    list of (section name, list of quadruples)

    Raises
    ------
    FormatError
        If a line that is not blank precedes the first ``: section`` line, or no line has four words
        although there are some.

    Examples
    --------
    >>> from ns2vec.evaluation.gensim_protocol import parse_analogies
    >>> parse_analogies([": gender", "man woman king queen"])
    [('gender', [('MAN', 'WOMAN', 'KING', 'QUEEN')])]
    """
    sections: list[tuple[str, list[Quadruple]]] = []
    skipped: list[str] = []
    for number, line in numbered_lines(source):
        if line.startswith(": "):
            sections.append((line.lstrip(": ").strip(), []))
            continue
        words = (line.upper() if case_insensitive else line).split()
        if not words:
            continue
        if not sections:
            raise FormatError(
                f"Missing section header before line #{number} in {source_name(source)}: "
                "the file must start with a line ': name'"
            )
        if len(words) == 4:
            a, b, c, expected = words
            sections[-1][1].append((a, b, c, expected))
        else:
            skipped.append(f"{source_name(source)}:{number}: expected 4 words, found {len(words)}")
            logger.info("%s; skipped", skipped[-1])
    if skipped and not any(questions for _, questions in sections):
        raise FormatError(f"{skipped[0]}, and no line has four words: separate the words with spaces")
    return sections


def section_accuracy(section: Section) -> float:
    """Return the share of correct questions of one section; 0.0 if there are none.

    Parameters
    ----------
    section : dict
        With the lists ``"correct"`` and ``"incorrect"``.

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.evaluation.gensim_protocol import section_accuracy
    >>> section_accuracy({"correct": ["x", "y", "z"], "incorrect": ["w"]})
    0.75
    """
    n_correct, n_incorrect = len(section["correct"]), len(section["incorrect"])
    return n_correct / (n_correct + n_incorrect) if n_correct + n_incorrect else 0.0


def _log_section(section: Section) -> None:
    n_correct, n_asked = len(section["correct"]), len(section["correct"]) + len(section["incorrect"])
    if n_asked:
        percent = 100.0 * section_accuracy(section)
        logger.info("%s: %.1f%% (%d/%d)", section["section"], percent, n_correct, n_asked)


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
        If no line has tabs, the default delimiter, commas, semicolons and blanks are tried, too.
    encoding : str, optional
    restrict_vocab : int or None, optional
        Pairs with a word beyond this many, counted from the first, are unknown; None: all words.
    case_insensitive : bool, optional
        Compare upper-cased words; of several variants of a word, the first has the vector.
    dummy4unknown : bool, optional
        Give pairs with unknown words the similarity 0 instead of skipping them.

    Returns
    -------
    pearson, spearman : scipy results
        ``[0]`` is the correlation, ``[1]`` its p-value.
    oov_ratio : float
        Percentage of pairs with an unknown word.

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

    missing = "zero" if dummy4unknown else "skip"
    lookup = Lookup(
        embedding,
        restrict_vocab=restrict_vocab,
        case_insensitive=case_insensitive,
        missing=missing,
        can_make=False,
    )
    judged = parse_word_pairs(
        pairs, delimiter=delimiter, encoding=encoding, case_insensitive=case_insensitive
    )
    words = [pair[:2] for pair in judged]
    n_unknown = int((~lookup.known(words)).sum())
    positions, _ = lookup.choose(words)
    name = source_name(pairs)
    if len(positions) < 2:
        raise FormatError(
            f"No valid similarity judgements found in {name}: expected at least 2 lines of word, word "
            f"and score, separated by {delimiter!r}, with known words, found {len(positions)} and "
            f"{n_unknown} with unknown words"
        )
    used = [judged[position] for position in positions]
    scores, cosines = [pair[2] for pair in used], pair_cosines(lookup, used)
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
) -> list[JudgedPair]:
    r"""Read ``(word, word, score)`` lines; comments and lines of another shape are skipped.

    If no line fits and the delimiter is the default one, further columns and other separators are tried
    for (`ns2vec.evaluation.readers`).

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
    >>> from ns2vec.evaluation.gensim_protocol import parse_word_pairs
    >>> parse_word_pairs(["# a comment", "cat\tdog\t7.5"])
    [('CAT', 'DOG', 7.5)]
    """
    lines = [line for _, line in numbered_lines(source, encoding)]
    complaints = Complaints()
    judged = READERS["word_pairs"]([lines], Layout(delimiter), complaints)
    if not judged and delimiter == TAB:
        complaints = Complaints()
        judged = READERS["word_pairs"]([lines], Layout(), complaints)
        complaints.tell()
    elif complaints.found:
        first, n_lines = complaints.found[0], len(complaints.found)
        logger.info("%s: skipping %d lines, the first is line %d", source_name(source), n_lines, first.line)
    if case_insensitive:
        judged = [(left.upper(), right.upper(), score) for left, right, score in judged]
    return judged
