"""Calls whose end was never told, or came when it could not be saved: Twilio is asked.

Its status callback is sent once and not again, so a call would stay on for as long as journeys are kept.
"""

from __future__ import annotations

import logging
import random

from context_bridge.contract import ContextStore
from ivr.channels import twilio_wire as wire
from ivr.channels.twilio_call import NODE, call_of
from ivr.channels.twilio_ends import Ends
from ivr.channels.twilio_rest import Refused, Rest, Unknown, Unreached
from ivr.driver import Driver

QUIET = 180.0  # seconds without a turn
MOST = 20  # calls asked about in one sweep, drawn by lot: those who wait long must not keep others from their turn

log = logging.getLogger(__name__)


async def end_lost(driver: Driver, store: ContextStore, rest: Rest, ends: Ends) -> None:
    """End the calls that are over at Twilio and on with us. One that Twilio says nothing about stays on; where Twilio
    itself cannot be reached or is busy, the others are left to the next sweep too."""
    quiet = [row for row in await store.live_on(NODE) if row.contact and row.updated_at < driver.now() - QUIET]
    for row in random.sample(quiet, min(MOST, len(quiet))):
        contact = row.contact or ""
        try:
            why = wire.ended({"CallStatus": await rest.status(call_of(contact))})
        except (Refused, Unknown, Unreached) as error:
            log.warning("whether call %s is over is not known: %s", contact, error)
            if not isinstance(error, Refused) or error.busy:
                return
            continue
        if why is not None:
            await ends.over(contact, why)
