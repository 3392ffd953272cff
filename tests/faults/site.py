"""A server with all that production has: PostgreSQL, Redis and an Asterisk, each real and to be killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asterisk.instance import Instance
from context_bridge.migrate import migrate
from ivr.engine.actions import Say
from recognition.clips import Clip
from recognition.speak import Speaker
from tests.asterisk.phone import Call
from tests.faults.lab import FAST, PATIENCE, Lab, lab
from tests.faults.office import MENU, office, services
from tests.servers import PostgresServer, RedisServer, running
from tests.waiting import eventually

AWAY = 3  # seconds of the dead man's switch


async def served(speaker: Speaker, text: str) -> Clip:
    """What the server speaks, once it has: no two renderings of espeak's are alike."""
    await eventually(lambda: speaker.ready(Say(text), 8000) is not None)
    return await speaker.clip(text, 8000)


@dataclass
class Site:
    lab: Lab
    postgres: PostgresServer
    redis: RedisServer
    asterisk: Instance
    speaker: Speaker

    async def hears(self, call: Call, text: str) -> None:
        await call.hears(await served(self.speaker, text), PATIENCE)


@asynccontextmanager
async def site(asterisk_root: Path, folder: Path) -> AsyncIterator[Site]:
    """With the dead offices for a menu."""
    postgres, redis = PostgresServer(), RedisServer()
    async with AsyncExitStack() as stack:
        stack.enter_context(running(postgres))
        stack.enter_context(running(redis))
        url = postgres.database("faults")
        await asyncio.to_thread(migrate, url)
        asterisk = await stack.enter_async_context(
            Instance(asterisk_root, folder / "asterisk", away=AWAY, away_rounds=50)
        )
        port = await stack.enter_async_context(office())
        menus = {"office.yaml": MENU, "services.yaml": services(port)}
        more = {"DATABASE_URL": url, "REDIS_URL": redis.url, "AMI_URL": asterisk.ami_url}
        server = await stack.enter_async_context(lab(folder, menus, **more))
        speaker = await stack.enter_async_context(Speaker(folder / "data/prompts", "gmw/en-us", FAST))
        yield Site(server, postgres, redis, asterisk, speaker)
