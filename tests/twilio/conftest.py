"""A server of ours on loopback that the stand-in of Twilio's phones, as it would through our public address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ivr.server import Segue, application, build
from ivr.settings import Settings
from tests.servers import free_port
from tests.twilio.carrier import Account, Carrier
from tests.twilio.office import Office
from tests.twilio.rest import Standing
from tests.twilio.rest import application as rest_application
from tests.twilio.texting import Texter

SENDER, WHATSAPP, TEMPLATE = "+15005550006", "+15005550009", "HX" + "7" * 32
SID, TOKEN = "AC" + "b" * 32, "twilio-auth-token"
PUBLIC = "https://segue.example"
API_KEY, API_SECRET = "SK" + "c" * 32, "the secret of an API key of Twilio's"
BENS_PHONE = "+14155550177"


@pytest.fixture
async def rest() -> AsyncIterator[Standing]:
    """Twilio's REST API; `standing.at` is where it is."""
    standing = Standing(SID, TOKEN, at=f"http://127.0.0.1:{free_port()}")
    runner = web.AppRunner(rest_application(standing))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(standing.at.rpartition(":")[2])).start()
    yield standing
    await runner.cleanup()


@pytest.fixture
def settings(tmp_path: Path, rest: Standing) -> Settings:
    return Settings(
        port=free_port(),
        data_dir=tmp_path,
        ears=0,
        demo=True,
        public_url=PUBLIC,
        twilio_account=SID,
        twilio_tokens=TOKEN,
        twilio_senders=SENDER,
        twilio_whatsapp=WHATSAPP,
        twilio_api_key=API_KEY,
        twilio_api_secret=API_SECRET,
        twilio_phones=f"Ben={BENS_PHONE}, Cora=sip:cora@pbx.example",
        twilio_url=rest.at,
    )


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Segue]:
    async with build(settings) as segue:
        runner = web.AppRunner(application(segue), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            yield segue
        finally:
            await runner.cleanup()


@asynccontextmanager
async def phoning(segue: Segue) -> AsyncIterator[Carrier]:
    async with Carrier(Account(SID, TOKEN, f"http://127.0.0.1:{segue.settings.port}", PUBLIC)) as carrier:
        yield carrier


@pytest.fixture
async def segue(settings: Settings) -> AsyncIterator[Segue]:
    async with serving(settings) as segue:
        yield segue


@pytest.fixture
async def carrier(segue: Segue) -> AsyncIterator[Carrier]:
    async with phoning(segue) as carrier:
        yield carrier


@pytest.fixture
def office(carrier: Carrier, rest: Standing) -> Office:
    return Office(carrier, rest)


@pytest.fixture
async def desk(segue: Segue) -> AsyncIterator[aiohttp.ClientSession]:
    """An agent's browser."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{segue.settings.port}") as http:
        yield http


@pytest.fixture
async def texter(segue: Segue) -> AsyncIterator[Texter]:
    async with Texter(Account(SID, TOKEN, f"http://127.0.0.1:{segue.settings.port}", PUBLIC), "+14155550134") as texter:
        yield texter


@pytest.fixture
async def whatsapp(segue: Segue) -> AsyncIterator[Texter]:
    account = Account(SID, TOKEN, f"http://127.0.0.1:{segue.settings.port}", PUBLIC)
    async with Texter(account, "whatsapp:+14155550134", f"whatsapp:{WHATSAPP}") as texter:
        yield texter
