"""Requests with an `Idempotency-Key` are carried out once: what the demo's back offices do, and yours might.

draft-ietf-httpapi-idempotency-key-header: the same key and the same request get the first answer again; the same key
for another request is refused with 422, and while the first one is still under way, with 409.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"  # as Stripe names it
MOST = 1000  # keys that are remembered, the latest

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(slots=True)
class _Done:
    """`answer` is None while it is under way."""

    request: tuple[str, str, bytes]  # method, path, body
    answer: bytes | None = None


class Once:
    def __init__(self) -> None:
        self._done: OrderedDict[str, _Done] = OrderedDict()

    def __call__(self, handler: Handler) -> Handler:
        """`handler` for requests that may come twice. One that fails may be tried again."""

        @functools.wraps(handler)
        async def once(request: web.Request) -> web.Response:
            key = request.headers.get(KEY, "")
            if not key:
                return await handler(request)
            asked = (request.method, request.raw_path, await request.read())
            if (known := self._done.get(key)) is not None:
                return _again(known, asked)
            self._done[key] = done = _Done(asked)
            try:
                answer = await handler(request)
            except BaseException:
                self._done.pop(key, None)
                raise
            done.answer = answer.body if isinstance(answer.body, bytes) else b""
            if len(self._done) > MOST:
                self._done.popitem(last=False)
            return answer

        return once


def _again(known: _Done, asked: tuple[str, str, bytes]) -> web.Response:
    if known.request != asked:
        raise web.HTTPUnprocessableEntity(text=f"this {KEY} was used for another request")
    if known.answer is None:
        raise web.HTTPConflict(text=f"the request with this {KEY} is still under way")
    return web.Response(body=known.answer, content_type="application/json", headers={REPLAYED: "true"})
