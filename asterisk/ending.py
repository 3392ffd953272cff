"""How a contact ends: its journey has the message that its caller was speaking, and is told that they left."""

from __future__ import annotations

import asyncio
import logging

from asterisk.message import forget, unkept
from context_bridge.contract import StoreUnavailable
from ivr.driver import Driver
from ivr.engine.events import Event, Left, LeftReason, Recorded
from ivr.recordings import Recordings

RETRIES = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds between attempts to tell a store that is down

log = logging.getLogger(__name__)


async def tell_messages(driver: Driver, recordings: Recordings, contact: str) -> None:
    """Before `tell_left`: a message is part of a journey that still has a contact."""
    for turn, message in (await unkept(recordings, contact)).items():
        name, at, recording, seconds = driver.new_event_id(), driver.now(), message.recording, message.seconds
        event = Recorded(id=name, at=at, contact=contact, turn=turn, recording=recording, seconds=seconds)
        if await _tell(driver, event):
            await forget(recordings, contact, turn)


async def tell_left(driver: Driver, contact: str, reason: LeftReason, detail: str) -> None:
    """The contact is over."""
    name = driver.new_event_id()
    await _tell(driver, Left(id=name, at=driver.now(), contact=contact, reason=reason, detail=detail))


async def _tell(driver: Driver, event: Event) -> bool:
    """While the store is down, again and again for half a minute; after that, the next connect finds the contact open
    without a call. Whether it is stored."""
    for pause in (*RETRIES, None):
        try:
            await driver.advance(event)
        except StoreUnavailable as error:
            log.error("%s: its end could not be stored: %s", event.contact, error)
            if pause is not None:
                await asyncio.sleep(pause)
        else:
            return True
    return False
