"""The documents of one account's calls: a turn's actions, in its voices, with the addresses of what follows."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from ivr.channels.twilio_twiml import TooLong, Ways, document
from ivr.engine.actions import Action, Hangup
from ivr.prompts import SORRY

log = logging.getLogger(__name__)


class Documents:
    """`voices`: language -> the voice of Twilio's that speaks it."""

    def __init__(self, voices: Mapping[str, str]) -> None:
        self._voices = voices

    def turn(self, actions: tuple[Action, ...], epoch: int) -> bytes:
        """What a turn says and waits for."""
        turn = getattr(actions[-1], "turn", 0)
        try:
            return document(actions, self.ways(f"{epoch}.{turn}"))
        except TooLong as error:
            log.error("a turn cannot be said: %s", error)
            return document((SORRY, Hangup("broken")), self.ways(""))

    def ways(self, place: str) -> Ways:
        return Ways(f"/twilio/voice/{place}", f"/twilio/wait/{place}", voices=self._voices)
