"""A synthetic caller: words to the sound of a microphone, in a quiet room or in a noisy one."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recognition import audio
from recognition.audio import Samples
from tests.servers import needs

RATE = 16_000
BEFORE, AFTER = 0.4, 1.8  # seconds of the room around the words
NOISY = 15.0  # dB that speech is louder than the noise of a noisy room


class Mouth:
    """`voices`: of flite's; who has to say something again does so in the next one. `snr`: decibels that the words are
    above pink noise; None: a quiet room. Each sentence is rendered once, into `folder`."""

    def __init__(self, folder: Path, voices: Sequence[str] = ("slt",), snr: float | None = None) -> None:
        self._program = needs("flite", "callers are spoken by it")
        self._folder, self._voices, self._snr = folder, voices, snr
        folder.mkdir(parents=True, exist_ok=True)

    async def say(self, text: str, again: int = 0) -> bytes:
        """16-bit PCM at 16,000 Hz. `again`: how often it was said before."""
        words = await asyncio.to_thread(self._words, text, self._voices[again % len(self._voices)])
        sound = np.concatenate([audio.silence(BEFORE, RATE), words, audio.silence(AFTER, RATE)])
        if self._snr is not None:
            sound = sound + pink(len(sound), f"{text}{again}") * np.float32(audio.LEVEL * 10 ** (-self._snr / 20))
        return audio.to_pcm(sound)

    def _words(self, text: str, voice: str) -> Samples:
        path = self._folder / f"{voice}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.wav"
        if not path.exists():
            mine = path.with_suffix(f".{id(self)}.tmp")
            subprocess.run([self._program, "-voice", voice, "-t", text, "-o", mine], check=True, timeout=60)
            mine.rename(path)
        samples, rate = audio.read(path)
        return audio.level(audio.resample(samples, rate, RATE), RATE)


def pink(count: int, seed: str) -> Samples:
    """Noise with equal power in each octave from 50 Hz up, of RMS 1; the same for the same seed."""
    random = np.random.default_rng(list(seed.encode()))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    shape = np.where(hertz > 50, 1 / np.sqrt(np.maximum(hertz, 1)), 0)
    noise = np.fft.irfft(np.fft.rfft(random.standard_normal(count)) * shape, count)
    return (noise / np.sqrt(np.mean(noise**2))).astype(np.float32)
