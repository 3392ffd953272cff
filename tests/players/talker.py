"""Saying something until it is understood, as people do: who was not understood says it again, who is asked back
answers, and who is sent to the keys presses them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from ivr.engine import doubts
from ivr.engine.actions import Collect
from ivr.engine.flow import Flow
from ivr.engine.journey import Guess, Journey
from ivr.engine.steps import AskSlot, Menu
from ivr.engine.waits import current_wait
from tests.players.aloud import digits_of

TRIES = 3


class Misheard(AssertionError):
    """What was said aloud was taken for something else, or for nothing."""


class Voice(Protocol):
    async def speak(self, text: str, turn: int, again: int) -> None: ...
    async def press(self, keys: str) -> None: ...


class Talker:
    """`look` gives the journey; `answered` waits until the server has handled one more answer, and says whether it was
    heard at all."""

    def __init__(
        self,
        flow: Flow,
        voice: Voice,
        look: Callable[[], Awaitable[Journey]],
        answered: Callable[[], Awaitable[bool]],
    ) -> None:
        self._flow, self._voice, self._look, self._answered = flow, voice, look, answered

    async def say(self, text: str, keys: str) -> int:
        """`keys` mean the same. How many turns it took beyond the first."""
        words, vain, turns = text, 0, 0
        journey = await self._look()
        while True:
            before = journey
            if _by_keys(self._flow, before):
                await self._voice.press(keys)
            else:
                await self._voice.speak(words, before.turn, vain)
            heard = await self._answered()
            journey = await self._look()
            missed = not heard or (journey.step == before.step and journey.nomatches > before.nomatches)
            denied = before.doubt is not None and words == "no" and journey.step == before.step
            if journey.doubt is None and not missed and not denied:
                return turns
            vain, turns = vain + missed, turns + 1
            if vain == TRIES:
                raise Misheard(f"“{text}” was not understood")
            words = self._reply(journey, text)

    def _reply(self, journey: Journey, text: str) -> str:
        doubt = journey.doubt
        if doubt is None or doubt.which:
            return text
        return "yes" if self._meant(journey.step or "", doubt.guesses[0], text) else "no"

    def _meant(self, step: str, guess: Guess, text: str) -> bool:
        question = self._flow.steps[step]
        assert isinstance(question, Menu | AskSlot)
        choice = doubts.choice_of(self._flow, question, guess.option)
        if choice is not None and text.casefold() in {words.casefold() for words in (choice.label, *choice.phrases)}:
            return True
        return any(
            text.casefold() == self._flow.slots[name].choices.get(value, "").casefold() or digits_of(text) == value
            for name, value in guess.values.items()
        )


def _by_keys(flow: Flow, journey: Journey) -> bool:
    wait = current_wait(flow, journey)[-1]
    return isinstance(wait, Collect) and not wait.speech
