"""Conversations that are written, on a number of Twilio's and in WhatsApp, with the expectations of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ivr.conversation import Conversation, load, needs, run
from tests.players.desk import Desk
from tests.players.score import score
from tests.players.server import serving
from tests.twilio.carrier import Account, Carrier
from tests.twilio.conftest import SENDER, SID, TOKEN
from tests.twilio.rest import Standing
from tests.twilio.telephone import TwilioTelephone, WritingCustomer
from tests.twilio.test_conversations_twilio import ALL, FLOWS, PUBLIC

WRITTEN = [told for told in ALL if needs(told) & {"sms", "messenger"}]
WRITTEN += [load(path.read_text("utf-8"), path.stem) for path in sorted(Path(__file__).parent.glob("conversations/*"))]


@pytest.mark.parametrize("told", WRITTEN, ids=lambda told: told.file)
async def test_in_writing(told: Conversation, tmp_path: Path, rest: Standing) -> None:
    more: dict[str, Any] = {"public_url": PUBLIC, "twilio_account": SID, "twilio_tokens": TOKEN, "twilio_url": rest.at}
    more |= {"twilio_senders": SENDER, "twilio_whatsapp": SENDER}
    bars = await score(told, FLOWS)
    async with serving(told, tmp_path, tmp_path / "prompts", **more) as server, Desk(server.url) as desk:
        account = Account(SID, TOKEN, server.url, PUBLIC)
        async with Carrier(account) as carrier, server.segue.bus.subscribe(None) as events:
            telephone = TwilioTelephone(carrier, rest, desk)
            async with WritingCustomer(account, rest, telephone, told, bars, server, events, desk) as customer:
                result = await run(told, customer)
                assert result.passed, result.mismatch or result.lacking
                assert rest.violations == []
