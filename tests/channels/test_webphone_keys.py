"""Keys in the web phone: they cut prompts, are typed ahead, count once, and flood nobody else."""

import asyncio
from pathlib import Path
from typing import Any

from ivr.engine.events import Input
from tests.channels.fake_driver import ORDER, WELCOME, FakeDriver, Records
from tests.channels.far_end import Serve, ToneSpeaker

LONG = {WELCOME: 20.0, ORDER: 20.0}  # seconds: prompts that no test hears to their end


async def test_a_key_cuts_the_prompt(serve: Serve, tmp_path: Path) -> None:
    phone = await (await serve(speaker=ToneSpeaker(tmp_path, LONG))).call()
    await phone.until("say", text=WELCOME)
    await phone.frames(3)
    await phone.press("1", 1)
    await phone.until("clear")
    cleared = phone.heard.index({"event": "clear"})
    await phone.until("say", text=ORDER)
    after = phone.heard[cleared + 1 :]
    assert all(isinstance(thing, dict) for thing in after[: after.index(_said(after, ORDER))])


async def test_the_first_of_several_keys_cuts_the_prompt(serve: Serve, tmp_path: Path) -> None:
    phone = await (await serve(speaker=ToneSpeaker(tmp_path, LONG))).call()
    await phone.press("1", 1)
    await phone.until("say", text=ORDER)
    await phone.press("4", 2)
    await phone.until("clear")


async def test_keys_typed_ahead_answer_questions_not_put_yet(serve: Serve) -> None:
    records = Records()
    phone = await (await serve(records)).call()
    await phone.press("14217#", 1)
    await phone.until("say", text="Order 4217 is on its way.")
    assert records.inputs() == ["1", "4217"]
    assert ORDER not in phone.said()


async def test_a_key_that_was_sent_twice_counts_once(serve: Serve) -> None:
    records = Records()
    phone = await (await serve(records)).call()
    await phone.press("1", 1)
    await phone.until("ack", seq=1)
    await phone.press("1", 1)
    await phone.press("4217#", 2)
    await phone.until("ack", seq=6)
    assert records.inputs() == ["1", "4217"]


async def test_more_keys_than_any_question_takes_are_refused(serve: Serve) -> None:
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


async def test_a_flood_does_not_keep_others_from_phoning(serve: Serve) -> None:
    exchange = await serve()
    flood, other = await exchange.call(), await exchange.call()
    flooding = asyncio.create_task(flood.press("5" * 100_000, 1))
    await flood.until("say")
    await other.press("1", 1)
    await other.until("say", text=ORDER)
    flooding.cancel()
    await flood.lose()


def _said(things: list[Any], text: str) -> Any:
    return next(thing for thing in things if isinstance(thing, dict) and thing.get("text") == text)
