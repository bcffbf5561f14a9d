"""Access control and limits: allowed hosts, the token, headers, sizes, time.

The middleware is plain ASGI, so that streams (server-sent events) pass through it piece by piece.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ns2vec.app.problems import ApiError, problem
from ns2vec.app.state import AppState

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Sent with every response. Nothing is loaded from elsewhere, and pages have no inline scripts or styles.
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


RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class TooLargeError(Exception):
    """The body is longer than allowed."""


class Doorkeeper:
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
        most = self.state.limits.body_bytes(scope["path"])
        counted, has_begun = CountedBody(receive, most), False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                given = message["headers"]
                names = {name for name, _ in given}
                message["headers"] = [*given, *(header for header in RAW_HEADERS if header[0] not in names)]
            await send(message)

        async def refuse(status: int, message: str) -> None:
            await problem(status, message)(scope, receive, send_with_headers)

        async def refuse_size() -> None:
            await refuse(413, f"the body may have at most {most:,} bytes")

        async def send_unless_too_large(message: Message) -> None:
            if not counted.is_over:
                await send_with_headers(message)
            elif message["type"] == "http.response.start":  # instead of the response to half a body
                await refuse_size()

        host, length = host_name(header_of(scope, b"host")), header_of(scope, b"content-length", "0")
        if host not in self.state.hosts:
            await refuse(421, f"this server is not called {host!r}: {self.state.hosts_text}")
        elif not length.isdecimal() or int(length) > most:
            await refuse_size()
        else:
            try:
                await self.app(scope, counted, send_unless_too_large)
            except TooLargeError:
                if not has_begun:
                    await refuse_size()
            except Exception:
                logger.exception("%s %s failed", scope["method"], scope["path"])
                if not has_begun:
                    await refuse(500, "this is an error of the server: see its log")


class CountedBody:
    """Receives a body and counts its bytes, because it may come without its length.

    Parameters
    ----------
    receive : callable
    most : int
        Maximum number of bytes.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive, self.most, self.n_bytes, self.is_over = receive, most, 0, False

    async def __call__(self) -> Message:
        """Pass on the next piece.

        Raises
        ------
        TooLargeError
            If there are more bytes than allowed.
        """
        message = await self.receive()
        self.n_bytes += len(message.get("body", b""))
        if self.n_bytes > self.most:
            self.is_over = True
            raise TooLargeError
        return message


def header_of(scope: Scope, name: bytes, missing: str = "") -> str:
    """Return the first header of a name, given in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return missing


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


async def state_of(request: Request) -> AppState:  # FastAPI would run a plain function in a thread each time
    """Return the state of the server; for ``Depends``."""
    state: AppState = request.app.state.ns2vec
    return state


BEARER = HTTPBearer(auto_error=False, description="The token that `ns2vec app` prints with its address.")


def need_token(
    state: AppState = Depends(state_of),  # noqa: B008 - FastAPI's way to say it
    given: HTTPAuthorizationCredentials | None = Depends(BEARER),  # noqa: B008
) -> None:
    """Check that a request may make changes; for ``dependencies=[Depends(need_token)]``.

    Raises
    ------
    ApiError
        401 without the token, 403 in read-only mode.
    """
    if state.read_only:
        raise ApiError(403, "this server is read-only: start it without --read-only")
    came = "" if given is None else given.credentials
    if not secrets.compare_digest(came.encode(), state.token.encode()):
        raise ApiError(401, "this makes changes and needs the token: open the address that was printed")


async def bounded(state: AppState, work: Callable[[], T], seconds: float | None = None) -> T:
    """Do heavy work on a thread, a few at a time, and stop waiting for it after some time.

    Parameters
    ----------
    state : AppState
    work : callable
        Its inputs must be limited, because a thread cannot be stopped: it ends by itself.
    seconds : float, optional
        ``state.limits.seconds`` by default.

    Raises
    ------
    ApiError
        503 if too many are already waiting, 504 if it takes too long.
    """
    if state.limits.heavy.statistics().tasks_waiting >= state.limits.max_waiting:
        raise ApiError(503, "too many requests at once: try again in a moment")
    most = state.limits.seconds if seconds is None else seconds
    task: asyncio.Task[Any] = asyncio.ensure_future(
        anyio.to_thread.run_sync(work, limiter=state.limits.heavy, abandon_on_cancel=True)
    )
    try:
        found: T = await asyncio.wait_for(task, most)
    except asyncio.TimeoutError:
        raise ApiError(504, f"this takes longer than {most:g} s: ask for less") from None
    return found
