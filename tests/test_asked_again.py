"""Whoever asks a back office once more (a restarted server, a second one, the caller's next call) gives what is asked
the same name until it was answered, and says that it is not the first; what is asked anew has another name."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from ivr.engine.actions import Invoke
from ivr.engine.data import replace
from ivr.engine.events import Input
from tests.shop import ANN, Shop, shop
from tests.waiting import eventually

__all__ = ["shop"]


async def cut_off(shop: Shop, contact: str) -> None:
    """The server dies between the question and the answer."""
    shop.office.open.clear()
    asking = asyncio.create_task(shop.press(contact, "4217"))
    await eventually(lambda: bool(shop.office.keys))
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    shop.office.open.set()


async def at_the_order(shop: Shop) -> str:
    shop.now = time.time()  # the store's own clock says which journeys are too old to go on
    contact = await shop.call()
    await shop.press(contact, "1")
    return contact


async def test_a_server_that_takes_over_asks_under_the_same_name(shop: Shop) -> None:
    contact = await at_the_order(shop)
    await cut_off(shop, contact)
    assert await shop.another().current(contact)
    one, other = shop.office.attempts
    assert (one.again, other) == (False, replace(one, again=True))
    assert (await shop.journey(contact)).step == "what_next"


async def test_a_caller_who_lost_the_line_meanwhile_is_asked_for_under_the_same_name(shop: Shop) -> None:
    contact = await at_the_order(shop)
    await cut_off(shop, contact)
    await shop.leave(contact)
    again = await shop.call(ANN)
    one, other = shop.office.attempts
    assert (one.again, other) == (False, replace(one, again=True))
    assert (await shop.journey(again)).step == "what_next"


async def test_an_event_that_another_server_has_taken_is_no_first_asking(shop: Shop) -> None:
    """That one died before it was answered, and whoever sent the event sends it again."""
    contact = await at_the_order(shop)
    event = Input(id="said-once", at=shop.now, contact=contact, text="4217", mode="keys")
    await shop.driver.advance(event, ask=False)
    await shop.another().advance(event)
    [attempt] = shop.office.attempts
    assert attempt.again


async def test_who_goes_on_from_a_turn_in_which_nobody_was_asked_is_the_first(shop: Shop) -> None:
    contact = await at_the_order(shop)
    event = Input(id="said-once", at=shop.now, contact=contact, text="4217", mode="keys")
    *_, left = await shop.driver.advance(event, ask=False)
    assert isinstance(left, Invoke)
    assert await shop.driver.current(contact, left=left)
    [attempt] = shop.office.attempts
    assert not attempt.again


async def test_what_is_asked_anew_has_another_name(shop: Shop) -> None:
    contact = await at_the_order(shop)
    await shop.press(contact, "4217")
    await shop.press(contact, "9")
    before = list(shop.office.keys)
    stranger = await shop.call("+14155550135")
    await shop.press(stranger, "1")
    await shop.press(stranger, "4217")
    assert len(before) == 1
    assert len(set(shop.office.keys)) == len(shop.office.keys) == 2
    assert not any(attempt.again for attempt in shop.office.attempts)
