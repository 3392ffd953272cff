"""The phone's page in a real Chromium: what a caller sees, hears and presses."""

from contextlib import AsyncExitStack

from playwright.async_api import WebSocketRoute, expect

from tests.channels.fake_driver import CUT_OFF, ORDER, WELCOME, FakeDriver
from tests.channels.far_end import Exchange, tone
from tests.channels.page import AUDIBLE, at_the_page
from tests.waiting import eventually


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


async def test_a_screen_reader_finds_everything(stack: AsyncExitStack, exchange: Exchange) -> None:
    caller = await at_the_page(stack, exchange)
    await caller.call()
    await caller.sees(WELCOME)
    tree = await caller.page.locator("main").aria_snapshot()
    for part in ("status: Connected", "log:", 'group "Keys"', 'button "2 ABC"', 'button "star"', 'button "Hang up"'):
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


async def test_sideways_the_talk_lies_beside_the_keys(stack: AsyncExitStack, exchange: Exchange) -> None:
    """A telephone held sideways, and a window that is zoomed into."""
    caller = await at_the_page(stack, exchange)
    await caller.page.set_viewport_size({"width": 640, "height": 400})
    await caller.fits(640, 400, "Call")
    await caller.call()
    await caller.sees(WELCOME)
    await caller.fits(640, 400, "Drop")
    said, keys = caller.page.locator("#said"), caller.page.get_by_role("group", name="Keys")
    left, right = await said.bounding_box(), await keys.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    assert left["height"] > 100  # several lines of it can be read
