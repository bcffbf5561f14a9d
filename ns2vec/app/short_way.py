"""A fast path for frequent requests, without routing and dependencies.

Only requests that can be answered take it. All others (another path, a body that is not JSON or not of the
expected form, a model that is not open) are passed to the application with the body unchanged, so that every
error has one rule and one message.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ns2vec.app.asking import AskedBody
from ns2vec.app.problems import ApiError
from ns2vec.app.safety import header_of
from ns2vec.app.state import AppState
from ns2vec.exceptions import Ns2vecError

#: Path -> the model of the request, and the function that answers it with JSON.
Often = Mapping[str, tuple[type[AskedBody], Callable[[AppState, Any], Awaitable[bytes]]]]


class ShortWay:
    """Answer requests to some paths, and pass on all others.

    Parameters
    ----------
    app : ASGI application
    state : AppState
    often : mapping of path to (model of the request, function that answers)
    """

    def __init__(self, app: ASGIApp, state: AppState, often: Often) -> None:
        self.app, self.state, self.often = app, state, often

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        known = self.often.get(scope["path"]) if scope["type"] == "http" else None
        is_plain = known is not None and scope["method"] == "POST"
        if known is None or not is_plain or header_of(scope, b"content-type") != "application/json":
            await self.app(scope, receive, send)
            return
        messages = await whole_body(receive)
        question, answer = known
        try:
            body = b"".join(message.get("body", b"") for message in messages)
            told = await answer(self.state, question.model_validate(json.loads(body)))
        except (ApiError, Ns2vecError, RecursionError, ValueError):  # pydantic's and JSON's are ValueErrors
            await self.app(scope, replayed(messages, receive), send)
            return
        headers = [(b"content-length", b"%d" % len(told)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": told})


async def whole_body(receive: Receive) -> list[Message]:
    """Receive the pieces of a body; the last message may be a disconnect."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def replayed(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that yields the messages received so far, then new ones."""
    left = iter(messages)

    async def again() -> Message:
        for message in left:
            return message
        return await receive()

    return again
