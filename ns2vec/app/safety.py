"""Who may ask, and how much at once: Host allow-list, token, headers, sizes, time.

The middleware is plain ASGI, so that streams (server-sent events) pass through it piece by piece.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ns2vec.app.problems import ApiError, problem
from ns2vec.app.state import AppState

T = TypeVar("T")

#: Sent with every answer. Nothing is loaded from elsewhere, and no script or style stands in a page.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class TooLargeError(Exception):
    """The body is longer than it may be."""


class Guard:
    """Refuse foreign hosts and huge bodies; set the headers.

    Parameters
    ----------
    app : ASGI application
    state : AppState
    """

    def __init__(self, app: ASGIApp, state: AppState) -> None:
        self.app, self.state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        host = host_name(headers.get("host", ""))
        if host not in self.state.hosts:
            refused = problem(421, f"this server is not called {host!r}: {self.state.hosts_text}")
            await refused(scope, receive, send_guarded)
            return
        most = self.state.limits.body_bytes(scope["path"])
        too_large = problem(413, f"the body may have at most {most:,} bytes")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            await too_large(scope, receive, send_guarded)
            return
        try:
            await self.app(scope, limited(receive, most), send_guarded)
        except TooLargeError:
            if not has_begun:
                await too_large(scope, receive, send_guarded)


def host_name(host: str) -> str:
    """Return a Host header without its port.

    Examples
    --------
    >>> from ns2vec.app.safety import host_name
    >>> host_name("localhost:8000"), host_name("[::1]:80"), host_name("::1")
    ('localhost', '[::1]', '::1')
    """
    name, _, port = host.rpartition(":")
    is_port = bool(name) and port.isdecimal() and (":" not in name or name.endswith("]"))
    return (name if is_port else host).lower()


def limited(receive: Receive, most: int) -> Receive:
    """Count a body that comes without its length."""
    n_bytes = 0

    async def counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > most:
            raise TooLargeError
        return message

    return counted


def state_of(request: Request) -> AppState:
    """Return what the server holds; for ``Depends``."""
    state: AppState = request.app.state.ns2vec
    return state


BEARER = HTTPBearer(auto_error=False, description="The token that `ns2vec app` prints with its address.")


def need_token(
    state: AppState = Depends(state_of),  # noqa: B008 - FastAPI's way to say it
    given: HTTPAuthorizationCredentials | None = Depends(BEARER),  # noqa: B008
) -> None:
    """Let a request pass that may change something; ``dependencies=[Depends(need_token)]``.

    Raises
    ------
    ApiError
        401 without the token, 403 in read-only mode.
    """
    if state.read_only:
        raise ApiError(403, "this server is read-only: start it without --read-only")
    came = "" if given is None else given.credentials
    if not secrets.compare_digest(came.encode(), state.token.encode()):
        raise ApiError(401, "this changes something and needs the token: open the address that was printed")


async def bounded(state: AppState, work: Callable[[], T], seconds: float | None = None) -> T:
    """Do heavy work on a thread, a few at a time, and stop waiting for it after some time.

    Parameters
    ----------
    state : AppState
    work : callable
        Its inputs have been limited: a thread cannot be stopped, it ends by itself.
    seconds : float, optional
        ``state.limits.seconds`` unless given.

    Raises
    ------
    ApiError
        503 when too many wait already, 504 when it takes too long.
    """
    if state.limits.heavy.statistics().tasks_waiting >= state.limits.max_waiting:
        raise ApiError(503, "too many requests are being worked on: ask again in a moment")
    most = state.limits.seconds if seconds is None else seconds
    task: asyncio.Task[Any] = asyncio.ensure_future(
        anyio.to_thread.run_sync(work, limiter=state.limits.heavy, abandon_on_cancel=True)
    )
    try:
        found: T = await asyncio.wait_for(task, most)
    except asyncio.TimeoutError:
        raise ApiError(504, f"this takes longer than {most:g} s: ask for less") from None
    return found
