"""Sound as numbers: what an ear, an Asterisk or a full disk would notice."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition import audio


def sine(hertz: float, rate: int, seconds: float = 1.0, loud: float = 0.5) -> audio.Samples:
    return (loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def decibels(samples: audio.Samples, reference: audio.Samples) -> float:
    """RMS of the middle, where no filter rings, against a reference."""
    ratio = np.std(samples[len(samples) // 4 : -len(samples) // 4]) / np.std(reference)
    return float(20 * np.log10(ratio + 1e-12))


@pytest.mark.parametrize("rate", [11025, 16000, 22050, 44100, 48000])
def test_resampling_to_8_khz_keeps_speech_and_lets_nothing_fold_back(rate: int) -> None:
    for hertz in (100, 1000, 3400):
        tone = sine(hertz, rate)
        assert abs(decibels(audio.resample(tone, rate, 8000), tone)) < 0.1
    for hertz in (3850, 4600, 5000):
        tone = sine(hertz, rate)
        assert decibels(audio.resample(tone, rate, 8000), tone) < -60


@pytest.mark.parametrize("seconds", [0.001, 0.3, 9.99, 10.0, 10.01, 31.0])
def test_resampling_in_blocks_leaves_no_seam(seconds: float) -> None:
    tone = sine(440, 22050, seconds)
    got = audio.resample(tone, 22050, 16000)
    assert len(got) == round(len(tone) * 16000 / 22050)
    expected = sine(440, 16000, seconds)[: len(got)]
    middle = slice(1600, -1600)  # at the ends the tone begins and stops, which no band-limited sound can do
    assert np.allclose(got[middle], expected[: len(got)][middle], atol=0.002)


@given(st.binary(max_size=2000))
def test_pcm_survives_the_way_there_and_back(data: bytes) -> None:
    whole = np.frombuffer(data[: len(data) & ~1], "<i2")
    back = np.frombuffer(audio.to_pcm(audio.from_pcm(data)), "<i2")
    assert np.array_equal(back, np.maximum(whole, -audio.FULL))


def test_stereo_is_mixed_to_one_channel(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(audio.to_pcm(np.tile(np.array([0.5, -0.1], np.float32), 100)))
    samples, rate = audio.read(path)
    assert (rate, len(samples)) == (44100, 100)
    assert np.allclose(samples, 0.2, atol=0.001)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"ID3 an mp3 file, say", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\6\0"])
def test_what_is_no_pcm_wav_is_refused_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "prompt.wav"
    path.write_bytes(content)
    with pytest.raises(audio.NotPlayable, match=r"prompt\.wav .* convert it to 16-bit PCM"):
        audio.read(path)


def test_a_file_cut_short_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "prompt.wav"
    assert audio.frames(path, 8000) == 0
    audio.write(path, sine(440, 8000), 8000)
    assert audio.frames(path, 8000) == 8000
    assert audio.frames(path, 16000) == 0
    whole = path.read_bytes()
    for size in (0, 20, audio.HEADER, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert audio.frames(path, 8000) == 0


def test_what_cannot_be_written_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "taken.wav").mkdir()
    with pytest.raises(IsADirectoryError):
        audio.write(tmp_path / "taken.wav", sine(440, 8000), 8000)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.wav"]


def test_prompts_are_equally_loud_whatever_their_pauses() -> None:
    quiet, loud = sine(440, 8000, loud=0.01), sine(440, 8000, loud=0.8)
    paused = audio.join([quiet, quiet], 8000, pause=3.0)
    for samples in (quiet, loud, paused):
        assert np.std(audio.level(samples, 8000)[:8000]) == pytest.approx(audio.LEVEL, rel=0.02)
    assert not audio.level(audio.silence(1, 8000), 8000).any()


def test_a_click_does_not_clip() -> None:
    click = sine(440, 8000, loud=0.01)
    click[100] = 1.0
    assert np.abs(audio.level(click, 8000)).max() <= audio.PEAK + 0.001


def test_silence_around_a_prompt_is_cut_but_none_within() -> None:
    word = sine(440, 8000, 0.5)
    around = audio.join([audio.silence(1, 8000), word, word, audio.silence(2, 8000)], 8000, pause=0.4)
    assert len(audio.trim(around, 8000)) / 8000 == pytest.approx(1.4, abs=0.1)
    assert len(audio.trim(audio.silence(1, 8000), 8000)) == 8000


def test_joining_puts_pauses_only_between() -> None:
    one = np.ones(10, np.float32)
    assert audio.join([one, one], 100, pause=0.05).tolist() == [1] * 10 + [0] * 5 + [1] * 10
    assert len(audio.join([], 100, pause=0.05)) == 0
