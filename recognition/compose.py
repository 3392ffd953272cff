"""What of a say is spoken, in pieces, and how one clip is made of their sounds (those functions block)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ivr.engine import markup
from ivr.engine.actions import Say
from ivr.engine.markup import Pause, Segment, Speech
from recognition import audio
from recognition.clips import Rate
from recognition.voice import RATE

VERSION = 2  # of what is done to the sound here; a new one makes all files anew
PAUSE = 0.12  # seconds between the parts of one clip
EMPTY = 0.1  # seconds of silence for no words
LONGEST = 2000  # characters of one prompt: over two minutes
BETWEEN = 0.06  # seconds between pieces of one sentence
EMPHASIS = {"normal": (1.0, 1.0), "strong": (0.8, 1.5), "moderate": (0.9, 1.25), "reduced": (1.1, 0.7)}  # speed, gain


def segments(say: Say) -> tuple[Segment, ...]:
    """What is spoken, without what no engine can say. Marks of a text that is too long are left out."""
    if say.markup is None or len(say.markup) > LONGEST:
        return (Speech(speakable(say.text)),)
    found = (
        segment if isinstance(segment, Pause) else replace(segment, text=speakable(segment.text))
        for segment in markup.segments(say.markup)
    )
    return tuple(segment for segment in found if isinstance(segment, Pause) or segment.text) or (Speech(""),)


def speakable(text: str) -> str:
    """Without control characters and lone surrogates, which no engine can say, and not too long."""
    words = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text).split())
    if len(words) <= LONGEST:
        return words
    cut = words[:LONGEST]
    sentences = max(cut.rfind(mark) for mark in ".!?。！？") + 1
    return cut[: sentences or max(cut.rfind(" "), 0) or LONGEST]


def of_recording(path: Path, rate: Rate) -> audio.Samples:
    return of_speech(*audio.read(path), rate)


def of_speech(samples: audio.Samples, rate: int, to: Rate) -> audio.Samples:
    if not len(samples):
        return audio.silence(EMPTY, to)
    return audio.level(audio.trim(audio.resample(samples, rate, to), to), to)


def of_pieces(segments: Sequence[Segment], sounds: Sequence[bytes], rate: Rate) -> audio.Samples:
    """Pieces of speech with their pauses, leveled as a whole."""
    pieces: list[audio.Samples] = []
    for segment, sound in zip(segments, sounds, strict=True):
        if isinstance(segment, Pause):
            pieces.append(audio.silence(segment.seconds, rate))
        elif sound:
            speech = audio.trim(audio.resample(audio.from_pcm(sound), RATE, rate), rate)
            pieces += [speech * EMPHASIS[segment.loudness][1], audio.silence(BETWEEN, rate)]
    return audio.level(audio.join(pieces or [audio.silence(EMPTY, rate)], rate, 0.0), rate)


def of_clips(paths: Sequence[Path], rate: Rate) -> audio.Samples:
    return audio.join([audio.read(path)[0] for path in paths] or [audio.silence(EMPTY, rate)], rate, PAUSE)
