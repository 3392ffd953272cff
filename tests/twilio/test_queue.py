"""What is heard in a queue of Twilio's, and the ways out of it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from context_bridge.contract import StoreUnavailable
from context_bridge.store import Store
from ivr.channels.queue_words import LANGUAGES, queue_words
from ivr.channels.twilio_ends import Ends
from ivr.engine.data import replace
from ivr.engine.words import LANGUAGES as ALL
from ivr.server import Segue
from ivr.settings import Settings
from tests.twilio.carrier import Carrier, Habits
from tests.twilio.conftest import phoning, serving
from tests.twilio.test_voice import journey

NUMBER = "+14155550134"
MENU = """
menu: support
title: Acme
language: {language}
channels: [voice]
start: person
slots: {{number: {{type: digits, title: your number, length: 2-4}}}}
steps:
  person: {{handoff: {{queue: support, timeout: 2m}}, unavailable: {unavailable}, done: ask}}
  busy: {{say: All are busy., next: number}}
  number: {{ask: {{slot: number, prompt: What is your number?, exhausted: bye}}, next: ask}}
  ask:
    menu:
      prompt: Shall we call you?
      choices:
        - {{key: 1, label: be called, goto: sorry}}
        - {{key: 2, label: finish, goto: bye}}
        - {{key: 3, label: say who you are, goto: busy}}
      exhausted: bye
  sorry: {{say: Nobody is free., next: call_me_back}}
  call_me_back:
    callback: {{queue: support, prompt: We call you back.}}
    next: bye
    failed: bye
  bye: {{end: Goodbye.}}
"""


@pytest.fixture(params=[("en-US", "sorry")])
async def segue(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Segue]:
    language, unavailable = request.param
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(MENU.format(language=language, unavailable=unavailable))
    async with serving(replace(settings, menus=menus)) as segue:
        yield segue


@pytest.fixture
async def carrier(segue: Segue) -> AsyncIterator[Carrier]:
    async with phoning(segue) as carrier:
        yield carrier


async def promised(segue: Segue) -> list[str]:
    return [row.number for row in await segue.store.callbacks(10)]


async def test_who_waits_hears_where_they_stand_and_music(carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    call.place, call.others_wait = 3, 250
    assert await call.queue_music()
    assert call.heard[-2].startswith("You are number 3 in the queue. At the moment the wait is about 5 minutes.")
    assert call.heard[-2].endswith("If you would rather be called back, press 1.")
    assert call.heard[-1] == "<music.wav>"
    call.place = 1
    assert await call.queue_music()
    assert call.heard[-2].startswith("You are next.")
    assert call.wrong == []


@pytest.mark.parametrize("habits", [Habits(), Habits(twice=True, lost=True)], ids=["well", "badly"])
async def test_who_presses_1_is_called_back_once(segue: Segue, carrier: Carrier, habits: Habits) -> None:
    call = await carrier.call(NUMBER, habits)
    assert await call.queue_music()
    assert await call.queue_press("7")
    assert await promised(segue) == []
    assert not await call.queue_press("1")
    assert call.heard[-3:] == ["Nobody is free.", "We call you back.", "Goodbye."]
    assert await promised(segue) == [NUMBER]
    assert (await journey(segue, call)).status == "finished"
    assert call.wrong == []


async def test_whose_time_is_over_leaves_the_queue(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    rounds = 0
    while await call.queue_music():
        rounds += 1
    assert 4 <= rounds <= 12
    assert 100 <= call.now <= 160
    assert await promised(segue) == [NUMBER]


async def test_who_is_given_an_agent_does_not_leave_by_a_key(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    assert await call.queue_music()
    await segue.driver.join(f"tw-{call.sid}", "Anna")
    assert not await call.queue_press("1")  # out of the queue, and to the agent
    assert call.waiting is not None
    assert call.waiting.tag == "Dial"
    assert await promised(segue) == []


@pytest.mark.parametrize("segue", [("en-US", "ask")], indirect=True)
@pytest.mark.parametrize("habits", [Habits(), Habits(twice=True, lost=True)], ids=["well", "badly"])
async def test_who_presses_1_is_not_asked_whether_they_want_to_be_called(
    segue: Segue, carrier: Carrier, habits: Habits
) -> None:
    call = await carrier.call(NUMBER, habits)
    assert await call.queue_music()
    assert "If you would rather be called back, press 1." in call.heard[-2]
    assert not await call.queue_press("1")
    assert call.heard[-3:] == ["Nobody is free.", "We call you back.", "Goodbye."]
    assert "Shall we call you?" not in call.heard
    assert await promised(segue) == [NUMBER]
    assert call.wrong == []


@pytest.mark.parametrize("segue", [("en-US", "busy")], indirect=True)
@pytest.mark.parametrize("habits", [Habits(), Habits(twice=True, lost=True)], ids=["well", "badly"])
async def test_who_presses_1_and_is_asked_something_else_first_has_not_answered_that(
    segue: Segue, carrier: Carrier, habits: Habits
) -> None:
    call = await carrier.call(NUMBER, habits)
    assert await call.queue_music()
    assert not await call.queue_press("1")
    assert call.heard[-2:] == ["All are busy.", "What is your number?"]
    assert (await journey(segue, call)).nomatches == 0
    await call.press("4711")
    assert "Shall we call you?" in call.heard
    assert call.wrong == []


@pytest.mark.parametrize("segue", [("en-US", "ask")], indirect=True)
async def test_who_presses_1_in_the_moment_when_the_talk_ends_has_not_answered_what_comes_after_it(
    segue: Segue, carrier: Carrier
) -> None:
    call = await carrier.call(NUMBER)
    assert await call.queue_music()
    pressed, form = call._pressed, {"CallStatus": "in-progress", "Digits": "1"}
    assert b"<Leave" in await call._post(pressed, form)
    await call.queue_result("bridged")
    assert "Shall we call you?" in call.heard
    assert await promised(segue) == []


@pytest.mark.parametrize("segue", [("en-US", "ask")], indirect=True)
async def test_whose_time_is_over_is_asked(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    await call.queue_result("leave")
    assert "Shall we call you?" in call.heard
    assert await promised(segue) == []


@pytest.mark.parametrize("menu", ["card", "laptop", "clinic"])
async def test_the_menus_that_ship_call_back(settings: Settings, menu: str) -> None:
    async with serving(settings) as segue, phoning(segue) as carrier:
        call = await carrier.call(NUMBER, menu=menu)
        await call.press("0")
        assert await call.queue_music()
        assert "If you would rather be called back, press 1." in call.heard[-2]
        assert not await call.queue_press("1")
        assert await promised(segue) == [NUMBER]
        assert "We will call you" in " ".join(call.heard[-3:])
        assert call.wrong == []


@pytest.mark.parametrize("segue", [("en-US", "bye")], indirect=True)
async def test_nothing_is_offered_that_the_menu_does_not_do(carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    assert await call.queue_music()
    assert call.heard[-2] == "You are next. Thank you for waiting."
    with pytest.raises(AssertionError, match="no key"):
        await call.queue_press("1")
    assert call.wrong == []


@pytest.mark.parametrize("segue", [("de-DE", "sorry")], indirect=True)
async def test_who_waits_is_spoken_to_in_their_language(carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    assert await call.queue_music()
    assert call.heard[-2].startswith("Sie sind als Nächstes dran.")
    assert b'language="de-DE"' in call.requests[-1].body


def test_all_languages_that_the_engine_speaks_have_words_for_queues() -> None:
    assert LANGUAGES.keys() == ALL.keys()
    for language in LANGUAGES:
        words = queue_words(language, 7, 12, call_back=True)
        assert "7" in words
        assert "12" in words
        assert "1" in words.replace("12", "")
        assert "{" not in words


async def test_a_number_that_is_blocked_is_refused(settings: Settings) -> None:
    async with serving(replace(settings, twilio_blocked=NUMBER)) as segue, phoning(segue) as carrier:
        call = await carrier.call(NUMBER, Habits(twice=True, lost=True))
        assert (call.over, call.heard, call.wrong) == ("document", [], [])
        assert call.requests[0].body.endswith(b'<Reject reason="rejected" /></Response>')
        assert (await carrier.call("+14155550135")).heard
        assert len(await segue.store.recent(10)) == 1


async def test_too_many_calls_hear_a_busy_tone_and_stay_refused(settings: Settings) -> None:
    async with serving(replace(settings, twilio_most_calls=1)) as segue, phoning(segue) as carrier:
        first = await carrier.call(NUMBER)
        second = await carrier.call("+14155550135")
        assert second.over == "document"
        assert second.requests[0].body.endswith(b'<Reject reason="busy" /></Response>')
        await first.hang_up()
        again = await second._send(f"{carrier.account.public}/twilio/voice", second.requests[0].form, "again")
        assert again.body == second.requests[0].body
        assert (await carrier.call("+14155550135")).over == ""


async def test_who_took_the_last_room_is_not_refused_by_the_same_webhook(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came twice at once: the second looks for room when the first has taken it."""
    real, looks, taken = Store.count_live_on, itertools.count(), asyncio.Event()

    async def looked(self: Store, node: str) -> int:
        if next(looks):
            async with asyncio.timeout(30):
                await taken.wait()
        return await real(self, node)

    monkeypatch.setattr(Store, "count_live_on", looked)
    async with serving(replace(settings, twilio_most_calls=1)) as segue, phoning(segue) as carrier:
        real_begun = Ends.begun

        async def begun(self: Ends, contact: str) -> None:
            await real_begun(self, contact)
            taken.set()

        monkeypatch.setattr(Ends, "begun", begun)
        call = await carrier.call(NUMBER, Habits(twice=True))
        assert call.wrong == []
        assert call.waiting is not None


async def test_who_waits_hears_music_while_the_database_is_away(
    segue: Segue, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("away")

    call = await carrier.call(NUMBER)
    with monkeypatch.context() as broken:
        broken.setattr(segue.store, "last_answer", away)
        heard = len(call.heard)
        assert await call.queue_music()
        assert call.heard[heard:] == ["<music.wav>"]
    assert await call.queue_music()
    assert "You are next." in call.heard[-2]
    assert call.wrong == []


async def test_music_is_music(segue: Segue) -> None:
    url = f"http://127.0.0.1:{segue.settings.port}/twilio/audio/music.wav"
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        assert response.content_type == "audio/wav"
        assert len(await response.read()) == 44 + 16 * 2 * 8000
