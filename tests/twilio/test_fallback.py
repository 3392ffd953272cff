"""Where no answer of ours came, Twilio asks the fallback: the call goes on, and nothing happens twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from context_bridge.contract import StoreUnavailable
from context_bridge.migrate import migrate
from ivr.channels.twilio_start import Start
from ivr.channels.twilio_turns import Turns
from ivr.engine.data import replace
from ivr.server import Segue
from ivr.settings import Settings
from tests.servers import PostgresServer
from tests.twilio.carrier import FALLBACK, Call, Carrier, Habits
from tests.twilio.conftest import PUBLIC, phoning, serving
from tests.twilio.office import Office
from tests.twilio.rest import Standing
from tests.twilio.test_phones import ringing
from tests.twilio.test_transfer import MENU as TRANSFERS
from tests.twilio.test_voice import NUMBER, journey
from tests.waiting import eventually

MOMENT = "One moment please."


def fails(
    monkeypatch: pytest.MonkeyPatch, what: type[Turns | Start], name: str, error: Exception, times: int = 1
) -> None:
    """The next calls of it."""
    real: Callable[..., Awaitable[bytes]] = getattr(what, name)
    left = iter(range(times))

    async def failing(*told: object) -> bytes:
        if next(left, None) is None:
            return await real(*told)
        raise error

    monkeypatch.setattr(what, name, failing)


def failed(call: Call) -> int:
    """How many webhooks were answered with a fault, which is all that was wrong."""
    faults = [request for request in call.requests if request.status >= 500]
    assert len(call.wrong) == len(faults)
    return len(faults)


async def test_a_call_that_could_not_begin_begins_at_the_fallback(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, Start, "__call__", StoreUnavailable("away"))
    call = await carrier.call(NUMBER, language="de", menu="card")
    assert failed(call) == 1
    assert "Acme Bank" in call.heard[0]
    found = await journey(segue, call)
    assert (found.menu, found.language) == ("card", "de-DE")


async def test_an_agents_call_begins_nothing(segue: Segue, carrier: Carrier) -> None:
    leg = carrier.stranger("CA" + "f" * 32, "+14155550177")
    answer = await leg.ask(FALLBACK, {"Direction": "outbound-dial", "ErrorCode": "11200", "ErrorUrl": ""})
    assert b"I am sorry, we have a fault here." in answer.body
    assert await segue.store.recent(10) == []


@pytest.mark.parametrize("forgetful", [False, True])
@pytest.mark.parametrize("error", [StoreUnavailable("away"), RuntimeError("a mistake of ours")])
async def test_what_was_pressed_is_not_asked_again_where_twilio_tells_it(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch, error: Exception, forgetful: bool
) -> None:
    call = await carrier.call(NUMBER, Habits(forgetful=forgetful))
    question = call.requests[-1].body
    fails(monkeypatch, Turns, "advance", error)
    await call.press("1")
    assert failed(call) == 1
    assert (call.requests[-1].body == question) is forgetful
    assert (await journey(segue, call)).step == ("welcome" if forgetful else "order")


async def test_a_turn_that_fails_again_is_not_the_end(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bytes:
        raise RuntimeError("a mistake of ours")

    call = await carrier.call(NUMBER)
    question = call.requests[-1].body
    with monkeypatch.context() as broke:
        broke.setattr(Turns, "advance", broken)
        await call.press("1")
    assert call.requests[-1].body == question
    await call.press("1")
    assert (await journey(segue, call)).step == "order"


@pytest.mark.parametrize(("forgetful", "times"), [(False, 1), (True, 1), (False, 3)])
@pytest.mark.parametrize("is_known", [True, False])
async def test_a_talk_that_is_over_is_not_dialled_again(
    settings: Settings,
    tmp_path: Path,
    rest: Standing,
    monkeypatch: pytest.MonkeyPatch,
    forgetful: bool,
    times: int,
    is_known: bool,
) -> None:
    """`is_known`: we were told that somebody has answered."""
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(TRANSFERS)
    async with serving(replace(settings, menus=menus)) as segue, phoning(segue) as carrier:
        call = await carrier.call(NUMBER, Habits(forgetful=forgetful))
        await call.press("4217")
        await call.press("1")
        if is_known:
            await Office(carrier, rest).answer(call)
        fails(monkeypatch, Turns, "advance", StoreUnavailable("away"), times)
        await call.dial_result("completed", DialBridged="true")
        assert failed(call) == 1
        assert call.waiting is not None
        assert call.waiting.tag == "Gather"
        told = is_known or (not forgetful and times == 1)  # else we only know that nobody is on the line any more
        assert ("You are back." if told else "Nobody answers.") in call.heard


@pytest.mark.parametrize(("forgetful", "times"), [(False, 1), (True, 1), (False, 3)])
@pytest.mark.parametrize("key", ["1", None])
async def test_who_has_talked_to_an_agent_on_the_phone_does_not_wait_for_one_again(
    segue: Segue,
    carrier: Carrier,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    forgetful: bool,
    times: int,
    key: str | None,
) -> None:
    """A mailbox presses no key."""
    carrier.habits = Habits(forgetful=forgetful)
    call = await ringing(segue, carrier, office)
    leg = await office.answer(call, key)
    fails(monkeypatch, Turns, "advance", StoreUnavailable("away"), times)
    await (office.hang_up(leg) if leg else call.dial_result("completed"))
    assert failed(call) == 1
    assert (await journey(segue, call)).status == ("finished" if key else "queued")


@pytest.mark.parametrize(("forgetful", "times"), [(False, 1), (True, 1), (False, 3)])
@pytest.mark.parametrize("is_there", [True, False])
async def test_an_agents_browser_is_not_rung_again(
    segue: Segue,
    carrier: Carrier,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    forgetful: bool,
    times: int,
    is_there: bool,
) -> None:
    """Who has talked with them is done; whom they did not answer waits for another one."""
    carrier.habits = Habits(forgetful=forgetful)
    call = await ringing(segue, carrier, office, "Anna")
    leg = await office.answer(call) if is_there else None
    away = StoreUnavailable("away")
    fails(monkeypatch, Turns, "take" if is_there else "advance", away, times)
    await (office.hang_up(leg) if leg else call.dial_result("no-answer"))
    assert failed(call) == 1
    assert (await journey(segue, call)).status == ("finished" if is_there else "queued")
    assert sum(b"<Client" in request.body for request in call.requests) == 1


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    migrate(server.url())
    yield server
    server.stop()


@pytest.fixture
async def frozen(settings: Settings, postgres: PostgresServer) -> AsyncIterator[tuple[Segue, Carrier]]:
    async with serving(replace(settings, database_url=postgres.url())) as segue, phoning(segue) as carrier:
        yield segue, carrier


def asked_for_patience(call: Call) -> int:
    return sum(MOMENT.encode() in request.body for request in call.requests if request.path.startswith(FALLBACK))


async def test_who_calls_while_the_database_is_away_is_kept_on_the_line(
    frozen: tuple[Segue, Carrier], postgres: PostgresServer
) -> None:
    segue, carrier = frozen
    call, new = await carrier.call(NUMBER), carrier.stranger("CA" + "e" * 32, "+14155550135")
    postgres.freeze()
    acts = asyncio.gather(call.press("1"), new.begin())
    await eventually(lambda: asked_for_patience(call) == asked_for_patience(new) == 1)
    postgres.thaw()
    await acts
    assert (failed(call), failed(new)) == (1, 1)
    assert MOMENT in call.heard
    assert new.heard[0] == MOMENT
    if (await journey(segue, call)).step == "welcome":  # PostgreSQL may have woken up to what it was told before
        await call.press("1")
    await new.press("1")
    assert {(await journey(segue, one)).step for one in (call, new)} == {"order"}


async def test_but_not_for_ever(frozen: tuple[Segue, Carrier], postgres: PostgresServer) -> None:
    _, carrier = frozen
    call = carrier.stranger("CA" + "e" * 32, NUMBER)
    postgres.freeze()
    await call.begin()
    postgres.thaw()
    assert call.over == "document"
    assert call.heard[:2] == [MOMENT, MOMENT]
    assert "we have a fault here" in call.heard[2]


async def test_patience_is_asked_for_in_the_language_of_the_number(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = carrier.stranger("CA" + "e" * 32, NUMBER)
    fails(monkeypatch, Start, "__call__", StoreUnavailable("away"))
    answer = await call.ask(FALLBACK, {"ErrorUrl": f"{PUBLIC}/twilio/voice?menu=card&language=de"})
    assert b"Einen Moment bitte." in answer.body
    assert b">/twilio/fallback/1?language=de&amp;menu=card</Redirect>" in answer.body
    assert call.wrong == []
