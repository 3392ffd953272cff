"""Our own Asterisk outlives its server: the next one attaches to it, and nobody else's process is harmed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk import kept
from asterisk.instance import Instance, NotStarted
from asterisk.orphan import Orphan, orphans
from ivr.engine.data import replace
from tests.asterisk.phone import Phone

PATIENCE = 60.0


class Keeper:
    """A server of Asterisk in another process."""

    def __init__(self, process: asyncio.subprocess.Process, asterisk: int, reached_by: kept.Kept) -> None:
        self.asterisk, self.reached_by = asterisk, reached_by
        self._process = process

    async def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        await self._process.wait()


@contextlib.asynccontextmanager
async def keeper(root: Path, folder: Path) -> AsyncIterator[Keeper]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.asterisk.keeper", str(root), str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # how Ctrl-C ended it
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    async with asyncio.timeout(PATIENCE):
        pid = int(await process.stdout.readline())
    reached_by = kept.load(folder)
    assert reached_by
    first = Keeper(process, pid, reached_by)
    try:
        yield first
    finally:
        await first.end()


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Path]:
    """No Asterisk is left behind, whatever fails."""
    folder = tmp_path / "asterisk"
    yield folder
    for left in running(folder):
        left.send_signal(signal.SIGKILL)
        await left.wait()


def running(folder: Path) -> list[Orphan]:
    return orphans(folder / "etc/asterisk.conf")


async def test_the_server_is_killed_and_the_next_one_attaches(asterisk_root: Path, folder: Path) -> None:
    async with keeper(asterisk_root, folder) as first, Phone(first.reached_by.sip_port) as phone:
        call = await phone.call("100")
        await call.packets(20)
        await first.end()
        async with Instance(asterisk_root, folder) as second:
            assert second.attached
            assert (second.pid, kept.load(folder)) == (first.asterisk, first.reached_by)
            assert second.sip_port == first.reached_by.sip_port
            assert second.agent_secret == first.reached_by.agent_secret
            assert first.reached_by.ami_secret in second.ami_url
            await call.packets(20)
            assert not call.ended.done()
        assert running(folder) == []


async def test_ctrl_c_ends_both(asterisk_root: Path, folder: Path) -> None:
    async with keeper(asterisk_root, folder) as first:
        await first.end(signal.SIGINT)
        assert running(folder) == []


async def test_a_second_server_leaves_the_asterisk_of_the_first_alone(asterisk_root: Path, folder: Path) -> None:
    async with keeper(asterisk_root, folder) as first:
        with pytest.raises(NotStarted, match="another server runs the Asterisk in "):
            await Instance(asterisk_root, folder).__aenter__()
        assert [left.pid for left in running(folder)] == [first.asterisk]


async def test_an_asterisk_that_does_not_let_us_in_is_ended_first(asterisk_root: Path, folder: Path) -> None:
    async with keeper(asterisk_root, folder) as first:
        await first.end()
        (folder / kept.FILE).unlink()
        async with Instance(asterisk_root, folder) as second:
            assert not second.attached
            assert [left.pid for left in running(folder)] == [second.pid]
            assert second.pid != first.asterisk


async def test_another_secret_is_kept(asterisk_root: Path, folder: Path) -> None:
    async with keeper(asterisk_root, folder) as first:
        await first.end()
        kept.save(folder, other := replace(first.reached_by, ami_secret="another"))
        async with Instance(asterisk_root, folder) as second:
            assert not second.attached
            assert second.changes == []
            assert kept.load(folder) == other


def stale_pid(folder: Path, pid: int) -> None:
    (folder / "run").mkdir(parents=True)
    (folder / "run/asterisk.pid").write_text(f"{pid}\n")


async def test_the_stale_pid_of_another_program(asterisk_root: Path, folder: Path) -> None:
    bystander = await asyncio.create_subprocess_exec("sleep", "1000")
    try:
        stale_pid(folder, bystander.pid)
        kept.save(folder, kept.first())
        async with Instance(asterisk_root, folder) as asterisk:
            assert not asterisk.attached
            assert asterisk.pid != bystander.pid
        assert bystander.returncode is None
    finally:
        bystander.kill()  # which fails when it is gone
        assert await bystander.wait() == -signal.SIGKILL


async def test_what_is_kept_serves_the_next_start(asterisk_root: Path, folder: Path) -> None:
    async with Instance(asterisk_root, folder) as first:
        assert (folder / kept.FILE).stat().st_mode & 0o777 == 0o600
    async with Instance(asterisk_root, folder) as second:
        assert not second.attached
        assert (second.sip_port, second.ami_url) == (first.sip_port, first.ami_url)
        assert second.agent_secret == first.agent_secret
        assert second.changes == []


async def test_a_kept_port_that_is_taken_is_replaced(asterisk_root: Path, folder: Path) -> None:
    before = kept.first()
    kept.save(folder, before)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", before.sip_port))
        async with Instance(asterisk_root, folder) as asterisk:
            now = asterisk.sip_port
            assert now != before.sip_port
            assert asterisk.changes == [
                f"SIP port {before.sip_port} is taken by another program; it is {now} from now on"
            ]
            assert asterisk.agent_secret == before.agent_secret
            assert kept.load(folder) == replace(before, sip_port=now)


def test_a_file_that_makes_no_sense_is_none(tmp_path: Path) -> None:
    (tmp_path / kept.FILE).write_text('{"sip_port": 70000}')
    assert kept.load(tmp_path) is None
