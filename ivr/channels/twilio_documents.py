"""The documents of one account's calls: a turn's actions, in its voices, with the addresses of what follows."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from ivr.channels.twilio_sounds import MUSIC, Sounds
from ivr.channels.twilio_twiml import Ways, document, later, listen, said, waiting
from ivr.channels.twilio_wire import Form, stand_in
from ivr.channels.twilio_xml import TooLong
from ivr.engine.actions import Action, Collect, Hangup, Say, Transfer
from ivr.engine.data import replace
from ivr.prompts import ENGLISH, fault, moment, moved

NO_FORM: Form = {}
MOST_LOST = 3  # streams that end without an answer, then Twilio's ears hear it

log = logging.getLogger(__name__)


class Documents:
    """`voices`: language -> the voice of Twilio's that speaks it. `sounds`: what is played instead. `sockets`: the
    address (wss://…) at which our own ears hear the answers; empty: Twilio's do, with its speech `model`. `ours`: our
    number, which is shown to whom callers are put through to."""

    def __init__(
        self, voices: Mapping[str, str], sounds: Sounds, sockets: str = "", model: str = "", ours: str = ""
    ) -> None:
        self._voices, self._sounds, self._sockets, self._model, self._ours = voices, sounds, sockets, model, ours

    async def prepare(self, actions: tuple[Action, ...]) -> None:
        """Make the sounds of a turn ready; what is not then, Twilio says."""
        await self._sounds.prepare(actions)

    def turn(self, actions: tuple[Action, ...], epoch: int, lost: int = 0, form: Form = NO_FORM) -> bytes:
        """What a turn says and waits for. `lost`: how many times our ears were lost at this question; `form`: of the
        call's webhook, if it is one that asks."""
        turn = getattr(actions[-1], "turn", 0)
        if self._sockets and isinstance(actions[-1], Collect) and lost < MOST_LOST:
            return listen(f"{self._sockets}/twilio/media/{epoch}.{turn}", f"/twilio/streamed/{epoch}.{turn}.{lost}")
        try:
            ways = self.ways(f"{epoch}.{turn}")
            if isinstance(actions[-1], Transfer):
                ways = replace(ways, stand_in=stand_in(form, self._ours))
            return document(actions, ways)
        except TooLong as error:
            log.error("a turn cannot be said: %s", error)
            return self.fault(next((action.language for action in actions if isinstance(action, Say)), ENGLISH))

    def fault(self, language: str) -> bytes:
        """We cannot go on."""
        return document((fault(language), Hangup("broken")), self.ways(""))

    def patience(self, language: str, seconds: int, to: str) -> bytes:
        """We cannot go on yet: ask again at `to`, in so many seconds."""
        return later(moment(language), seconds, to, self.ways(""))

    def moved(self, language: str) -> bytes:
        """The journey goes on elsewhere."""
        return document((moved(language), Hangup("moved")), self.ways(""))

    async def waiting(self, words: Say, left: int, pressed: str) -> bytes:
        """The next words to who waits in a queue, for `left` seconds more at most. `pressed`: what a key leads to."""
        await self.prepare((words,))
        return waiting(words, left, MUSIC, pressed, self.ways(""))

    def music(self, left: int) -> bytes:
        """The same, without a word."""
        return waiting(Say(""), left, MUSIC, "", self.ways(""))

    async def said(self, words: Say) -> bytes:
        """To who is dialled, before they are put through."""
        await self.prepare((words,))
        return said(words, self.ways(""))

    def ways(self, place: str) -> Ways:
        action, music = f"/twilio/voice/{place}", f"/twilio/wait/{place}"
        return Ways(action, music, self._sounds.address, self._voices, self._model, place, self._ours)
