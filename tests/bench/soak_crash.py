"""The long form of tests/crash: 50 people on the phone at any time, our server killed 50 times.

Callers come in waves until all the kills are done. Prints what was seen; exits with 1 when anybody could complain.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from asterisk.instance import Instance
from asterisk.lay import lay
from context_bridge.store import open_store
from tests.crash.crowd import MENU, QUESTIONS, Caller, complaints, until_all_have_hung_up
from tests.crash.server import ServerProcess
from tests.servers import free_port

ROOT = Path(__file__).parents[2] / "var/asterisk-root"


async def soak(calls: int, kills: int, folder: Path) -> dict[str, object]:
    """`calls` at a time, `kills` in all."""
    menus = folder / "menus"
    menus.mkdir()
    (menus / "twelve.yaml").write_text(MENU.read_text())
    callers: list[Caller] = []
    done, began = 0, time.monotonic()
    async with Instance(lay(ROOT), folder / "asterisk", away=60) as asterisk:
        server = ServerProcess(folder, PORT=free_port(), AMI_URL=asterisk.ami_url, MENUS=menus, MENU="twelve")
        await server.start()
        while done < kills:
            wave = [Caller(f"+1415{5550000 + len(callers) + n}", random.Random()) for n in range(calls)]
            callers += wave
            done += await until_all_have_hung_up(server, asterisk, wave, kills - done, random.Random())
            print(f"{done} of {kills} kills, {len(callers)} calls, {time.monotonic() - began:.0f} s", file=sys.stderr)
        await server.stop()
    store = await open_store(f"sqlite:///{folder}/data/segue.db")
    try:
        found = await complaints(store, callers)
    finally:
        await store.close()
    answers = sum(len(caller.given) for caller in callers)
    return {"calls": len(callers), "questions": QUESTIONS, "answers": answers, "kills": done, "complaints": found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("json", type=Path, nargs="?", help="where the figures go")
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--kills", type=int, default=50)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="segue-soak-") as folder:
        seen = asyncio.run(soak(chosen.calls, chosen.kills, Path(folder)))
    if chosen.json:
        chosen.json.write_text(json.dumps(seen))
    print("| calls | questions each | answers acknowledged | kill -9 | complaints |\n|---|---|---|---|---|")
    found = seen.pop("complaints")
    assert isinstance(found, list)
    print("| " + " | ".join(map(str, seen.values())) + f" | {len(found)} |")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
