"""The sentences of the facts corpus: their subjects and their words.

A sentence is built around one word of a family (or around both words of a fact, if they occur
together): markers of its row, cues of its side, and about 30 % fillers, in random order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ns2vec._typing import Float64Array, Int64Array
from ns2vec.evaluation.facts_tables import ABSENT, MARKERS_PER_ROW, World
from ns2vec.exceptions import ConfigError

MARKERS = 3  # per sentence
CUES = 3  # per sentence around one word; two of each side around a fact that occurs together
CUES_TOGETHER = 2
MAX_FILLERS = 5  # a sentence has 1..5, on average 3 of 10 words
TOGETHER_WEIGHT = 0.5  # frequency of a fact's own sentences, relative to its left word's
ROW_ZIPF = (4.0, 0.7)  # weight of row r of a family: 1 / (r + 4) ** 0.7
FILLER_ZIPF = (2.0, 1.0)
CUE_ZIPF = (2.0, 0.7)
BATCH = 4096  # sentences generated at once


def zipf(n_items: int, shift: float, exponent: float) -> Float64Array:
    """Return the weights ``1 / (rank + shift) ** exponent``, ranks from 0."""
    return np.asarray((np.arange(n_items) + shift) ** -exponent)


def _apportion(weights: Float64Array, total: int, floor: int) -> Int64Array:
    """Split `total` into whole counts proportional to `weights`, none below `floor`."""
    counts = np.full(len(weights), floor, dtype=np.int64)
    exact = weights / weights.sum() * (total - counts.sum())
    counts += exact.astype(np.int64)
    left_over = total - int(counts.sum())
    counts[np.argsort(-(exact - np.floor(exact)), kind="stable")[:left_over]] += 1
    return counts


def _choose(keys: Float64Array, weights: Float64Array, n_chosen: int) -> Int64Array:
    """Choose `n_chosen` columns per row without replacement; `keys` are uniform draws of that shape."""
    races = -np.log1p(-keys) / weights
    return np.argsort(races, axis=1, kind="stable")[:, :n_chosen]


@dataclass(frozen=True, slots=True)
class _Themes:
    """The possible subjects of sentences.

    Attributes
    ----------
    words : ndarray of shape (T, 2), int64
        Token ids; the second is -1 if the sentence is about one word.
    sides : ndarray of shape (T, 2), int64
        Rows of `cues`; -1 like `words`.
    markers : ndarray of shape (T, MARKERS_PER_ROW), int64
    weights : ndarray of shape (T,), float64
    cues : list of ndarray
        Token ids of each side's cues.
    """

    words: Int64Array
    sides: Int64Array
    markers: Int64Array
    weights: Float64Array
    cues: list[Int64Array]


def _plan_themes(world: World, key_to_index: dict[str, int]) -> _Themes:
    together = {(fact.left, fact.right) for fact in world.facts if fact.together}
    words: list[tuple[int, int]] = []
    sides: list[tuple[int, int]] = []
    markers: list[list[int]] = []
    weights: list[float] = []
    cues: list[Int64Array] = []
    for family, family_markers in zip(world.families, world.markers, strict=True):
        first_side = len(cues)
        cues += [np.array([key_to_index[cue] for cue in side]) for side in family.cues]
        row_weights = zipf(len(family.rows), *ROW_ZIPF)
        row_weights *= family.weight / row_weights.sum()
        for row, row_markers, weight in zip(family.rows, family_markers, row_weights, strict=True):
            n_before = len(words)
            for column, word in enumerate(row):
                if word == ABSENT:
                    continue
                words.append((key_to_index[word], -1))
                sides.append((first_side + column, -1))
                weights.append(weight / len(row))
                if (row[0], word) in together:
                    words.append((key_to_index[row[0]], key_to_index[word]))
                    sides.append((first_side, first_side + column))
                    weights.append(weight / len(row) * TOGETHER_WEIGHT)
            markers += [[key_to_index[marker] for marker in row_markers]] * (len(words) - n_before)
    return _Themes(np.array(words), np.array(sides), np.array(markers), np.array(weights), cues)


class SentencePlan:
    """The subject of every sentence of a corpus, and its words.

    Parameters
    ----------
    world : World
    key_to_index : dict of str -> int
        Ids of its words.
    seed : int
    n_words_wanted : int
        Approximate total number of words of the sentences.

    Attributes
    ----------
    n_words, n_sentences : int

    Raises
    ------
    ConfigError
        If there are too few words for the vocabulary.
    """

    def __init__(self, world: World, key_to_index: dict[str, int], seed: int, n_words_wanted: int) -> None:
        self.seed = seed
        self._themes = _plan_themes(world, key_to_index)
        filler_ids = np.array([key_to_index[word] for word in world.fillers])
        rng = np.random.default_rng([seed, 3])
        themes = self._themes
        n_single = 1 + MARKERS + CUES
        n_together = 2 + MARKERS + 2 * CUES_TOGETHER
        n_core = np.where(themes.words[:, 1] < 0, n_single, n_together)
        mean_length = float((n_core * themes.weights).sum() / themes.weights.sum()) + (1 + MAX_FILLERS) / 2
        self.n_sentences = n_sentences = int(n_words_wanted / mean_length)
        n_themes, n_fillers = len(themes.words), len(filler_ids)
        if n_sentences < max(n_themes, n_fillers):
            at_least = int(max(n_themes, n_fillers) * mean_length) + 1
            raise ConfigError(
                f"n_words must be at least {at_least} for {len(key_to_index)} types, got {n_words_wanted}"
            )
        counts = _apportion(themes.weights, n_sentences, min(5, n_sentences // n_themes))
        self._sentence_themes = rng.permutation(np.repeat(np.arange(n_themes), counts))
        self._n_fillers = 1 + (rng.random(n_sentences) * MAX_FILLERS).astype(np.int64)
        total = int(self._n_fillers.sum())
        counts = _apportion(zipf(n_fillers, *FILLER_ZIPF), total, min(5, total // n_fillers))
        self._fillers = rng.permutation(np.repeat(filler_ids, counts))
        self._filler_starts = np.concatenate([[0], np.cumsum(self._n_fillers)])
        self.n_words = int(n_core[self._sentence_themes].sum()) + total

    def batches(self) -> Iterator[tuple[Int64Array, Int64Array]]:
        """Yield the sentences as ids; see `FactsCorpus.batches`.

        Yields
        ------
        ids : ndarray of shape (n_words of the batch,), int64
        lengths : ndarray of shape (n_sentences of the batch,), int64
        """
        for number, start in enumerate(range(0, self.n_sentences, BATCH)):
            rng = np.random.default_rng([self.seed, 4, number])
            grid = self._grid(start, min(start + BATCH, self.n_sentences), rng)
            present = grid >= 0
            places = np.where(present, rng.random(grid.shape), 2.0)
            order = np.argsort(places, axis=1, kind="stable")
            shuffled = np.take_along_axis(grid, order, axis=1)
            yield shuffled[shuffled >= 0], present.sum(axis=1)

    def _grid(self, start: int, stop: int, rng: np.random.Generator) -> Int64Array:
        """Return the words of sentences `start` to `stop`, one row each, unordered, -1 for none."""
        themes = self._themes
        numbers = self._sentence_themes[start:stop]
        n_rows = len(numbers)
        words, sides = themes.words[numbers], themes.sides[numbers]
        single = words[:, 1] < 0
        chosen = _choose(rng.random((n_rows, MARKERS_PER_ROW)), np.ones(MARKERS_PER_ROW), MARKERS)
        markers = np.take_along_axis(themes.markers[numbers], chosen, axis=1)
        n_cues = max(len(cues) for cues in themes.cues)
        cues = np.full((n_rows, 2 * CUES), -1, dtype=np.int64)
        draws = rng.random((n_rows, 2 * n_cues))
        for place in range(2):
            for side in np.unique(sides[sides[:, place] >= 0, place]):
                rows = np.flatnonzero(sides[:, place] == side)
                ids = themes.cues[side]
                keys = draws[rows, place * n_cues : place * n_cues + len(ids)]
                picked = ids[_choose(keys, zipf(len(ids), *CUE_ZIPF), CUES)]
                cues[rows, place * CUES : (place + 1) * CUES] = picked
        cues[~single, CUES_TOGETHER:CUES] = -1
        cues[~single, CUES + CUES_TOGETHER :] = -1
        slots = np.arange(MAX_FILLERS)
        present = slots < self._n_fillers[start:stop, None]
        places = np.minimum(self._filler_starts[start:stop, None] + slots, len(self._fillers) - 1)
        fillers = np.where(present, self._fillers[places], -1)
        return np.concatenate([words, markers, cues, fillers], axis=1)
