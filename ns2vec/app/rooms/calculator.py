"""The calculator room: from positives to batches, from a corpus to bytes, seconds and money."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from ns2vec.app.problems import ApiError, documented, field_at_fault
from ns2vec.calculator import count_pairs
from ns2vec.exceptions import ConfigError

router = APIRouter()

# The calculator itself says what is wrong with a number, so that there is one rule and one message.
Count = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 10**15})]
Positive = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 10**15})]


class PairsQuestion(BaseModel):
    """Positive pairs, and how they are trained."""

    model_config = ConfigDict(extra="forbid")

    positives: Count = Field(description="Positive pairs.", examples=[1_000_000])
    k: Count = Field(5, description="Negatives for each of them.")
    batch_size: Positive | None = Field(None, description="Pairs of a batch, both kinds together.")
    drop_last: bool = Field(False, description="Leave out the last batch when it is not full.")


class PairsAnswer(BaseModel):
    """What an epoch comes to."""

    positives: int
    negatives: int
    pairs: int
    batches: int | None


@router.post("/pairs", summary="Count negatives, pairs and batches.", responses=documented(400, 413, 422))
def pairs(asked: PairsQuestion) -> PairsAnswer:
    """Count the negatives, the pairs and the batches of an epoch."""
    try:
        found = count_pairs(asked.positives, asked.k, asked.batch_size, drop_last=asked.drop_last)
    except ConfigError as error:
        raise ApiError(422, str(error), field_at_fault(str(error), PairsQuestion.model_fields)) from None
    return PairsAnswer(
        positives=found.positives, negatives=found.negatives, pairs=found.pairs, batches=found.batches
    )
