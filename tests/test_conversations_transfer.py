"""Callers who are put through to somebody outside: with a second SIP phone on a real Asterisk, and on Twilio.

The engine plays the same files in test_conversations_spoken.py. The web phone cannot dial: what it does then is in
tests/channels/test_webphone_transfer.py, and that of a chat is played here over HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk.instance import Instance
from ivr.conversation import Conversation, load, needs, run
from ivr.flows import read_folder
from tests.asterisk.conftest import asterisk_root  # noqa: F401 - a fixture
from tests.asterisk.phone import Phone
from tests.players.customer import Customer, DiallingCustomer
from tests.players.desk import Desk
from tests.players.score import score
from tests.players.server import serving
from tests.players.sip import SipTelephone
from tests.twilio.carrier import Account, Carrier, Habits
from tests.twilio.conftest import SID, TOKEN, rest  # noqa: F401 - a fixture
from tests.twilio.rest import Standing
from tests.twilio.telephone import TwilioCustomer, TwilioTelephone

HERE = Path(__file__).parent / "conversations"
FLOWS, _ = read_folder(HERE / "menus")
TOLD = [load(path.read_text("utf-8"), path.stem) for path in sorted(HERE.glob("put-through*.yaml"))]
ON_TWILIO = [told for told in TOLD if needs(told) <= TwilioCustomer.features]
PUBLIC = "http://segue.example"  # a browser on loopback keeps no cookie of https


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asterisk(asterisk_root: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:  # noqa: F811
    async with Instance(asterisk_root, tmp_path_factory.mktemp("asterisk"), rtp_timeout=2) as instance:
        yield instance


@pytest_asyncio.fixture(loop_scope="module")
async def other_end(asterisk: Instance) -> AsyncIterator[Phone]:
    """Where the trunk leads: what is dialled by the endpoint agent1 comes to this phone."""
    async with Phone(asterisk.sip_port, "agent1") as phone:
        await phone.register(asterisk.agent_secret)
        yield phone


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.file)
async def test_on_asterisk(
    told: Conversation,
    asterisk: Instance,
    other_end: Phone,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bars, prompts = await score(told, FLOWS), tmp_path_factory.getbasetemp() / "prompts-in-haste"
    more = {"menus": HERE / "menus", "asterisk_trunk": "agent1", "caller_id": "+442079460000"}
    async with (
        serving(told, tmp_path, prompts, asterisk.ami_url, **more) as server,  # type: ignore[arg-type]
        Desk(server.url) as desk,
        SipTelephone(asterisk.sip_port, server, other_end) as telephone,
        server.segue.bus.subscribe(None) as events,
        DiallingCustomer(told, bars, server, telephone, events, desk) as customer,
    ):
        result = await run(told, customer)
        assert result.passed, result.mismatch or result.lacking


def test_what_is_not_played_on_twilio_is_known() -> None:
    """Twilio does not tell a caller's hang-up from a lost line."""
    assert {told.file for told in TOLD if told not in ON_TWILIO} == {"put-through-hung-up"}
    assert any(not needs(told) <= Customer.features for told in TOLD)  # of the web phone's


@pytest.mark.parametrize("told", ON_TWILIO, ids=lambda told: told.file)
async def test_on_twilio(told: Conversation, tmp_path: Path, rest: Standing) -> None:  # noqa: F811
    """A lost line is told by the call's end alone: else it could not be told from a talk that was had."""
    account = {"public_url": PUBLIC, "twilio_account": SID, "twilio_tokens": TOKEN, "twilio_url": rest.at}
    bars, more = await score(told, FLOWS), {"menus": HERE / "menus", **account}
    async with (
        serving(told, tmp_path, tmp_path / "prompts", **more) as server,  # type: ignore[arg-type]
        Desk(server.url) as desk,
        Carrier(Account(SID, TOKEN, server.url, PUBLIC), Habits(dial_tells_hang_up=False)) as carrier,
        server.segue.bus.subscribe(None) as events,
        TwilioCustomer(TwilioTelephone(carrier, rest, desk), told, bars, server, events, desk) as customer,
    ):
        result = await run(told, customer)
        assert result.passed, result.mismatch or result.lacking
