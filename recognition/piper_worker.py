"""The child process that speaks by Piper: the only importer of `piper`, which is GPL-3 and no dependency of ours;
whoever wants its voices installs it. Started by `piper_voice.py`, never by hand.

    python -P piper_worker.py MODEL.onnx

Its first line of JSON is {} or {"failed": why}. Then, for each line {"text": ..., "pace": 1 is the usual one} on
standard input, a line {"samples": n} and n 16-bit samples at 22,050 Hz. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import BinaryIO

import numpy as np

RATE = 22050


def answer(out: BinaryIO, line: Mapping[str, object], data: bytes = b"") -> None:
    out.write(json.dumps(line).encode() + b"\n" + data)
    out.flush()


def at_our_rate(pcm: bytes, rate: int) -> bytes:
    """Models of other rates (16,000 Hz for `low` ones) are stretched along a line: none has sound above 8 kHz."""
    if rate == RATE:
        return pcm
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    at = np.arange(round(len(samples) * RATE / rate)) * (rate / RATE)
    return bytes(np.interp(at, np.arange(len(samples)), samples).astype("<i2").tobytes())


def main(model: str) -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever its libraries print is no answer of ours
    try:
        from piper import PiperVoice, SynthesisConfig

        voice = PiperVoice.load(model)
    except Exception as error:  # whatever is wrong with the package or the file, our parent has to be told
        return answer(out, {"failed": f"{type(error).__name__}: {error}"})
    answer(out, {})
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        spoken = voice.synthesize(asked["text"], SynthesisConfig(length_scale=1 / asked["pace"]))
        data = b"".join(at_our_rate(chunk.audio_int16_bytes, chunk.sample_rate) for chunk in spoken)
        answer(out, {"samples": len(data) // 2}, data)
    return None


if __name__ == "__main__":
    main(sys.argv[1])
