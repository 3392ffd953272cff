"""The web phone over real sockets: what a caller and an agent would miss."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from ivr.channels.webphone import WebPhone
from ivr.engine.events import Input
from ivr.settings import Settings
from tests.channels.fake_driver import CUT_OFF, ORDER, WELCOME, FakeDriver, Records
from tests.channels.far_end import Exchange, Phone, ToneSpeaker, pitch, serving, tone
from tests.waiting import eventually

LONG = {WELCOME: 20.0, ORDER: 20.0}  # seconds: prompts that no test hears to their end

Serve = Callable[..., Any]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts a server on `records`; several may run one after another, as after a restart."""
    async with AsyncExitStack() as stack:

        async def start(records: Records | None = None, *, grace: float = 30.0, **driver: Any) -> Exchange:
            speaker = driver.pop("speaker", None) or ToneSpeaker(tmp_path)
            webphone = WebPhone(
                driver.pop("driver", None) or FakeDriver(records or Records(), **driver),
                speaker,
                Settings(data_dir=tmp_path),
                grace=grace,
            )
            return await stack.enter_async_context(serving(webphone))

        yield start


async def hang_up(phone: Phone) -> None:
    await phone.ws.send_json({"event": "hangup"})
    assert await phone.closed() == 1000


class TestDialogue:
    async def test_call_from_answer_to_goodbye(self, serve: Serve) -> None:
        records = Records()
        phone = await (await serve(records)).call(number="+15550100")
        await phone.until("answer")
        await phone.until("say", text=WELCOME)
        await phone.press("1", 1)
        await phone.until("ack", seq=1)
        question = await phone.until("collect", secret=True)
        await phone.until("say", text=ORDER)
        await phone.press("4217#", 2)
        await phone.until("ack", seq=6)
        assert (await phone.until("collect"))["turn"] > question["turn"]
        await phone.until("say", text="Order 4217 is on its way.")
        await phone.press("9", 7)
        await phone.until("say", text="Goodbye.")
        assert (await phone.until("hangup"))["reason"] == "finished"
        assert await phone.closed() == 1000
        assert records.inputs() == ["1", "4217", "9"]
        assert records.left() == [(f"web-{phone.call}", "ours")]

    async def test_choices_are_offered_for_the_eye(self, serve: Serve) -> None:
        phone = await (await serve()).call()
        collect = await phone.until("collect")
        assert {"key": "1", "label": "choice 1"} in collect["options"]
        assert collect["secret"] is False

    async def test_each_caption_comes_when_its_words_begin(self, serve: Serve) -> None:
        phone = await (await serve(Records())).call()
        await phone.press("1", 1)
        await phone.until("collect", secret=True)
        await phone.press("4217#", 2)
        await phone.until("say", text=WELCOME)
        kinds = ["." if isinstance(thing, bytes) else thing.get("text", "") for thing in phone.heard]
        between = kinds[kinds.index("Order 4217 is on its way.") + 1 : kinds.index(WELCOME)]
        assert between.count(".") >= 12  # a quarter of a second of words, then a pause

    async def test_silence_is_heard_as_silence(self, serve: Serve) -> None:
        phone = await (await serve(timeout=0.05)).call()
        await phone.until("say", text=WELCOME)
        await phone.until("say", text="I heard nothing.")

    async def test_hanging_up_is_leaving_by_the_caller(self, serve: Serve) -> None:
        records = Records()
        phone = await (await serve(records)).call()
        await phone.until("collect")
        await hang_up(phone)
        assert records.left() == [(f"web-{phone.call}", "caller")]

    async def test_a_filler_is_played_before_the_answer(self, serve: Serve) -> None:
        phone = await (await serve()).call()
        await phone.until("collect")
        await phone.press("2", 1)
        await phone.until("say", text="One moment please.")
        await phone.until("say", text=WELCOME)

    async def test_an_unknown_menu_ends_the_call_with_its_reason(self, serve: Serve) -> None:
        phone = await (await serve()).call(menu="suport")
        assert "there is: support" in (await phone.until("error"))["message"]
        assert (await phone.until("hangup"))["reason"] == "broken"
        await phone.closed()

    async def test_what_cannot_be_spoken_is_still_shown(self, serve: Serve, tmp_path: Path) -> None:
        phone = await (await serve(speaker=ToneSpeaker(tmp_path, fails={WELCOME}))).call()
        assert (await phone.until("say", text=WELCOME))["seconds"] == 0
        await phone.press("1", 1)
        await phone.until("say", text=ORDER)

    async def test_a_database_that_comes_back_costs_a_moment_and_no_key(self, serve: Serve) -> None:
        records = Records()
        driver = FakeDriver(records)
        phone = await (await serve(driver=driver)).call()
        await phone.until("collect")
        driver.away = 1
        await phone.press("1", 1)
        await phone.until("error")
        await phone.until("ack", seq=1)
        await phone.until("say", text=ORDER)
        assert records.inputs() == ["1"]

    async def test_a_mistake_of_ours_is_an_apology_and_an_end(
        self, serve: Serve, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken(FakeDriver):
            async def advance(self, event: Any, say: Any = None) -> Any:
                if event.__class__.__name__ == "Input":
                    raise RuntimeError(event.text * 3)
                return await super().advance(event, say)

        records = Records()
        phone = await (await serve(driver=Broken(records))).call()
        await phone.until("collect")
        await phone.press("1", 1)
        await phone.until("hangup", reason="broken")
        await phone.closed()
        assert records.left() == [(f"web-{phone.call}", "ours")]
        assert "RuntimeError" in caplog.text
        assert "111" not in caplog.text

    async def test_the_journey_moved_elsewhere(self, serve: Serve) -> None:
        records = Records()
        phone = await (await serve(records)).call()
        await phone.until("collect")
        await phone.press("3", 1)
        await phone.until("moved")
        await phone.until("hangup", reason="moved")
        await phone.closed()
        assert records.left() == []

    async def test_another_contact_takes_the_journey(self, serve: Serve) -> None:
        driver = FakeDriver(Records())
        phone = await (await serve(driver=driver)).call()
        await phone.until("collect")
        await driver.legs[f"web-{phone.call}"].moved()
        await phone.until("moved")
        await phone.hears("We go on in your other conversation")
        await phone.until("hangup", reason="moved")
        assert driver.records.left() == []

    async def test_keys_are_in_no_log(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        phone = await (await serve()).call(number="+15550177")
        await phone.press("1421755#", 1)
        await phone.until("ack", seq=7)
        await hang_up(phone)
        assert "421755" not in caplog.text
        assert "5550177" not in caplog.text


class TestKeys:
    async def test_a_key_cuts_the_prompt(self, serve: Serve, tmp_path: Path) -> None:
        phone = await (await serve(speaker=ToneSpeaker(tmp_path, LONG))).call()
        await phone.until("say", text=WELCOME)
        await phone.frames(3)
        await phone.press("1", 1)
        await phone.until("clear")
        cleared = phone.heard.index({"event": "clear"})
        await phone.until("say", text=ORDER)
        after = phone.heard[cleared + 1 :]
        assert all(isinstance(thing, dict) for thing in after[: after.index(_said(after, ORDER))])

    async def test_the_first_of_several_keys_cuts_the_prompt(self, serve: Serve, tmp_path: Path) -> None:
        phone = await (await serve(speaker=ToneSpeaker(tmp_path, LONG))).call()
        await phone.press("1", 1)
        await phone.until("say", text=ORDER)
        await phone.press("4", 2)
        await phone.until("clear")

    async def test_keys_typed_ahead_answer_questions_not_put_yet(self, serve: Serve) -> None:
        records = Records()
        phone = await (await serve(records)).call()
        await phone.press("14217#", 1)
        await phone.until("say", text="Order 4217 is on its way.")
        assert records.inputs() == ["1", "4217"]
        assert ORDER not in phone.said()

    async def test_a_key_that_was_sent_twice_counts_once(self, serve: Serve) -> None:
        records = Records()
        phone = await (await serve(records)).call()
        await phone.press("1", 1)
        await phone.until("ack", seq=1)
        await phone.press("1", 1)
        await phone.press("4217#", 2)
        await phone.until("ack", seq=6)
        assert records.inputs() == ["1", "4217"]

    async def test_more_keys_than_any_question_takes_are_refused(self, serve: Serve) -> None:
        class Slow(FakeDriver):
            async def advance(self, event: Any, say: Any = None) -> Any:
                if isinstance(event, Input):
                    await answered.wait()
                return await super().advance(event, say)

        answered = asyncio.Event()
        phone = await (await serve(driver=Slow(Records()))).call()
        await phone.until("collect")
        await phone.press("1" + "5" * 99, 1)
        for _ in range(36):
            await phone.until("error")
        answered.set()
        await phone.until("ack", seq=1)

    async def test_a_flood_does_not_keep_others_from_phoning(self, serve: Serve) -> None:
        exchange = await serve()
        flood, other = await exchange.call(), await exchange.call()
        flooding = asyncio.create_task(flood.press("5" * 100_000, 1))
        await flood.until("say")
        await other.press("1", 1)
        await other.until("say", text=ORDER)
        flooding.cancel()
        await flood.lose()


class TestLostLine:
    async def test_the_same_call_goes_on_after_a_short_loss(self, serve: Serve, tmp_path: Path) -> None:
        records = Records()
        exchange = await serve(records)
        phone = await exchange.call(number="+15550100")
        await phone.until("collect")
        await phone.press("142", 1)
        await phone.until("ack", seq=1)
        await phone.lose()
        back = await exchange.call(phone.call, resume=True, keys=[[2, "4"], [3, "2"], [4, "1"]])
        await back.until("ack", seq=1)
        await back.until("collect", secret=True)
        await back.press("7#", 5)
        await back.until("ack", seq=6)
        assert records.inputs() == ["1", "4217"]
        assert records.left() == []

    async def test_a_prompt_waits_for_its_listener(self, serve: Serve, tmp_path: Path) -> None:
        exchange = await serve(speaker=ToneSpeaker(tmp_path, {WELCOME: 1.0}))
        phone = await exchange.call()
        await phone.until("say", text=WELCOME)
        await phone.frames(5)
        await phone.lose()
        before = sum(isinstance(thing, bytes) for thing in phone.heard)
        back = await exchange.call(phone.call, resume=True)
        await back.frames(30)
        assert before < 50
        assert pitch(await back.frames(50 - before - 30)) == pytest.approx(700, abs=60)

    async def test_a_newer_socket_takes_the_call(self, serve: Serve) -> None:
        records = Records()
        exchange = await serve(records)
        old = await exchange.call()
        await old.until("collect")
        new = await exchange.call(old.call, resume=True)
        await new.until("collect")
        assert await old.closed() == 4001
        await new.press("1", 1)
        await new.until("say", text=ORDER)
        assert records.left() == []

    async def test_a_dropped_line_is_known_at_once_and_the_next_call_goes_on(self, serve: Serve) -> None:
        records = Records()
        exchange = await serve(records)
        phone = await exchange.call(number="+15550100")
        await phone.press("1", 1)
        await phone.until("collect", secret=True)
        await phone.ws.close(code=4000)
        await eventually(lambda: records.left() == [(f"web-{phone.call}", "dropped")])
        again = await exchange.call(number="+15550100")
        await again.until("say", text=CUT_OFF)
        await again.until("say", text=ORDER)
        assert WELCOME not in again.said()

    async def test_a_line_that_stays_away_is_dropped(self, serve: Serve) -> None:
        records = Records()
        phone = await (await serve(records, grace=0.01)).call()
        await phone.until("collect")
        await phone.lose()
        await eventually(lambda: records.left() == [(f"web-{phone.call}", "dropped")])

    async def test_a_call_that_is_over_does_not_come_back(self, serve: Serve) -> None:
        phone = await (await serve()).call(resume=True)
        await phone.until("hangup", reason="lost")


class TestRestart:
    async def test_a_restart_is_no_end_of_the_call(self, serve: Serve) -> None:
        records = Records()
        first = await serve(records)
        phone = await first.call(number="+15550100")
        await phone.press("1", 1)
        await phone.until("collect", secret=True)
        await first.webphone.close()
        assert await phone.closed() == 1012
        assert records.left() == []
        second = await serve(records)
        await second.webphone.adopt()
        back = await second.call(phone.call, resume=True)
        await back.until("say", text=ORDER)
        assert WELCOME not in back.said()

    async def test_keys_pressed_around_a_crash_count_once(self, serve: Serve, tmp_path: Path) -> None:
        """The page has seen no acknowledgement at all: it sends again what was used and what was not."""
        records = Records()
        first = await serve(records)
        phone = await first.call()
        await phone.press("142", 1)
        await phone.until("ack", seq=1)
        second = await serve(records)  # beside the first one, which hears nothing any more
        back = await second.call(phone.call, resume=True, keys=[[1, "1"], [2, "4"], [3, "2"]])
        await back.until("collect", secret=True)
        await back.press("17#", 4)
        await back.until("ack", seq=6)
        assert records.inputs() == ["1", "4217"]
        assert ORDER not in back.said()  # it had been heard

    async def test_calls_that_do_not_come_back_were_dropped(self, serve: Serve) -> None:
        records = Records()
        first = await serve(records)
        phone = await first.call()
        await phone.until("collect")
        await first.webphone.close()
        await (await serve(records, grace=0.01)).webphone.adopt()
        await eventually(lambda: records.left() == [(f"web-{phone.call}", "dropped")])

    async def test_a_talk_goes_on_after_a_restart(self, serve: Serve) -> None:
        records = Records()
        first = await serve(records)
        phone, agent = await talking(first, FakeDriver(records))
        await first.webphone.close()
        assert await phone.closed() == await agent.closed() == 1012
        second = await serve(records)
        back = await second.call(phone.call, resume=True)
        await back.until("agent", name="Ada")
        agent = await second.connect(f"/phone/agent?contact=web-{phone.call}&agent=Ada")
        await agent.until("answer")
        await back.speak(tone(440, 0.4))
        assert pitch(await agent.frames(20)) == pytest.approx(440, abs=5)


async def talking(exchange: Exchange, driver: FakeDriver) -> tuple[Phone, Phone]:
    """A caller and the agent Ada, connected. `driver`: any on the exchange's records."""
    phone = await exchange.call()
    await phone.press("0", 1)
    await phone.until("queued")
    driver.legs = exchange.webphone._driver.legs
    contact = f"web-{phone.call}"
    assert await driver.join(contact, "Ada")
    await phone.until("agent", name="Ada")
    agent = await exchange.connect(f"/phone/agent?contact={contact}&agent=Ada")
    await agent.until("answer")
    return phone, agent


class TestHandOff:
    async def test_the_caller_hears_music_then_the_agent_and_then_goes_on(self, serve: Serve) -> None:
        driver = FakeDriver(Records())
        exchange = await serve(driver=driver)
        phone = await exchange.call()
        await phone.press("0", 1)
        await phone.until("queued")
        await phone.until("say", text="Please hold.")
        await phone.frames(25)  # the words and the pause
        music = np.frombuffer(await phone.frames(50), "<i2").astype(float)
        assert 100 < np.sqrt(np.mean(music**2)) < 3500  # there, and quieter than speech
        assert await driver.join(f"web-{phone.call}", "Ada")
        await phone.until("clear")
        await phone.until("agent", name="Ada")
        silent_from = len(phone.heard)
        agent = await exchange.connect(f"/phone/agent?contact=web-{phone.call}&agent=Ada")
        await agent.until("answer")
        await phone.speak(tone(440, 0.5))
        await agent.speak(tone(1000, 0.5))
        assert pitch(await agent.frames(25)) == pytest.approx(440, abs=4)
        assert pitch(await phone.frames(25)) == pytest.approx(1000, abs=4)
        assert sum(isinstance(thing, bytes) for thing in phone.heard[silent_from:]) == 25
        await agent.ws.send_json({"event": "finish"})
        await agent.until("hangup", reason="finished")
        await phone.until("say", text="Thank you for talking to us.")
        await phone.press("1", 2)
        await phone.until("say", text=ORDER)

    async def test_nobody_hears_the_caller_before_an_agent_took_the_call(self, serve: Serve) -> None:
        exchange = await serve()
        phone = await exchange.call()
        await phone.until("collect")
        thief = await exchange.connect(f"/phone/agent?contact=web-{phone.call}&agent=Ada")
        await thief.until("error")
        assert await thief.closed() == 1013

    async def test_another_agent_is_refused(self, serve: Serve) -> None:
        driver = FakeDriver(Records())
        exchange = await serve(driver=driver)
        phone, _ = await talking(exchange, driver)
        other = await exchange.connect(f"/phone/agent?contact=web-{phone.call}&agent=Bob")
        assert await other.closed() == 1013

    async def test_an_agent_who_stays_away_ends_the_talk(self, serve: Serve) -> None:
        driver = FakeDriver(Records())
        phone, agent = await talking(await serve(driver=driver, grace=0.01), driver)
        await agent.lose()
        await phone.until("say", text="Thank you for talking to us.")

    async def test_an_agent_who_comes_back_goes_on_talking(self, serve: Serve) -> None:
        driver = FakeDriver(Records())
        exchange = await serve(driver=driver)
        phone, agent = await talking(exchange, driver)
        await agent.lose()
        agent = await exchange.connect(f"/phone/agent?contact=web-{phone.call}&agent=Ada")
        await agent.until("answer")
        await agent.speak(tone(1000, 0.4))
        assert pitch(await phone.frames(20)) == pytest.approx(1000, abs=5)

    async def test_the_agent_learns_that_the_caller_hung_up(self, serve: Serve) -> None:
        driver = FakeDriver(Records())
        phone, agent = await talking(await serve(driver=driver), driver)
        await hang_up(phone)
        await agent.until("hangup", reason="caller")
        assert await agent.closed() == 1000

    async def test_nobody_comes(self, serve: Serve) -> None:
        phone = await (await serve(queue_timeout=0.05)).call()
        await phone.press("0", 1)
        await phone.until("say", text="Nobody is free.")

    async def test_keys_in_the_queue_answer_nothing_later(self, serve: Serve) -> None:
        driver = FakeDriver(Records())
        exchange = await serve(driver=driver)
        phone, agent = await talking(exchange, driver)
        await phone.press("999", 2)
        await phone.speak(tone(440, 0.02))
        await agent.frames(1)  # so the keys before it have arrived
        await agent.ws.send_json({"event": "finish"})
        await phone.until("ack", seq=4)
        await phone.press("1", 5)
        await phone.until("say", text=ORDER)
        assert driver.records.inputs() == ["0", "1"]


class TestWrongMessages:
    @pytest.mark.parametrize("size", [0, 100, 639, 641, 70_000])
    async def test_a_frame_of_a_wrong_size_is_answered_and_the_call_goes_on(self, serve: Serve, size: int) -> None:
        phone = await (await serve()).call()
        await phone.ws.send_bytes(bytes(size))
        assert "640 bytes" in (await phone.until("error"))["message"]
        await phone.press("1", 1)
        await phone.until("say", text=ORDER)

    async def test_fifty_of_them_close_the_socket(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        phone = await (await serve()).call()
        for _ in range(50):
            await phone.ws.send_bytes(b"?")
        assert await phone.closed() == 1003
        assert len(phone.events("error")) == 50
        assert "Traceback" not in caplog.text

    async def test_a_huge_message_closes_the_socket(self, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        exchange = await serve()
        phone = await exchange.call()
        await phone.until("collect")
        await phone.ws.send_bytes(bytes(300_000))
        assert await phone.closed() == 1009
        assert "Traceback" not in caplog.text
        await (await exchange.call(phone.call, resume=True)).until("collect")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "hello",
            "[]",
            "null",
            '{"event":"dance"}',
            '{"event":"key","key":"12","seq":1}',
            '{"event":"key","key":"1","seq":0}',
            '{"event":"key","key":"1","seq":1,"colour":"red"}',
            '{"event":"finish"}',
            json.dumps({"event": "start", "call": "0" * 16, "number": "1" * 20_000}),
        ],
    )
    async def test_a_message_that_is_not_ours_is_answered(self, serve: Serve, text: str) -> None:
        phone = await (await serve()).call()
        await phone.until("collect")
        await phone.ws.send_str(text)
        await phone.until("error")
        await phone.press("1", 1)
        await phone.until("say", text=ORDER)

    @pytest.mark.parametrize("first", ['{"event":"hangup"}', '{"event":"key","key":"1","seq":1}'])
    async def test_a_socket_that_does_not_start_is_closed(self, serve: Serve, first: str) -> None:
        phone = await (await serve()).connect("/phone/ws")
        await phone.ws.send_str(first)
        assert await phone.closed() == 1008

    async def test_a_page_of_another_site_may_not_phone(self, serve: Serve) -> None:
        exchange = await serve()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await exchange.connect("/phone/ws", Origin="https://elsewhere.example")
        assert refused.value.status == 403


def _said(things: list[Any], text: str) -> Any:
    return next(thing for thing in things if isinstance(thing, dict) and thing.get("text") == text)
