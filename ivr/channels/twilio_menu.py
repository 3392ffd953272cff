"""The menu that a webhook's address names (`/twilio/voice?menu=card`): a number may have one of its own."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from ivr.driver import Arrival, UnknownMenu
from ivr.engine.actions import Action

REMEDY = "correct ?menu= in the address of the number's webhook at Twilio; segue doctor looks for it"

log = logging.getLogger(__name__)

Actions = tuple[Action, ...]


async def arrive(arrival: Arrival, otherwise: str, take: Callable[[Arrival], Awaitable[Actions]]) -> Actions:
    """Where there is no menu of that name, customers get the menu `otherwise`: a slip in an address must not cost the
    site its calls. Raises `UnknownMenu` when that one is not there either."""
    try:
        return await take(arrival)
    except UnknownMenu as error:
        if arrival.menu == otherwise:
            raise
        what = str(error).partition(";")[0]  # its own remedy is for the menu of the settings
        log.error("%s gets the menu %s: %s; %s", arrival.contact, otherwise, what, REMEDY)
        return await take(replace(arrival, menu=otherwise))
