"""Which voice speaks a language: espeak-ng's for all, better ones where they are set up (`IVR_VOICES`)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

from ivr.engine.languages import lookup
from recognition.piper_voice import PiperVoice, model_of
from recognition.voice import SpeakFailed, Voice

log = logging.getLogger(__name__)


class Voices:
    """`chosen`: language tag -> `espeak:VOICE` or `piper:WHERE`."""

    def __init__(
        self, name: str, words_a_minute: int, chosen: Mapping[str, str] | None = None, python: str = sys.executable
    ) -> None:
        split = {language: voice.partition(":") for language, voice in (chosen or {}).items()}
        espeak = {language: which for language, (engine, _, which) in split.items() if engine == "espeak"}
        self.espeak = Voice(name, words_a_minute, python, espeak)
        self._name = name
        self._piper = {language: which for language, (engine, _, which) in split.items() if engine == "piper"}
        self._words_a_minute, self._python = words_a_minute, python
        self._better: dict[str, PiperVoice] = {}
        self._complained: set[str] = set()

    async def start(self) -> None:
        """Raises `SpeakFailed` when an engine does not start, or has no such voice."""
        try:
            await self.espeak.start()
            for language, which in self._piper.items():
                self._better[language] = PiperVoice(model_of(which), self._words_a_minute, self._python)
                await self._better[language].start()
        except (SpeakFailed, ValueError) as error:
            await self.stop()
            raise SpeakFailed(str(error)) from error

    async def stop(self) -> None:
        await self.espeak.stop()
        for voice in self._better.values():
            await voice.stop()

    def speaks(self, language: str) -> bool:
        """Whether there is a voice for a language tag. If not, its words are spoken by the one that was set up."""
        return lookup(language, self._better) is not None or self.espeak.speaking(language) is not None

    def speaking(self, language: str) -> str:
        """The name of the voice that speaks it now. One of another language is hard to understand, but better than a
        call without a word; espeak-ng stands in for a better one that has failed lately."""
        tag = lookup(language, self._better)
        if tag and self._better[tag].is_well:
            return self._better[tag].name
        if found := self.espeak.speaking(language):
            return found
        if language not in self._complained:
            self._complained.add(language)
            log.warning("no voice speaks %s, so %s does; look into: espeak-ng --voices", language, self._name)
        return self._name

    async def sound(self, text: str, voice: str, speed: float) -> bytes:
        """16-bit samples at `voice.RATE`, by the voice of that name. Raises `SpeakFailed`."""
        for better in self._better.values():
            if better.name == voice:
                return await better.sound(text, speed)
        return await self.espeak.sound(text, voice, speed)
