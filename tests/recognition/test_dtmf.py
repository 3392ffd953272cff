"""Keys in the sound."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition import audio
from recognition.dtmf import Dtmf
from tests.recognition import sounds

ALL = "1234567890*#ABCD"


def heard(samples: audio.Samples, rate: int = 8000) -> str:
    dtmf = Dtmf(rate)
    return "".join(dtmf.take(frame) for frame in sounds.frames(samples, rate))


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("decibels", [-30, -10, -4])
def test_each_key_is_read_once_however_long_it_is_held(decibels: float, rate: int) -> None:
    for seconds in (0.04, 0.1, 1.0):
        assert heard(sounds.keys(ALL, seconds, 0.06, rate, decibels), rate) == ALL


@pytest.mark.parametrize("twist", [-4, 4])
def test_one_tone_may_be_louder_than_the_other(twist: float) -> None:
    assert heard(sounds.keys(ALL, twist=twist)) == ALL


def test_the_same_key_twice_is_two_keys() -> None:
    assert heard(sounds.keys("1122", 0.05, 0.04)) == "1122"


def test_what_is_shorter_than_a_key_is_none() -> None:
    for seconds in (0.01, 0.018, 0.023):
        assert not heard(sounds.joined(sounds.silence(0.1), sounds.keys(ALL, seconds, 0.06)))


def test_keys_are_read_in_noise() -> None:
    pressed = sounds.keys("40291735", 0.08, 0.08)
    assert heard(pressed + sounds.pink(len(pressed) / 8000, decibels=-25)[: len(pressed)]) == "40291735"


@settings(max_examples=20, deadline=None)
@given(text=st.text(ALL, max_size=6), lengths=st.lists(st.integers(2, 700), min_size=1, max_size=9))
def test_however_the_sound_is_cut_into_pieces(text: str, lengths: list[int]) -> None:
    pcm = audio.to_pcm(sounds.joined(sounds.silence(0.1), sounds.keys(text) if text else sounds.silence(0.1)))
    dtmf, found, at = Dtmf(8000), "", 0
    while at < len(pcm):
        size = 2 * lengths[at % len(lengths)]
        found += dtmf.take(pcm[at : at + size])
        at += size
    assert found == text


@pytest.mark.parametrize("voice", ["en-us", "en-us+f3", "de", "es", "ko"])
def test_nobody_speaks_a_key(voice: str) -> None:
    text = "Zero one two three four five six seven eight nine. I would like to hear about my bill, please, thank you."
    assert not heard(sounds.said(text, voice=voice))


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
    assert not heard(noise)
