"""A back office on loopback that answers as it is told and remembers what it was asked, and a DNS to find it by."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from ivr.backoffice import HttpBackOffice, Secrets
from ivr.engine.loader import load_services

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN = "s3cr3t-token"


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str  # raw, as it came over the wire
    headers: Mapping[str, str]
    body: str


@dataclass(slots=True)
class Shop:
    """Answers in turn; the last one serves all later questions."""

    port: int = 0
    answers: list[Handler] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def will(self, *answers: Handler) -> None:
        self.answers[:] = answers

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


@asynccontextmanager
async def shop(host: str = "127.0.0.1") -> AsyncIterator[Shop]:
    here = Shop()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", here.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, 0)
        await site.start()
        here.port = runner.addresses[0][1]
        yield here
    finally:
        await runner.cleanup()


def says(content: object, status: int = 200, **headers: str) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(content, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def sends(body: bytes, status: int = 200, **headers: str) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def redirects(location: str, status: int = 302) -> Handler:
    return sends(b"", status, Location=location)


class Names(AbstractResolver):
    """Name -> its addresses, one list for each time that it is looked up; the last one stays."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.looked_up: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.looked_up.append(host)
        answers = self.names.get(host)
        if not answers:
            raise OSError(socket.EAI_NONAME, "no such name")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [_result(host, address, port) for address in found]

    async def close(self) -> None:
        """Nothing is open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)


@asynccontextmanager
async def asking(text: str, names: Names | None = None) -> AsyncIterator[HttpBackOffice]:
    """Back offices by the text of a services file; `{secret:TOKEN}` is known."""
    office = HttpBackOffice(
        load_services(text, "services.yaml"), "http://127.0.0.1:1", Secrets({"TOKEN": TOKEN}), names
    )
    try:
        yield office
    finally:
        await office.close()
