"""Voices of other languages, and wordings with marks, by the real espeak-ng."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from ivr.engine.actions import Say
from recognition import audio
from recognition.speak import Clip, Speaker

BOUND = 60  # seconds that nothing here needs
HELLO = "Zwei Zimmer zum Garten."


@pytest.fixture
async def speaker(tmp_path: Path) -> AsyncIterator[Speaker]:
    async with asyncio.timeout(BOUND), Speaker(tmp_path / "cache", "gmw/en-us", 165) as speaker:
        yield speaker


def sounds(clip: Clip) -> audio.Samples:
    return audio.read(clip.path)[0]


def spectrum(clip: Clip) -> audio.Samples:
    """How loud each band of 100 Hz is, of 1: what tells one voice's words from another's."""
    samples = sounds(clip)
    power = np.abs(np.fft.rfft(samples)) ** 2
    bands = np.add.reduceat(power, np.arange(0, len(power), max(1, len(power) // 40)))
    return (bands / bands.sum()).astype(np.float32)


def likeness(one: Clip, other: Clip) -> float:
    return float(np.minimum(spectrum(one)[:40], spectrum(other)[:40]).sum())


def pause(clip: Clip) -> float:
    """The longest silence inside, in seconds."""
    samples, longest, run = sounds(clip), 0, 0
    for loud in np.abs(samples) > 0.01:
        run = 0 if loud else run + 1
        longest = max(longest, run)
    return longest / clip.rate


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en-US", "gmw/en-us"),
        ("en-GB", "gmw/en"),
        ("en-AU", "gmw/en-us"),
        ("de-DE", "gmw/de"),
        ("es-MX", "roa/es"),
        ("fr-FR", "roa/fr"),
        ("ko-KR", "ko"),
        ("ko", "ko"),
        ("tlh-AQ", None),
    ],
)
async def test_each_language_has_its_voice(speaker: Speaker, language: str, voice: str | None) -> None:
    found = speaker._voices.espeak.speaking(language)
    assert (found or "").casefold() == (voice or "")
    assert speaker.speaks(language) == (voice is not None)


async def test_a_variant_is_kept_in_other_languages(tmp_path: Path) -> None:
    async with asyncio.timeout(BOUND), Speaker(tmp_path, "gmw/en-us+f3", 165) as speaker:
        assert speaker._voices.espeak.speaking("en-US") == "gmw/en-us+f3"
        assert speaker._voices.espeak.speaking("de-DE") == "gmw/de+f3"


async def test_german_words_are_spoken_by_the_german_voice(speaker: Speaker, tmp_path: Path) -> None:
    english = await speaker.say(Say(HELLO), 16000)
    german = await speaker.say(Say(HELLO, language="de-DE"), 16000)
    async with Speaker(tmp_path / "other", "gmw/de", 165) as native:
        known = await native.say(Say(HELLO, language="de-DE"), 16000)
    assert german.path != english.path
    assert german.seconds == pytest.approx(known.seconds, abs=0.05)
    assert likeness(german, known) > 0.95 > likeness(english, known) + 0.03
    again = await speaker.say(Say(HELLO), 16000)  # back in the first voice
    assert again == english


async def test_languages_may_change_in_the_middle_of_a_clip(speaker: Speaker) -> None:
    says = [Say("For English, press 1."), Say("Für Deutsch drücken Sie die 2.", language="de-DE")]
    parts = [(await speaker.say(say, 8000)).seconds for say in says]
    assert (await speaker.joined(says, 8000)).seconds == pytest.approx(sum(parts), abs=0.2)


async def test_a_language_without_a_voice_is_spoken_by_another_and_told_once(
    speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        clips = [await speaker.say(Say("Qapla", language="tlh-AQ"), 8000) for _ in range(2)]
    assert clips[0].seconds > 0.2
    (line,) = caplog.messages
    assert line == "no voice speaks tlh-AQ, so gmw/en-us does; look into: espeak-ng --voices"


async def test_a_pause_is_silence_of_its_length(speaker: Speaker) -> None:
    clip = await speaker.say(Say("One. Two.", markup='One.<break time="1500ms"/>Two.'), 8000)
    assert pause(clip) == pytest.approx(1.6, abs=0.15)
    assert pause(await speaker.say(Say("One. Two."), 8000)) < 1.0


async def test_slow_is_slower_and_fast_is_faster(speaker: Speaker) -> None:
    words = "Your order has left our house this morning."
    usual = await speaker.say(Say(words), 8000)
    slow = await speaker.say(Say(words, markup=f'<prosody rate="slow">{words}</prosody>'), 8000)
    fast = await speaker.say(Say(words, markup=f'<prosody rate="fast">{words}</prosody>'), 8000)
    assert slow.seconds > 1.2 * usual.seconds
    assert fast.seconds < 0.9 * usual.seconds


async def test_an_emphasis_is_louder_than_the_words_around_it(speaker: Speaker) -> None:
    clip = await speaker.say(
        Say("never never", markup='never<break time="1s"/><emphasis level="strong">never</emphasis>'), 8000
    )
    samples = sounds(clip)
    half = len(samples) // 2
    assert np.abs(samples[half:]).max() > 1.3 * np.abs(samples[:half]).max()


async def test_digits_and_other_words_are_spoken_as_the_marks_say(speaker: Speaker) -> None:
    digits = await speaker.say(Say("4217", markup='<say-as interpret-as="digits">4217</say-as>'), 8000)
    assert digits.seconds == pytest.approx((await speaker.say(Say("4 2 1 7"), 8000)).seconds, abs=0.05)
    alias = await speaker.say(Say("Dr.", markup='<sub alias="the doctor is in">Dr.</sub>'), 8000)
    assert alias.seconds == pytest.approx((await speaker.say(Say("the doctor is in"), 8000)).seconds, abs=0.05)


async def test_marks_without_a_word_are_a_silence(speaker: Speaker) -> None:
    assert (await speaker.say(Say("", markup="<emphasis></emphasis>"), 8000)).seconds < 0.2
