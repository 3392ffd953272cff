"""kill -9 of our server while people are on the phone. `make soak` does the same with 50 callers and 50 kills."""

from __future__ import annotations

import random
from pathlib import Path

from asterisk.instance import Instance
from context_bridge.store import open_store
from tests.crash.crowd import MENU, Caller, complaints, until_all_have_hung_up
from tests.crash.server import ServerProcess
from tests.servers import free_port

CALLERS, KILLS = 5, 4


async def test_nobody_on_the_phone_notices_that_the_server_was_killed(asterisk_root: Path, tmp_path: Path) -> None:
    dice = random.Random(7)  # the same moments each time, as far as a machine allows
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "twelve.yaml").write_text(MENU.read_text())
    callers = [Caller(f"+1415555{n:04d}", random.Random(n)) for n in range(1, CALLERS + 1)]
    async with Instance(asterisk_root, tmp_path / "asterisk", away=60) as asterisk:
        server = ServerProcess(tmp_path, PORT=free_port(), AMI_URL=asterisk.ami_url, MENUS=menus, MENU="twelve")
        await server.start()
        try:
            assert await until_all_have_hung_up(server, asterisk, callers, KILLS, dice) == KILLS
        finally:
            await server.stop()
    store = await open_store(f"sqlite:///{tmp_path}/data/segue.db")
    try:
        assert await complaints(store, callers) == []
    finally:
        await store.close()
