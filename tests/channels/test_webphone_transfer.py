"""A web phone cannot dial: whoever should be put through is told the number, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.conversation import load
from tests.players.desk import Desk
from tests.players.server import serving
from tests.players.webphone import WebTelephone

MENUS = Path(__file__).parents[1] / "conversations/menus"
QUESTION = [
    "Whom would you like to speak to?",
    "To speak to the pharmacy, press 1.",
    "To speak to the front desk, press 2.",
]
NUMBER = "Please call plus, 4 4, 2 0, 7 9 4 6, 0 0 1 8."


async def test_the_number_is_told_in_words(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    told = load("conversation: c\nmenu: switchboard\nturns: [drop]\n", "c.yaml")
    prompts = tmp_path_factory.getbasetemp() / "prompts-in-haste"
    async with (
        serving(told, tmp_path, prompts, menus=MENUS) as server,  # type: ignore[arg-type]
        Desk(server.url) as desk,
        WebTelephone(server, desk) as telephone,
    ):
        await telephone.call("+14155550134")
        await telephone.hears(["Your room number?"])
        await telephone.press("204")
        await telephone.hears(QUESTION[:1])
        await telephone.press("1")
        await telephone.hears(
            [
                "I put you through to the pharmacy.",
                "I cannot put you through from here.",
                NUMBER,
                "Nobody has come to the telephone.",
                *QUESTION,
            ]
        )
        await telephone.press("2")
        await telephone.hears(["The front desk comes to the telephone."])
        await telephone.hang_up()
