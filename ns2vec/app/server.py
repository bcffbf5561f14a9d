"""The server: it puts rooms, pages, errors and safety together."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel

from ns2vec._build_info import __version__
from ns2vec.app import metrics
from ns2vec.app.pages import add_pages
from ns2vec.app.problems import install_handlers
from ns2vec.app.rooms import ROOMS
from ns2vec.app.rooms.explorer import SimilarQuestion, similar_json
from ns2vec.app.safety import Doorkeeper
from ns2vec.app.short_way import Often, ShortWay
from ns2vec.app.state import AppState

OFTEN: Often = {"/api/most_similar": (SimilarQuestion, similar_json)}


class HealthAnswer(BaseModel):
    """The server is running."""

    status: str
    version: str
    models: int
    read_only: bool


def create_app(state: AppState | None = None) -> FastAPI:
    """Make the application that an ASGI server serves.

    Parameters
    ----------
    state : AppState, optional
        Models, token and limits; empty by default.

    Returns
    -------
    FastAPI

    Examples
    --------
    >>> from ns2vec.app import create_app
    >>> "/healthz" in create_app().openapi()["paths"]
    True
    """
    held = state or AppState()
    # FastAPI's own documentation pages load scripts from elsewhere
    app = FastAPI(
        title="ns2vec",
        version=__version__,
        description="Word embeddings: counts of training, nearest words, noise distributions, runs.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.ns2vec = held
    install_handlers(app)
    app.add_middleware(ShortWay, state=held, often=OFTEN)
    app.add_middleware(Doorkeeper, state=held)  # the middleware added last runs first

    @app.get("/healthz", tags=["server"], summary="Whether the server answers.")
    def health() -> HealthAnswer:
        return HealthAnswer(
            status="ok", version=__version__, models=len(held.models), read_only=held.read_only
        )

    app.include_router(metrics.router)
    for room in ROOMS.values():
        app.include_router(room.router, prefix="/api", tags=[room.title])
    add_pages(app)
    return app
