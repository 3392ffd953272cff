"""How long after a caller's key the pop is on the agents' pages: one hand-off after another, twenty desks listening.

Measured from the key leaving the web phone to the event arriving at the last of the desks. Target: 250 ms p99.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from ivr.server import application, build
from ivr.settings import Settings
from tests.servers import free_port

DESKS, HANDOFFS = 20, 200


class Desks:
    """Agents' pages that listen; `arrived` gets the time of each pop of each."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self.arrived: asyncio.Queue[float] = asyncio.Queue()
        self.listening = asyncio.Semaphore(0)

    async def listen(self) -> None:
        async with self._http.get(f"{self._url}/api/events", timeout=aiohttp.ClientTimeout(None)) as response:
            self.listening.release()
            async for line in response.content:
                if line == b"event: pop\n":
                    self.arrived.put_nowait(time.perf_counter())


async def hand_off(http: aiohttp.ClientSession, url: str, desks: Desks) -> float:
    """Seconds until all desks have it."""
    async with http.ws_connect(f"{url}/phone/ws") as ws:
        start = {"event": "start", "call": secrets.token_hex(12), "number": None, "withheld": True, "resume": False}
        await ws.send_json(start)
        await _until(ws, "collect")
        began = time.perf_counter()
        await ws.send_json({"event": "key", "key": "0", "seq": 1})
        took = max([await desks.arrived.get() for _ in range(DESKS)]) - began
        await ws.send_json({"event": "hangup"})
        await ws.close()
    return took


async def _until(ws: aiohttp.ClientWebSocketResponse, event: str) -> None:
    async for message in ws:
        if message.type == aiohttp.WSMsgType.TEXT and json.loads(message.data)["event"] == event:
            return


async def measure(folder: Path) -> list[float]:
    settings = Settings(port=free_port(), data_dir=folder)
    async with build(settings) as segue, aiohttp.ClientSession() as http:
        runner = web.AppRunner(application(segue), access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port).start()
        desks = Desks(http, settings.url)
        listeners = [asyncio.create_task(desks.listen()) for _ in range(DESKS)]
        for _ in listeners:
            await desks.listening.acquire()
        try:
            await hand_off(http, settings.url, desks)  # the first one warms up
            return [await hand_off(http, settings.url, desks) for _ in range(HANDOFFS)]
        finally:
            for listener in listeners:
                listener.cancel()
            await runner.cleanup()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        took = sorted(asyncio.run(measure(Path(folder))))
    figures = {
        "desks": DESKS,
        "hand_offs": HANDOFFS,
        "p50_ms": round(statistics.median(took) * 1000, 1),
        "p99_ms": round(took[int(len(took) * 0.99) - 1] * 1000, 1),
        "max_ms": round(took[-1] * 1000, 1),
    }
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(figures))
    print("| desks | hand-offs | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|")
    print("| " + " | ".join(str(value) for value in figures.values()) + " |")


if __name__ == "__main__":
    main()
