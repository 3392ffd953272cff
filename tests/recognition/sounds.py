"""What comes down a telephone line: speech of synthetic voices, and all that is none."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recognition import audio
from recognition.audio import Samples
from recognition.music import hold_music
from tests.servers import needs

TONES = [(low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477, 1633)]
KEYS = dict(zip("123A456B789C*0#D", TONES, strict=True))


@functools.cache
def said(text: str, rate: int = 8000, voice: str = "en-us") -> Samples:
    """By a voice of espeak-ng, or of flite: `flite:slt`. Without silence at both ends, at -20 dBFS, 300 to 3,400 Hz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        engine, _, name = voice.rpartition(":")
        if engine == "flite":
            command: Sequence[str] = (
                needs("flite", "it speaks like people"),
                "-voice",
                name,
                "-t",
                text,
                "-o",
                str(path),
            )
        else:
            command = (needs("espeak-ng", "it speaks"), "-v", voice, "-w", str(path), text)
        subprocess.run(command, check=True, timeout=60)
        samples, own = audio.read(path)
    narrow = band(audio.trim(audio.resample(samples, own, rate), rate), rate, 300, 3400)
    return audio.level(narrow, rate)


def band(samples: Samples, rate: int, low: float, high: float) -> Samples:
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    return np.fft.irfft(spectrum * ((hertz > low) & (hertz < high)), len(samples)).astype(np.float32)


def at_level(samples: Samples, decibels: float) -> Samples:
    """RMS in dBFS."""
    return (samples * 10 ** (decibels / 20) / np.sqrt(np.mean(samples**2))).astype(np.float32)


def silence(seconds: float, rate: int = 8000) -> Samples:
    return audio.silence(seconds, rate)


def pink(seconds: float, rate: int = 8000, decibels: float = -32, seed: int = 1) -> Samples:
    count = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return at_level(np.fft.irfft(spectrum, count).astype(np.float32), decibels)


def kitchen(seconds: float, rate: int = 8000, seed: int = 2) -> Samples:
    """A fan, and dishes: bursts that ring."""
    random = np.random.default_rng(seed)
    sound = pink(seconds, rate, -35, seed)
    for start in random.uniform(0, seconds - 0.5, int(3 * seconds)):
        at = np.arange(int(random.uniform(0.05, 0.4) * rate)) / rate
        tones = sum(np.sin(2 * np.pi * hertz * at) for hertz in random.uniform(600, 3600, 5))
        clink = (tones / 5 + random.standard_normal(len(at)) * 0.3) * np.exp(-at * random.uniform(8, 60))
        begins = int(start * rate)
        sound[begins : begins + len(at)] += (clink * random.uniform(0.1, 0.5)).astype(np.float32)
    return sound


def hum(seconds: float, rate: int = 8000) -> Samples:
    """The mains and their harmonics."""
    at = np.arange(round(seconds * rate)) / rate
    return at_level(np.asarray(sum(np.sin(2 * np.pi * 50 * n * at) / n for n in range(1, 20)), np.float32), -25)


def tones(hertz: Sequence[float], on: float, off: float, seconds: float, rate: int = 8000) -> Samples:
    """Ringback is (440, 480) for 2 s in 6; a busy line (480, 620) for 0.5 s in 1."""
    at = np.arange(round(seconds * rate)) / rate
    sound = sum(np.sin(2 * np.pi * one * at) for one in hertz) * (at % (on + off) < on)
    return (0.1 * sound).astype(np.float32)


def keys(
    text: str, seconds: float = 0.1, gap: float = 0.1, rate: int = 8000, decibels: float = -10, twist: float = 0.0
) -> Samples:
    """DTMF; `twist`: dB that the higher tone is louder."""
    pieces = []
    at = np.arange(round(seconds * rate)) / rate
    for key in text:
        low, high = KEYS[key]
        tone = np.sin(2 * np.pi * low * at) + 10 ** (twist / 20) * np.sin(2 * np.pi * high * at)
        pieces += [at_level(tone.astype(np.float32), decibels), silence(gap, rate)]
    return np.concatenate(pieces)


def music(seconds: float, rate: int = 8000) -> Samples:
    loops = -(-round(seconds * rate) // len(hold_music(rate)))
    return np.tile(hold_music(rate), loops)[: round(seconds * rate)]


def band_music(seconds: float, rate: int = 8000, seed: int = 3) -> Samples:
    """Louder and livelier than ours: drums, a bass, and chords that are struck twice a second."""
    random = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * rate))
    at = np.arange(int(0.5 * rate)) / rate
    for beat in range(int(2 * seconds)):
        root = 110 * 2 ** (random.integers(0, 12) / 12)
        chord = sum(
            np.sin(2 * np.pi * root * step * n * at) / n for step in (1, 1.26, 1.5, 2) for n in range(1, 8)
        ) * np.exp(-3 * at)
        drum = random.standard_normal(len(at)) * np.exp(-30 * at)
        begins = beat * len(at)
        sound[begins : begins + len(at)] += (chord + drum)[: len(sound) - begins]
    return at_level(sound.astype(np.float32), -18)


def joined(*pieces: Samples) -> Samples:
    return np.concatenate(pieces)


def frames(samples: Samples, rate: int = 8000) -> list[bytes]:
    """20 ms of 16-bit PCM each; the last one is filled with silence."""
    size = 2 * (rate // 50)
    pcm = audio.to_pcm(samples)
    return [pcm[start : start + size].ljust(size, b"\0") for start in range(0, len(pcm), size)]
