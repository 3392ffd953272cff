"""The server that `bench_listening.py` measures, as a process of its own; an Asterisk beside it; what both cost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from asterisk.instance import Instance
from asterisk.lay import lay
from asterisk.media import PATH
from tests.bench.listening.questions import Question
from tests.servers import free_port, wait_for

ROOT = Path(__file__).parents[3]
SEGUE = (sys.executable, "-m", "ivr.cli")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    url: str
    sip_port: int  # 0: no Asterisk
    data: Path
    pids: dict[str, int]  # of processes that are measured with all their children

    @property
    def utterances(self) -> Path:
        return self.data / "utterances"

    async def became(self) -> dict[str, int]:
        """What became of utterances since the start, as the server counts them."""
        async with aiohttp.ClientSession() as http, http.get(self.url + "/metrics") as answer:
            found = re.findall(r'^segue_utterances_total\{outcome="(\w+)"\} (\S+)', await answer.text(), re.M)
        return {outcome: int(float(count)) for outcome, count in found}

    def spent_since(self, before: dict[str, float]) -> dict[str, float]:
        return {name: round(now - before.get(name, 0.0), 1) for name, now in self.spent().items()}

    def spent(self) -> dict[str, float]:
        """Seconds of processor time since their start."""
        found = {name: _seconds(pid) for name, pid in self.pids.items()}
        found["ears"] = sum(_seconds(pid) for pid in _children(self.pids["server"]) if "ear_worker" in _command(pid))
        return found | {"callers": sum(os.times()[:2])}

    def megabytes(self) -> dict[str, int]:
        """Resident, of the server and of the larger process that listens."""
        server = self.pids["server"]
        ears = [_resident(child) for child in _children(server) if "ear_worker" in _command(child)]
        return {"server": _resident(server), "ears": max(ears, default=0)}


@contextlib.asynccontextmanager
async def serving(question: Question, folder: Path, *, asterisk: bool) -> AsyncIterator[Served]:
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        settings: dict[str, object] = {"IVR_PORT": port, "IVR_DATA_DIR": folder / "data", "IVR_MENU": "bench"}
        pids, sip_port = {}, 0
        if asterisk:
            root = await asyncio.to_thread(
                lay, Path(os.environ.get("SEGUE_ASTERISK_ROOT") or ROOT / "var/asterisk-root")
            )
            instance = Instance(root, folder / "asterisk", media_url=f"ws://127.0.0.1:{port}{PATH}")
            await stack.enter_async_context(instance)
            settings["IVR_AMI_URL"], sip_port = instance.ami_url, instance.sip_port
            pids["asterisk"] = instance.pid or 0
        settings |= _menus(question, folder)
        pids["server"] = stack.enter_context(_process(settings, folder / "log"))
        if question.agreed:
            await asyncio.to_thread(_segue, settings, "ears", "keep", "--hours", "1", "--why", "they are measured")
        yield Served(f"http://127.0.0.1:{port}", sip_port, folder / "data", pids)


def _menus(question: Question, folder: Path) -> dict[str, object]:
    menus = folder / "menus"
    menus.mkdir()
    (menus / "bench.yaml").write_text(json.dumps(question.menu))
    (menus / "services.yaml").write_text("services: {}\n")
    return {"IVR_MENUS": menus}


@contextlib.contextmanager
def _process(settings: dict[str, object], log: Path) -> Iterator[int]:
    with log.open("ab") as out:
        process = subprocess.Popen([*SEGUE, "serve"], cwd=ROOT, env=_environment(settings), stdout=out, stderr=out)
    try:
        wait_for(lambda: b"http" in log.read_bytes(), process, log)
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _segue(settings: dict[str, object], *arguments: str) -> None:
    subprocess.run([*SEGUE, *arguments], cwd=ROOT, env=_environment(settings), check=True, stdout=subprocess.DEVNULL)


def _environment(settings: dict[str, object]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    return clean | {name: str(value) for name, value in settings.items()}


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) // 1024
