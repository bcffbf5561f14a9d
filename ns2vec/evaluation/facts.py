"""A corpus generated from known facts, and the questions whose answers follow from them.

Training on it shows within a minute whether a trainer learns: analogy accuracy has a known
ceiling, and in half of the facts the two words never occur in one sentence, so only shared
contexts can teach them. The same ``(n_types, seed, n_words)`` always gives the same corpus.

`ns2vec.evaluation.facts_tables` plans the words, `ns2vec.evaluation.facts_sentences` the sentences
around them.

The default size is one that every correct trainer learns: gensim with `DEMO_PARAMETERS` answers
99.9 % of its questions (and 60 % after one epoch, so half-working training shows). More types are
harder, because the rarest invented families are seldom seen: about 80 % at 10,000, 40 % at 50,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from types import MappingProxyType

import numpy as np

from ns2vec._typing import Int64Array, PathLike
from ns2vec.evaluation.facts_sentences import CUE_ZIPF, CUES, MARKERS, SentencePlan, zipf
from ns2vec.evaluation.facts_tables import ABSENT, MARKERS_PER_ROW, Fact, build_world
from ns2vec.exceptions import ConfigError
from ns2vec.formats import open_for_write

DEFAULT_TYPES = 2500
MIN_WORDS = 1_000_000
WORDS_PER_TYPE = 300

#: Word2Vec arguments with which the demo reaches its accuracy, in gensim and here.
DEMO_PARAMETERS = MappingProxyType(
    {
        "vector_size": 100,
        "window": 5,
        "negative": 5,
        "sg": 1,
        "min_count": 5,
        "sample": 1e-3,
        "alpha": 0.025,
        "epochs": 5,
    }
)


class Sentences:
    """The sentences of a `FactsCorpus`; every iteration yields the same lists of str.

    Parameters
    ----------
    corpus : FactsCorpus
    """

    def __init__(self, corpus: FactsCorpus) -> None:
        self._corpus = corpus

    def __len__(self) -> int:
        return self._corpus.n_sentences

    def __iter__(self) -> Iterator[list[str]]:
        tokens = np.array(self._corpus.tokens, dtype=object)
        for ids, lengths in self._corpus.batches():
            ends = np.cumsum(lengths).tolist()
            batch_tokens = tokens[ids].tolist()
            start = 0
            for end in ends:
                yield batch_tokens[start:end]
                start = end


class FactsCorpus:
    """Sentences, analogy questions and similarity judgements that follow from planted facts.

    Parameters
    ----------
    n_types : int
        Number of distinct words, all of which occur. Beyond the real facts these are
        pseudo-words with the same structure.
    seed : int
    n_words : int, optional
        About how many words the corpus has; by default at least a million, and 300 per type.

    Attributes
    ----------
    facts : tuple of Fact
    tokens : list of str
        The vocabulary, in no particular order.
    world : World
        Families, markers and fillers.

    Raises
    ------
    ConfigError
        If `n_types` is too small for the real facts or `n_words` for the vocabulary, or `seed` is
        negative.

    Examples
    --------
    >>> from ns2vec.evaluation.facts import FactsCorpus
    >>> corpus = FactsCorpus(n_types=2000, seed=1, n_words=50_000)
    >>> len({word for sentence in corpus.sentences() for word in sentence})
    2000
    >>> section, question = next(corpus.analogies())
    >>> section
    'country-capital-together'
    >>> ids, lengths = next(corpus.batches())
    >>> len(ids) == int(lengths.sum())
    True
    >>> left, right, score = next(corpus.similarities())
    >>> round(corpus.planted_similarity(left, right), 2) == score
    True
    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     n_words = corpus.write_corpus(os.path.join(folder, "corpus.txt"))
    ...     n_questions = corpus.write_analogies(os.path.join(folder, "analogies.txt"))
    ...     n_pairs = corpus.write_similarity(os.path.join(folder, "pairs.tsv"))
    >>> n_words >= 50_000, n_questions > 0, n_pairs > 0
    (True, True, True)
    """

    def __init__(self, n_types: int = DEFAULT_TYPES, seed: int = 1, n_words: int | None = None) -> None:
        if seed < 0:
            raise ConfigError(f"seed must be 0 or greater, got {seed}")
        self.n_types, self.seed = n_types, seed
        self.world = build_world(n_types, seed)
        words = {word for family in self.world.families for word in family.words()}
        words.update(marker for rows in self.world.markers for row in rows for marker in row)
        words.update(self.world.fillers)
        self.tokens = sorted(words)
        key_to_index = {token: i for i, token in enumerate(self.tokens)}
        n_wanted = max(MIN_WORDS, WORDS_PER_TYPE * n_types) if n_words is None else n_words
        self._plan = SentencePlan(self.world, key_to_index, seed, n_wanted)
        self.n_words = self._plan.n_words

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The planted facts."""
        return self.world.facts

    @property
    def n_sentences(self) -> int:
        """Number of sentences."""
        return self._plan.n_sentences

    def sentences(self) -> Sentences:
        """Return the sentences; they can be iterated any number of times."""
        return Sentences(self)

    def batches(self) -> Iterator[tuple[Int64Array, Int64Array]]:
        """Yield the corpus as ids into `tokens`.

        Yields
        ------
        ids : ndarray of shape (n_words of the batch,), int64
        lengths : ndarray of shape (n_sentences of the batch,), int64
        """
        return self._plan.batches()

    def analogies(self) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
        """Yield ``(section, (a, b, c, expected))``; the two facts of a question share their section.

        A section is one half of a relation: ``country-capital-together`` or
        ``country-capital-apart``.
        """
        sections: dict[str, list[Fact]] = {}
        for fact in self.facts:
            for half in ("together", "apart"):
                section = sections.setdefault(f"{fact.relation}-{half}", [])
                if fact.together == (half == "together"):
                    section.append(fact)
        n_questions = int(np.clip(4000 // len(sections), 10, 120))
        rng = np.random.default_rng([self.seed, 5])
        for name, facts in sections.items():
            n_facts = len(facts)
            pairs = rng.permutation(n_facts * (n_facts - 1))[:n_questions]
            for left, right in sorted(divmod(int(pair), n_facts - 1) for pair in pairs):
                known, asked = facts[left], facts[right + (right >= left)]
                yield name, (known.left, known.right, asked.left, asked.right)

    @cached_property
    def _contexts(self) -> dict[str, tuple[int, int, dict[str, float]]]:
        """Family, row and planted context weights of each family word."""
        contexts: dict[str, tuple[int, int, dict[str, float]]] = {}
        for number, family in enumerate(self.world.families):
            for row_number, row in enumerate(family.rows):
                for column, word in enumerate(row):
                    if word == ABSENT:
                        continue
                    cues = family.cues[column]
                    weights = zipf(len(cues), *CUE_ZIPF)
                    weights *= CUES / weights.sum()
                    context = dict(zip(cues, weights.tolist(), strict=True))
                    context.update(
                        dict.fromkeys(self.world.markers[number][row_number], MARKERS / MARKERS_PER_ROW)
                    )
                    contexts[word] = (number, row_number, context)
        return contexts

    def planted_similarity(self, left: str, right: str) -> float:
        """Return ten times the cosine of the planted contexts of two family words.

        Parameters
        ----------
        left, right : str

        Returns
        -------
        float
            0 (nothing shared) to 10.
        """
        a, b = self._contexts[left][2], self._contexts[right][2]
        dot = sum(weight * b.get(word, 0.0) for word, weight in a.items())
        squares = [sum(weight * weight for weight in context.values()) for context in (a, b)]
        return 10.0 * dot / float(np.sqrt(squares[0] * squares[1]))

    def similarities(self) -> Iterator[tuple[str, str, float]]:
        """Yield ``(word, word, score)``: a third facts, a third of one side, a third unrelated."""
        rng = np.random.default_rng([self.seed, 6])
        words = list(self._contexts)
        by_side: dict[tuple[int, int], list[str]] = {}
        for number, family in enumerate(self.world.families):
            for column in range(len(family.sides)):
                by_side[number, column] = [row[column] for row in family.rows if row[column] != ABSENT]
        sides = list(by_side.values())
        for number in rng.permutation(len(self.facts))[:300]:
            fact = self.facts[number]
            side = sides[int(rng.random() * len(sides))]
            for left, right in (
                (fact.left, fact.right),
                (side[int(rng.random() * len(side))], side[int(rng.random() * len(side))]),
                (words[int(rng.random() * len(words))], words[int(rng.random() * len(words))]),
            ):
                if left != right:
                    yield left, right, round(self.planted_similarity(left, right), 2)

    def write_corpus(self, path: PathLike) -> int:
        """Write one sentence per line; return the number of words.

        Parameters
        ----------
        path : path

        Returns
        -------
        int
        """
        _write_lines(path, map(" ".join, self.sentences()))
        return self.n_words

    def write_analogies(self, path: PathLike) -> int:
        """Write the analogy questions in the questions-words layout; return their number.

        Parameters
        ----------
        path : path

        Returns
        -------
        int
        """
        sections: dict[str, list[str]] = {}
        for section, words in self.analogies():
            sections.setdefault(f": {section}", []).append(" ".join(words))
        _write_lines(path, (line for section, asked in sections.items() for line in (section, *asked)))
        return sum(map(len, sections.values()))

    def write_similarity(self, path: PathLike) -> int:
        """Write ``word TAB word TAB score`` lines; return their number.

        Parameters
        ----------
        path : path

        Returns
        -------
        int
        """
        return _write_lines(path, (f"{left}\t{right}\t{score}" for left, right, score in self.similarities()))


def _write_lines(path: PathLike, lines: Iterable[str]) -> int:
    """Write lines; return their number."""
    n_lines = 0
    with open_for_write(path, "w", encoding="utf8", newline="\n") as out:
        for line in lines:
            out.write(line + "\n")
            n_lines += 1
    return n_lines


def facts_corpus(n_types: int = DEFAULT_TYPES, seed: int = 1, n_words: int | None = None) -> FactsCorpus:
    """Return the facts corpus of these arguments; see `FactsCorpus`.

    Parameters
    ----------
    n_types, seed, n_words : int
        As in `FactsCorpus`.

    Returns
    -------
    FactsCorpus

    Examples
    --------
    >>> from ns2vec.evaluation.facts import facts_corpus
    >>> corpus = facts_corpus(n_types=2000, n_words=30_000)
    >>> next(iter(corpus.sentences())) == next(iter(corpus.sentences()))
    True
    """
    return FactsCorpus(n_types, seed, n_words)
