"""Sound as numbers: WAV files, resampling, levels, joining.

Samples are one channel of float32 between -1 and 1. Files are mono 16-bit PCM WAV with the plain 44-byte header,
which Asterisk and browsers play as they are. All functions are blocking and pure but for the files they name.
"""

from __future__ import annotations

import contextlib
import os
import wave
from collections.abc import Sequence
from math import gcd
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

HEADER = 44  # bytes before the samples in a file that `write` made
FULL = 32767
LEVEL = 0.1  # RMS of speech while it sounds: -20 dBFS, as loud as the usual recorded prompts
PEAK = 0.9
FRAME = 0.02  # seconds over which loudness is measured
QUIET = 0.05  # of the loudest frame; below it is a pause
BLOCK, EDGE = 10.0, 0.05  # seconds resampled at a time, and what its filter needs on both sides


class NotPlayable(Exception):
    """The file is no sound that we can read; the message says what it should be."""


def from_pcm(data: bytes) -> Samples:
    """16-bit little-endian PCM to samples; a last odd byte is dropped."""
    return np.frombuffer(data[: len(data) & ~1], "<i2").astype(np.float32) / np.float32(FULL)


def to_pcm(samples: Samples) -> bytes:
    """Samples to 16-bit little-endian PCM; what is too loud is clipped."""
    return np.round(np.clip(samples, -1, 1) * FULL).astype("<i2").tobytes()


def read(sound: Path | BinaryIO) -> tuple[Samples, int]:
    """The samples of a WAV file, channels mixed to one, and its rate. Raises `NotPlayable`, `OSError`."""
    name = sound if isinstance(sound, Path) else "it"
    try:
        with wave.open(str(sound) if isinstance(sound, Path) else sound) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise NotPlayable(f"{name} is not a PCM WAV file ({error}); convert it to 16-bit PCM") from error
    if width != 2 or not data or not rate:
        raise NotPlayable(f"{name} is empty or has {8 * width}-bit samples; convert it to 16-bit PCM")
    samples = from_pcm(data)
    whole = len(samples) // channels * channels
    return samples[:whole].reshape(-1, channels).mean(axis=1, dtype=np.float32), rate


def write(path: Path, samples: Samples, rate: int) -> None:
    """Write a WAV file whole or not at all: nobody ever sees half of it. Raises `OSError`, such as for a full disk."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(to_pcm(samples))
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            part.unlink()
        raise


def frames(path: Path, rate: int) -> int:
    """How many samples a file of ours holds; 0 when it is missing, cut short, or of another rate."""
    try:
        with wave.open(str(path)) as file:
            count = file.getnframes()
            ours = (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, rate)
        return count if ours and path.stat().st_size == HEADER + 2 * count else 0
    except (OSError, wave.Error, EOFError):
        return 0


def resample(samples: Samples, rate: int, to: int) -> Samples:
    """The same sound at another rate. What the lower rate cannot carry is filtered out from 0.45 of it on (3.6 kHz at
    8 kHz) and gone at 0.475, so nothing folds back into the speech."""
    if rate == to or not len(samples):
        return samples
    up, down = to // gcd(rate, to), rate // gcd(rate, to)
    step, edge = (int(np.ceil(seconds * rate / down)) for seconds in (BLOCK, EDGE))  # in units of `down` samples
    step = min(step, -(-len(samples) // down))
    fill = -len(samples) % (step * down)
    padded = np.pad(samples, (edge * down, fill + edge * down))
    blocks = [
        _resample_block(padded[start : start + (step + 2 * edge) * down], rate, up, down)[
            edge * up : (edge + step) * up
        ]
        for start in range(0, len(samples), step * down)
    ]
    return np.concatenate(blocks)[: round(len(samples) * to / rate)]


def _resample_block(block: Samples, rate: int, up: int, down: int) -> Samples:
    """By Fourier transform: drop or add the upper part of the spectrum. The ends wrap around: the caller cuts them."""
    size = len(block) // down * up
    spectrum = np.fft.rfft(block)
    hertz = np.arange(len(spectrum)) * (rate / len(block))
    low = min(rate, rate * up // down)
    spectrum *= np.clip((0.475 * low - hertz) / (0.025 * low), 0, 1)
    return (np.fft.irfft(spectrum[: size // 2 + 1], size) * (up / down)).astype(np.float32)


def level(samples: Samples, rate: int) -> Samples:
    """The same sound at the loudness of all our prompts; pauses do not count, silence stays silence."""
    loudness = _loudness(samples, rate)
    loudest = float(loudness.max(initial=0))
    if loudest == 0:
        return samples
    sounding = loudness[loudness > QUIET * loudest]
    gain = min(LEVEL / float(np.sqrt(np.mean(sounding**2))), PEAK / float(np.abs(samples).max()))
    return (samples * gain).astype(np.float32)


def trim(samples: Samples, rate: int, keep: float = 0.02) -> Samples:
    """Without the silence at both ends but for `keep` seconds: espeak adds a third of a second after each prompt."""
    loudness = _loudness(samples, rate)
    loud = np.flatnonzero(loudness > QUIET / 5 * loudness.max(initial=0))
    if not len(loud):
        return samples
    frame, margin = int(FRAME * rate), int(keep * rate)
    return samples[max(0, loud[0] * frame - margin) : (loud[-1] + 1) * frame + margin]


def _loudness(samples: Samples, rate: int) -> Samples:
    """RMS of each 20 ms; the last frame is filled with silence."""
    frame = int(FRAME * rate)
    padded = np.pad(samples, (0, -len(samples) % frame)).reshape(-1, frame)
    loudness: Samples = np.sqrt(np.mean(padded**2, axis=1)).astype(np.float32)
    return loudness


def silence(seconds: float, rate: int) -> Samples:
    return np.zeros(round(seconds * rate), np.float32)


def join(pieces: Sequence[Samples], rate: int, pause: float) -> Samples:
    """One after the other with `pause` seconds between."""
    gap = silence(pause, rate)
    parts = [part for piece in pieces for part in (gap, piece)]
    return np.concatenate(parts[1:]) if parts else gap[:0]
