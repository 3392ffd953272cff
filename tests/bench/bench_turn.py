"""Turn latency on Asterisk, our server beside the same menu as pure dialplan: `python bench_turn.py [FIGURES.json]`.

A turn is the time from the end of the caller's key to the first RTP packet of the next prompt, measured at the phone.
Both menus take turns in one run. The server runs in a process of its own, the phones all in this one, so at 200 calls
the phones' own delay is in both columns alike. Segue's turns are durable: real driver, SQLite, synced at each turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from asterisk.calls import AsteriskChannel  # noqa: E402 - found by the line above
from asterisk.instance import Instance  # noqa: E402
from asterisk.lay import lay  # noqa: E402
from context_bridge.live import open_bus  # noqa: E402
from context_bridge.store import open_store  # noqa: E402
from ivr.backoffice import HttpBackOffice  # noqa: E402
from ivr.driver import Driver  # noqa: E402
from ivr.engine.loader import load  # noqa: E402
from ivr.engine.services import Services  # noqa: E402
from ivr.flows import Flows  # noqa: E402
from ivr.settings import Settings  # noqa: E402
from ivr.turns import Keeping  # noqa: E402
from recognition import audio  # noqa: E402
from recognition.speak import Clip  # noqa: E402
from tests.asterisk.phone import Phone  # noqa: E402
from tests.bench.again import MENU  # noqa: E402

CALLS, TURNS, ROUNDS = (1, 50, 200), {1: 20, 50: 6, 200: 4}, 2
PROMPT = 0.2  # seconds: the caller lets it end, so that the next packet is the next prompt's
DIALPLAN = """
[segue](+)
exten => 900,1,Answer()
 same => n(again),Read(CHOICE,{prompt},1,,1,60)
 same => n,Goto(again)
"""


class OneClip:
    """A `Speaker` whose every prompt is the same short one: making prompts is not what is measured."""

    def __init__(self, path: Path) -> None:
        self._clip = Clip(path, 8000, PROMPT)

    async def joined(self, parts: object, rate: int) -> Clip:
        return self._clip


@contextlib.asynccontextmanager
async def one_question(folder: Path) -> AsyncIterator[Driver]:
    """The real driver on SQLite, synced to disk at every turn, with a menu that asks the same for ever."""
    store, bus = await open_store(f"sqlite:///{folder / 'segue.db'}"), open_bus("")
    flows = Flows({"again": load(MENU, "again.yaml")}, store)
    keeping = Keeping(b"not a secret, it is a bench", journey=86400.0, link=86400.0)
    try:
        yield Driver(store, bus, flows, HttpBackOffice(Services(), ""), keeping, "US", time.time)
    finally:
        await store.close()


async def serve(ami_url: str, folder: Path) -> None:
    async with one_question(folder) as driver:
        speaker = OneClip(folder / "prompt.wav")
        channel = AsteriskChannel(driver, speaker, Settings(ami_url=ami_url, menu="again"))  # type: ignore[arg-type]
        await channel.run()


async def one_call(phone: Phone, number: str, turns: int) -> list[float]:
    """Milliseconds of each turn."""
    call = await phone.call(number)
    await call.packets(1)
    took = []
    for _ in range(turns):
        await call.silence(0.3)
        before = len(call.sound.times)
        pressed = await call.press("1")
        while len(call.sound.times) == before:
            await call.packets(1)
        took.append(1000 * (call.sound.times[before] - pressed))
    call.hang_up()
    return took


async def many_calls(phone: Phone, number: str, calls: int) -> list[float]:
    pending = []
    for _ in range(calls):
        pending.append(asyncio.create_task(one_call(phone, number, TURNS[calls])))
        await asyncio.sleep(0.02)  # 50 calls a second arrive
    return [turn for turns in await asyncio.gather(*pending) for turn in turns]


async def measure() -> dict[int, dict[str, list[float]]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompt = folder / "prompt.wav"
        audio.write(prompt, (0.1 * np.sin(np.arange(PROMPT * 8000) * 0.3456)).astype(np.float32), 8000)  # 440 Hz
        root = lay(Path(os.environ.get("SEGUE_ASTERISK_ROOT") or ROOT / "var/asterisk-root"), lambda line: None)
        asterisk = Instance(root, folder / "asterisk")
        asterisk.write()
        with (asterisk.folder / "etc/extensions.conf").open("a") as dialplan:
            dialplan.write(DIALPLAN.format(prompt=prompt.with_suffix("")))
        await asterisk.start()
        command = (sys.executable, __file__, "--serve", asterisk.ami_url, str(folder))
        server = await asyncio.create_subprocess_exec(*command)
        found: dict[int, dict[str, list[float]]] = {n: {"segue": [], "dialplan": []} for n in CALLS}
        try:
            async with Phone(asterisk.sip_port) as phone:
                for calls in CALLS:
                    for _ in range(ROUNDS):
                        found[calls]["segue"] += await many_calls(phone, "100", calls)
                        found[calls]["dialplan"] += await many_calls(phone, "900", calls)
        finally:
            server.terminate()
            await server.wait()
            await asterisk.stop()
        return found


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(sys.argv[2], Path(sys.argv[3])))
        return
    figures = asyncio.run(measure())
    rows = ["| calls | turns | Segue p50 / p99 | dialplan p50 / p99 |", "|--:|--:|--:|--:|"]
    for calls, by in figures.items():
        (a, b), (c, d) = (np.percentile(by[menu], [50, 99]) for menu in ("segue", "dialplan"))
        rows.append(f"| {calls} | {len(by['segue'])} | {a:.1f} / {b:.1f} ms | {c:.1f} / {d:.1f} ms |")
    sys.stdout.write("\n".join(rows) + "\n")
    if sys.argv[1:]:
        Path(sys.argv[1]).write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
