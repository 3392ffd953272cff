"""A real server with real voices, killed in the middle of a question: the call goes on where it was."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from tests.channels.far_end import Phone
from tests.servers import free_port, needs, wait_for

ROOT = Path(__file__).parents[2]


class Server:
    """`segue serve` as its own process, on the same port and data whenever it is started."""

    def __init__(self, data: Path) -> None:
        self.port, self._data = free_port(), data
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
        ours = {"IVR_PORT": str(self.port), "IVR_DATA_DIR": str(self._data), "IVR_DEMO": "1"}
        command = [sys.executable, "-m", "ivr.cli", "serve"]
        with (self._data / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=clean | ours, stdout=log, stderr=log)
        try:
            wait_for(self._answers, process, self._data / "log")
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(60)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self) -> str:
        return (self._data / "log").read_text()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


async def connect(http: aiohttp.ClientSession, server: Server, **start: object) -> Phone:
    ws = await http.ws_connect(f"{server.url}/phone/ws", compress=0)
    await ws.send_json({"event": "start", "call": "c0ffee" * 4, **start})
    return Phone(ws, "c0ffee" * 4)


async def test_a_killed_server_loses_neither_the_call_nor_a_key(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    needs("espeak-ng", "prompts are spoken by it")
    server = Server(tmp_path)
    with server.running() as process:
        phone = await connect(http, server, number="+14155550134")
        welcome = await phone.until("say", text="Welcome to Acme support. What can we do for you?")
        sound = np.frombuffer(await phone.frames(int(welcome["seconds"] / 0.02)), "<i2").astype(float)
        assert np.sqrt(np.mean(sound**2)) > 300  # somebody speaks
        await phone.press("1", 1)
        await phone.until("ack", seq=1)
        await phone.until("collect", secret=False)
        await phone.press("42", 2)
        await phone.speak(bytes(640))
        process.kill()
        process.wait(60)
        await phone.closed()
    with server.running() as process:
        back = await connect(http, server, resume=True, keys=[[2, "4"], [3, "2"], [4, "1"]])
        await back.until("collect")
        await back.press("7#", 5)
        await back.until("ack", seq=6)
        await back.hears("Order 4 2 1 7 is")
        assert not any("Welcome" in said or "key in your order number" in said for said in back.said())
        assert "4217" not in server.log()
        assert "Traceback" not in server.log()
