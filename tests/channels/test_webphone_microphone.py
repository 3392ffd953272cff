"""The phone's page in a real Chromium: who speaks is heard when they should be, and who has no microphone goes on."""

import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import WebSocketRoute, expect

from ivr.channels.webphone import WebPhone
from ivr.engine.events import Alternative
from ivr.settings import Settings
from ivr.web.pages import Pages
from tests.channels.fake_driver import ORDER, WELCOME, FakeDriver
from tests.channels.far_end import Exchange, ToneSpeaker, serving, tone
from tests.channels.page import at_the_page, microphone
from tests.channels.tone_ears import ToneListener
from tests.chromium import REFUSED
from tests.waiting import eventually


@pytest.fixture
def listener() -> ToneListener:
    return ToneListener({1000: (Alternative("an order please", 0.9, "1"),)})


@pytest.fixture
async def hearing(stack: AsyncExitStack, driver: FakeDriver, listener: ToneListener, tmp_path: Path) -> Exchange:
    speaker = ToneSpeaker(tmp_path, {WELCOME: 20.0, ORDER: 20.0})
    webphone = WebPhone(driver, speaker, Settings(data_dir=tmp_path), listener)  # type: ignore[arg-type]
    return await stack.enter_async_context(serving(webphone, Pages(demo=False)))


async def test_without_a_microphone_one_hears_and_presses(stack: AsyncExitStack, exchange: Exchange) -> None:
    caller = await at_the_page(stack, exchange, REFUSED)
    await caller.call()
    await caller.hears_something()
    await caller.button("0").click()
    await caller.sees("Without a microphone")
    await expect(caller.button("Mute")).to_be_hidden()


async def test_an_answer_that_is_said(stack: AsyncExitStack, hearing: Exchange, tmp_path: Path) -> None:
    spoken = microphone(tmp_path, bytes(64_000), tone(1000, 0.6), bytes(320_000))
    caller = await at_the_page(stack, hearing, spoken)
    await caller.call()
    ear = caller.page.get_by_role("region", name="Listening")
    await expect(ear).to_contain_text("say it, or press a key")
    await expect(caller.button("Mute")).to_be_visible()
    await caller.page.wait_for_function("() => document.getElementById('loud').value > 0.05")
    await expect(caller.page.get_by_role("log")).to_contain_text("an order please")
    await caller.sees(ORDER)
    await expect(ear).to_be_hidden()  # a secret: nobody listens, and nothing is sent
    assert caller.complaints == []


async def test_who_speaks_reads_it_while_they_speak(stack: AsyncExitStack, hearing: Exchange, tmp_path: Path) -> None:
    caller = await at_the_page(stack, hearing, microphone(tmp_path, tone(1000, 60.0)))
    await caller.call()
    await expect(caller.page.get_by_role("region", name="Listening")).to_contain_text("a tone")
    assert caller.complaints == []


async def test_a_muted_phone_says_that_it_does_not_listen(stack: AsyncExitStack, hearing: Exchange) -> None:
    caller = await at_the_page(stack, hearing)
    await caller.call()
    ear = caller.page.get_by_role("region", name="Listening")
    await expect(ear).to_be_visible()
    await caller.button("Mute").click()
    await expect(ear).to_be_hidden()
    await caller.button("Mute").click()
    await expect(ear).to_be_visible()


async def test_who_has_no_microphone_answers_by_keys(
    stack: AsyncExitStack, hearing: Exchange, driver: FakeDriver
) -> None:
    caller = await at_the_page(stack, hearing, REFUSED)
    await caller.call()
    await caller.sees("Answer by keys")
    await expect(caller.page.get_by_role("region", name="Listening")).to_be_hidden()
    await caller.button("1").click()
    await caller.sees(ORDER)
    assert driver.records.inputs() == ["1"]


async def test_the_microphone_is_sent_only_while_somebody_listens(
    stack: AsyncExitStack, hearing: Exchange, listener: ToneListener
) -> None:
    """Not while a PIN is asked for, whoever reads it out to themselves."""
    sent: list[bytes] = []

    async def network(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if isinstance(message, bytes):
                sent.append(message)
            server.send(message)

        line.on_message(pass_on)

    caller = await at_the_page(stack, hearing)
    await caller.page.route_web_socket("**/phone/ws", network)
    await caller.call()
    await eventually(lambda: len(sent) > 20)
    await caller.button("1").click()
    await caller.sees(ORDER)
    before = len(sent)
    await caller.hears_something()
    await caller.page.keyboard.type("421")
    await expect(caller.page.locator("#typed")).to_have_text("•••")
    assert len(sent) - before < 5, "sent while a secret was asked for"  # a few were on their way
    await caller.page.keyboard.type("7#")
    before = len(sent)
    await eventually(lambda: len(sent) > before)  # and again, now that an answer may be said


async def test_a_message_is_recorded_with_the_page_showing_it(
    stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver, tmp_path: Path
) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.call()
    await caller.page.get_by_role("button", name="choice 5").click()
    await caller.reads("Get ready to speak")
    await caller.reads("Recording: speak now")
    await caller.page.wait_for_function("() => document.getElementById('voice').value > 0.05")
    takes = tmp_path / "recordings"
    await eventually(lambda: any(path.stat().st_size > 100_000 for path in takes.glob(".*.pcm")))
    if shots := os.environ.get("SHOTS"):
        await caller.page.set_viewport_size({"width": 290, "height": 540})
        await caller.page.screenshot(path=f"{shots}/recording.png")
    done = caller.page.get_by_role("button", name="Done, or press hash")
    await expect(done).to_be_focused()
    await caller.page.keyboard.press("Enter")
    await caller.sees("Thank you.")
    await caller.sees("seconds is recorded.")
    await expect(done).to_be_hidden()
    assert len(driver.records.messages()) == 1
    assert caller.complaints == []


async def test_who_refuses_the_microphone_is_told_and_goes_on(
    stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver
) -> None:
    driver.message = {"longest": 60.0, "silence": 2.0, "timeout": 0.1}
    caller = await at_the_page(stack, exchange, REFUSED)
    await caller.call()
    await caller.page.get_by_role("button", name="choice 5").click()
    await caller.sees("Allow it in your browser")
    await caller.sees("No message was recorded.")
    await caller.sees("There was no message.")
