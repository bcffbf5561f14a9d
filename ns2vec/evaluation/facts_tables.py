"""The planted world of the facts corpus: families of words, their sides, cues, markers and facts.

A *family* is a table: a row is one thing (France), a column one *side* of it (country, capital,
currency). A word occurs near the *cues* of its side and near the *markers* of its row, so that
its vector becomes "side + row" and analogies between rows hold. Real families come from
``suites/facts.toml``; any number of invented ones, made of pronounceable pseudo-words, extend
the vocabulary with the same structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np

from ns2vec.evaluation._lines import parse_toml
from ns2vec.exceptions import ConfigError

ABSENT = "-"
MARKERS_PER_ROW = 5
MARKERS_IN_COMMON = 2  # two rows of a family share at most this many markers
POOL_PER_ROW = 1.5  # markers of a family per row
INVENTED_ROWS = 40
INVENTED_CUES = 6
INVENTED_WEIGHT = 1.6
RELATIONAL_SHARE = 0.3  # of the types beyond the real families; the rest are fillers
MIN_FILLER_TYPES = 200
FEWEST_ROWS = 12  # of a real family in a small vocabulary

_CLUSTERS = "br dr gr kr tr fl gl kl pl sk sp st sh ch"
_ONSETS = [*"bdfghjklmnprstvz", *_CLUSTERS.split()]
_VOWELS = [*"aeiouaeiou", "ai", "ea", "io", "ou"]
_CODAS = ["", "", "", "", "l", "m", "n", "r", "s", "t"]


@dataclass(frozen=True, slots=True)
class Family:
    """A table of words.

    Attributes
    ----------
    name : str
    sides : tuple of str
        The columns.
    rows : tuple of tuple of str
        One tuple of ``len(sides)`` words per row; ``"-"`` if the row has no word for the side.
    cues : tuple of tuple of str
        For each side, the words that surround it.
    weight : float
        Share of the corpus, relative to the other families.
    """

    name: str
    sides: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cues: tuple[tuple[str, ...], ...]
    weight: float

    def words(self) -> list[str]:
        """Return the words of the rows and of the cues."""
        return [word for row in (*self.rows, *self.cues) for word in row if word != ABSENT]


@dataclass(frozen=True, slots=True)
class Fact:
    """One planted fact: `left` is to `right` as the pairs of the other facts of its relation.

    Attributes
    ----------
    relation : str
        ``"country-capital"``.
    left, right : str
    together : bool
        Whether some sentences hold both words. The other half of a relation's facts must be
        learned from shared contexts alone.
    """

    relation: str
    left: str
    right: str
    together: bool


@dataclass(frozen=True, slots=True)
class World:
    """The source of all sentences and questions.

    Attributes
    ----------
    families : tuple of Family
    markers : tuple of tuple of tuple of str
        ``markers[family][row]``: the `MARKERS_PER_ROW` words that surround all words of that row.
    facts : tuple of Fact
    fillers : tuple of str
        Words that carry no fact, most frequent first.
    """

    families: tuple[Family, ...]
    markers: tuple[tuple[tuple[str, ...], ...], ...]
    facts: tuple[Fact, ...]
    fillers: tuple[str, ...]


def load_real_families() -> tuple[tuple[Family, ...], tuple[str, ...]]:
    """Read the families and the function words that ship with the package.

    Returns
    -------
    families : tuple of Family
    function_words : tuple of str

    Examples
    --------
    >>> from ns2vec.evaluation.facts_tables import load_real_families
    >>> families, function_words = load_real_families()
    >>> [family.name for family in families]
    ['country', 'family', 'adjective', 'noun', 'verb']
    """
    text = (resources.files("ns2vec.evaluation") / "suites" / "facts.toml").read_text("utf8")
    table = parse_toml(text, "facts.toml")
    families = tuple(
        Family(
            name=entry["name"],
            sides=tuple(entry["sides"]),
            rows=tuple(tuple(line.split()) for line in entry["rows"].strip().splitlines()),
            cues=tuple(tuple(entry["cues"][side].split()) for side in entry["sides"]),
            weight=float(entry["weight"]),
        )
        for entry in table["family"]
    )
    return families, tuple(table["function_words"].split())


def pseudo_words(n_words: int, seed: int, *, taken: Iterable[str] = ()) -> list[str]:
    """Make up pronounceable words, all different from each other and from `taken`.

    Parameters
    ----------
    n_words : int
    seed : int
    taken : iterable of str, optional

    Returns
    -------
    list of str

    Examples
    --------
    >>> from ns2vec.evaluation.facts_tables import pseudo_words
    >>> words = pseudo_words(1000, seed=1)
    >>> len(set(words)), all(word.isalpha() for word in words)
    (1000, True)
    """
    rng = np.random.default_rng([seed, 1])
    used = set(taken)
    words: list[str] = []
    n_parts = (len(_ONSETS), len(_VOWELS), len(_CODAS))
    while len(words) < n_words:
        draws = rng.random((1024, 10))
        for row in draws:
            n_syllables = 2 + int(row[9] * 2)
            parts = []
            for syllable in range(n_syllables):
                onset, vowel, coda = (int(u * n) for u, n in zip(row[3 * syllable :], n_parts, strict=False))
                parts.append(_ONSETS[onset] + _VOWELS[vowel] + _CODAS[coda])
            word = "".join(parts)
            if word not in used:
                used.add(word)
                words.append(word)
    return words[:n_words]


def _pool_size(n_rows: int) -> int:
    return int(n_rows * POOL_PER_ROW)


def _invented_family_size() -> int:
    return 2 * INVENTED_ROWS + 2 * INVENTED_CUES + _pool_size(INVENTED_ROWS)


def _invent_family(number: int, words: list[str]) -> Family:
    """Build family `number` from the next words of `words`, which are removed from it."""

    def take(n_words: int) -> tuple[str, ...]:
        taken = tuple(words[:n_words])
        del words[:n_words]
        return taken

    name = f"invented{number}"
    rows = tuple(take(2) for _ in range(INVENTED_ROWS))
    cues = (take(INVENTED_CUES), take(INVENTED_CUES))
    return Family(name, ("left", "right"), rows, cues, INVENTED_WEIGHT / (number + 1.0) ** 0.5)


def _assign_markers(n_rows: int, pool: list[str], rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    """Give each row its own combination of markers; two rows share at most `MARKERS_IN_COMMON`."""
    chosen: list[frozenset[int]] = []
    use = np.zeros(len(pool))
    while len(chosen) < n_rows:
        order = np.argsort(use + 1.5 * rng.random(len(pool)), kind="stable")
        row = frozenset(order[:MARKERS_PER_ROW].tolist())
        if all(len(row & other) <= MARKERS_IN_COMMON for other in chosen):
            chosen.append(row)
            use[list(row)] += 1
    return tuple(tuple(pool[i] for i in sorted(row)) for row in chosen)


def _family_facts(family: Family, rng: np.random.Generator) -> list[Fact]:
    """Pair the first side with each other side; half of each relation's pairs occur together."""
    facts = []
    for column in range(1, len(family.sides)):
        pairs = [(row[0], row[column]) for row in family.rows if ABSENT not in (row[0], row[column])]
        together = np.zeros(len(pairs), dtype=bool)
        together[rng.permutation(len(pairs))[: len(pairs) // 2]] = True
        relation = f"{family.sides[0]}-{family.sides[column]}"
        if family.sides == ("left", "right"):
            relation = family.name
        facts += [Fact(relation, *pair, bool(flag)) for pair, flag in zip(pairs, together, strict=True)]
    return facts


def _types_needed(families: Sequence[Family], function_words: Sequence[str]) -> int:
    known = {word for family in families for word in family.words()} | set(function_words)
    return len(known) + sum(_pool_size(len(family.rows)) for family in families) + MIN_FILLER_TYPES


def _fitting_families(n_types: int) -> tuple[tuple[Family, ...], tuple[str, ...]]:
    """Return the real families, with as many of their rows as a vocabulary of that size has room for."""
    whole, function_words = load_real_families()
    for percent in range(100, -1, -1):
        n_rows = [max(FEWEST_ROWS, len(family.rows) * percent // 100) for family in whole]
        families = tuple(
            replace(family, rows=family.rows[:n]) for family, n in zip(whole, n_rows, strict=True)
        )
        needed = _types_needed(families, function_words)
        if needed <= n_types:
            return families, function_words
    raise ConfigError(f"n_types must be at least {needed} (the real facts need them), got {n_types}")


def build_world(n_types: int, seed: int) -> World:
    """Plan a world whose corpus has exactly `n_types` distinct words.

    Parameters
    ----------
    n_types : int
        Vocabulary size. Types beyond the real families become invented families and fillers; if the real
        families are too large, each of them keeps only its first rows.
    seed : int

    Returns
    -------
    World

    Raises
    ------
    ConfigError
        If `n_types` is too small for `FEWEST_ROWS` of each real family.

    Examples
    --------
    >>> from ns2vec.evaluation.facts_tables import build_world
    >>> world = build_world(n_types=2500, seed=1)
    >>> sum(not fact.together for fact in world.facts) >= len(world.facts) / 2
    True
    """
    real, function_words = _fitting_families(n_types)
    known = {word for family in real for word in family.words()} | set(function_words)
    n_real = _types_needed(real, function_words)
    n_invented = int((n_types - n_real) * RELATIONAL_SHARE) // _invented_family_size()
    words = pseudo_words(n_types - len(known), seed, taken=known)

    rng = np.random.default_rng([seed, 2])
    families = [*real]
    supply = words[: n_invented * (2 * INVENTED_ROWS + 2 * INVENTED_CUES)]
    rest = words[len(supply) :]
    families += [_invent_family(number, supply) for number in range(n_invented)]
    markers, facts = [], []
    for family in families:
        n_pool = _pool_size(len(family.rows))
        markers.append(_assign_markers(len(family.rows), rest[:n_pool], rng))
        rest = rest[n_pool:]
        facts += _family_facts(family, rng)
    return World(tuple(families), tuple(markers), tuple(facts), (*function_words, *rest))
