"""Our own prompts in calls of Twilio's, as files that it plays: recordings, and the languages that our voice speaks.

Twilio does not sign what it fetches for a Play, so the address itself is the key: a clip's name and a code over it that
only we can make. A prompt may hold what a customer told us, and without the code whoever guesses the words could ask
whether it was ever said. Clips have names by content, so an address never changes its sound, and may be cached.

Any instance that shares secret and prompts' folder serves the clips of all.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hmac
import io
import logging
import os
import time
import wave
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Literal

from aiohttp import web

from ivr.engine.actions import Action, Say
from recognition.audio import to_pcm
from recognition.music import hold_music
from recognition.speak import Clip, Speaker, SpeakFailed

log = logging.getLogger(__name__)

RATE: Literal[8000] = 8000  # a telephone line's
WITHIN = 4.0  # seconds that a document waits for its clips: of the 15 that Twilio gives it
FRESH = 3600.0  # seconds; an older clip is made young again when it is used, so that no call outlives it
MUSIC = "/twilio/audio/music.wav"
CACHE = {"Cache-Control": "public, max-age=31536000, immutable"}


class Sounds:
    """`languages`: which our own voice speaks."""

    def __init__(self, speaker: Speaker, secret: bytes, languages: Collection[str]) -> None:
        self._speaker, self._secret, self._languages = speaker, secret, frozenset(languages)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(r"/twilio/audio/{name:[0-9a-f]{20}}-{code:[0-9a-f]{32}}.wav", self.fetch),
            web.get(MUSIC, self.music),
        ]

    async def prepare(self, actions: Iterable[Action]) -> None:
        """Make the clips of a document that is about to be written. What is not ready then is said by Twilio."""
        wanted = [say for say in actions if isinstance(say, Say) and self._is_ours(say) and self._clip(say) is None]
        if not wanted:
            return
        try:
            async with asyncio.timeout(WITHIN):
                for say in wanted:
                    await self._speaker.say(say, RATE)
        except (SpeakFailed, TimeoutError) as error:
            log.warning("Twilio's voice says what ours should: %s", str(error) or "our voice takes too long")

    def address(self, say: Say) -> str | None:
        """Where the clip of a say is; None when Twilio has to say it."""
        clip = self._clip(say) if self._is_ours(say) else None
        if clip is None:
            return None
        name = clip.path.stem
        return f"/twilio/audio/{name}-{self._code(name)}.wav"

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        name, code = request.match_info["name"], request.match_info["code"]
        path = self._speaker.find(name, RATE) if hmac.compare_digest(code, self._code(name)) else None
        if path is None:
            return web.Response(status=404)
        return web.FileResponse(path, headers={**CACHE, "Content-Type": "audio/wav"})

    async def music(self, _request: web.Request) -> web.Response:
        """A round of hold music, which is nobody's secret."""
        return web.Response(body=await asyncio.to_thread(_hold_music), headers={**CACHE, "Content-Type": "audio/wav"})

    def _is_ours(self, say: Say) -> bool:
        return say.language in self._languages or (say.audio is not None and self._speaker.has_recording(say))

    def _clip(self, say: Say) -> Clip | None:
        clip = self._speaker.ready(say, RATE)
        if clip is not None:
            _keep_young(clip.path)
        return clip

    def _code(self, name: str) -> str:
        return hmac.new(self._secret, f"twilio audio {name}".encode(), "sha256").hexdigest()[:32]


@functools.cache
def _hold_music() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(to_pcm(hold_music(RATE)))
    return buffer.getvalue()


def _keep_young(path: Path) -> None:
    with contextlib.suppress(OSError):  # gone, or another's: then it is as old as it is
        if path.stat().st_mtime < time.time() - FRESH:
            os.utime(path)
