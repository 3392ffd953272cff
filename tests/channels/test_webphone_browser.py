"""The phone's page in a real Chromium: what a caller sees, hears and presses."""

import os
import re
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, async_playwright, expect

from ivr.channels.webphone import WebPhone
from ivr.engine.events import Alternative
from ivr.settings import Settings
from ivr.web.pages import Pages
from tests.channels.fake_driver import CUT_OFF, ORDER, WELCOME, FakeDriver, Records
from tests.channels.far_end import PATIENCE, Exchange, ToneSpeaker, serving, tone
from tests.channels.tone_ears import ToneListener
from tests.servers import needs
from tests.waiting import eventually

FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
GRANTED = [*FLAGS, "--use-fake-ui-for-media-stream"]
REFUSED = [*FLAGS, "--use-fake-ui-for-media-stream=deny"]
AUDIBLE = 0.02  # root mean square of 0 to 1; a prompt of these tests has 0.19
expect.set_options(timeout=PATIENCE * 1000)


class Caller:
    """Somebody at the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def call(self) -> None:
        await self.page.get_by_role("button", name="Call").click()

    async def sees(self, text: str) -> None:
        await expect(self.page.locator("main")).to_contain_text(text)

    async def reads(self, status: str) -> None:
        await expect(self.page.locator("#status")).to_have_text(re.compile(status))

    async def fits(self, width: int, height: int, last: str) -> None:
        box = await self.page.get_by_role("button", name=last).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
        root = "(({scrollWidth, scrollHeight}) => [scrollWidth, scrollHeight])(document.documentElement)"
        assert await self.page.evaluate(root) == [width, height]

    async def hears_something(self) -> None:
        """The page draws its light by the loudness of what it plays."""
        await self.page.wait_for_function(
            f"() => parseFloat(document.getElementById('light').style.getPropertyValue('--level')) / 4 > {AUDIBLE}"
        )


@asynccontextmanager
async def browser(flags: list[str]) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=needs("chromium", "the web phone's page is tested in it"), args=flags
        )
        try:
            yield chromium
        finally:
            await chromium.close()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def driver() -> FakeDriver:
    return FakeDriver(Records())


@pytest.fixture
async def exchange(stack: AsyncExitStack, driver: FakeDriver, tmp_path: Path) -> Exchange:
    speaker = ToneSpeaker(tmp_path, {WELCOME: 20.0, ORDER: 20.0})
    webphone = WebPhone(driver, speaker, Settings(data_dir=tmp_path))  # type: ignore[arg-type]
    return await stack.enter_async_context(serving(webphone, Pages(demo=False)))


async def at_the_page(stack: AsyncExitStack, exchange: Exchange, flags: list[str] = GRANTED) -> Caller:
    chromium = await stack.enter_async_context(browser(flags))
    caller = Caller(await chromium.new_page())
    await caller.page.goto(f"{exchange.url}/phone")
    return caller


async def test_a_call_by_mouse_and_by_keyboard(stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.page.get_by_label("Your number").fill("+1 415 555 0199")
    await caller.page.keyboard.press("Enter")
    await caller.reads("Connected")
    await caller.sees(WELCOME)
    await caller.hears_something()
    await caller.button("1").click()
    await caller.sees(ORDER)
    await caller.page.keyboard.type("4217#")
    await caller.sees("Order 4217 is on its way.")
    await caller.page.get_by_role("button", name="choice 9").click()
    await caller.sees("Goodbye.")
    await caller.reads("Call ended")
    assert driver.records.inputs() == ["1", "4217", "9"]
    assert list(driver.records.numbers) == ["+14155550199"]
    assert caller.complaints == []


async def test_drop_the_line_and_call_again(stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.call()
    await caller.button("1").click()
    await caller.sees(ORDER)
    await caller.page.get_by_role("button", name="Drop the line").click()
    await caller.sees("go on where you were")
    await eventually(lambda: [reason for _, reason in driver.records.left()] == ["dropped"])
    await caller.call()
    await caller.sees(CUT_OFF)
    await caller.sees(ORDER)
    assert await caller.page.get_by_text(WELCOME).count() == 0
    await caller.button("Hang up").click()
    await caller.reads("Call ended")
    await eventually(lambda: [reason for _, reason in driver.records.left()] == ["dropped", "caller"])


async def test_a_line_lost_for_a_moment_comes_back_with_every_key(
    stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver
) -> None:
    lines: list[WebSocketRoute] = []
    gone = False

    async def network(line: WebSocketRoute) -> None:
        if gone:
            await line.close(code=1012)
        else:
            lines.append(line.connect_to_server())

    caller = await at_the_page(stack, exchange)
    await caller.page.route_web_socket("**/phone/ws", network)
    await caller.call()
    await caller.button("1").click()
    await caller.sees(ORDER)
    gone = True
    await lines[0].close(code=1001)
    await exchange.webphone._calls[next(iter(driver.records.journeys))].line.close(1012)
    await caller.reads("Line lost")
    await caller.page.keyboard.type("42")
    gone = False
    await caller.reads("Connected")
    await caller.page.keyboard.type("17#")
    await caller.sees("Order 4217 is on its way.")
    assert len(lines) == 2
    assert driver.records.left() == []


async def test_secret_keys_are_not_shown(stack: AsyncExitStack, exchange: Exchange) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.call()
    await caller.button("1").click()
    await caller.sees(ORDER)
    await caller.page.keyboard.type("421")
    await expect(caller.page.locator("#typed")).to_have_text("•••")


async def test_caller_and_agent_hear_each_other(stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.call()
    await caller.button("0").click()
    await caller.reads("Waiting for a person")
    await caller.hears_something()
    contact = next(iter(driver.records.journeys))
    assert await driver.join(contact, "Ada")
    await caller.reads("Talking to Ada")
    agent = await exchange.connect(f"/phone/agent?contact={contact}&agent=Ada")
    await agent.until("answer")
    beeps = b""
    while not any(beeps):  # Chromium's fake microphone beeps once a second
        beeps = await agent.frames(10)
    await agent.speak(tone(500, 3))
    await caller.hears_something()
    await caller.button("Mute").click()
    await expect(caller.button("Mute")).to_have_attribute("aria-pressed", "true")


async def test_an_agents_page_hears_and_is_heard(stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver) -> None:
    phone = await exchange.call()
    await phone.press("0", 1)
    await phone.until("queued")
    assert await driver.join(f"web-{phone.call}", "Ada")
    desk = await at_the_page(stack, exchange)
    await desk.page.evaluate(
        """async (contact) => {
            const { AgentPhone } = await import("/static/phone.js");
            window.talk = new AgentPhone(`/phone/agent?contact=${contact}&agent=Ada`);
            await talk.start();
        }""",
        f"web-{phone.call}",
    )
    await phone.until("agent", name="Ada")
    while not any(await phone.frames(10)):
        pass
    await phone.speak(tone(440, 2))
    await desk.page.wait_for_function(f"() => talk.sound.level() > {AUDIBLE}")
    await desk.page.evaluate("talk.finish()")
    await phone.until("say", text="Thank you for talking to us.")
    await desk.page.wait_for_function("() => talk.state === 'idle'")


async def test_without_a_microphone_one_hears_and_presses(stack: AsyncExitStack, exchange: Exchange) -> None:
    caller = await at_the_page(stack, exchange, REFUSED)
    await caller.call()
    await caller.hears_something()
    await caller.button("0").click()
    await caller.sees("Without a microphone")
    await expect(caller.button("Mute")).to_be_hidden()


def microphone(folder: Path, *sounds: bytes) -> list[str]:
    """Flags for a microphone that hears this once, and then nothing."""
    path = folder / "microphone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"".join(sounds))
    return [*GRANTED, f"--use-file-for-fake-audio-capture={path}%noloop"]


@pytest.fixture
def listener() -> ToneListener:
    return ToneListener({1000: (Alternative("an order please", 0.9, "1"),)})


@pytest.fixture
async def hearing(stack: AsyncExitStack, driver: FakeDriver, listener: ToneListener, tmp_path: Path) -> Exchange:
    speaker = ToneSpeaker(tmp_path, {WELCOME: 20.0, ORDER: 20.0})
    webphone = WebPhone(driver, speaker, Settings(data_dir=tmp_path), listener)  # type: ignore[arg-type]
    return await stack.enter_async_context(serving(webphone, Pages(demo=False)))


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


async def test_a_screen_reader_finds_everything(stack: AsyncExitStack, exchange: Exchange) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.call()
    await caller.sees(WELCOME)
    tree = await caller.page.locator("main").aria_snapshot()
    for part in ("status: Connected", "log:", 'group "Keys"', 'button "2, ABC"', 'button "star"', 'button "Hang up"'):
        assert part in tree


async def test_nothing_is_cut_off_in_a_narrow_frame(
    stack: AsyncExitStack, exchange: Exchange, driver: FakeDriver
) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.page.set_viewport_size({"width": 290, "height": 520})
    await caller.fits(290, 520, "Call")
    await caller.call()
    await caller.sees(WELCOME)
    await caller.fits(290, 520, "Drop")
    await caller.button("0").click()
    await caller.button("Mute").wait_for()
    assert await driver.join(next(iter(driver.records.journeys)), "Adelheid of the second floor")
    await caller.reads("Adelheid")
    await caller.fits(290, 520, "Drop")


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
