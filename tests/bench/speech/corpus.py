"""The test set: every text by every voice, spoken once each and kept as WAV files; the line is added in memory."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recognition import audio
from recognition.audio import Samples
from tests.bench.speech.line import LINES, Line, through
from tests.bench.speech.texts import Said, said
from tests.bench.speech.voices import Voice

TEMPOS = (0.9, 1.0, 1.15)


@dataclass(frozen=True, slots=True)
class Utterance:
    said: Said
    voice: Voice
    line: Line
    sound: Samples  # at 8,000 Hz


def utterances(
    folder: Path, voices: list[Voice], lines: tuple[Line, ...] = LINES, every: int = 1
) -> Iterator[Utterance]:
    """Of each `every`-th pair of text and voice, on all lines. The same pair always has the same tempo and noise."""
    pairs = [(text, voice) for text in said() for voice in voices]
    for text, voice in pairs:
        seed = seed_of(text, voice)
        if seed % every == 0:
            samples, rate = spoken(folder, voice, text.text, TEMPOS[seed // 7 % len(TEMPOS)])
            for line in lines:
                yield Utterance(text, voice, line, through(line, samples, rate, seed + len(line.name)))


def seed_of(text: Said, voice: Voice) -> int:
    return zlib.crc32(f"{text.group} {text.hints.kind} {text.text} {voice.name}".encode())


def spoken(folder: Path, voice: Voice, text: str, tempo: float) -> tuple[Samples, int]:
    file = folder / f"{voice.name}-{hashlib.sha256(f'{text} {tempo}'.encode()).hexdigest()[:16]}.wav"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part.wav")
        voice.render(text, tempo, part)
        part.replace(file)
    samples, rate = audio.read(file)
    return audio.trim(samples, rate), rate
