"""The conversations of our menus on a number of Twilio's, with the expectations that every channel has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ivr
from ivr.conversation import Conversation, load, needs, run
from ivr.flows import read_folder
from tests.players.desk import Desk
from tests.players.score import score
from tests.players.server import serving
from tests.twilio.carrier import Account, Carrier
from tests.twilio.conftest import SID, TOKEN
from tests.twilio.rest import Standing
from tests.twilio.telephone import TwilioCustomer, TwilioTelephone

PUBLIC = "http://segue.example"  # a browser on loopback keeps no cookie of https
MENUS = Path(ivr.__file__).parent / "menus"
FLOWS, _ = read_folder(MENUS)
ALL = [load(path.read_text("utf-8"), path.stem) for path in sorted(MENUS.glob("conversations/*.yaml"))]
IN_A_LANGUAGE = {"after-hours-in-french"}  # of those that arrive with one; the engine plays them all
PLAYED = [told for told in ALL if "language" not in needs(told) or told.file in IN_A_LANGUAGE]
OURS = [told for told in PLAYED if needs(told) <= TwilioCustomer.features]


def test_what_is_not_played_here_is_known() -> None:
    """Twilio does not tell a caller's hang-up from a lost line."""
    here = {name for told in PLAYED if told not in OURS for name in needs(told) - TwilioCustomer.features}
    assert here == {"hang_up"}


@pytest.mark.parametrize("told", OURS, ids=lambda told: told.file)
async def test_on_twilio(told: Conversation, tmp_path: Path, rest: Standing) -> None:
    more: dict[str, Any] = {"public_url": PUBLIC, "twilio_account": SID, "twilio_tokens": TOKEN, "twilio_url": rest.at}
    bars = await score(told, FLOWS)
    async with (
        serving(told, tmp_path, tmp_path / "prompts", **more) as server,
        Desk(server.url) as desk,
        Carrier(Account(SID, TOKEN, server.url, PUBLIC)) as carrier,
        server.segue.bus.subscribe(None) as events,
        TwilioCustomer(TwilioTelephone(carrier, rest, desk), told, bars, server, events, desk) as customer,
    ):
        result = await run(told, customer)
        assert result.passed, result.mismatch or result.lacking
        assert rest.violations == []
