"""A caller and an agent talk to each other in the web phone."""

from typing import Any

import numpy as np
import pytest

from tests.channels.fake_driver import ORDER, FakeDriver, Records
from tests.channels.far_end import Exchange, Phone, Serve, pitch, tone


async def test_a_talk_goes_on_after_a_restart(serve: Serve) -> None:
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
    running: Any = exchange.webphone._driver
    driver.legs = running.legs
    contact = f"web-{phone.call}"
    assert await driver.join(contact, "Ada")
    await phone.until("agent", name="Ada")
    agent = await exchange.connect(f"/phone/agent?contact={contact}&agent=Ada")
    await agent.until("answer")
    return phone, agent


async def test_the_caller_hears_music_then_the_agent_and_then_goes_on(serve: Serve) -> None:
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


async def test_nobody_hears_the_caller_before_an_agent_took_the_call(serve: Serve) -> None:
    exchange = await serve()
    phone = await exchange.call()
    await phone.until("collect")
    thief = await exchange.connect(f"/phone/agent?contact=web-{phone.call}&agent=Ada")
    await thief.until("error")
    assert await thief.closed() == 1013


async def test_another_agent_is_refused(serve: Serve) -> None:
    driver = FakeDriver(Records())
    exchange = await serve(driver=driver)
    phone, _ = await talking(exchange, driver)
    other = await exchange.connect(f"/phone/agent?contact=web-{phone.call}&agent=Bob")
    assert await other.closed() == 1013


async def test_an_agent_who_stays_away_ends_the_talk(serve: Serve) -> None:
    driver = FakeDriver(Records())
    phone, agent = await talking(await serve(driver=driver, grace=0.01), driver)
    await agent.lose()
    await phone.until("say", text="Thank you for talking to us.")


async def test_an_agent_who_comes_back_goes_on_talking(serve: Serve) -> None:
    driver = FakeDriver(Records())
    exchange = await serve(driver=driver)
    phone, agent = await talking(exchange, driver)
    await agent.lose()
    agent = await exchange.connect(f"/phone/agent?contact=web-{phone.call}&agent=Ada")
    await agent.until("answer")
    await agent.speak(tone(1000, 0.4))
    assert pitch(await phone.frames(20)) == pytest.approx(1000, abs=5)


async def test_the_agent_learns_that_the_caller_hung_up(serve: Serve) -> None:
    driver = FakeDriver(Records())
    phone, agent = await talking(await serve(driver=driver), driver)
    await phone.hang_up()
    await agent.until("hangup", reason="caller")
    assert await agent.closed() == 1000


async def test_nobody_comes(serve: Serve) -> None:
    phone = await (await serve(queue_timeout=0.05)).call()
    await phone.press("0", 1)
    await phone.until("say", text="Nobody is free.")


async def test_keys_in_the_queue_answer_nothing_later(serve: Serve) -> None:
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
