"""`segue doctor` looks at a real Asterisk."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from asterisk.instance import Instance
from ivr.cli import main
from tests.asterisk.conftest import MEDIA
from tests.servers import free_port

MENU = """
menu: support
title: Support
language: en-US
start: person
steps:
  person:
    handoff: {{queue: {queue}, skills: [], whisper: Hello, timeout: 2m}}
    unavailable: bye
  bye:
    end: Goodbye.
"""


@pytest.mark.asyncio(loop_scope="module")
async def test_doctor_logs_in_and_looks_for_the_queues_of_the_menus(
    asterisk: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("IVR_MENUS", str(tmp_path))
    monkeypatch.setenv("IVR_PORT", str(MEDIA))
    monkeypatch.setenv("IVR_AMI_URL", asterisk.ami_url)

    (tmp_path / "support.yaml").write_text(MENU.format(queue="support"))
    assert await asyncio.to_thread(main, ["doctor"]) == 0
    out = capsys.readouterr().out
    assert " answers\n" in out
    assert "callers can be heard, by WebSocket and AudioSocket" in out

    (tmp_path / "support.yaml").write_text(MENU.format(queue="nowhere"))
    assert await asyncio.to_thread(main, ["doctor"]) == 1
    assert "queue nowhere is not there; add [nowhere] to Asterisk's queues.conf" in capsys.readouterr().out

    monkeypatch.setenv("IVR_AMI_URL", asterisk.ami_url.replace("segue:", "segue:wrong"))
    assert await asyncio.to_thread(main, ["doctor"]) == 1
    assert "manager.conf" in capsys.readouterr().out


@pytest.mark.asyncio(loop_scope="module")
async def test_doctor_looks_for_the_endpoints_that_callers_are_put_through_by(
    asterisk: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("IVR_PORT", str(MEDIA))
    monkeypatch.setenv("IVR_AMI_URL", asterisk.ami_url)
    monkeypatch.setenv("IVR_ASTERISK_TRUNK", "agent1")  # nobody has registered as it: it is there nevertheless
    monkeypatch.setenv("IVR_ASTERISK_SIP", "outbound")
    assert await asyncio.to_thread(main, ["doctor"]) == 0
    assert "endpoint" not in capsys.readouterr().out

    monkeypatch.setenv("IVR_ASTERISK_TRUNK", "agent01")
    assert await asyncio.to_thread(main, ["doctor"]) == 1
    told = "endpoint agent01 is not there; correct IVR_ASTERISK_TRUNK, or add [agent01] to Asterisk's pjsip.conf"
    assert told in capsys.readouterr().out


@pytest.mark.asyncio(loop_scope="module")
async def test_doctor_tells_when_callers_cannot_be_heard_and_what_it_cannot_see(
    asterisk_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("IVR_PORT", str(free_port()))
    own = Instance(asterisk_root, tmp_path / "asterisk")
    own.write()
    modules = own.folder / "etc/modules.conf"
    modules.write_text(re.sub("load = (app_chanspy|func_devstate).so", "", modules.read_text()))
    monkeypatch.setenv("IVR_ASTERISK_SIP", "outbound")
    await own.start()
    try:
        monkeypatch.setenv("IVR_AMI_URL", own.ami_url)
        assert await asyncio.to_thread(main, ["doctor"]) == 1
    finally:
        await own.stop()
    out = capsys.readouterr().out
    assert "callers cannot be heard, and are served by keys; Asterisk must load app_chanspy" in out
    assert "ok     asterisk  whether endpoint outbound is there cannot be seen" in out
