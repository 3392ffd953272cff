"""Words to sound files, made once. A cache of WAV files by content, over one `Voice`.

A say in another language is spoken by a voice of that language. One with marks (`ivr.engine.markup`) is spoken piece by
piece: pauses are silence, `slow` is a slower voice, and an emphasis, which the engine does not know, is a little slower
and louder.

A file's name is a hash of all that decides its sound, so it never changes and may be played by its path: Asterisk
leaves the extension out. One flat folder for each rate: 8,000 Hz for telephone lines, 16,000 for browsers.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from ivr.engine.actions import Say
from ivr.engine.markup import Pause, Segment
from recognition import audio, compose
from recognition.clips import MOST, RATES, Clip, Clips, Rate
from recognition.voice import RATE, SpeakFailed
from recognition.voices import Voices

__all__ = ["RATES", "Clip", "Rate", "SpeakFailed", "Speaker"]


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Part:
    """What is played: a recording, `stamp` telling one version of it from the next, or else words."""

    segments: tuple[Segment, ...]
    voice: str
    recording: Path | None = None
    stamp: str = ""


class Speaker:
    """Async context manager. `cache` is where the clips are kept, `audio_root` the folder that recordings are under,
    `ahead` the rates that clips are made for before anybody needs them. All that makes a clip raises `SpeakFailed`;
    a caller who hangs up meanwhile does not stop it for others."""

    def __init__(
        self,
        cache: Path,
        voice: str,
        words_a_minute: int,
        audio_root: Path | None = None,
        python: str = sys.executable,
        voices: Mapping[str, str] | None = None,
        most: int = MOST,
        ahead: Sequence[Rate] = RATES,
    ) -> None:
        self.ahead = ahead
        self._clips = Clips(cache, most)
        self._audio_root = audio_root.resolve() if audio_root else None
        self._voices = Voices(voice, words_a_minute, voices, python)
        self._how = [compose.VERSION, "pyttsx3 espeak-ng", words_a_minute]
        self._rendering: dict[tuple[str, Rate], asyncio.Task[Clip]] = {}
        self._complained: set[str] = set()
        self._last: tuple[tuple[str, str, float], bytes] | None = None  # what was spoken last, for its other rate

    async def __aenter__(self) -> Self:
        """Raises `SpeakFailed` when the cache cannot be written to, there is no engine, or the voice is unknown."""
        try:
            self._clips.prepare()
        except OSError as error:
            raise self._cannot_write(error) from error
        await self._voices.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in (tasks := list(self._rendering.values())):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._voices.stop()

    async def voices(self) -> list[str]:
        """The names of the voices that the engine has, such as `gmw/en-us`."""
        return sorted(self._voices.espeak.voices)

    def tags(self) -> Mapping[str, Sequence[str]]:
        """The voices that the engine has, each with its language tags."""
        return self._voices.espeak.voices

    def speaking(self, language: str) -> str:
        """The name of the voice that speaks a language now."""
        return self._voices.speaking(language)

    def speaks(self, language: str) -> bool:
        """Whether there is a voice for a language tag. If not, its words are spoken by the one that was set up."""
        return self._voices.speaks(language)

    async def clip(self, text: str, rate: Rate, audio: str | None = None) -> Clip:
        """Words without marks, in English."""
        return await self.say(Say(text, audio), rate)

    async def say(self, say: Say, rate: Rate) -> Clip:
        """The words as sound, or in their place the recording `say.audio`, a path under `audio_root`. A recording that
        is missing or cannot be played is reported once, and the words are spoken."""
        return await self._made((say,), rate)

    def ready(self, say: Say, rate: Rate) -> Clip | None:
        """The clip of a say, if it was made before."""
        return self._clips.get(self._called((self._part(say),), rate), rate)

    def find(self, name: str, rate: Rate) -> Path | None:
        """The file of a clip by its name, without the extension; None when there is none, or not any more."""
        return self._clips.find(name, rate)

    def has_recording(self, say: Say) -> bool:
        """Whether there is a recording to play in the place of the words."""
        return self._part(say).recording is not None

    async def joined(self, says: Sequence[Say], rate: Rate) -> Clip:
        """Several as one clip, with a short pause between."""
        return await self._made(says, rate)

    async def warm(
        self,
        says: Iterable[Say],
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """Make clips before anybody waits for them; `progress(done, all)`. How many are ready. One at a time, so that
        a caller who needs a clip meanwhile waits for one other at most. What fails is left for when it is needed."""
        wanted = [(say, rate) for say in dict.fromkeys(says) for rate in self.ahead]
        ready = 0
        for done, (say, rate) in enumerate(wanted, 1):
            try:
                await self.say(say, rate)
                ready += 1
            except SpeakFailed as error:
                log.warning("a prompt could not be made ahead: %s", error)
            if progress:
                progress(done, len(wanted))
        return ready

    def forget(self, before: float) -> int:
        """Remove the clips made before a time (Unix seconds), since some hold what customers told us, and the oldest
        where there is too much; what is still needed is made again. How many. Blocking."""
        return self._clips.forget(before) + self._clips.trim()

    def _part(self, say: Say) -> _Part:
        segments, voice = compose.segments(say), self._voices.speaking(say.language)
        if say.audio is None:
            return _Part(segments, voice)
        try:
            recording = self._recording(say.audio)
            stat = recording.stat()
        except (OSError, ValueError) as error:
            self._complain(say.audio, error)
            return _Part(segments, voice)
        return _Part(segments, voice, recording, f"{recording} {stat.st_mtime_ns} {stat.st_size}")

    def _recording(self, name: str) -> Path:
        if self._audio_root is None:
            raise ValueError("no folder of recordings is set")
        path = (self._audio_root / name).resolve(strict=True)
        if not path.is_relative_to(self._audio_root):
            raise ValueError(f"it is outside {self._audio_root}")
        return path

    def _complain(self, name: str, error: Exception) -> None:
        if name not in self._complained:
            self._complained.add(name)
            log.warning("the recording %s cannot be played, its words are spoken instead: %s", name, error)

    async def _made(self, says: Sequence[Say], rate: Rate) -> Clip:
        parts = tuple(map(self._part, says))
        try:
            return await self._clip(parts, rate)
        except SpeakFailed as error:
            instead = tuple(map(self._part, says))  # a better voice that has failed rests
            if instead == parts:
                raise
            log.warning("%s; espeak-ng speaks in its place", error)
            return await self._clip(instead, rate)

    async def _clip(self, parts: tuple[_Part, ...], rate: Rate) -> Clip:
        name = self._called(parts, rate)
        if clip := self._clips.get(name, rate):
            return clip
        task = self._rendering.get((name, rate))
        if task is None:
            task = self._rendering[name, rate] = asyncio.create_task(self._render(name, parts, rate))
            task.add_done_callback(partial(self._rendered, (name, rate)))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # by us, not our caller
                raise SpeakFailed("the prompt was not made: the server is stopping") from None
            raise

    def _called(self, parts: tuple[_Part, ...], rate: Rate) -> str:
        told = json.dumps([*self._how, rate, [_told(part) for part in parts]])
        return hashlib.sha256(told.encode()).hexdigest()[:20]

    def _rendered(self, which: tuple[str, Rate], task: asyncio.Task[Clip]) -> None:
        del self._rendering[which]
        if not task.cancelled():
            task.exception()  # seen, even when everybody who waited for it has hung up

    async def _render(self, name: str, parts: tuple[_Part, ...], rate: Rate) -> Clip:
        try:
            samples = await (self._said(parts[0], rate) if len(parts) == 1 else self._joined(parts, rate))
            return await asyncio.to_thread(self._clips.put, name, rate, samples)
        except (OSError, audio.NotPlayable) as error:
            raise self._cannot_write(error) from error

    async def _joined(self, parts: tuple[_Part, ...], rate: Rate) -> audio.Samples:
        clips = [await self._clip((part,), rate) for part in parts]
        return await asyncio.to_thread(compose.of_clips, [clip.path for clip in clips], rate)

    async def _said(self, part: _Part, rate: Rate) -> audio.Samples:
        if part.recording:
            try:
                return await asyncio.to_thread(compose.of_recording, part.recording, rate)
            except (OSError, audio.NotPlayable) as error:
                self._complain(str(part.recording), error)
        sounds = [await self._sound(segment, part.voice) for segment in part.segments]
        if len(sounds) == 1:
            return await asyncio.to_thread(compose.of_speech, audio.from_pcm(sounds[0]), RATE, rate)
        return await asyncio.to_thread(compose.of_pieces, part.segments, sounds, rate)

    async def _sound(self, segment: Segment, voice: str) -> bytes:
        if isinstance(segment, Pause) or not segment.text:
            return b""
        what = (segment.text, voice, segment.rate * compose.EMPHASIS[segment.loudness][0])
        if self._last is None or self._last[0] != what:
            self._last = what, await self._voices.sound(*what)
        return self._last[1]

    def _cannot_write(self, error: Exception) -> SpeakFailed:
        folder = self._clips.folder
        return SpeakFailed(f"prompts cannot be kept in {folder} ({error}); make room there, or let us write")


def _told(part: _Part) -> list[object]:
    """All that decides how a part sounds."""
    return [part.voice, part.stamp, *(dataclasses.astuple(segment) for segment in part.segments)]
