"""Accuracy on analogy questions: "a is to b as c is to ?", by 3CosAdd unless another method is asked for.

The file has the questions-words layout of word2vec::

    : capital-common-countries
    Athens Greece Baghdad Iraq

A question counts as correct when the word nearest to ``b - a + c`` (mean of the unit vectors),
other than a, b and c, is the fourth word. Protocol, skipping and sections are gensim's; the
answers to all questions are found together (`analogy_answers`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from ns2vec._typing import Embedding, PathLike
from ns2vec.evaluation._lines import numbered_lines, source_name
from ns2vec.evaluation.analogy_answers import answer_keys
from ns2vec.evaluation.analogy_ranks import Question, rank_answers
from ns2vec.evaluation.lookup import Lookup
from ns2vec.exceptions import FormatError

__all__ = ["Quadruple", "Section", "evaluate_word_analogies", "parse_analogies", "section_accuracy"]

logger = logging.getLogger(__name__)

Quadruple: TypeAlias = tuple[str, str, str, str]
Section: TypeAlias = dict[str, Any]

TOTAL = "Total accuracy"


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

    Parameters
    ----------
    embedding : Embedding
        `vectors` of shape (V, D); it is not changed.
    analogies : path or iterable of str
        Questions in the questions-words layout; a path may be compressed.
    restrict_vocab : int or None, optional
        Only the first so many words can be asked or answered; None: all.
    case_insensitive : bool, optional
        Compare upper-cased words; of several variants of a word the first has the vector.
    dummy4unknown : bool, optional
        Count questions with unknown words as wrong instead of skipping them.
    method : str, optional
        One of `ns2vec.evaluation.analogy_ranks.ANALOGY_METHODS`.

    Returns
    -------
    score : float
        Share of right answers; 0.0 where no question could be asked.
    sections : list of dict
        ``{"section": name, "correct": [...], "incorrect": [...]}`` with quadruples of words (upper
        case if `case_insensitive`), and a last one, ``"Total accuracy"``, over all of them.

    Raises
    ------
    FormatError
        If a line stands before the first ``: section`` line, or there are lines of which none has
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
    folded_keys = _fold_keys(embedding.index_to_key[:restrict_vocab], case_insensitive)
    rows = {key: row for row, key in reversed(list(enumerate(folded_keys)))}
    parsed = parse_analogies(analogies, case_insensitive=case_insensitive)
    asked = [question for _, questions in parsed for question in questions if _is_known(question, rows)]
    if method == "3cosadd":
        inputs = np.array([[rows[word] for word in question[:3]] for question in asked], dtype=np.int64)
        answers = answer_keys(np.asarray(embedding.vectors)[: len(folded_keys)], folded_keys, inputs)
        hits = iter([answer == question[3] for answer, question in zip(answers, asked, strict=True)])
    else:
        lookup = Lookup(embedding, restrict_vocab=restrict_vocab, case_insensitive=case_insensitive)
        hits = iter(rank_answers(lookup, [Question(*q[:3], q[3:]) for q in asked], method) == 1)
    sections: list[Section] = []
    for title, questions in parsed:
        section: Section = {"section": title, "correct": [], "incorrect": []}
        for quadruple in questions:
            if _is_known(quadruple, rows):
                section["correct" if next(hits) else "incorrect"].append(quadruple)
            elif dummy4unknown:
                section["incorrect"].append(quadruple)
        sections.append(section)
        _log_section(section)
    total: Section = {"section": TOTAL}
    for outcome in ("correct", "incorrect"):
        total[outcome] = [quadruple for section in sections for quadruple in section[outcome]]
    n_questions = sum(len(questions) for _, questions in parsed)
    logger.info("%s: %d of %d questions have unknown words", name, n_questions - len(asked), n_questions)
    _log_section(total)
    return section_accuracy(total), [*sections, total]


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
        If a line that is not blank stands before the first ``: section`` line, or no line has four words
        although there are some.

    Examples
    --------
    >>> from ns2vec.evaluation.analogies import parse_analogies
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
        raise FormatError(f"{skipped[0]}, and no line with four: blanks separate the words of a question")
    return sections


def section_accuracy(section: Section) -> float:
    """Return the share of correct questions of one section; 0.0 where there are none.

    Parameters
    ----------
    section : dict
        With the lists ``"correct"`` and ``"incorrect"``.

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.evaluation.analogies import section_accuracy
    >>> section_accuracy({"correct": ["x", "y", "z"], "incorrect": ["w"]})
    0.75
    """
    n_correct, n_incorrect = len(section["correct"]), len(section["incorrect"])
    return n_correct / (n_correct + n_incorrect) if n_correct + n_incorrect else 0.0


def _fold_keys(keys: list[Any], case_insensitive: bool) -> list[Any]:
    """Upper-case the str among `keys`; other keys (ints) cannot stand in a question and stay."""
    if not case_insensitive:
        return keys
    return [key.upper() if isinstance(key, str) else key for key in keys]


def _is_known(quadruple: Quadruple, rows: dict[Any, int]) -> bool:
    return all(word in rows for word in quadruple)


def _log_section(section: Section) -> None:
    n_correct, n_incorrect = len(section["correct"]), len(section["incorrect"])
    if n_correct + n_incorrect:
        logger.info(
            "%s: %.1f%% (%d/%d)",
            section["section"],
            100.0 * section_accuracy(section),
            n_correct,
            n_correct + n_incorrect,
        )
