"""A SIP phone on a real Asterisk as a customer has it: what was said counts when it is recognized in the sound."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from ivr.conversation import CannotPlay, Does
from recognition import audio
from recognition.audio import Samples
from tests.asterisk.hearing import ALIKE, likeness, where
from tests.asterisk.phone import PATIENCE, Call, Phone
from tests.channels.far_end import tone
from tests.players.mouth import RATE, Mouth
from tests.players.server import Server
from tests.waiting import eventually

WITHHELD = "anonymous"  # the user part of a From that says nothing: RFC 3323, section 4.1.1.3
BEGINNING = 4800  # samples: 0.6 s
PACKETS, LISTEN = 5, 0.1  # packets, or else seconds, between two attempts to recognize what is heard
SPOKEN = 3.0  # seconds of a message, at most: it takes its time
QUIET = 200  # of 32,767: no word is as quiet
END = 400  # samples at the end of a prompt, which Asterisk may shorten


class SipTelephone:
    """Beside the Asterisk of this SIP port; `agent` is the phone of the queue's member. `mouth`: with which the
    customer speaks, where somebody listens."""

    def __init__(self, sip_port: int, server: Server, agent: Phone, mouth: Mouth | None = None) -> None:
        self._sip_port, self._spoken, self._agent, self._mouth = sip_port, server.spoken, agent, mouth
        self._channel = server.segue.asterisk
        self._recordings = server.segue.settings.recordings_dir
        self._phone: Phone | None = None
        self._call: Call
        self._heard = self._end = 0  # samples of its sound: where to listen from, where the last prompt ends
        self._fresh = True  # nothing was heard in it yet
        self._talk: Call

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._phone:
            await self._phone.__aexit__()

    async def call(self, number: str | None, language: str | None = None) -> None:
        assert not language, "the dialplan says it, see tests/asterisk/test_calls.py"
        await self.__aexit__()
        self._phone = await Phone(self._sip_port, number or WITHHELD).__aenter__()
        self._call, self._fresh = await self._phone.call("100"), True
        self._heard = self._end = 0

    async def press(self, keys: str) -> None:
        await self._call.press(keys)

    async def speak(self, text: str, turn: int, again: int) -> None:
        """Barges in, as people do who know the menu, and as fast as people do."""
        assert self._mouth, "this caller has no mouth"
        sound = audio.resample(audio.from_pcm(await self._mouth.say(text, again)), RATE, 8000)
        await eventually(lambda: self._is_heard(turn))
        self._call.sound.speak(np.frombuffer(audio.to_pcm(sound), "<i2"))

    def _is_heard(self, turn: int) -> bool:
        """Whether the sound of the line comes to an ear that listens for the answer to the question of `turn`."""
        assert self._channel
        talks = [call._talk for call in self._channel._calls.values()]
        return any(talk.reads._turn == turn and talk._hearing._on and talk._hearing._came for talk in talks)

    async def beep(self) -> None:
        """It is heard when the file is there."""
        await eventually(lambda: bool(self._takes()))
        self._heard = self._end = len(self._call.sound.heard)

    async def record(self, seconds: float) -> None:
        """Asterisk writes as it hears: when so much is in its file, all was spoken."""
        seconds = min(seconds, SPOKEN)
        await self.beep()
        self._call.sound.speak(np.frombuffer(tone(300, seconds), "<i2")[::2])
        await eventually(lambda: any(take.stat().st_size > 16_000 * seconds for take in self._takes()))
        await self._call.press("#")

    def _takes(self) -> list[Path]:
        return list(self._recordings.glob(".*-*.wav"))

    async def hears(self, says: Sequence[str]) -> None:
        for n, text in enumerate(says):
            try:
                async with asyncio.timeout(PATIENCE):
                    clip, _ = audio.read((await self._spoken.clip(text, 8000)).path)
                    start = await self._recognized(clip[:-END][:BEGINNING])
                    if n + 1 < len(says):
                        await self._whole(clip, start, text)
            except TimeoutError:
                raise AssertionError(f"“{text}” is not in the sound that came") from None
            between = self._call.sound.pcm()[self._end : start]
            assert (n == 0 and not self._fresh) or np.abs(between).max(initial=0) < QUIET, f"a sound before “{text}”"
            self._end, self._fresh = start + len(clip), False

    async def _recognized(self, beginning: Samples) -> int:
        """The sample at which it was heard, after all that was recognized before."""
        while (found := where(self._call.sound.pcm(self._heard), beginning)) is None:
            await self._more()
        start = self._heard + found
        self._heard = start + len(beginning) // 2  # a short prompt may end early, and the next begin so
        return start

    async def _whole(self, clip: Samples, start: int, text: str) -> None:
        clip = clip[:-END]
        while len(sound := self._call.sound.pcm(start)) < len(clip):
            await self._more()
        found = float(likeness(sound[: len(clip)], clip)[0])
        assert found > ALIKE, f"“{text}” did not come whole: its sound is like it by {found:.2f} only"

    async def _more(self) -> None:
        """Sound, or a pause: Asterisk sends nothing then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LISTEN):
                await self._call.packets(PACKETS)

    async def drop(self) -> None:
        self._call.vanish()

    async def hang_up(self) -> None:
        self._call.hang_up()

    async def over(self) -> None:
        async with asyncio.timeout(PATIENCE):
            assert await self._call.ended == "they"

    async def agent_joins(self, contact: str) -> None:
        while (ringing := await self._agent.rings()).ended.done():
            pass  # of a caller who has gone
        assert ringing.invite
        if ringing.invite["x-context-id"] != contact:
            raise CannotPlay("the agent's phone rings for somebody else")
        await ringing.answer()
        self._talk = ringing

    async def agent_finishes(self, contact: str) -> None:
        self._talk.hang_up()

    async def other_end(self, does: Does) -> None:
        """The agent's phone: the trunk leads to it."""
        if does == "hangs_up":
            self._talk.hang_up()
            return
        while (ringing := await self._agent.rings()).ended.done():
            pass  # nobody has taken that call
        match does:
            case "answers":
                await ringing.answer()
                self._talk = ringing
            case "busy":
                ringing.reject()
            case "unreachable":
                ringing.reject("503 Service Unavailable")
