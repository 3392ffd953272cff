"""What Twilio asks when it could not use an answer of ours: it was a 5xx, came after 15 seconds, or nobody was there.

It names the webhook that failed (ErrorUrl; twilio.com/docs/usage/security/availability-reliability). A call that could
not begin begins here. What a verb has brought is taken here, once as ever: a talk that is over is not dialled again,
and a recorded message is not asked for twice. Whether Twilio repeats the fields that say so is not documented; where it
does not, the last words are said again, whose verb brings it anew; but nobody is rung again: we were told who has
answered.

While the database is away, or a turn takes long, callers are kept on the line for some 20 seconds.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import parse_qsl, urlencode, urlsplit

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.records import AnswerRow
from ivr.channels.twilio_call import PATH, Call, Webhook
from ivr.channels.twilio_documents import Documents
from ivr.driver import UnknownMenu
from ivr.engine.data import replace
from ivr.engine.languages import preferred
from ivr.prompts import ENGLISH
from ivr.traces import trace

FALLBACK = "/twilio/fallback"
WITHIN = 10.0  # seconds; Twilio gives up after 15, and asks nobody else
HELD, PAUSE = 2, 4  # how often callers are asked for patience, and for how many seconds each time
FAILED = re.compile(r"/twilio/(?P<verb>voice|rung|screened|transferred)(/(?P<epoch>\d{1,6})\.(?P<turn>\d{1,9}))?")
DIALS = ("rung", "screened", "transferred")
BROUGHT = ("Digits", "SpeechResult", "RecordingSid", "QueueResult", "DialCallStatus")  # by a verb that has ended
SPOKEN = ("en-US", "de-DE", "es-US", "fr-FR", "ko-KR")  # what we ask for patience in

log = logging.getLogger(__name__)


class Fallback:
    """`start` begins a call, `verbs` take what their verbs have brought: those whose addresses begin so."""

    def __init__(self, store: ContextStore, documents: Documents, start: Webhook, verbs: Mapping[str, Webhook]) -> None:
        self._store, self._documents, self._start, self._verbs = store, documents, start, verbs

    def webhooks(self) -> tuple[tuple[str, Webhook], ...]:
        held = rf"{FALLBACK}/{{most:\d}}"
        dials = ((f"{held}/{verb}/{PATH}", partial(self._answer, verb)) for verb in DIALS)
        return (FALLBACK, self), (held, self), *dials

    async def __call__(self, call: Call) -> bytes:
        return await self._answer(*_failed(call))

    async def _answer(self, verb: str, call: Call) -> bytes:
        """`verb`: how the address of what failed begins; `call.most`: how often its caller was asked for patience."""
        try:
            async with asyncio.timeout(WITHIN):
                last = await self._store.last_answer(call.contact)
                if last is not None:
                    return await self._taken(verb, call, last)
                if call.form.get("Direction") == "inbound":  # an agent's call is none
                    return await asyncio.shield(self._start(call))
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("call %s is kept on the line: %s", call.contact, str(error) or "its turn takes long")
            if call.most < HELD:
                return self._patience(verb, call)
        return self._documents.fault(_spoken(call))

    async def _taken(self, verb: str, call: Call, last: AnswerRow) -> bytes:
        """What the verb brought, where that is told or the verb was a Dial, which must not be repeated; else the last
        words."""
        if call.turn and (verb in DIALS or any(name in call.form for name in BROUGHT)):
            try:
                return await asyncio.shield(self._verbs[verb](call))
            except (StoreUnavailable, UnknownMenu):
                raise
            except Exception as error:  # mostly the mistake of ours that led here
                log.error("call %s failed again with %s", call.contact, trace(error))
        return last.body.encode()

    def _patience(self, verb: str, call: Call) -> bytes:
        place = f"/{verb}/{call.epoch}.{call.turn}" if verb in DIALS else ""
        named = {name: value for name in ("language", "menu") if (value := getattr(call, name))}
        query = f"?{urlencode(named)}" if named else ""
        return self._documents.patience(_spoken(call), PAUSE, f"{FALLBACK}/{call.most + 1}{place}{query}")


def _failed(call: Call) -> tuple[str, Call]:
    """The webhook that failed: how its address begins, and what that says; none, where Twilio does not name it."""
    parts = urlsplit(call.form.get("ErrorUrl", ""))
    if (found := FAILED.fullmatch(parts.path)) is None:
        return "", call
    query = dict(parse_qsl(parts.query))
    return found["verb"], replace(
        call,
        epoch=int(found["epoch"] or 0),
        turn=int(found["turn"] or 0),
        language=query.get("language", call.language),
        menu=query.get("menu", call.menu),
    )


def _spoken(call: Call) -> str:
    """The language that the address names, as Twilio's voices have it."""
    return preferred(call.language, SPOKEN) or ENGLISH
