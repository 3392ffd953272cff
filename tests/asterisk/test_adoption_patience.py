"""A server comes to calls that the dialplan asked for patience, or that it has said goodbye to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from ivr.engine.actions import Say
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, serving
from tests.asterisk.successor import COMING, Moment, Successor, asked

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG_GOODBYE = " ".join(2 * ["Farewell and good night. Mind the step, keep your parcel dry, and greet the keeper."])


async def test_who_is_asked_for_patience_while_we_come_does_not_wait_for_its_end(
    gone: Lab, patience: Callable[[int], Awaitable[None]]
) -> None:
    call, after = await asked(gone), Successor(gone)
    await patience(120)

    async def is_asked_for_patience() -> None:
        await call.silence(0.5)
        await call.packets(5)

    async with after.comes("before the list", is_asked_for_patience) as driver:
        await call.press("4217#")
        await gone.hears(call, said.ON_ITS_WAY)
        assert driver.seen("number") == ["4217"]


@pytest.mark.parametrize("moment", COMING)
async def test_who_hangs_up_on_the_dead_mans_switch_has_left_by_themselves(gone: Lab, moment: Moment) -> None:
    call, after = await asked(gone), Successor(gone)
    await call.silence(0.5)
    await call.packets(5)
    assert await after.sees_leave(moment, call.hang_up) == ["caller"]


async def test_a_goodbye_is_heard_to_its_end(
    gone: Lab, patience: Callable[[int], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is longer than the dead man's switch waits."""
    monkeypatch.setattr(said, "GOODBYE", Say(LONG_GOODBYE))
    assert (await gone.clip(LONG_GOODBYE)).seconds > 9
    await patience(6)
    async with serving(gone.channel):
        call = await gone.phone.call("100")
        await gone.hears(call, said.CHOICE)
        await call.press("9")
        await gone.hears(call, said.GOODBYE)
    async with serving(Successor(gone).channel):
        assert await call.ended == "they"
        assert await gone.likeness(call, said.GOODBYE) > 0.95


async def test_a_call_that_was_asked_for_patience_is_ours_again_for_as_long_as_any(lab: Lab) -> None:
    """Not only for the three seconds in which the dialplan waits for a server."""
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    [serves] = lab.channel._calls.values()
    serves.leg._away = lab.channel._away = 60  # from the next round on, which comes after twenty seconds
    lab.driver.available = False
    await call.press("1")
    await call.packets(40)  # one moment please
    lab.driver.available = True
    await lab.hears(call, said.NUMBER)
    assert float(await serves.leg.get("TIMEOUT(absolute)")) > 3
