"""The conversations of our menus by telephone: over the web phone's socket, and with a SIP phone on a real Asterisk.

Some are told aloud as well, in a quiet room and in a noisy one; `ALOUD=all` tells all of them, which takes long.

The expectations are those of the engine. Nothing is skipped: what a telephone cannot play is listed in `UNPLAYABLE`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import ivr
from asterisk.instance import Instance
from ivr.conversation import Conversation, load, needs, run
from ivr.flows import read_folder
from recognition.ears import Ears, engines
from tests.asterisk.conftest import asterisk_root  # noqa: F401 - a fixture
from tests.asterisk.phone import Phone
from tests.players.aloud import aloud
from tests.players.customer import Customer
from tests.players.desk import Desk
from tests.players.mouth import NOISY, Mouth
from tests.players.score import score
from tests.players.server import Server, serving
from tests.players.sip import SipTelephone
from tests.players.talker import Misheard
from tests.players.telephone import Telephone
from tests.players.webphone import WebTelephone
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOMS = {"quiet": (("slt", "awb", "rms"), None), "noisy": (("awb", "rms", "slt"), NOISY)}  # voices, and noise in dB
MENUS = Path(ivr.__file__).parent / "menus"
FLOWS, _ = read_folder(MENUS)
ALL = [load(path.read_text("utf-8"), path.stem) for path in sorted(MENUS.glob("conversations/*.yaml"))]
IN_A_LANGUAGE = {"laptop-in-german", "card-in-korean"}  # of those that arrive with one; the engine plays them all
OURS = [told for told in ALL if "language" not in needs(told)]
THERE = [told for told in ALL if told.file in IN_A_LANGUAGE]
SOME = {"straight-through", "dropped-and-back", "hung-up-and-back"}
ALOUD = [told for told in OURS if told.file in SOME or os.environ.get("ALOUD") == "all"]
UNPLAYABLE: dict[str, str] = {}  # file -> what no telephone can do in it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asterisk(asterisk_root: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:  # noqa: F811
    async with Instance(asterisk_root, tmp_path_factory.mktemp("asterisk"), rtp_timeout=2) as instance:
        yield instance


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def agent(asterisk: Instance) -> AsyncIterator[Phone]:
    """Rings when a caller waits: a queue without anybody sends callers away at once."""
    async with Phone(asterisk.sip_port, "agent1") as phone:
        await phone.register(asterisk.agent_secret)
        yield phone


@pytest.fixture
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "prompts-in-haste"


async def play(
    told: Conversation, server: Server, telephone: Telephone, desk: Desk, pressed: Conversation | None = None
) -> None:
    bars = await score(told, FLOWS)
    async with (
        server.segue.bus.subscribe(None) as events,
        Customer(told, bars, server, telephone, events, desk, pressed) as customer,
    ):
        result = await run(told, customer)
        assert result.passed, result.mismatch or result.lacking


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ears() -> AsyncIterator[Ears]:
    """One process that understands English, for all of them."""
    async with Ears(engines({}), processes=1) as ears:
        await eventually(lambda: bool(ears.pids))
        yield ears


@pytest.mark.parametrize("told", [*OURS, *THERE], ids=lambda told: told.file)
async def test_on_the_web_phone(told: Conversation, tmp_path: Path, prompts: Path) -> None:
    async with (
        serving(told, tmp_path, prompts) as server,
        Desk(server.url) as desk,
        WebTelephone(server, desk) as telephone,
    ):
        await play(told, server, telephone, desk)


@pytest.mark.parametrize("told", OURS, ids=lambda told: told.file)
async def test_on_asterisk(told: Conversation, asterisk: Instance, agent: Phone, tmp_path: Path, prompts: Path) -> None:
    async with (
        serving(told, tmp_path, prompts, asterisk.ami_url) as server,
        Desk(server.url) as desk,
        SipTelephone(asterisk.sip_port, server, agent) as telephone,
    ):
        await play(told, server, telephone, desk)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("pressed", ALOUD, ids=lambda told: told.file)
async def test_aloud_on_the_web_phone(
    pressed: Conversation, room: str, ears: Ears, tmp_path: Path, prompts: Path
) -> None:
    """By somebody who says what others press."""
    told, (voices, snr) = await aloud(pressed, FLOWS), ROOMS[room]
    async with (
        serving(told, tmp_path, prompts, listener=ears) as server,
        Desk(server.url) as desk,
        WebTelephone(server, desk, Mouth(prompts.parent / "mouths", voices, snr)) as telephone,
    ):
        await play(told, server, telephone, desk, pressed)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("pressed", ALOUD, ids=lambda told: told.file)
async def test_aloud_on_asterisk(
    pressed: Conversation, room: str, ears: Ears, asterisk: Instance, agent: Phone, tmp_path: Path, prompts: Path
) -> None:
    """The same, by telephone: in the time that words take, and in its narrow band. Sound that has to keep time may get
    lost on a machine that is busy, and then a word is misheard: who is misheard once phones once more."""
    told, (voices, snr) = await aloud(pressed, FLOWS), ROOMS[room]
    for attempt in ("first", "second"):
        (folder := tmp_path / attempt).mkdir()
        async with (
            serving(told, folder, prompts, asterisk.ami_url, ears) as server,
            Desk(server.url) as desk,
            SipTelephone(asterisk.sip_port, server, agent, Mouth(prompts.parent / "mouths", voices, snr)) as telephone,
        ):
            try:
                await play(told, server, telephone, desk, pressed)
            except Misheard:
                if attempt == "second":
                    raise
            else:
                return


async def test_telephones_can_play_all_of_it() -> None:
    assert {told.file for told in OURS if needs(told) - Customer.features} == set(UNPLAYABLE)
