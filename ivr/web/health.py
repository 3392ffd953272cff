"""How this server is: `/healthz` for who restarts it, `/readyz` for who asks why, `/metrics` for Prometheus.

Only module that imports prometheus_client.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path

from aiohttp import web
from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from context_bridge.contract import ContextStore, StoreUnavailable
from ivr.driver import Driver
from ivr.http import Described, Route, answer

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[str]]  # what is wrong and what to do about it; empty: all is well
Look = Callable[[], tuple[str, str]]  # at what calls go on without: what is wrong, and what is worth knowing
PATIENCE = 3.0  # seconds that a check may take
PROBE = 64 * 1024  # bytes: a turn, or a short prompt
COUNTED = 1000  # outbox rows looked at for the gauge: more than these waiting is as bad


class Alive(Struct, frozen=True):
    alive: bool


class Part(Struct, frozen=True):
    """`needed`: without it we are not ready. `note`: what is worth knowing, also where nothing is wrong."""

    name: str
    ok: bool
    wrong: str
    needed: bool = True
    note: str = ""


class Ready(Struct, frozen=True):
    ready: bool
    parts: list[Part]


class Metrics:
    """What is counted. Made by the server and handed to whoever has something to count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        turns = Counter(
            "segue_turns", "Turns taken, by channel and event", ["channel", "event"], registry=self.registry
        )
        self._turns_of = cache(turns.labels)  # few, and each is looked for at every turn
        self._seconds = Histogram(
            "segue_turn_seconds",
            "From an event to its saved answer; back offices included",
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self._store_errors = Counter("segue_store_errors", "Times the store did not answer", registry=self.registry)
        self._utterances = Counter(
            "segue_utterances", "What callers said, by what became of it", ["outcome"], registry=self.registry
        )
        self._waits = Histogram(
            "segue_utterance_seconds",
            "From the end of what a caller said to what was heard",
            registry=self.registry,
            buckets=(0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 8),
        )
        self.listening = Gauge(
            "segue_listening_processes", "Processes that are ready to listen", registry=self.registry
        )
        self.open = Gauge("segue_open_contacts", "Contacts that are on now, by node", ["node"], registry=self.registry)
        self.outbox = Gauge("segue_outbox_waiting", "Messages that wait to be sent", registry=self.registry)

    def turn(self, channel: str, event: str, seconds: float) -> None:
        self._turns_of(channel, event).inc()
        self._seconds.observe(seconds)

    def utterance(self, outcome: str, seconds: float) -> None:
        self._utterances.labels(outcome).inc()
        if outcome == "heard":
            self._waits.observe(seconds)

    def store_error(self) -> None:
        self._store_errors.inc()


class Health(Described):
    """`checks`: what this server stands on, such as `store`, `voices` and `ami`. `nodes`: whose contacts to count.
    `looks`: at what calls go on without, such as `ears`."""

    def __init__(
        self,
        driver: Driver,
        store: ContextStore,
        metrics: Metrics,
        checks: Mapping[str, Check],
        nodes: tuple[str, ...],
        looks: Mapping[str, Look] | None = None,
    ) -> None:
        self._driver, self._store, self._metrics = driver, store, metrics
        self._checks, self._nodes, self._looks = checks, nodes, looks or {}

    def table(self) -> list[Route]:
        return [
            Route(method="GET", path="/healthz", handler=self.alive, summary="Alive", answer=Alive),
            Route(
                method="GET",
                path="/readyz",
                handler=self.ready,
                summary="Able to serve: each part with what is wrong; 503 with the same body when a needed one is not",
                answer=Ready,
            ),
            Route(
                method="GET",
                path="/metrics",
                handler=self.metrics,
                summary="Figures for Prometheus",
                media="text/plain",
                desk=True,
            ),
        ]

    async def alive(self, _request: web.Request) -> web.Response:
        return answer(Alive(alive=True))

    async def ready(self, _request: web.Request) -> web.Response:
        wrongs = await asyncio.gather(*map(_wrong, self._checks.values()))
        parts = [Part(name, not wrong, wrong) for name, wrong in zip(self._checks, wrongs, strict=True)]
        seen = [(name, *look()) for name, look in self._looks.items()]
        parts += [Part(name, not wrong, wrong, needed=False, note=note) for name, wrong, note in seen]
        ready = all(part.ok for part in parts if part.needed)
        return answer(Ready(ready, parts), status=200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        try:
            for node in self._nodes:
                self._metrics.open.labels(node).set(len(await self._driver.open_contacts(node)))
            rows = await self._store.outbox(COUNTED)
            self._metrics.outbox.set(sum(row.state == "waiting" for row in rows))
        except StoreUnavailable:
            self._metrics.store_error()  # the counters are still worth having
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def writable(*folders: Path) -> Check:
    """Whether these take files: what a full disk stops is not seen by reading."""

    async def check() -> str:
        wrongs = [await asyncio.to_thread(_cannot_write, folder) for folder in dict.fromkeys(folders)]
        return "; ".join(filter(None, wrongs))

    return check


def _cannot_write(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE))
    except OSError as error:
        return f"{folder} takes no files ({error.strerror}): free some space there, or let us write; then calls go on"
    return ""


async def _wrong(check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return f"did not answer within {PATIENCE:.0f} s; look whether it runs and can be reached"
    except Exception as error:  # a check that breaks is itself the finding; its words may hold a password
        log.warning("a readiness check failed with %s", type(error).__name__)
        return f"failed with {type(error).__name__}; `segue doctor` says more"
