"""What the questions of all rooms have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class AskedBody(BaseModel):
    """The body of a request: no field but those that are known."""

    model_config = ConfigDict(extra="forbid")
