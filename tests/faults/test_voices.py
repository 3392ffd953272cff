"""The process that speaks dies, or there is nothing to speak with."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.faults.lab import PATIENCE, Lab
from tests.faults.office import QUESTION
from tests.servers import free_port

LIBRARIES = ("libespeak-ng.so.1", "libespeak.so.1")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_voice_that_is_killed_in_mid_call_is_started_again(server: Lab) -> None:
    phone = await server.phone()
    await phone.until("say", text=QUESTION)
    for number in ("7001", "7002"):
        for child in _speaking(server.process.pid):
            os.kill(child, signal.SIGKILL)
        again = await server.phone()
        await again.press(f"0{number}#", 1)
        said = await again.until("say", text=f"Thank you for {' '.join(number)}.")
        assert said["seconds"] > 0.5
        await again.ws.close()
    await phone.press("0", 1)
    await phone.until("ack", seq=1)
    await phone.ws.close()
    assert _speaking(server.process.pid)


def _speaking(parent: int) -> list[int]:
    children = [int(child) for path in Path(f"/proc/{parent}/task").glob("*/children") for child in _words(path)]
    return [child for child in children if "voice_worker.py" in Path(f"/proc/{child}/cmdline").read_text()]


def _words(path: Path) -> list[str]:
    return path.read_text().split()


@pytest.mark.parametrize(("command", "status"), [("serve", 2), ("doctor", 1)])
async def test_without_an_engine_it_is_said_what_to_install(tmp_path: Path, command: str, status: int) -> None:
    environ = _without_espeak(tmp_path) | {"IVR_DATA_DIR": str(tmp_path / "data"), "IVR_PORT": str(free_port())}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ivr.cli", command),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        out, _ = await process.communicate()
    assert process.returncode == status, out
    assert b"apt-get install espeak-ng" in out
    assert b"Traceback" not in out


def _without_espeak(folder: Path) -> dict[str, str]:
    """An environment in which neither the library nor the program can be loaded, as where they are not installed."""
    for name in LIBRARIES:
        (folder / name).touch()  # found first, and no library
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    return inherited | {"LD_LIBRARY_PATH": str(folder), "PATH": str(folder)}
