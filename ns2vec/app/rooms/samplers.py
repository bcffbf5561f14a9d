"""The room of samplers: noise distributions, draws, and which negatives pushed a word."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from ns2vec._options import whole
from ns2vec.app.asking import AskedBody, left_to_library
from ns2vec.app.counts import parse_counts
from ns2vec.app.drawing import EXPONENTS, MOST_DRAWS, NoiseDraws, noise_of, static_names
from ns2vec.app.problems import documented, naming_fields
from ns2vec.app.pushing import MOST_STEPS, facts_sentences, pushes, small_model
from ns2vec.app.safety import bounded, state_of
from ns2vec.app.state import AppState
from ns2vec.exceptions import ConfigError
from ns2vec.models.word2vec import Word2Vec

router = APIRouter()

PRELOADED = "the 10000\ncat 500\nmoon 200"
MOST_TEXT = 1_000_000

Exponent: Any = left_to_library("number", minimum=EXPONENTS[0], maximum=EXPONENTS[1])
Draws: Any = left_to_library("integer", minimum=0, maximum=MOST_DRAWS)
Seed: Any = left_to_library("integer", minimum=0, maximum=2**53)
Steps: Any = left_to_library("integer", minimum=1, maximum=MOST_STEPS)
Negatives: Any = left_to_library("integer", minimum=1, maximum=100)


class NoiseQuestion(AskedBody):
    """Counts, and how noise is drawn."""

    counts: str = Field(
        PRELOADED,
        max_length=8_000_000,
        description="One word and its count per line; or empty, with a model.",
    )
    model: str = Field("", description="Take the counts of this open model.", max_length=200)
    exponent: Exponent = Field(0.75, description="Counts are raised to this power.")
    sampler: str = Field(
        "unigram", max_length=200, description="Name, with options after a colon.", examples=["uniform"]
    )
    n_draws: Draws = Field(0, description="Draw this many words, and test them.")
    seed: Seed = 1
    positives: str = Field(
        "", max_length=1_000_000, description="True pairs, one line per word: cat: dog kitten."
    )
    most: int = Field(50, ge=1, le=1000, description="How many words to list, the most frequent first.")


class NoiseRow(BaseModel):
    """One word."""

    word: str
    count: int
    share: float = Field(description="Share of the corpus.")
    probability: float = Field(description="Probability in one draw.")
    drawn: int


class ChiSquareAnswer(BaseModel):
    """Whether the draws fit the distribution."""

    statistic: float
    degrees: int
    p_value: float


class NoiseAnswer(BaseModel):
    """A noise distribution."""

    n_words: int
    rows: list[NoiseRow]
    effective_support: float = Field(
        description="Number of equally likely words with the same entropy: exp of the entropy."
    )
    coverage: float = Field(description="Share of the words that can be drawn.")
    kl_to_noise: float = Field(description="KL divergence from the model's own noise, in nats.")
    false_negative_rate: float = Field(description="Share of the draws that are true pairs.")
    chi_square: ChiSquareAnswer | None


@router.get("/samplers", summary="Samplers that need no model.")
async def samplers() -> list[str]:
    """List the names of the samplers that draw from one distribution."""
    return static_names()


@router.post(
    "/noise", summary="A noise distribution and draws.", responses=documented(400, 413, 422, 503, 504)
)
async def noise(asked: NoiseQuestion, state: AppState = Depends(state_of)) -> NoiseAnswer:
    """Return the probability of each word, draw, and test the draws."""
    return await bounded(state, lambda: noise_answer(asked, state))


def noise_answer(asked: NoiseQuestion, state: AppState) -> NoiseAnswer:
    """Compute; errors name the field."""
    with naming_fields(NoiseQuestion, other="model" if asked.model else "counts"):
        found = noise_of(
            counts_of(asked, state),
            exponent=asked.exponent,
            sampler=asked.sampler,
            n_draws=asked.n_draws,
            seed=asked.seed,
            positives=parse_positives(asked.positives) or None,
        )
    return NoiseAnswer(
        n_words=len(found.words),
        rows=rows_of(found, asked.most),
        effective_support=found.report["effective_support"],
        coverage=found.report["coverage"],
        kl_to_noise=found.report["kl_to_target"],
        false_negative_rate=found.report["false_negative_rate"],
        chi_square=None if found.test is None else ChiSquareAnswer(**asdict(found.test)),
    )


def counts_of(asked: NoiseQuestion, state: AppState) -> dict[str, int]:
    """Return the counts that were typed, or those of a model."""
    if not asked.model:
        return parse_counts(asked.counts)
    vectors = state.models[asked.model].vectors
    if "count" not in vectors.expandos:
        raise ConfigError(f"model {asked.model!r} has no counts: its file does not hold them")
    counts = vectors.expandos["count"].tolist()
    return dict(zip(map(str, vectors.index_to_key), counts, strict=True))


def parse_positives(text: str) -> dict[str, list[str]]:
    """Read lines of ``word: words``.

    Raises
    ------
    ConfigError
        If a line has no colon.

    Examples
    --------
    >>> from ns2vec.app.rooms.samplers import parse_positives
    >>> parse_positives("cat: dog, kitten")
    {'cat': ['dog', 'kitten']}
    """
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            word, colon, others = line.partition(":")
            if not colon or not word.strip():
                raise ConfigError(
                    f"positives must be lines of word: words, got {line[:40]!r} in line {number}"
                )
            found[word.strip()] = others.replace(",", " ").split()
    return found


def rows_of(found: NoiseDraws, most: int) -> list[NoiseRow]:
    """The most frequent words."""
    columns = (found.counts, found.shares, found.probabilities, found.drawn)
    best = (-found.counts).argsort(kind="stable")[:most]
    names = ("count", "share", "probability", "drawn")
    return [
        NoiseRow(
            word=found.words[row],
            **{name: column[row].item() for name, column in zip(names, columns, strict=True)},
        )
        for row in best.tolist()
    ]


# ---- which negatives pushed this word ----------------------------------------------------------------


class PushQuestion(AskedBody):
    """A word, and the text and options of the small model to train."""

    word: str = Field("paris", min_length=1, max_length=200)
    text: str = Field(
        "", max_length=MOST_TEXT, description="One sentence per line; generated facts if it is empty."
    )
    negative: Negatives = Field(5, description="Negatives, k.")
    sampler: str = Field("unigram", max_length=200)
    n_steps: Steps = Field(200, description="Number of training steps to record.")
    most: int = Field(20, ge=1, le=200, description="How many words of each kind to list.")


class MetAnswer(BaseModel):
    """A word that the input word was trained with."""

    word: str
    times: int
    move: float = Field(description="How far it moved the word's vector in all steps together.")
    prediction: float = Field(description="Mean prediction of the model for it before the step.")


class PushAnswer(BaseModel):
    """The words that moved a word."""

    word: str
    n_steps: int
    negatives: list[MetAnswer]
    positives: list[MetAnswer]


@router.post(
    "/pushes", summary="Which negatives pushed a word.", responses=documented(400, 413, 422, 503, 504)
)
async def pushed(asked: PushQuestion, state: AppState = Depends(state_of)) -> PushAnswer:
    """Train a small model, make steps with the word as input, and sum up what moved its vector."""
    return await bounded(state, lambda: push_answer(asked))


def push_answer(asked: PushQuestion) -> PushAnswer:
    """Compute; errors name the field."""
    with naming_fields(PushQuestion, other="text"):
        n_steps = whole("n_steps", asked.n_steps, 1, MOST_STEPS)
        if asked.sampler.partition(":")[0] not in static_names():
            raise ConfigError(f"sampler must be one of {', '.join(static_names())}, got {asked.sampler!r}")
        model, sentences = trained(asked.text, whole("negative", asked.negative, 1, 100), asked.sampler)
        found = pushes(model, sentences, asked.word, n_steps)
    sides = {
        name: [MetAnswer(**asdict(met)) for met in getattr(found, name)[: asked.most]]
        for name in ("negatives", "positives")
    }
    return PushAnswer(word=found.word, n_steps=found.n_steps, **sides)


@lru_cache(maxsize=4)
def trained(text: str, negative: int, sampler: str) -> tuple[Word2Vec, list[list[str]]]:
    """Train once for the same text and options."""
    sentences = [line.split() for line in text.splitlines()] if text else facts_sentences()
    return small_model(sentences, negative=negative, sampler=sampler), sentences
