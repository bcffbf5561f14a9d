"""What the requests of all rooms have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError


class AskedBody(BaseModel):
    """The body of a request, without unknown fields."""

    model_config = ConfigDict(extra="forbid")


Switch = Annotated[bool, Strict()]  # neither 1 nor "yes"


def no_switch(value: Any) -> Any:
    """Refuse true and false, which Python treats as 1 and 0."""
    if isinstance(value, bool):
        raise PydanticCustomError("number", "input should be a number")
    return value


def left_to_library(kind: str, **limits: float) -> Any:
    """Return the type of a number that the library checks, so that there is one rule and one message.

    Parameters
    ----------
    kind : {"integer", "number"}
    **limits
        ``minimum`` and ``maximum``, for the description of the API.
    """
    return Annotated[Any, BeforeValidator(no_switch), WithJsonSchema({"type": kind, **limits})]
