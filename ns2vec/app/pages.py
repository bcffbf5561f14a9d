"""The shell of the pages, and their static files."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from ns2vec.app.rooms import ROOMS, AppRoom

STATIC = Path(__file__).parent / "static"


def add_pages(app: FastAPI) -> None:
    """Serve one page for each room, and ``/static``."""
    shell = (STATIC / "index.html").read_text(encoding="utf-8")
    for name, room in ROOMS.items():
        app.add_api_route(
            f"/{name}", page_route(page(shell, name)), include_in_schema=False, name=f"page of {room.title}"
        )
    first = f"/{next(iter(ROOMS))}"
    app.add_api_route("/", lambda: RedirectResponse(first), include_in_schema=False, name="start")
    app.add_api_route(
        "/favicon.ico", lambda: Response(status_code=204), include_in_schema=False, name="favicon"
    )
    theme = files("ns2vec.reports").joinpath("theme.css").read_text(encoding="utf-8")
    app.add_api_route(
        "/static/theme.css",
        lambda: Response(theme, media_type="text/css"),
        include_in_schema=False,
        name="theme",
    )
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def page_route(text: str) -> Callable[[], HTMLResponse]:
    """Return a route that answers with a page."""
    return lambda: HTMLResponse(text)


def page(shell: str, name: str) -> str:
    """Return the shell with the title, the links and the module of one room."""
    links = "".join(link(other, room, other == name) for other, room in ROOMS.items())
    parts = {"{{title}}": escape(ROOMS[name].title), "{{room}}": escape(name), "{{links}}": links}
    for mark, text in parts.items():
        shell = shell.replace(mark, text)
    return shell


def link(name: str, room: AppRoom, is_here: bool) -> str:
    """Return the link to a room."""
    here = ' aria-current="page"' if is_here else ""
    return f'<a href="/{escape(name)}"{here}>{escape(room.title)}</a>'
