"""The web phone over real sockets: a call from its answer to its goodbye."""

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.channels.fake_driver import ORDER, WELCOME, FakeDriver, Records
from tests.channels.far_end import Serve, ToneSpeaker


async def test_call_from_answer_to_goodbye(serve: Serve) -> None:
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


async def test_choices_are_offered_for_the_eye(serve: Serve) -> None:
    phone = await (await serve()).call()
    collect = await phone.until("collect")
    assert {"key": "1", "label": "choice 1"} in collect["options"]
    assert collect["secret"] is False


async def test_each_caption_comes_when_its_words_begin(serve: Serve) -> None:
    phone = await (await serve(Records())).call()
    await phone.press("1", 1)
    await phone.until("collect", secret=True)
    await phone.press("4217#", 2)
    await phone.until("say", text=WELCOME)
    kinds = ["." if isinstance(thing, bytes) else thing.get("text", "") for thing in phone.heard]
    between = kinds[kinds.index("Order 4217 is on its way.") + 1 : kinds.index(WELCOME)]
    assert between.count(".") >= 12  # a quarter of a second of words, then a pause


async def test_silence_is_heard_as_silence(serve: Serve) -> None:
    phone = await (await serve(timeout=0.05)).call()
    await phone.until("say", text=WELCOME)
    await phone.until("say", text="I heard nothing.")


async def test_hanging_up_is_leaving_by_the_caller(serve: Serve) -> None:
    records = Records()
    phone = await (await serve(records)).call()
    await phone.until("collect")
    await phone.hang_up()
    assert records.left() == [(f"web-{phone.call}", "caller")]


async def test_a_filler_is_played_before_the_answer(serve: Serve) -> None:
    phone = await (await serve()).call()
    await phone.until("collect")
    await phone.press("2", 1)
    await phone.until("say", text="One moment please.")
    await phone.until("say", text=WELCOME)


async def test_an_unknown_menu_ends_the_call_with_its_reason(serve: Serve) -> None:
    phone = await (await serve()).call(menu="suport")
    assert "there is: support" in (await phone.until("error"))["message"]
    assert (await phone.until("hangup"))["reason"] == "broken"
    await phone.closed()


async def test_what_cannot_be_spoken_is_still_shown(serve: Serve, tmp_path: Path) -> None:
    phone = await (await serve(speaker=ToneSpeaker(tmp_path, fails={WELCOME}))).call()
    assert (await phone.until("say", text=WELCOME))["seconds"] == 0
    await phone.press("1", 1)
    await phone.until("say", text=ORDER)


async def test_a_database_that_comes_back_costs_a_moment_and_no_key(serve: Serve) -> None:
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


async def test_a_mistake_of_ours_is_an_apology_and_an_end(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
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


async def test_the_journey_moved_elsewhere(serve: Serve) -> None:
    records = Records()
    phone = await (await serve(records)).call()
    await phone.until("collect")
    await phone.press("3", 1)
    await phone.until("moved")
    await phone.until("hangup", reason="moved")
    await phone.closed()
    assert records.left() == []


async def test_another_contact_takes_the_journey(serve: Serve) -> None:
    driver = FakeDriver(Records())
    phone = await (await serve(driver=driver)).call()
    await phone.until("collect")
    await driver.legs[f"web-{phone.call}"].moved()
    await phone.until("moved")
    await phone.hears("We go on in your other conversation")
    await phone.until("hangup", reason="moved")
    assert driver.records.left() == []


async def test_keys_are_in_no_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    phone = await (await serve()).call(number="+15550177")
    await phone.press("1421755#", 1)
    await phone.until("ack", seq=7)
    await phone.hang_up()
    assert "421755" not in caplog.text
    assert "5550177" not in caplog.text
