"""How long callers wait for the next prompt after their last word, and what becomes of them when too many speak.

A server with ears as its own process, a durable turn for each answer. Callers at the web phone's socket speak in real
time, answer as soon as they have heard a second of the prompt, and go on for `SECONDS`. From the last loud sample of
their words, when it is sent, to the first frame of the next prompt, when it comes.

    python tests/bench/bench_listening.py [callers ...]
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from recognition import audio
from tests.players.mouth import RATE, Mouth
from tests.servers import free_port, wait_for

ROOT = Path(__file__).parents[2]
SECONDS = 40.0
FRAME, FRAME_SECONDS = 640, 0.02
SILENCE = bytes(FRAME)
LOST = 10.0  # seconds without a sound from us after an answer
MENU = """
menu: bench
title: Bench
language: en-US
start: ask
exhausted: bye
steps:
  ask:
    menu:
      prompt: What can we do for you today?
      choices:
CHOICES
      tries: 20
  bye:
    end: Goodbye.
"""
WORDS = {
    "1": "track an order",
    "2": "opening hours",
    "3": "report a lost card",
    "4": "cancel my appointment",
    "5": "change the delivery",
    "6": "talk about my invoice",
}


@dataclass
class Figures:
    waits: list[float] = field(default_factory=list)  # ms
    became: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    lost: int = 0


class Caller:
    """`said`: each answer as its frames, and how many of them end with its last loud one."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, said: dict[str, tuple[list[bytes], int]], figures: Figures):
        self._ws, self._said, self._figures = ws, said, figures
        self._speech = True  # ears may answer the question that is open
        self._sounds = asyncio.Event()
        self._asked = asyncio.Event()
        self._outcome = ""
        self._seq = 0

    async def run(self, until: float) -> None:
        reading = asyncio.create_task(self._read())
        await self._ws.send_json({"event": "start", "call": secrets.token_hex(16), "number": None, "withheld": True})
        try:
            await self._answer_on(until)
            self._figures.calls += 1
        except (TimeoutError, ConnectionError):
            self._figures.lost += 1
        finally:
            reading.cancel()
            await self._ws.close()

    async def _answer_on(self, until: float) -> None:
        async with asyncio.timeout(LOST):
            await self._asked.wait()
        while time.monotonic() < until:
            await self._send([SILENCE] * random.randint(50, 125))
            key = random.choice(list(WORDS))
            self._asked.clear()
            if self._speech:
                await self._say(key)
            else:
                await self._press(key)

    async def _say(self, key: str) -> None:
        frames, loud = self._said[key]
        self._outcome = ""
        await self._send(frames[:loud])
        self._sounds.clear()
        ended = time.monotonic()
        await self._listen()
        if self._outcome == "":
            self._outcome = "not noticed"
        elif self._outcome != "busy":
            self._figures.waits.append(1000 * (time.monotonic() - ended))
            self._outcome = "understood" if WORDS[key] == self._outcome.strip(".?!").casefold() else "misunderstood"
        self._figures.became[self._outcome] += 1

    async def _press(self, key: str) -> None:
        self._seq += 1
        self._sounds.clear()
        await self._ws.send_json({"event": "key", "key": key, "seq": self._seq})
        await self._listen()
        self._figures.became["by key"] += 1

    async def _listen(self) -> None:
        """Be silent, on the line, until the next question is heard."""
        give_up = time.monotonic() + LOST
        while not (self._sounds.is_set() and self._asked.is_set()):
            if time.monotonic() > give_up:
                raise TimeoutError
            await self._send([SILENCE])

    async def _send(self, frames: list[bytes]) -> None:
        due = time.monotonic()
        for frame in frames:
            await self._ws.send_bytes(frame)
            due += FRAME_SECONDS
            await asyncio.sleep(due - time.monotonic())

    async def _read(self) -> None:
        async for message in self._ws:
            if message.type is aiohttp.WSMsgType.BINARY:
                if self._asked.is_set():
                    self._sounds.set()
                continue
            event = message.json()
            if event["event"] == "heard":
                self._outcome = "busy" if event["text"] is None else event["text"] or "no answer"
            elif event["event"] == "collect":
                self._speech = event["speech"]
                self._asked.set()


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    menus = folder / "menus"
    menus.mkdir()
    choices = "\n".join(f"        - {{key: {key}, label: {words}, goto: ask}}" for key, words in WORDS.items())
    (menus / "bench.yaml").write_text(MENU.replace("CHOICES", choices))
    (menus / "services.yaml").write_text("services: {}\n")
    port, log = free_port(), folder / "log"
    ours = {"IVR_PORT": port, "IVR_DATA_DIR": folder / "data", "IVR_MENUS": menus, "IVR_MENU": "bench"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ivr.cli", "serve"],
            cwd=ROOT,
            env=clean | {name: str(value) for name, value in ours.items()},
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(lambda: b"http" in log.read_bytes(), process, log)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(60)


async def spoken(folder: Path) -> dict[str, tuple[list[bytes], int]]:
    mouth, said = Mouth(folder), {}
    for key, words in WORDS.items():
        pcm = await mouth.say(words)
        frames = [pcm[at : at + FRAME].ljust(FRAME, b"\0") for at in range(0, len(pcm), FRAME)]
        loud = np.nonzero(np.abs(audio.from_pcm(pcm)) > 0.02)[0]
        said[key] = (frames, int(loud[-1]) // (RATE // 50) + 1)
    return said


async def measure(url: str, callers: int, said: dict[str, tuple[list[bytes], int]]) -> Figures:
    figures, until = Figures(), time.monotonic() + SECONDS
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def call() -> None:
            await asyncio.sleep(random.random() * 3)
            ws = await http.ws_connect(url + "/phone/ws", compress=0)
            await Caller(ws, said, figures).run(until)

        await asyncio.gather(*(call() for _ in range(callers)))
    return figures


def processes(parent: int) -> dict[str, list[int]]:
    """Resident MiB and seconds of CPU, of the server and of those who listen."""
    found: dict[str, list[int]] = {}
    tick = os.sysconf("SC_CLK_TCK")
    for pid in [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]:
        name = "ears" if "ear_worker" in Path(f"/proc/{pid}/cmdline").read_text() else "server" if pid == parent else ""
        status = Path(f"/proc/{pid}/status").read_text()
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        resident = int(status.split("VmRSS:")[1].split()[0]) // 1024
        if name:
            found.setdefault(name, []).extend((resident, (int(stat[11]) + int(stat[12])) // tick))
    return found


def shown(callers: int, figures: Figures) -> str:
    p50, p95 = np.percentile(figures.waits, [50, 95]) if figures.waits else (0, 0)
    total = sum(figures.became.values())
    became = ", ".join(f"{name} {count}" for name, count in figures.became.most_common())
    return f"| {callers} | {total} | {p50:.0f} | {p95:.0f} | {became} | {figures.lost} |"


async def main(counts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said = await spoken(folder / "mouths")
        with server(folder) as (url, process):
            await measure_warm(url, said)
            print("| callers | answers | p50 ms | p95 ms | became | lost |\n|--:|--:|--:|--:|---|--:|")
            for callers in counts:
                before = processes(process.pid)
                figures = await measure(url, callers, said)
                print(shown(callers, figures), flush=True)
                print("  MiB and seconds of CPU before and after:", before, processes(process.pid), flush=True)


async def measure_warm(url: str, said: dict[str, tuple[list[bytes], int]]) -> None:
    """One caller until somebody understands: models load while the server already serves."""
    async with aiohttp.ClientSession() as http:
        ws = await http.ws_connect(url + "/phone/ws", compress=0)
        await Caller(ws, said, Figures()).run(time.monotonic() + 8)


if __name__ == "__main__":
    asyncio.run(main([int(count) for count in sys.argv[1:]] or [1, 20, 50]))
