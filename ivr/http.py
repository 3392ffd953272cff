"""What every HTTP surface of ours shares: routes as a table has them, a body read by its type, a problem (RFC 9457).

Adapters under `ivr/channels` and the pages under `ivr/web` may not import each other; both stand on this.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import msgspec
from aiohttp import web

from context_bridge.contract import StoreUnavailable
from ivr.traces import trace

log = logging.getLogger(__name__)

BODY_LIMIT = 64 * 1024  # bytes; nothing that a page sends comes near it
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the API. `answer` is a type that msgspec can describe, None for an answer without a body.
    `query`: name of a parameter -> what it does. `desk`: needs the desk key where one is set."""

    method: str
    path: str
    handler: Handler
    summary: str
    body: type | None = None
    answer: object = None
    status: int = 200
    query: Mapping[str, str] | None = None
    problems: tuple[int, ...] = ()
    media: str = "application/json"
    desk: bool = False

    def definition(self) -> web.RouteDef:
        return web.route(self.method, self.path, self.handler)


class Described(ABC):
    """A part of the API, by its table, of which the description of the API is made too. Pages are added to `routes`."""

    @abstractmethod
    def table(self) -> list[Route]: ...

    def routes(self) -> list[web.RouteDef]:
        return [route.definition() for route in self.table()]


class Problem(Exception):
    """An answer that is not what the client asked for. `detail` tells its reader what to do next, `more` tells it to a
    program (RFC 9457, 3.2)."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        retry_after: int | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.retry_after = status, title, detail, retry_after
        self._more = more or {}

    def response(self) -> web.Response:
        told = {"type": "about:blank", "status": self.status, "title": self.title, "detail": self.detail}
        body = {**self._more, **told}
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        return web.Response(
            status=self.status,
            body=msgspec.json.encode(body),
            content_type="application/problem+json",
            headers=headers,
        )


def answer(value: object, status: int = 200) -> web.Response:
    """`value` as JSON that no cache may keep: it is about a customer."""
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        status=status, body=msgspec.json.encode(value), content_type="application/json", headers=headers
    )


async def read(request: web.Request, kind: type[T], limit: int = BODY_LIMIT) -> T:
    """The JSON body, of at most `limit` bytes, as `kind`. Raises `Problem` 413, 415 or 422; its words never repeat the
    body's values."""
    if request.content_type != "application/json":
        raise Problem(415, "Not JSON", "Send the body as JSON with `Content-Type: application/json`.")
    raw = b""
    async for chunk in request.content.iter_chunked(BODY_LIMIT):
        raw += chunk
        if len(raw) > limit:
            raise Problem(413, "Too much", f"Send at most {limit // 1024} KB.")
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise Problem(422, "The body does not fit", f"{error}. /openapi.json describes what is taken.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # [[[[[… is JSON too
        raise Problem(400, "Not JSON", "The body cannot be read as JSON; check quotes, commas and UTF-8.") from error


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure as problem+json with a remedy; never a stack trace."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except StoreUnavailable:
        detail = "Try again in a moment; whoever runs this server finds the reason at /readyz."
        return Problem(503, "The database does not answer", detail, retry_after=2).response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _plain(error)
    except Exception as error:  # the last line of defence: a bug of ours must not be shown to a customer
        log.error("%s %s failed with %s", request.method, _pattern(request), trace(error))
        return Problem(500, "Something is wrong on our side", "Try again; the server's log has the place.").response()


def _plain(error: web.HTTPException) -> web.Response:
    """What aiohttp itself refused: no such page, no such method."""
    remedy = {404: "Check the address; /openapi.json lists all of the API.", 405: "Use another method: see Allow."}
    found = Problem(error.status, HTTPStatus(error.status).phrase, remedy.get(error.status, "Check the request."))
    response = found.response()
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _pattern(request: web.Request) -> str:
    """The route and not the path: a path may hold a link's token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "(no route)"
