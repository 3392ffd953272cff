"""kill -9 of what keeps recordings, at each line: there is one of each, it is the one that is known, and no copy."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.crash.keeping import ACCOUNT, TOKEN, Left
from tests.servers import free_port
from tests.twilio.rest import Standing, application

PATIENCE = 300.0  # seconds


async def left_behind(*arguments: str) -> list[Left]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.crash.keeping", *arguments),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        said, _ = await process.communicate()
    assert process.returncode == 0
    return [Left(**left) for left in json.loads(said)]


def doubled_or_lost(seen: list[Left]) -> list[Left]:
    return [left for left in seen if len(left.recordings) != 1 or left.known != left.recordings or left.others]


@pytest.fixture
async def rest() -> AsyncIterator[Standing]:
    standing = Standing(ACCOUNT, TOKEN, at=f"http://127.0.0.1:{free_port()}")
    runner = web.AppRunner(application(standing), shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(standing.at.rpartition(":")[2])).start()
    yield standing
    await runner.cleanup()


async def test_a_message_on_asterisk_is_kept_once_wherever_its_keeper_dies(tmp_path: Path) -> None:
    seen = await left_behind("asterisk", str(tmp_path / "site"))
    assert doubled_or_lost(seen) == []
    assert {"message.py", "recordings.py", "audio.py", "ending.py"} <= {left.killed_at.split(":")[0] for left in seen}


async def test_a_message_at_twilio_is_kept_once_wherever_its_fetcher_dies(tmp_path: Path, rest: Standing) -> None:
    seen = await left_behind("twilio", str(tmp_path / "site"), rest.at)
    assert doubled_or_lost(seen) == []
    assert {"twilio_recordings.py", "recordings.py", "audio.py"} <= {left.killed_at.split(":")[0] for left in seen}
    assert len(set(rest.removed)) == len(seen)
    assert rest.violations == []
