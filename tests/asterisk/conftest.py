"""A real Asterisk, laid out once for the checkout and started once for each module of tests, with phones beside it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from asterisk.ami import AMI
from asterisk.calls import AsteriskChannel
from asterisk.instance import Instance
from asterisk.lay import CannotLay, lay
from asterisk.media import PATH
from ivr.driver import Driver
from ivr.engine.actions import Say
from ivr.settings import Settings
from recognition import audio
from recognition.speak import Clip, Speaker
from tests.asterisk.fake_driver import PROMPTS, WHISPER, FakeDriver
from tests.asterisk.hearing import likeness
from tests.asterisk.phone import Call, Phone
from tests.asterisk.victim import Start, Victim
from tests.servers import free_port, missing

MEDIA = free_port()  # where Asterisk looks for whoever listens to callers by WebSocket
ROOT = Path(__file__).parents[2] / "var/asterisk-root"


@pytest.fixture(scope="session")
def asterisk_root() -> Path:
    """The tree; `SEGUE_ASTERISK_ROOT` names another one."""
    try:
        return lay(Path(os.environ.get("SEGUE_ASTERISK_ROOT") or ROOT))
    except CannotLay as error:
        missing(str(error))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def speaker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Speaker]:
    async with Speaker(tmp_path_factory.getbasetemp() / "prompts", "gmw/en-us", 165) as speaker:
        for say in PROMPTS:
            await speaker.clip(say.text, 8000)
        await speaker.clip(WHISPER, 8000)
        yield speaker


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asterisk(asterisk_root: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    """Shared: who kills it starts one of their own."""
    folder = tmp_path_factory.mktemp("asterisk")
    async with Instance(
        asterisk_root, folder, rtp_timeout=2, away=2, away_rounds=2, media_url=f"ws://127.0.0.1:{MEDIA}{PATH}"
    ) as instance:
        yield instance


@dataclass
class Lab:
    """Asterisk, our channel upon it, the fake driver behind, a caller's phone before."""

    asterisk: Instance
    driver: FakeDriver
    channel: AsteriskChannel
    speaker: Speaker
    phone: Phone

    async def clip(self, text: str) -> Clip:
        return await self.speaker.clip(text, 8000)

    async def hears(self, call: Call, say: Say) -> None:
        await call.hears(await self.clip(say.text))

    async def likeness(self, call: Call, say: Say) -> float:
        """Of all that was heard to the whole prompt but its last packets, which Asterisk may shorten."""
        samples, _ = audio.read((await self.clip(say.text)).path)
        return float(likeness(call.sound.pcm(), samples[:-400]).max())


@pytest.fixture
def driver(tmp_path: Path) -> FakeDriver:
    return FakeDriver(tmp_path / "records.json")


@contextlib.asynccontextmanager
async def serving(channel: AsteriskChannel) -> AsyncIterator[None]:
    """The channel at work; afterwards it has let go of its calls."""
    task = asyncio.create_task(channel.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="module")
async def lab(asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver) -> AsyncIterator[Lab]:
    channel = channel_on(asterisk, driver, speaker)
    async with serving(channel):
        yield Lab(asterisk, driver, channel, speaker, phone)


def channel_on(asterisk: Instance, driver: FakeDriver, speaker: Speaker) -> AsteriskChannel:
    url, folder = "https://desk.example", driver.file.parent
    return AsteriskChannel(
        cast("Driver", driver), speaker, Settings(ami_url=asterisk.ami_url, public_url=url, data_dir=folder)
    )


@pytest_asyncio.fixture(loop_scope="module")
async def phone(asterisk: Instance) -> AsyncIterator[Phone]:
    async with Phone(asterisk.sip_port) as phone:
        yield phone


@pytest.fixture
def start(asterisk: Instance, speaker: Speaker, driver: FakeDriver) -> Start:
    """Servers in processes of their own, to be killed."""

    @contextlib.asynccontextmanager
    async def run(*options: str) -> AsyncIterator[Victim]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.asterisk.server", asterisk.ami_url, str(driver.file)),
            *(str(prompts_of(speaker)), *options),
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        victim = Victim(process)
        try:
            await victim.says("up")
            yield victim
        finally:
            await victim.kill()

    return run


def prompts_of(speaker: Speaker) -> Path:
    return speaker._clips.folder


@contextlib.asynccontextmanager
async def successor(asterisk: Instance, speaker: Speaker, driver: FakeDriver) -> AsyncIterator[FakeDriver]:
    """The next server, on the same records."""
    after = FakeDriver(driver.file)
    async with serving(channel_on(asterisk, after, speaker)):
        yield after


@pytest_asyncio.fixture(loop_scope="module")
async def gone(asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver) -> Lab:
    """A lab whose server comes and goes in the test."""
    return Lab(asterisk, driver, channel_on(asterisk, driver, speaker), speaker, phone)


@pytest_asyncio.fixture(loop_scope="module")
async def agent(asterisk: Instance) -> AsyncIterator[Phone]:
    async with Phone(asterisk.sip_port, "agent1") as phone:
        await phone.register(asterisk.agent_secret)
        yield phone


@pytest_asyncio.fixture(loop_scope="module")
async def patience(asterisk: Instance) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Sets for how many seconds the dialplan waits for us when it has told a caller so."""
    ami = AMI(asterisk.ami_url)
    await ami.connect()

    async def lasts(seconds: int) -> None:
        await ami.do("Setvar", Variable="SEGUE_AWAY", Value=seconds)

    try:
        yield lasts
    finally:
        await lasts(2)
        ami.close()
