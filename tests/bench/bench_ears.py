"""What listening costs, and how many may speak at once: `python bench_ears.py [FIGURES.json]`.

Frames come in real time, each caller speaks a sentence, waits for what was heard and listens to a prompt for 1 to 3 s.
Latency is counted from the last frame with speech to what the channel is told, so the pause that ends an answer is in
it (0.5 s). Costs are processor time of the event loop's thread, the least of several runs.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from recognition import audio  # noqa: E402 - found by the line above
from recognition.audio import Samples  # noqa: E402
from recognition.ears import Ears, engines  # noqa: E402
from recognition.listen import Deaf, Heard, Hints, Told  # noqa: E402
from tests.recognition import sounds  # noqa: E402

RATE = 8000
CALLERS = (1, 20, 50)
TURNS = 5
MENU = Hints(
    "options",
    "en-US",
    {
        "orders": ("orders", "track my order"),
        "billing": ("billing", "pay my bill"),
        "agent": ("agent", "talk to a person"),
        "cancel": ("cancel", "cancel my appointment"),
    },
)
TEXTS = ("I want to track my order", "billing please", "talk to a person", "cancel my appointment")
VOICES = ("flite:slt", "flite:rms", "flite:awb")


class Caller:
    def __init__(self, ears: Ears, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._ear = ears.open(RATE, self._tell)
        self._end: tuple[float, Heard | Deaf] | None = None
        self.found: list[tuple[str, float]] = []

    def _tell(self, told: Told) -> None:
        if isinstance(told, Heard | Deaf):
            self._end = time.perf_counter(), told

    async def call(self) -> None:
        await asyncio.sleep(self._random.uniform(0, 4))
        for _ in range(TURNS):
            sentence = sounds.said(str(self._random.choice(TEXTS)), RATE, str(self._random.choice(VOICES)))
            await self._turn(sounds.joined(sounds.silence(self._random.uniform(0.3, 1)), sentence))
            await asyncio.sleep(self._random.uniform(1, 3))

    async def _turn(self, sound: Samples) -> None:
        self._end = None
        self._ear.begin(MENU)
        began, spoken = time.perf_counter(), len(sound) / RATE
        for nth, frame in enumerate(sounds.frames(sounds.joined(sound, sounds.silence(12)))):
            await asyncio.sleep(began + 0.02 * nth - time.perf_counter())
            self._ear.feed(frame)
            if self._end:
                break
        at, told = self._end or (time.perf_counter(), Deaf("failed"))
        understood = isinstance(told, Heard) and bool(told.alternatives) and told.alternatives[0].option is not None
        what = told.reason if isinstance(told, Deaf) else "understood" if understood else "not understood"
        self.found.append((what, at - began - spoken))


async def speaking(ears: Ears, callers: int) -> dict[str, object]:
    calls = [Caller(ears, seed) for seed in range(callers)]
    before, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one.call() for one in calls))
    took = time.perf_counter() - began
    waits = [wait for one in calls for what, wait in one.found if "understood" in what]
    return {
        "callers": callers,
        **Counter(what for one in calls for what, _ in one.found),
        "p50 s": round(float(np.percentile(waits, 50)), 2),
        "p95 s": round(float(np.percentile(waits, 95)), 2),
        "server's share of a core": round((time.process_time() - before) / took, 2),
        "load of the machine": os.getloadavg()[0],
    }


def frame_cost(ears: Ears, sound: Samples, rate: int, prompt: Samples | None = None) -> float:
    """Milliseconds for a frame."""
    least = float("inf")
    for _ in range(5):
        ear = ears.open(rate, lambda _told: None)
        ear.begin(MENU)
        if prompt is not None:
            ear.playing(audio.to_pcm(prompt))
        frames = sounds.frames(sound, rate)
        began = time.thread_time()
        for frame in frames:
            ear.feed(frame)
        least = min(least, (time.thread_time() - began) / len(frames))
        ear.close()
    return round(1000 * least, 4)


def megabytes(pid: int) -> float:
    """Resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024)


async def main() -> None:
    figures: dict[str, object] = {}
    async with Ears(engines({}), 2) as ears:
        while len(ears.pids) < 2:  # noqa: ASYNC110  # they are processes
            await asyncio.sleep(0.1)
        for rate in (8000, 16000):
            sentence = sounds.said(" and ".join(TEXTS), rate, "flite:slt")
            figures[f"ms a frame at {rate}"] = {
                "silence": frame_cost(ears, sounds.silence(10, rate), rate),
                "music": frame_cost(ears, sounds.music(10, rate), rate),
                "speech": frame_cost(ears, sentence, rate),
                "our own echo": frame_cost(ears, sentence * np.float32(0.2), rate, sentence),
            }
        print(json.dumps(figures))
        figures["at once"] = []
        for callers in CALLERS:
            found = await speaking(ears, callers)
            print(json.dumps(found))
            figures["at once"] = [*figures["at once"], found]  # type: ignore[misc]
        figures["MB a process that listens"] = [megabytes(pid) for pid in ears.pids]
        figures["MB of this one"] = megabytes(os.getpid())
    print(json.dumps(figures))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(figures, indent=2))  # noqa: ASYNC240  # nothing else runs any more


if __name__ == "__main__":
    asyncio.run(main())
