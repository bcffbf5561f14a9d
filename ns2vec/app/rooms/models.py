"""The open models: listing, uploading and closing them."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field

from ns2vec.app.problems import ApiError, documented
from ns2vec.app.safety import bounded, need_token, state_of
from ns2vec.app.state import AppState, HeldModel
from ns2vec.exceptions import Ns2vecError
from ns2vec.formats import read_vectors
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.keyedvectors.files import adopt_table

router = APIRouter()

#: Suffixes of files that may be uploaded, and their formats: none of them can run code.
SUFFIXES = {
    ".bin": "word2vec_binary",
    ".txt": "word2vec_text",
    ".w2v": "word2vec_text",
    ".vec": "fasttext_vec",
    ".glove": "glove",
    ".ns2v": "native",
}
NAMES = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
Name = Annotated[str, PathParameter(pattern=NAMES, description="Letters, digits, dots and dashes.")]
READING_SECONDS = 120.0


class ModelAnswer(BaseModel):
    """A model that is open."""

    name: str
    n_words: int
    n_dims: int
    source: str
    has_counts: bool = Field(description="Whether it has the counts of its words.")


def described(held: HeldModel) -> ModelAnswer:
    """Return the description of a model."""
    n_words, n_dims = held.vectors.vectors.shape
    has_counts = "count" in held.vectors.expandos
    return ModelAnswer(
        name=held.name, n_words=n_words, n_dims=n_dims, source=held.source, has_counts=has_counts
    )


@router.get("/models", summary="The open models.")
async def models(state: AppState = Depends(state_of)) -> list[ModelAnswer]:
    """List the open models."""
    return [described(held) for held in state.models]


@router.post(
    "/models/{name}",
    summary="Upload vectors and open them.",
    status_code=201,
    dependencies=[Depends(need_token)],
    responses=documented(400, 401, 403, 413, 422, 503, 504),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def open_model(name: Name, request: Request, state: AppState = Depends(state_of)) -> ModelAnswer:
    """Read the body as a file of vectors, in the format that its suffix names; pickles are never read."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        message = f"name must end in one of {', '.join(SUFFIXES)}, got {name!r}"
        raise ApiError(422, message, {"name": message})
    with tempfile.TemporaryDirectory(prefix="ns2vec-upload-") as folder:
        path = os.path.join(folder, f"vectors{suffix}")
        async with await anyio.open_file(path, "wb") as stream:
            async for piece in request.stream():
                await stream.write(piece)
        vectors = await bounded(state, lambda: read(path, name), READING_SECONDS)
    return described(
        await anyio.to_thread.run_sync(state.models.put, name, vectors, "uploaded by the browser")
    )


def read(path: str, name: str) -> KeyedVectors:
    """Read vectors into memory; error messages use the name, not the path of the temporary file.

    Raises
    ------
    ApiError
        422 if they cannot be read.
    """
    try:
        table = read_vectors(path, SUFFIXES[Path(path).suffix], not_finite="drop")
    except (Ns2vecError, OSError, ValueError, EOFError, MemoryError) as error:
        told = re.sub(re.escape(path) + r":?\s?", "", str(error))
        message = f"{name} cannot be read as vectors: {told}"
        raise ApiError(422, message, {"name": message}) from None
    if not table.keys:
        raise ApiError(422, f"{name} has no vectors", {"name": "there are no vectors in it"})
    return adopt_table(KeyedVectors(table.vectors.shape[1], dtype=table.vectors.dtype), table)


@router.delete(
    "/models/{name}",
    summary="Close a model.",
    status_code=204,
    dependencies=[Depends(need_token)],
    responses=documented(401, 403, 404, 422),
)
async def close_model(name: Name, state: AppState = Depends(state_of)) -> None:
    """Close a model; its file is kept."""
    try:
        state.models.remove(name)
    except Ns2vecError as error:
        raise ApiError(404, str(error)) from None
