"""Keys in the sound."""

from __future__ import annotations

from itertools import product

import pytest

from recognition import audio
from recognition.dtmf import has_key
from tests.recognition import sounds

ALL = "1234567890*#ABCD"


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("decibels", [-30, -10, -4])
def test_each_key_is_one_however_long_it_is_held(decibels: float, rate: int) -> None:
    for key, seconds in product(ALL, (0.04, 0.1, 1.0)):
        pressed = sounds.keys(key, seconds, 0.06, rate, decibels)
        assert has_key(sounds.joined(sounds.silence(0.033, rate), pressed), rate), (key, seconds)


@pytest.mark.parametrize("twist", [-4, 4])
def test_one_tone_may_be_louder_than_the_other(twist: float) -> None:
    assert all(has_key(sounds.keys(key, twist=twist), 8000) for key in ALL)


def test_what_is_shorter_than_a_key_is_none() -> None:
    for seconds in (0.01, 0.018, 0.023):
        assert not has_key(sounds.joined(sounds.silence(0.1), sounds.keys(ALL, seconds, 0.06)), 8000)


def test_a_key_is_one_in_noise() -> None:
    for key in ALL:
        pressed = sounds.keys(key, 0.08, 0.08)
        assert has_key(pressed + sounds.pink(len(pressed) / 8000, decibels=-25)[: len(pressed)], 8000), key


def test_less_sound_than_a_key_takes_is_none() -> None:
    for seconds in (0, 0.01, 0.03):
        assert not has_key(sounds.keys("5", 0.1)[: round(seconds * 8000)], 8000)


@pytest.mark.parametrize("voice", ["en-us", "en-us+f3", "de", "es", "ko"])
def test_nobody_speaks_a_key(voice: str) -> None:
    text = "Zero one two three four five six seven eight nine. I would like to hear about my bill, please, thank you."
    assert not has_key(sounds.said(text, voice=voice), 8000)


@pytest.mark.parametrize(
    "noise",
    [
        sounds.music(32),
        sounds.band_music(20),
        sounds.kitchen(20),
        sounds.tones((440, 480), 2, 1, 9),
        sounds.tones((697,), 0.2, 0.2, 4),
    ],
    ids=["music", "band", "kitchen", "ringback", "one tone"],
)
def test_nothing_else_is_a_key(noise: audio.Samples) -> None:
    assert not has_key(noise, 8000)


@pytest.mark.parametrize("beside", [770, 1336, 1394], ids=["a second low one", "a second high one", "a harmonic"])
def test_two_tones_with_a_third_are_no_key(beside: int) -> None:
    """Voices and chords have such; a key has two tones and nothing else."""
    key, third = sounds.keys("1", 0.5), sounds.tones((beside,), 0.5, 0, 0.5)
    assert has_key(key, 8000)
    assert not has_key(key[: len(third)] + 2 * third, 8000)
