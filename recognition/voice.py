"""Text to raw sound by espeak-ng, whatever it does: by pyttsx3 in a child process, and at last by its own command."""

from __future__ import annotations

import asyncio
import difflib
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from pathlib import Path

from ivr.engine.languages import lookup
from recognition import audio
from recognition.voice_process import FAULTS, SpeakFailed, VoiceProcess, end, why

__all__ = ["RATE", "SpeakFailed", "Voice"]

RATE = 22050  # of espeak-ng
WORKER = Path(__file__).with_name("voice_worker.py")
LIMIT = 5.0  # seconds for a prompt, and one more for each
LETTERS = 200  # of it; espeak-ng needs 0.01 for these
INSTALL = "install espeak-ng (Debian: apt-get install espeak-ng libespeak1)"


class Voice:
    """A voice at its usual speed, and those of other languages. `chosen`: language tag -> voice, where that is not to
    be espeak-ng's own for it. `sound` may be called by many at once: they take turns, first come first served."""

    def __init__(
        self,
        name: str,
        words_a_minute: int,
        python: str = sys.executable,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        self._name = name
        self._words_a_minute = words_a_minute
        self._chosen = chosen or {}
        self._process = VoiceProcess(lambda: (python, "-P", str(WORKER), name, str(words_a_minute)))

    @property
    def voices(self) -> Mapping[str, Sequence[str]]:
        """Name -> the language tags that it speaks."""
        found: Mapping[str, Sequence[str]] = self._process.told.get("voices", {})
        return found

    async def start(self) -> None:
        """Load the engine. Raises `SpeakFailed` when there is none, or a voice is unknown."""
        try:
            async with self._process.turn:
                ready = await self._process.start()
        except FAULTS as error:
            raise SpeakFailed(f"the speech engine does not start ({why(error)}); {INSTALL}") from error
        unknown = [(self._name, "IVR_VOICE")] if ready["unknown"] else []
        unknown += [(name, "IVR_VOICES") for name in self._chosen.values() if not self._knows(name)]
        for name, setting in unknown:
            await self.stop()
            near = ", ".join(difflib.get_close_matches(name, self.voices, n=3)) or "gmw/en-us"
            raise SpeakFailed(f"no voice {name!r}; set {setting} to a File of `espeak-ng --voices`, such as {near}")

    async def stop(self) -> None:
        """End the child. From now on `sound` raises `SpeakFailed`."""
        await self._process.stop()

    def speaking(self, language: str) -> str | None:
        """The name of the voice for a language tag; None: there is none. The one that was set up speaks all of its
        language unless a region has its own; its variant (`+f3`) is kept for the others."""
        if found := lookup(language, self._chosen):
            return self._chosen[found]
        name, plus, variant = self._name.partition("+")
        own = [tag for known, tags in self.voices.items() if _is_called(known, name) for tag in tags]
        others = {tag.casefold(): known for known, tags in self.voices.items() for tag in tags}
        tag = language.casefold()
        if tag in own or (tag not in others and lookup(language, own)):
            return self._name
        found = lookup(language, others)
        return f"{others[found]}{plus}{variant}" if found else None

    async def sound(self, text: str, voice: str | None = None, speed: float = 1.0) -> bytes:
        """16-bit samples at `RATE`; none for text that has no sound, such as a dash. `voice`: see `speaking`; `speed`:
        1 is the usual one. Raises `SpeakFailed`."""
        asked = {"text": text, "voice": voice or self._name, "rate": round(self._words_a_minute * speed)}
        limit = LIMIT + len(text) / LETTERS
        async with self._process.turn:
            try:
                return await self._process.ask(asked, limit)
            except FAULTS:
                return await _by_command(text, str(asked["voice"]), str(asked["rate"]), limit)

    def _knows(self, name: str) -> bool:
        return any(_is_called(known, name.partition("+")[0]) for known in self.voices)


async def _by_command(text: str, voice: str, rate: str, limit: float) -> bytes:
    """The words go by a pipe: in the arguments every user of the machine could read them."""
    command = ("espeak-ng", "-v", voice, "-s", rate, "--stdin", "--stdout")
    try:
        child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    except OSError as error:
        raise SpeakFailed(f"the voice worker fails and espeak-ng does not start ({error}); {INSTALL}") from error
    try:
        async with asyncio.timeout(limit):
            data, _ = await child.communicate(text.encode())
    except TimeoutError as error:
        raise SpeakFailed(f"espeak-ng took over {limit:.0f} s; is the machine overloaded?") from error
    finally:
        await end(child)
    if child.returncode or len(data) < audio.HEADER:
        raise SpeakFailed(f"espeak-ng ended with {child.returncode} and no sound; try: espeak-ng -v {voice} hello")
    return data[audio.HEADER :]


def _is_called(known: str, name: str) -> bool:
    return name.casefold() in {known.casefold(), known.casefold().rpartition("/")[2]}
