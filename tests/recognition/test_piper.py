"""Better voices where they are set up. Piper itself is no dependency (its licence is GPL-3), so its part is taken by a
program that answers as `piper_worker.py` does; `make bench-voices` speaks by the real one where it is installed."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from ivr.engine.actions import Say
from recognition import audio, piper_voice
from recognition.clips import Clips
from recognition.speak import Speaker, SpeakFailed

BOUND = 60
TONE = 440.0  # Hz: what the stand-in says
STAND_IN = """
import json, math, struct, sys
out = sys.stdout.buffer
out.write(b"{}\\n"); out.flush()
for line in sys.stdin:
    asked = json.loads(line)
    if "break" in asked["text"]:
        sys.exit(1)
    n = int(22050 / asked["pace"])
    data = struct.pack(f"<{n}h", *(int(9000 * math.sin(2 * math.pi * 440 * i / 22050)) for i in range(n)))
    out.write(json.dumps({"samples": n}).encode() + b"\\n" + data); out.flush()
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN)
    monkeypatch.setattr(piper_voice, "WORKER", program)
    path = tmp_path / "joe.onnx"
    path.write_bytes(b"a model")
    path.with_name("joe.onnx.json").write_text(json.dumps({}))
    return path


@pytest.fixture
async def speaker(tmp_path: Path, model: Path) -> AsyncIterator[Speaker]:
    voices = {"en-US": f"piper:{model}", "de": "espeak:gmw/de+f2"}
    async with asyncio.timeout(BOUND), Speaker(tmp_path / "cache", "gmw/en-us", 165, voices=voices) as speaker:
        yield speaker


def pitch(path: Path) -> float:
    samples, rate = audio.read(path)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


async def test_a_language_is_spoken_by_the_voice_that_is_set_up_for_it(speaker: Speaker) -> None:
    assert pitch((await speaker.say(Say("Hello."), 8000)).path) == pytest.approx(TONE, abs=5)
    french = await speaker.say(Say("Bonjour.", language="fr-FR"), 8000)
    assert abs(pitch(french.path) - TONE) > 5


async def test_pace_and_level_are_those_of_other_prompts(speaker: Speaker) -> None:
    quick = await speaker.say(Say("Now.", markup='<prosody rate="fast">Now.</prosody>'), 16000)
    usual = await speaker.say(Say("Now."), 16000)
    assert quick.seconds < usual.seconds
    samples, _ = audio.read(usual.path)
    assert float(np.sqrt(np.mean(samples**2))) == pytest.approx(audio.LEVEL, rel=0.2)


async def test_espeak_stands_in_for_a_voice_that_fails(speaker: Speaker, caplog: pytest.LogCaptureFixture) -> None:
    clip = await speaker.say(Say("Do not break here."), 8000)
    assert clip.seconds > 0.5
    assert abs(pitch(clip.path) - TONE) > 5
    assert "espeak-ng speaks in its place" in caplog.text
    assert "break" not in caplog.text
    joined = await speaker.joined([Say("It rests."), Say("Goodbye.")], 8000)  # and is not asked again at once
    assert abs(pitch(joined.path) - TONE) > 5


async def test_what_is_no_voice_is_told_at_the_start(tmp_path: Path, model: Path) -> None:
    for voice, told in {
        "piper:nowhere.onnx": "there is no file nowhere.onnx",
        "piper:json": "that package carries no voice",
        "espeak:gmw/klingon": "no voice 'gmw/klingon'; set IVR_VOICES",
    }.items():
        with pytest.raises(SpeakFailed, match=told):
            async with asyncio.timeout(BOUND), Speaker(tmp_path / "c", "gmw/en-us", 165, voices={"en": voice}):
                pass
    piper_voice.WORKER.write_text(
        "import json\nprint(json.dumps({'failed': 'ModuleNotFoundError: piper'}), flush=True)"
    )
    with pytest.raises(SpeakFailed, match="pip install piper-tts"):
        async with asyncio.timeout(BOUND), Speaker(tmp_path / "c", "gmw/en-us", 165, voices={"en": f"piper:{model}"}):
            pass


def test_the_cache_keeps_what_was_heard_last(tmp_path: Path) -> None:
    clips = Clips(tmp_path, most=5 * (audio.HEADER + 16000))
    clips.prepare()
    for n in range(8):
        path = clips.put(f"clip{n}", 8000, audio.silence(1.0, 8000)).path
        age = time.time() - 7200 + (n if n else 100)  # the first was heard after all others
        os.utime(path, (age, age))
    fresh = clips.put("fresh", 8000, audio.silence(1.0, 8000)).path
    assert clips.trim() == 4
    assert {path.stem for path in tmp_path.rglob("*.wav")} == {"clip0", "clip5", "clip6", "clip7", "fresh"}
    assert clips.trim() == 0
    assert fresh.exists()


def test_clips_of_the_last_hour_stay_even_where_there_are_too_many(tmp_path: Path) -> None:
    clips = Clips(tmp_path, most=10)
    clips.prepare()
    clips.put("one", 8000, audio.silence(1.0, 8000))
    assert clips.trim() == 0
