"""Two servers on one Asterisk: one answers its calls, and the other says so and waits."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk.ami import AMI
from asterisk.instance import Instance
from asterisk.lease import SILENT, VARIABLE, Lease, Lookout, Server, process_of, render
from ivr.cli import main
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, channel_on, serving
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.phone import Phone
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ELSEWHERE = Server("0" * 16, 1, 1_700_000_000.0, "segue", "", "web-2", 8080, 17)


@contextlib.asynccontextmanager
async def linked(asterisk: Instance) -> AsyncIterator[AMI]:
    ami = AMI(asterisk.ami_url)
    await ami.connect()
    try:
        yield ami
    finally:
        ami.close()


async def claim(ami: AMI, server: Server | None) -> None:
    await ami.do("Setvar", Variable=VARIABLE, Value=render(server) if server else "")


async def claimed(ami: AMI) -> str:
    return (await ami.do("Getvar", Variable=VARIABLE)).get("Value", "")


async def test_a_second_server_says_who_answers_waits_and_takes_over(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = channel_on(asterisk, driver, speaker), channel_on(asterisk, driver, speaker)
    async with Phone(asterisk.sip_port) as phone, serving(first):
        lab = Lab(asterisk, driver, first, speaker, phone)
        await first.connected.wait()
        async with contextlib.AsyncExitStack() as later:
            await later.enter_async_context(serving(second))
            await eventually(lambda: "answers the calls of the Asterisk" in second.trouble)
            assert f"Segue on {socket.gethostname()} (port 8080, pid " in second.trouble
            assert "stop it, or point IVR_AMI_URL of this one to another Asterisk" in second.trouble
            assert "takes over when the other has gone" in caplog.text
            call = await phone.call("100")
            await lab.hears(call, said.CHOICE)
            assert len(driver.seen("arrived")) == 1
            assert (first.calls_on, second.calls_on) == (1, 0)
            later = later.pop_all()
    async with later, asyncio.timeout(60):
        await second.connected.wait()
        assert second.trouble == ""


async def test_who_was_killed_is_followed_at_once_whoever_else_is_linked(asterisk: Instance) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    async with linked(asterisk) as ami, linked(asterisk) as other:
        await claim(other, Server("0" * 16, 1, 0.0, "segue", process_of(process.pid), "here", 8080, process.pid))
        lease = Lease(ami, 8080)
        assert await lease.take() is not None
        process.kill()
        await process.wait()
        assert await lease.take() is None
        lease.release()
        assert await claimed(other) == ""


async def test_who_has_no_link_any_more_is_followed_at_once(asterisk: Instance) -> None:
    async with linked(asterisk) as ami:
        async with linked(asterisk) as other:
            await claim(other, ELSEWHERE)
            assert await Lookout(ami).holder() == ELSEWHERE
        looking = Lookout(ami)
        async with asyncio.timeout(SILENT / 2):  # else its silence would have told
            assert await looking.answering() is None
        await claim(ami, None)


async def test_who_is_linked_but_counts_no_more_is_followed_after_a_while(asterisk: Instance) -> None:
    now = 0.0
    async with linked(asterisk) as ami, linked(asterisk) as other:
        await claim(other, ELSEWHERE)
        looking = Lookout(ami, lambda: now)
        assert await looking.holder() == ELSEWHERE
        now = SILENT - 1
        assert await looking.holder() == ELSEWHERE
        assert not looking.sure
        now = SILENT + 1
        assert await looking.holder() is None
        await claim(other, None)


async def test_who_was_given_up_and_comes_back_stands_aside(
    asterisk: Instance, lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    await lab.channel.connected.wait()
    async with linked(asterisk) as other:
        await claim(other, ELSEWHERE)
        await eventually(lambda: not lab.channel.connected.is_set())
        assert "Segue on web-2 (port 8080, pid 17), since 2023-11-14 22:13:20 UTC answers the calls" in caplog.text
        await claim(other, None)
        async with asyncio.timeout(60):
            await lab.channel.connected.wait()


async def test_a_lease_that_a_reload_of_the_dialplan_has_cleared_is_written_again(asterisk: Instance, lab: Lab) -> None:
    await lab.channel.connected.wait()
    async with linked(asterisk) as other:
        before = await claimed(other)
        await claim(other, None)
        async with asyncio.timeout(60):
            while not (after := await claimed(other)):
                pass
        assert after.split()[0] == before.split()[0]
        assert lab.channel.connected.is_set()


async def test_doctor_tells_who_answers(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await lab.channel.connected.wait()
    for name, value in {"DATA_DIR": tmp_path / "var", "AMI_URL": lab.asterisk.ami_url, "EARS": 0, "PORT": 8080}.items():
        monkeypatch.setenv(f"IVR_{name}", str(value))
    assert await asyncio.to_thread(main, ["doctor"]) == 0
    ours = f"its calls are answered by Segue on {socket.gethostname()} (port 8080, pid "
    assert ours in capsys.readouterr().out

    monkeypatch.setenv("IVR_PORT", "8081")
    assert await asyncio.to_thread(main, ["doctor"]) == 1
    told = capsys.readouterr().out
    assert ours in told
    assert "stop it before you start one here, or point IVR_AMI_URL to another Asterisk" in told
