"""Our own voice and our recordings in Twilio's calls."""

from __future__ import annotations

import io
import os
import re
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import numpy as np
import pytest

from ivr.engine.data import replace
from ivr.server import Segue
from ivr.settings import Settings
from recognition import audio
from recognition.speak import SpeakFailed
from tests.twilio.carrier import Call, Carrier
from tests.twilio.conftest import phoning, serving

NUMBER = "+14155550134"
DAY = 86400.0
MENU = """
menu: support
title: Acme
language: en-US
channels: [voice]
start: ask
exhausted: bye
steps:
  ask:
    menu:
      prompt: {voice: Welcome., audio: welcome.wav}
      choices: [{key: 1, label: go on, goto: bye}]
  bye: {end: {voice: Goodbye., audio: lost.wav}}
"""


@pytest.fixture
async def ours(settings: Settings) -> AsyncIterator[Segue]:
    """English is spoken by our own voice."""
    async with serving(replace(settings, twilio_voices="en-US=ours,de-DE=Polly.Vicki-Neural")) as segue:
        yield segue


def played(call: Call) -> list[str]:
    return [word for word in call.heard if word.startswith("<")]


def address(call: Call) -> str:
    """Of the first sound that the last document plays."""
    found = re.search(rb"<Play>([^<]+)</Play>", call.requests[-1].body)
    assert found, call.requests[-1].body
    return found[1].decode()


async def fetched(segue: Segue, path: str) -> tuple[int, str, str, bytes]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{segue.settings.port}{path}") as response,
    ):
        kind, cache = response.content_type, response.headers.get("Cache-Control", "")
        return response.status, kind, cache, await response.read()


async def test_our_own_voice_speaks_what_it_is_told_to(ours: Segue) -> None:
    async with phoning(ours) as carrier:
        call = await carrier.call(NUMBER)
        await call.press("1")
        assert call.wrong == []
        assert len(played(call)) == len(call.heard) >= 3
        status, kind, cache, sound = await fetched(ours, address(call))
        assert (status, kind) == (200, "audio/wav")
        assert "max-age=31536000" in cache
        with wave.open(io.BytesIO(sound)) as file:
            assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 8000, 2)
            assert file.getnframes() > 2000


async def test_a_sound_that_is_used_is_not_forgotten_under_a_call(ours: Segue) -> None:
    async with phoning(ours) as carrier:
        path = address(await carrier.call("anonymous"))
        name = path.rpartition("/")[2].partition("-")[0]
        file = ours.speaker.find(name, 8000)
        assert file is not None
        os.utime(file, (0, time.time() - 31 * DAY))
        again = await carrier.call("anonymous")
        ours.speaker.forget(time.time() - 30 * DAY)
        assert address(again) == path
        assert (await fetched(ours, path))[0] == 200


async def test_who_only_knows_the_words_cannot_ask_whether_they_were_said(ours: Segue) -> None:
    async with phoning(ours) as carrier:
        path = address(await carrier.call(NUMBER))
    head, _, code = path.removesuffix(".wav").rpartition("-")
    wrong = ("0" if code[0] != "0" else "1") + code[1:]
    assert (await fetched(ours, path))[0] == 200
    for guess in (f"{head}-{wrong}.wav", f"{head}.wav", f"{head}-.wav"):
        assert (await fetched(ours, guess))[0] == 404


@pytest.mark.parametrize(
    ("error", "told"), [(SpeakFailed("no voice today"), "no voice today"), (TimeoutError(), "our voice takes too long")]
)
async def test_what_our_voice_cannot_say_twilio_says(
    ours: Segue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, told: str
) -> None:
    async def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(ours.speaker, "ready", lambda *_: None)
    monkeypatch.setattr(ours.speaker, "say", fails)
    async with phoning(ours) as carrier:
        call = await carrier.call(NUMBER)
        assert call.heard[0] == "Welcome to Acme support. What can we do for you?"
        assert played(call) == call.wrong == []
    assert f"Twilio's voice says what ours should: {told}" in caplog.messages


async def test_a_recording_is_played_and_one_that_is_lost_is_said_by_twilio(settings: Settings, tmp_path: Path) -> None:
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(MENU)
    audio.write(menus / "welcome.wav", (0.2 * np.sin(np.arange(8000) * 0.3)).astype(np.float32), 8000)
    async with serving(replace(settings, menus=menus)) as segue, phoning(segue) as carrier:
        call = await carrier.call(NUMBER)
        assert call.wrong == []
        assert len(played(call)) == 1
        assert call.heard.index(played(call)[0]) == 0
        assert len((await fetched(segue, address(call)))[3]) > 8000
        await call.press("1")
        assert call.heard[-1] == "Goodbye."


async def test_twilio_speaks_where_nobody_asked_for_our_voice(carrier: Carrier) -> None:
    assert played(await carrier.call(NUMBER)) == []
