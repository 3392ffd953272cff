"""`segue serve`: where it is, where it cannot be, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from ivr.cli import main
from tests.servers import free_port, needs


def test_serve_on_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    needs("espeak-ng", "serving needs a voice")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("IVR_PORT", str(taken.getsockname()[1]))
        assert main(["serve"]) == 2
    assert "is in use; end what listens there, or set IVR_PORT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("IVR_DATA_DIR", __file__, "see that this user may write there, or correct IVR_DATA_DIR"),
        ("IVR_HOST", "192.0.2.1", "is no address of this machine; correct IVR_HOST"),
        ("IVR_HOST", "nowhere.invalid", "is no address of this machine; correct IVR_HOST"),
    ],
)
def test_serve_where_it_cannot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, remedy: str
) -> None:
    needs("espeak-ng", "serving needs a voice")
    monkeypatch.setenv("IVR_DESK_KEY", "a key of the test's own")
    monkeypatch.setenv("IVR_PORT", str(free_port()))
    monkeypatch.setenv(name, value)
    assert main(["serve"]) == 2
    assert remedy in capsys.readouterr().err


def test_serve_with_an_asterisk_of_its_own_takes_the_endpoint_to_dial_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("IVR_ASTERISK_SIP", "outbound")
    assert main(["serve"]) == 2
    assert "IVR_ASTERISK_SIP need IVR_AMI_URL, or segue serve --asterisk" in capsys.readouterr().err
    assert main(["serve", "--asterisk"]) == 2
    assert "there is no Asterisk in" in capsys.readouterr().err


async def test_serve_says_where_it_is_and_ends_when_told_to(tmp_path: Path) -> None:
    needs("espeak-ng", "serving needs a voice")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ivr.cli", "serve", "--demo"),
        env=os.environ | {"IVR_PORT": str(port)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            told = (await process.stdout.readline()).decode()
            assert told == f"Segue: open http://127.0.0.1:{port} (Ctrl-C ends it)\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await reader.readline()).split()[1] == b"200"
            writer.close()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
