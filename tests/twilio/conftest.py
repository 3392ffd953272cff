"""A server of ours on loopback that the stand-in of Twilio's phones, as it would through our public address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from ivr.channels.twilio import Account as Ours
from ivr.channels.twilio import Twilio
from ivr.channels.twilio_signature import Secrets
from ivr.server import Segue, application, build
from ivr.settings import Settings
from tests.servers import free_port
from tests.twilio.carrier import Account, Carrier

SID, TOKEN = "AC" + "b" * 32, "twilio-auth-token"
PUBLIC = "https://segue.example"


@pytest.fixture
async def segue(tmp_path: Path) -> AsyncIterator[Segue]:
    settings = Settings(port=free_port(), data_dir=tmp_path, demo=True)
    async with build(settings) as segue:
        app = application(segue)
        app.add_routes(Twilio(segue.driver, segue.store, Ours(SID, Secrets((TOKEN,)), "support"), PUBLIC).routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            yield segue
        finally:
            await runner.cleanup()


@pytest.fixture
async def carrier(segue: Segue) -> AsyncIterator[Carrier]:
    async with Carrier(Account(SID, TOKEN, segue.settings.url, PUBLIC)) as carrier:
        yield carrier
