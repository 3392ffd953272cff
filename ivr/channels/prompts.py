"""Says to sounds, for one call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from ivr.channels import webphone_wire as wire
from ivr.channels.playout import Sound, Unplayable, read
from ivr.engine.actions import Say
from ivr.prompts import ENGLISH
from recognition.speak import Speaker, SpeakFailed

log = logging.getLogger(__name__)

PAUSE = 0.12  # seconds after each say
SILENCE = bytes(2 * int(PAUSE * wire.RATE))


class Prompts:
    def __init__(self, speaker: Speaker, contact: str) -> None:
        self._speaker, self._contact = speaker, contact
        self.language = ENGLISH  # of the last words, and so of what the channel says by itself

    async def sounds(self, says: Sequence[Say]) -> list[Sound]:
        return [await self._sound(say) for say in says]

    async def _sound(self, say: Say) -> Sound:
        """What cannot be spoken is shown all the same."""
        self.language = say.language
        try:
            clip = await self._speaker.say(say, wire.RATE)
            pcm = await asyncio.to_thread(read, clip.path) + SILENCE
        except (SpeakFailed, Unplayable) as failure:
            log.warning("call %s goes on without a prompt: %s", self._contact, failure)
            return Sound(b"", wire.Say(text=say.text, seconds=0))
        return Sound(pcm, wire.Say(text=say.text, seconds=round(clip.seconds, 2)))
