"""Spoken messages that Twilio has recorded, fetched into our own folder: owed in the outbox before the turn that keeps
them, so that none is lost when this server dies.

A recording is ready some seconds after the words: until then, and while Twilio cannot be reached, it is tried again.
Its id with us is Twilio's own without the `RE`, so fetching it twice gives the same file. Afterwards it is removed at
Twilio, unless the site keeps its recordings there.
"""

from __future__ import annotations

import asyncio
import logging

from callbacks.outbox import NotSent, Outbox
from context_bridge.contract import ContextStore
from context_bridge.records import OutboxRow
from ivr.channels.twilio_rest import Refused, Rest, Unknown, Unreached
from ivr.recordings import Recordings
from recognition.audio import NotPlayable

log = logging.getLogger(__name__)

SOON = 2.0  # seconds until a recording may be ready


async def owe(store: ContextStore, outbox: Outbox, contact: str, sid: str, now: float) -> None:
    """It has to be fetched; once, however often it is owed."""
    journey = await store.by_contact(contact)
    row = OutboxRow(f"recording:{sid}", journey.id if journey else "", "recording", {}, now)
    await store.messages.put_outbox(row)
    outbox.wake()


async def due(store: ContextStore, outbox: Outbox, sid: str, now: float) -> None:
    """It is ready now."""
    row = await store.messages.outbox_row(f"recording:{sid}")
    if row is not None and row.state == "waiting":
        await store.settle_outbox(row.key, "waiting", row.note, now)
        outbox.wake()


class Fetcher:
    """A `callbacks.outbox.Sender` of kind `recording`. `keeps`: the recordings stay at Twilio too."""

    def __init__(self, rest: Rest, recordings: Recordings, *, keeps: bool) -> None:
        self._rest, self._recordings, self._keeps = rest, recordings, keeps

    async def send(self, key: str, kind: str, to: str, text: str) -> None:  # noqa: ARG002 - a sender's
        sid = key.partition(":")[2]
        if self._recordings.find(sid.removeprefix("RE")) is None:
            await self._fetch(sid)
        if not self._keeps:
            await self._remove(sid)

    async def _fetch(self, sid: str) -> None:
        try:
            sound = await self._rest.recording(sid)
        except (Refused, Unreached, Unknown) as error:
            raise NotSent(f"the recording cannot be fetched from Twilio: {error}") from error
        if sound is None:
            raise NotSent("the recording is not ready at Twilio", after=SOON)
        try:
            await asyncio.to_thread(self._recordings.take_over, sid.removeprefix("RE"), sound)
        except NotPlayable as error:
            raise NotSent(f"Twilio's recording cannot be played: {error}", final=True) from error
        except OSError as error:
            raise NotSent(f"the recording cannot be kept ({error}); make room for recordings") from error

    async def _remove(self, sid: str) -> None:
        try:
            await self._rest.forget_recording(sid)
        except Refused as error:
            if error.status != 404:  # else it is removed
                raise NotSent(f"Twilio does not remove the recording: {error}") from error
        except (Unreached, Unknown) as error:
            raise NotSent(f"Twilio may not have removed the recording: {error}") from error
