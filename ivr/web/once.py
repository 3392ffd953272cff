"""Requests with an `Idempotency-Key` are carried out once: what the demo's back offices do, and yours might.

draft-ietf-httpapi-idempotency-key-header: the same key and the same request get the first answer again; the same key
for another request is refused with 422, and while the first one is still under way, with 409. One that failed may be
tried again: neither an exception nor an answer of 400 and above is kept. Kept in memory only, by design: a back office
that must know its keys after a restart keeps them where it keeps what it did.
"""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import hdrs, web

KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"  # as Stripe names it
MOST = 1000  # answers that are remembered, the latest

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """`request`: the digest of what was answered."""

    request: bytes
    status: int
    content_type: str
    body: bytes


class Once:
    def __init__(self) -> None:
        self._under_way: dict[str, bytes] = {}  # key -> digest of the request
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    def __call__(self, handler: Handler) -> Handler:
        """`handler` for requests that may come twice."""

        @functools.wraps(handler)
        async def once(request: web.Request) -> web.Response:
            key = request.headers.get(KEY, "")
            if not key:
                return await handler(request)
            asked = _digest(request, await request.read())
            if (known := self._known(key, asked)) is not None:
                return _again(known)
            self._under_way[key] = asked
            try:
                answer = await handler(request)
            finally:
                del self._under_way[key]
            if answer.status < 400:
                self._keep(key, asked, answer)
            return answer

        return once

    def _known(self, key: str, asked: bytes) -> _Answer | None:
        """Raises what a request is refused with."""
        known = self._answers.get(key)
        before = known.request if known else self._under_way.get(key, asked)
        if before != asked:
            raise web.HTTPUnprocessableEntity(text=f"this {KEY} was used for another request")
        if key in self._under_way:
            raise web.HTTPConflict(text=f"the request with this {KEY} is still under way")
        return known

    def _keep(self, key: str, asked: bytes, answer: web.Response) -> None:
        body = answer.body if isinstance(answer.body, bytes) else b""
        self._answers[key] = _Answer(asked, answer.status, answer.headers.get(hdrs.CONTENT_TYPE, ""), body)
        if len(self._answers) > MOST:
            self._answers.popitem(last=False)


def _digest(request: web.Request, body: bytes) -> bytes:
    """Neither a method nor a path holds a line break."""
    return hashlib.sha256(f"{request.method}\n{request.raw_path}\n".encode() + body).digest()


def _again(answer: _Answer) -> web.Response:
    headers = {REPLAYED: "true"} | ({hdrs.CONTENT_TYPE: answer.content_type} if answer.content_type else {})
    return web.Response(status=answer.status, body=answer.body, headers=headers)
