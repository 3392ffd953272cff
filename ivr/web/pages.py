"""The pages themselves: files under `static/`, served as they are, with headers that let nothing else run in them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import Template

from aiohttp import web

STATIC = Path(__file__).parent / "static"

# No inline script or style, nothing from other origins, no framing by others (our demo page frames our own pages).
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {sockets}; "
    "media-src 'self' blob: {media}; frame-src 'self'; frame-ancestors 'self'; form-action 'self'; base-uri 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    # Files have no hash in their names: browsers ask each time and get a 304.
    "Cache-Control": "no-cache",
}


def render(name: str, values: Mapping[str, str]) -> str:
    """A page with a few `$names` in it, each value escaped. Raises `KeyError` for one that is missing."""
    source = (STATIC / name).read_text(encoding="utf-8")
    return Template(source).substitute({key: html.escape(value) for key, value in values.items()})


class Pages:
    """`demo` adds the demo page and the page of what would be sent. `desk_calls`: where else the desk may connect to,
    for calls that ring in it."""

    def __init__(self, demo: bool, desk_calls: str = "") -> None:
        self._desk_calls = desk_calls
        self._files = {"/agent": "agent.html", "/phone": "phone.html"}
        if demo:
            self._files |= {"/": "demo.html", "/demo": "demo.html", "/outbox": "outbox.html"}

    def routes(self) -> list[web.AbstractRouteDef]:
        found: list[web.AbstractRouteDef] = [web.get(path, self._page) for path in self._files]
        if "/" not in self._files:
            found.append(web.get("/", _to_desk))
        found.append(web.get("/favicon.ico", _icon))
        found.append(web.static("/static", STATIC))
        return found

    async def _page(self, request: web.Request) -> web.FileResponse:
        response = web.FileResponse(STATIC / self._files[request.path])
        if request.path == "/agent" and self._desk_calls:
            response.headers["Content-Security-Policy"] = _policy(request.host, self._desk_calls)
        return response


async def _to_desk(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/agent")


async def _icon(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "mark.svg", headers={"Content-Type": "image/svg+xml"})


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every answer, streams too (`app.on_response_prepare`); a page's own stricter ones stay."""
    headers = response.headers
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", _policy(request.host))


@lru_cache(maxsize=16)  # each answer has one, and a server few names
def _policy(host: str, more: str = "") -> str:
    # Written out, because Safari before 15.4 did not count ws: as 'self'.
    return CSP.format(sockets=f"ws://{host} wss://{host} {more}".rstrip(), media=more)
