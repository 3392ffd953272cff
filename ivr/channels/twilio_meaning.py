"""What Twilio's recognizer heard comes as text. Which option it means is found here, beside the event loop."""

from __future__ import annotations

import asyncio

from context_bridge.contract import ContextStore
from ivr.driver import Driver
from ivr.engine.actions import Collect
from ivr.engine.events import Event, Input
from ivr.engine.step import current_wait
from recognition.meaning import saying


async def meant(event: Event, store: ContextStore, driver: Driver) -> Event:
    """The event, with the options of the open question that its words mean. One that answers another question stays
    as it is: the engine does not count it."""
    if not isinstance(event, Input) or event.mode != "speech":
        return event
    journey = await store.by_contact(event.contact)
    if journey is None or journey.turn != event.turn:
        return event
    wait = current_wait(await driver.flow(journey), journey)[-1]
    return await asyncio.to_thread(saying, event, wait) if isinstance(wait, Collect) else event
