"""Errors of the API: always the same object, with the field if one is at fault."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ns2vec._options import shown
from ns2vec.exceptions import Ns2vecError

#: Status -> its name in `Problem.code`.
CODES = {
    400: "bad_request", 401: "no_token", 403: "forbidden", 404: "not_found", 405: "wrong_method",
    409: "conflict", 413: "too_large", 415: "wrong_type", 421: "wrong_host", 422: "invalid",
    500: "failed", 503: "busy", 504: "too_slow",
}  # fmt: skip

FROM_PAGE, STATUS = "X-Ns2vec-Page", "X-Ns2vec-Status"

WHERE = ("body", "query", "path", "header")


class Problem(BaseModel):
    """What went wrong."""

    code: str = Field(description="The kind of error, for programs.", examples=["invalid"])
    message: str = Field(description="What was expected, what was found, and what to do.")
    fields: dict[str, str] = Field(default_factory=dict, description="A message for each field at fault.")


class ApiError(Exception):
    """An answer other than 200.

    Parameters
    ----------
    status : int
        One of `CODES`.
    message : str
    fields : mapping of str to str, optional
        What is wrong with each field.
    """

    def __init__(self, status: int, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.fields = status, message, dict(fields or {})


def problem(status: int, message: str, fields: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the response that reports a problem."""
    told = Problem(code=CODES.get(status, "failed"), message=message, fields=dict(fields or {}))
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(told.model_dump(), status_code=status, headers=headers)


def for_page(request: Request, told: JSONResponse) -> JSONResponse:
    """Return a refused request to our own pages as 200 with its status in a header.

    Refusals are part of their normal work (an unknown word, a half-typed number), but browsers log every
    other status as an error.
    """
    if told.status_code == 422 and FROM_PAGE in request.headers:
        told.headers[STATUS], told.status_code = "422", 200
    return told


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses`` of a route that may fail like this."""
    return {status: {"model": Problem, "description": CODES[status]} for status in statuses}


def field_at_fault(message: str, fields: Iterable[str]) -> dict[str, str]:
    """Find the field that a message of the library is about: the message begins with its name.

    Examples
    --------
    >>> from ns2vec.app.problems import field_at_fault
    >>> field_at_fault("k must be a whole number", ["k", "positives"])
    {'k': 'k must be a whole number'}
    """
    first = message.split(" ", 1)[0].rstrip(":")
    return {first: message} if first in set(fields) else {}


@contextlib.contextmanager
def naming_fields(model: type[BaseModel], other: str | None = None) -> Iterator[None]:
    """Turn errors of the library into 422, with the message for the field whose name it begins with.

    Parameters
    ----------
    model : type of BaseModel
        The question.
    other : str, optional
        The field at fault if a message begins with no field.

    Raises
    ------
    ApiError
        422, instead of the error of the library.
    """
    try:
        yield
    except Ns2vecError as error:
        fields = field_at_fault(str(error), model.model_fields)
        if not fields and other is not None:
            fields = {other: str(error)}
        raise ApiError(422, str(error), fields) from None


def of_validation(error: RequestValidationError) -> JSONResponse:
    """Report what pydantic found, in one line for each field."""
    fields: dict[str, str] = {}
    for found in error.errors():
        if found["type"] == "json_invalid":
            return problem(
                400, f"the body is not JSON: {found.get('ctx', {}).get('error', 'cannot be read')}"
            )
        place = [str(part) for part in found["loc"] if part not in WHERE]
        name = ".".join(place) or "body"
        text = str(found["msg"])
        text = text[:1].lower() + text[1:]
        came = "" if found["type"] == "missing" else f", got {shown(found.get('input'))}"
        fields.setdefault(name, f"{name}: {text}{came}")
    return problem(422, "; ".join(fields.values()), fields)


def methods_at(path: str, described: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the methods of a path of the API; for pages and files it is GET."""
    found = [
        method.upper()
        for template, methods in described.items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
        for method in methods
    ]
    return sorted(set(found)) or ["GET"]


def install_handlers(app: FastAPI) -> None:
    """Return all expected errors as a `Problem`; `ns2vec.app.safety` reports the others."""

    def add(kind: type[Exception], answer: Callable[[Any], JSONResponse]) -> None:
        async def handler(request: Request, error: Exception) -> JSONResponse:
            return for_page(request, answer(error))

        app.add_exception_handler(kind, handler)

    add(ApiError, lambda error: problem(error.status, error.message, error.fields))
    add(Ns2vecError, lambda error: problem(422, str(error)))
    add(RequestValidationError, of_validation)

    async def of_http(request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, HTTPException):
            raise error
        told = problem(error.status_code, str(error.detail).lower())
        if error.status_code == 405:
            told.headers["Allow"] = ", ".join(methods_at(request.url.path, app.openapi()["paths"]))
        return told

    app.add_exception_handler(HTTPException, of_http)
