"""`segue doctor`: a good installation, and one with everything wrong."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from ivr import settings
from ivr.cli import main
from ivr.server import serve
from tests.servers import free_port, needs


def test_doctor_finds_a_good_installation_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("espeak-ng", "doctor looks whether the voice is there")
    monkeypatch.setenv("IVR_PORT", str(free_port()))
    assert main(["doctor"]) == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert list(dict.fromkeys(line.split()[1] for line in lines)) == [
        *("settings", "disk", "menus", "voice", "ears", "database", "redis", "asterisk", "port"),
    ]
    assert not list(tmp_path.iterdir())  # it only looks
    for language in ("de-DE", "es-US", "fr-FR", "ko-KR"):
        assert any(f"{language} is spoken by" in line for line in lines)
        assert any(f"{language} keys only" in line for line in lines)


def test_doctor_says_all_that_is_wrong_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("espeak-ng", "doctor looks whether the voice is there")
    dead = free_port()  # nobody listens there
    (tmp_path / "file").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for name, value in {
            "PORT": str(taken.getsockname()[1]),
            "DATA_DIR": str(tmp_path / "file"),
            "MENUS": str(wrong.parent),
            "VOICE": "gmw/en-ux",
            "ASTERISK_SOUNDS": str(tmp_path / "file"),
            "DATABASE_URL": f"postgresql://segue:pw@127.0.0.1:{dead}/segue",
            "REDIS_URL": f"redis://127.0.0.1:{dead}",
            "AMI_URL": f"ami://segue:secret@127.0.0.1:{dead}",
        }.items():
            monkeypatch.setenv(f"IVR_{name}", value)
        assert main(["doctor"]) == 1
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines()}
    assert [name for name, line in lines.items() if not line.startswith("WRONG")] == ["settings"]
    assert list(lines) == ["settings", "disk", "menus", "voice", "database", "redis", "asterisk", "port"]
    assert all("; " in line for name, line in lines.items() if name != "settings")
    assert "pw@" not in str(lines)
    assert "secret@" not in str(lines)


async def test_doctor_asks_the_server_that_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port that is taken by Segue itself is as it should be; what the server finds wrong with itself is told."""
    (menus := tmp_path / "menus").mkdir()
    (menus / "hello.yaml").write_text("menu: hello\nstart: bye\nsteps:\n  bye: {end: Goodbye.}\n")
    for name, value in {"MENUS": str(menus), "MENU": "hello", "PORT": str(free_port()), "EARS": "0"}.items():
        monkeypatch.setenv(f"IVR_{name}", value)
    setting, ready = settings.load(), asyncio.Event()
    server = asyncio.create_task(serve(setting, lambda _: ready.set()))
    async with asyncio.timeout(120):
        await ready.wait()
        assert await asyncio.to_thread(main, ["doctor"]) == 0
        assert f"ok     server    runs on 127.0.0.1:{setting.port}, ready" in capsys.readouterr().out
        setting.data_dir.joinpath("prompts").rename(tmp_path / "away")
        setting.data_dir.joinpath("prompts").touch()
        assert await asyncio.to_thread(main, ["doctor"]) == 1
    (line,) = (line for line in capsys.readouterr().out.splitlines() if " server " in line)
    assert line.startswith(f"WRONG  server    runs on 127.0.0.1:{setting.port} and is not ready; disk: ")
    server.cancel()
    await asyncio.gather(server, return_exceptions=True)
