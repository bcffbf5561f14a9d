"""Which negatives pushed a word: real training steps of a small model, summed up for each other word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ns2vec.evaluation.facts import facts_corpus
from ns2vec.exceptions import CorpusError, VocabularyError
from ns2vec.models.word2vec import Word2Vec
from ns2vec.training.explain import Explanation, explain_step

FACTS_TYPES, FACTS_WORDS = 2000, 30_000
MOST_STEPS = 500


@dataclass
class MetWord:
    """A word that another word was trained with.

    Attributes
    ----------
    word : str
    times : int
        How often it was drawn, or seen beside the other word.
    move : float
        How far it moved the vector of the other word in all steps together.
    prediction : float
        Mean prediction of the model before the step: near 1 for seen words, near 0 for noise.
    """

    word: str
    times: int = 0
    move: float = 0.0
    prediction: float = 0.0

    def add(self, times: int, move: float, prediction: float) -> None:
        """Count one more step."""
        total = self.times + times
        self.prediction += (prediction - self.prediction) * times / total
        self.times, self.move = total, self.move + move


@dataclass(frozen=True)
class Pushes:
    """The words that moved a word.

    Attributes
    ----------
    word : str
    n_steps : int
    negatives, positives : list of MetWord
        Words that pushed it away and words that pulled it, the strongest first.
    """

    word: str
    n_steps: int
    negatives: list[MetWord]
    positives: list[MetWord]


def facts_sentences() -> list[list[str]]:
    """Return the generated corpus that ``ns2vec explain`` uses, too."""
    return list(facts_corpus(FACTS_TYPES, n_words=FACTS_WORDS).sentences())


def small_model(sentences: Sequence[Sequence[str]], **options: Any) -> Word2Vec:
    """Train a small skip-gram model, with one thread and every word.

    Raises
    ------
    CorpusError
        If there is nothing to train on.
    """
    if not any(len(sentence) > 1 for sentence in sentences):
        raise CorpusError("text must have a line of two words or more")
    return Word2Vec(sentences, sg=1, workers=1, min_count=1, alpha=0.05, epochs=10, progress=False, **options)


def pushes(model: Word2Vec, sentences: Sequence[Sequence[str]], word: str, n_steps: int = 100) -> Pushes:
    """Make training steps with a word as input, one after another, and undo each.

    A step moves the word's vector by alpha (label - prediction) times the vector of each output word
    (equation 4 of Mikolov et al. 2013, arXiv:1310.4546); these lengths are summed up.

    Parameters
    ----------
    model : Word2Vec
        Skip-gram, with one objective.
    sentences : sequence of sequences of str
        The sentences that it was trained on.
    word : str
    n_steps : int
        The pairs of the word are repeated as often as needed, with new draws.

    Raises
    ------
    VocabularyError
        If the word is unknown, or never next to another word.
    """
    known = model.wv.key_to_index
    if word not in known:
        raise VocabularyError(f"word {word!r} is not among the {len(known):,} words of the text")
    pairs = list(islice(pairs_of(sentences, word, model.window), MOST_STEPS))
    if not pairs:
        raise VocabularyError(f"word {word!r} never occurs next to another word")
    network, config = model._make_network(), model._config()
    sides: tuple[dict[str, MetWord], dict[str, MetWord]] = ({}, {})
    for step in range(n_steps):
        sentence, place, centre = pairs[step % len(pairs)]
        rows = [known[token] for token in sentence]
        told = explain_step(
            network, config, rows, centre, model.wv.index_to_key, input_position=place, epoch=step
        )
        count(told, sides)
    negatives, positives = (sorted(side.values(), key=lambda met: -met.move) for side in sides)
    return Pushes(word, n_steps, negatives, positives)


def pairs_of(sentences: Sequence[Sequence[str]], word: str, window: int) -> Any:
    """Yield (sentence, position of the word, position of a neighbour) for all neighbours of the word."""
    for sentence in sentences:
        for place, token in enumerate(sentence):
            if token == word:
                beside = range(max(0, place - window), min(len(sentence), place + window + 1))
                yield from ((sentence, place, centre) for centre in beside if centre != place)


def count(told: Explanation, sides: tuple[dict[str, MetWord], dict[str, MetWord]]) -> None:
    """Add the effect of a step: its first output was seen, the others are noise."""
    for number, output in enumerate(told.outputs):
        side = sides[1 if number == 0 else 0]
        move = told.alpha * output.weight * abs(output.label - output.prediction) * output.norm
        times = 1 if number == 0 else round(output.weight)
        side.setdefault(output.word, MetWord(str(output.word))).add(times, move, output.prediction)
