"""The calculator room: positives to batches, and a corpus to bytes, seconds and money."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from ns2vec._options import whole
from ns2vec.app.asking import AskedBody, Switch, left_to_library
from ns2vec.app.counts import parse_counts
from ns2vec.app.problems import ApiError, documented, naming_fields
from ns2vec.app.safety import bounded, state_of
from ns2vec.app.state import AppState
from ns2vec.calculator import Estimate, cost_of, count_pairs, estimate, return_on_investment, zipf_counts

router = APIRouter()

Count: Any = left_to_library("integer", minimum=0)
Positive: Any = left_to_library("integer", minimum=1)
Amount: Any = left_to_library("number")
#: Limits of the options of a model, because they determine memory and time.
MOST = {"vector_size": 10_000, "window": 1000, "negative": 1000, "workers": 256}
MOST_TYPES = 2_000_000
CALIBRATION = 1.0  # seconds
MOST_SECONDS = 60.0


class PairsQuestion(AskedBody):
    """Positive pairs, and how they are trained."""

    positives: Count = Field(description="Positive pairs.", examples=[1_000_000])
    k: Count = Field(5, description="Negatives for each positive pair.")
    batch_size: Positive | None = Field(None, description="Pairs per batch, positive and negative together.")
    drop_last: Switch = Field(False, description="Leave out the last batch if it is not full.")


class PairsAnswer(BaseModel):
    """The size of an epoch."""

    positives: int
    negatives: int
    pairs: int
    batches: int | None
    command: str = Field(description="The same calculation on the command line.")


@router.post("/pairs", summary="Count negatives, pairs and batches.", responses=documented(400, 413, 422))
async def pairs(asked: PairsQuestion) -> PairsAnswer:
    """Count the negatives, the pairs and the batches of an epoch."""
    with naming_fields(PairsQuestion):
        found = count_pairs(asked.positives, asked.k, asked.batch_size, drop_last=asked.drop_last)
    words = ["--positives", found.positives, "--negative", int(asked.k)]
    if asked.batch_size is not None:
        words += ["--batch-size", int(asked.batch_size)]
        words += ["--drop-last"] if asked.drop_last else []
    return PairsAnswer(
        positives=found.positives,
        negatives=found.negatives,
        pairs=found.pairs,
        batches=found.batches,
        command=command(words),
    )


def command(words: list[Any]) -> str:
    """Return a command line of ``ns2vec calculate``."""
    return shlex.join(["ns2vec", "calculate", *map(str, words)])


class EstimateQuestion(AskedBody):
    """A corpus or its size, options of a model, and prices."""

    source: Literal["size", "counts", "text"] = Field(
        "size", description="Which of the following fields describe the corpus."
    )
    n_words: Count | None = Field(None, description="size: words of the corpus; counts follow Zipf's law.")
    n_types: Count | None = Field(None, description="size: distinct words.")
    counts: str = Field("", description="counts: one word and its count per line.", max_length=8_000_000)
    text: str = Field("", description="text: one sentence per line.", max_length=8_000_000)
    sentence_words: Amount | None = Field(None, description="Mean length of a sentence, for size or counts.")
    max_final_vocab: Positive | None = Field(None, description="Keep only the most frequent words.")
    min_count: Count = Field(1, description="Leave out words that occur less often.")
    vector_size: Positive = Field(100, description="Dimensions.")
    window: Positive = 5
    negative: Positive = Field(5, description="Negatives, k.")
    epochs: Positive = 5
    workers: Positive = Field(2, description="Threads.")
    sg: Switch = Field(True, description="Skip-gram; CBOW otherwise.")
    calibrate: Switch = Field(True, description="Measure the speed of this machine, for about a second.")
    price_an_hour: Amount | None = Field(None, description="Price of an hour of the machine.")
    outlay: Amount | None = Field(None, description="The one-off cost of the project.")
    monthly: Amount | None = Field(None, description="Its income per month.")
    months: Amount | None = Field(None, description="Number of months with that income.")


OPTIONS = ("max_final_vocab", "min_count", "vector_size", "window", "negative", "epochs", "workers", "sg")


class ReturnAnswer(BaseModel):
    """The return on an outlay."""

    gain: float
    roi: float
    months_to_even: float | None


class EstimateAnswer(BaseModel):
    """What a training run is expected to take, and what that costs."""

    estimate: Estimate
    cost: float | None = Field(description="Cost of the machine; null without a price or a measured speed.")
    returns: ReturnAnswer | None
    command: str = Field(description="The same on the command line.")


@router.post(
    "/estimate",
    summary="Estimate parameters, memory, operations, time and cost.",
    responses=documented(400, 403, 413, 422, 503, 504),
)
async def estimate_run(asked: EstimateQuestion, state: AppState = Depends(state_of)) -> EstimateAnswer:
    """Estimate what a training run takes; with `calibrate`, the speed of this machine is measured."""
    if asked.calibrate and state.read_only:
        raise ApiError(403, "this server is read-only and does not measure: leave out calibrate")
    return await bounded(state, lambda: answer(asked), MOST_SECONDS)


def answer(asked: EstimateQuestion) -> EstimateAnswer:
    """Estimate; errors name the field."""
    with naming_fields(EstimateQuestion, other="text" if asked.source == "text" else "min_count"):
        options = {name: getattr(asked, name) for name in OPTIONS if getattr(asked, name) is not None}
        for name, most in MOST.items():
            whole(name, getattr(asked, name), 1, most)
        source, returns = source_of(asked), returns_of(asked)
        cost_of(0, asked.price_an_hour or 0)  # reports errors before anything is measured
        found = estimate(**source, **options, calibrate=asked.calibrate, calibration_seconds=CALIBRATION)
        cost = None
        if asked.price_an_hour is not None and found.seconds is not None:
            cost = cost_of(sum(found.seconds.values()), asked.price_an_hour)
    return EstimateAnswer(estimate=found, cost=cost, returns=returns, command=command_of(asked, options))


def source_of(asked: EstimateQuestion) -> dict[str, Any]:
    """Return the corpus, or the counts instead, for `estimate`."""
    if asked.source == "text":
        sentences = [line.split() for line in asked.text.splitlines()]
        return {"corpus": list(filter(None, sentences))}
    if asked.source == "counts":
        return {"counts": parse_counts(asked.counts), "sentence_words": asked.sentence_words}
    n_types = whole("n_types", asked.n_types, 1, MOST_TYPES)
    return {
        "counts": zipf_counts(whole("n_words", asked.n_words, 1), n_types),
        "sentence_words": asked.sentence_words,
    }


def command_of(asked: EstimateQuestion, options: Mapping[str, Any]) -> str:
    """Return the same question for a terminal."""
    if asked.source == "text":
        return command(["corpus.txt", *flags_of(options)])
    words: list[Any] = ["--counts", "counts.txt"]
    if asked.source == "size":
        words = ["--words", asked.n_words, "--types", asked.n_types]
    mean = {} if asked.sentence_words is None else {"sentence_words": asked.sentence_words}
    return command([*words, *flags_of({**mean, **options})])


def flags_of(options: Mapping[str, Any]) -> list[Any]:
    """Return options of a model as those of a command line."""
    found: list[Any] = ["--sg" if options["sg"] else "--cbow"]
    for name, value in options.items():
        if name != "sg":
            found += [f"--{name.replace('_', '-')}", value]
    return found


def returns_of(asked: EstimateQuestion) -> ReturnAnswer | None:
    """Return what the outlay brings; None if no amounts are given."""
    amounts: list[Any] = [asked.outlay, asked.monthly, asked.months]
    if all(amount is None for amount in amounts):
        return None
    return ReturnAnswer(**asdict(return_on_investment(*amounts)))
