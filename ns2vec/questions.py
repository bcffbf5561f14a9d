"""Questions about vectors: neighbours, analogy, odd one out, similarity; the answers are dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ns2vec._registry import close_names
from ns2vec.exceptions import VocabularyError
from ns2vec.keyedvectors import KeyedVectors

Answer = dict[str, Any]

N_SUGGESTED = 3
N_SEARCHED = 50_000  # words, the most frequent first, that are searched for the correction of a misspelt one


class QuestionError(VocabularyError):
    """A question that has no answer: an unknown word, too few words."""


def split_terms(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split ``king - man + woman`` into words to add and words to subtract.

    A sign applies to the word after it; with nothing after it, or after another sign, it is a word.

    Examples
    --------
    >>> from ns2vec.questions import split_terms
    >>> split_terms(["king", "-", "man", "+", "woman"])
    (['king', 'woman'], ['man'])
    """
    sides: dict[str, list[str]] = {"+": [], "-": []}
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word in sides and waiting:
            sides[word].append(waiting.pop(0))
        else:
            sides["+"].append(word)
    return sides["+"], sides["-"]


class Asker:
    """Answers questions with one set of vectors.

    Parameters
    ----------
    vectors : KeyedVectors
    topn : int
        Neighbours to list.
    restrict_vocab : int, optional
        Search only this many words, the first ones.
    """

    def __init__(self, vectors: KeyedVectors, topn: int = 10, restrict_vocab: int | None = None) -> None:
        self.vectors = vectors
        self.topn = topn
        self.restrict_vocab = restrict_vocab

    def unquoted(self, words: Iterable[str]) -> list[str]:
        """Return words; those quoted together are split, unless they are one key."""
        return [
            part for word in words for part in ([word] if word in self.vectors else word.split() or [word])
        ]

    def neighbours(self, positive: Sequence[str], negative: Sequence[str] = ()) -> Answer:
        """Return the words nearest to the mean of some words, minus others."""
        self._check([*positive, *negative])
        if not (positive or negative):
            raise QuestionError("give at least one word")
        return {"positive": list(positive), "negative": list(negative), **self._nearest(positive, negative)}

    def analogy(self, words: Sequence[str]) -> Answer:
        """Return the word that is to the third as the second is to the first; B - A + C asks the same."""
        added, removed = split_terms(words)
        if len(words) > 3 and (len(added), len(removed)) == (2, 1):
            words = [*removed, *added]
        if len(words) != 3:
            raise QuestionError(
                f"an analogy needs three words (man king woman, or king - man + woman), got {len(words)}"
            )
        self._check(words)
        a, b, c = words
        return {"analogy": [a, b, c], **self._nearest([b, c], [a])}

    def odd_one_out(self, words: Sequence[str]) -> Answer:
        """Return the word that fits the others least."""
        if len(set(words)) < 3:
            raise QuestionError(f"the odd one out needs three different words or more, got {len(set(words))}")
        self._check(words)
        return {"words": list(words), "odd_one_out": self.vectors.doesnt_match(words)}

    def similarity(self, words: Sequence[str]) -> Answer:
        """Return the cosine of two words."""
        if len(words) != 2:
            raise QuestionError(f"a similarity needs two words, got {len(words)}")
        self._check(words)
        return {"words": list(words), "similarity": float(self.vectors.similarity(*words))}

    def _nearest(self, positive: Sequence[str], negative: Sequence[str]) -> Answer:
        found = self.vectors.most_similar(
            list(positive), list(negative), topn=self.topn, restrict_vocab=self.restrict_vocab
        )
        return {"neighbours": [{"word": word, "similarity": float(score)} for word, score in found]}

    def _check(self, words: Iterable[str]) -> None:
        for word in words:
            if word not in self.vectors:
                raise QuestionError(unknown_word(self.vectors, word))


def unknown_word(vectors: KeyedVectors, word: str) -> str:
    """Return the error for a word without a vector, with similarly spelt words."""
    variants = dict.fromkeys([word.lower(), word.capitalize(), word.upper()])
    found = [variant for variant in variants if variant in vectors]
    near = (key for key in vectors.index_to_key[:N_SEARCHED] if _may_be(word, key))
    found += close_names(word, near, N_SUGGESTED)
    told = f"no vector for {word!r}"
    return f"{told}; did you mean: {', '.join(list(dict.fromkeys(found))[:N_SUGGESTED])}" if found else told


def _may_be(word: str, key: Any) -> bool:
    """Quickly exclude implausible corrections: a misspelt word has about the same length and letters."""
    return isinstance(key, str) and abs(len(word) - len(key)) <= 2 and len(set(word) - set(key)) <= 2


def render(answer: Answer) -> str:
    """Return an answer as readable lines.

    Examples
    --------
    >>> from ns2vec.questions import render
    >>> print(render({"neighbours": [{"word": "queen", "similarity": 0.75}]}))
    queen  0.7500
    """
    if "neighbours" in answer:
        width = max((len(entry["word"]) for entry in answer["neighbours"]), default=0)
        return "\n".join(
            f"{entry['word']:<{width}}  {entry['similarity']:.4f}" for entry in answer["neighbours"]
        )
    return str(answer["odd_one_out"]) if "odd_one_out" in answer else f"{answer['similarity']:.4f}"


#: Questions with a name: as an option (``--analogy``) and at the prompt (``:analogy``).
NAMED: dict[str, tuple[str, Callable[[Asker, Sequence[str]], Answer], str]] = {
    "analogy": ("A B C", Asker.analogy, "A is to B as C is to what?"),
    "odd-one-out": ("WORD...", Asker.odd_one_out, "which word fits the others least?"),
    "similarity": ("A B", Asker.similarity, "cosine of two words"),
}
