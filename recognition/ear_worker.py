"""The child process that listens: holds the models, decodes utterances. Started by `ear_process.py`, never by hand.

    python -m recognition.ear_worker SPECS      (JSON: a list of `EngineSpec`)

It ends when its input does, so it never outlives its parent. One thread: what is in its hand is what it dies of. What
callers say is in memory only, never on standard error, in a log or in the text of an error.
"""

from __future__ import annotations

import os
import resource
import select
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from recognition import audio
from recognition.ear_wire import (
    AUDIO,
    CHECK,
    CHECKED,
    DONE,
    DROP,
    FAILED,
    FINISH,
    GUESS,
    HEADER,
    IN_HAND,
    MORE,
    OPEN,
    PARTIAL,
    READY,
    SO_FAR,
    Done,
    EngineSpec,
    Opening,
    Ready,
    message,
)
from recognition.engine import Engine
from recognition.rate import Resampler

BEHIND = 5  # how much (see `nice`) we yield to the server and to Asterisk, which have little to do, but at once

Write = Callable[[bytes], object]
Hurry = Callable[[], bool]


def load(spec: EngineSpec) -> Engine:
    """Raises whatever its engine does without a model."""
    folder = Path(spec.folder) if spec.folder else None
    match spec.name:
        case "moonshine":
            from recognition.moonshine.engine import Moonshine

            return Moonshine(folder)
        case "vosk":
            from recognition.vosk.engine import Vosk

            return Vosk(spec.language, Path(spec.folder))
        case _:
            module, _, factory = spec.name.partition(":")
            engine: Engine = getattr(__import__(module, fromlist=[factory]), factory)(spec.language, folder)
            return engine


class _Utterance:
    """A decoding and what it has cost: processor time, which says the same on a machine that is busy."""

    def __init__(self, engine: Engine, opening: Opening) -> None:
        self._decoding, self.streaming = engine.open(opening.hints), engine.streaming
        self._resampler = Resampler(opening.rate, engine.rate)
        self._text = ""
        self.seconds = 0.0

    def feed(self, pcm: bytes) -> None:
        self._decoding.feed(self._resampler.take(audio.from_pcm(pcm)))

    def partial(self, hurry: Hurry) -> str:
        """What it sounds like by now, if that has changed."""
        before, self._text = self._text, self._decoding.partial(hurry)
        return self._text if self._text != before else ""

    def over(self, perhaps: bool) -> Done | None:
        """None: it is not, and it was only `perhaps`."""
        began = time.process_time()
        self._decoding.feed(self._resampler.rest())
        if perhaps and self._decoding.unfinished():
            return None
        return Done(self._decoding.final(), self.seconds + time.process_time() - began)


class Worker:
    """`take` one message; answers go to `write`. `hurry`: whether the next message is there."""

    def __init__(self, engines: Sequence[Engine | str], write: Write, hurry: Hurry) -> None:
        """`engines`: or why there is none."""
        self._engines, self._write, self._hurry = engines, write, hurry
        self._utterances: dict[int, _Utterance] = {}

    def take(self, kind: bytes, number: int, payload: bytes) -> None:
        if kind == DROP:
            self._utterances.pop(number, None)
            return
        if kind in {AUDIO, FINISH, SO_FAR, GUESS} and number not in self._utterances:
            return  # it has failed before
        self._write(message(IN_HAND, number))
        began = time.process_time()
        try:
            self._work(kind, number, payload)
        except Exception as error:  # an engine's; its utterance is lost, the next one need not be
            self._utterances.pop(number, None)
            self._write(message(FAILED, number, _where(error).encode()))
        if utterance := self._utterances.get(number):
            utterance.seconds += time.process_time() - began
        self._write(message(IN_HAND))

    def _work(self, kind: bytes, number: int, payload: bytes) -> None:
        if kind == CHECK:
            self._check(number, msgspec.json.decode(payload, type=Opening))
        elif kind == OPEN:
            opening = msgspec.json.decode(payload, type=Opening)
            self._utterances[number] = _Utterance(self._engine(opening), opening)
        elif kind == AUDIO:
            utterance = self._utterances[number]
            utterance.feed(payload)
            if utterance.streaming and (text := utterance.partial(self._hurry)):
                self._write(message(PARTIAL, number, text.encode()))
        elif kind == SO_FAR:
            text = self._utterances.pop(number).partial(self._hurry)
            self._write(message(PARTIAL, number, text.encode()))
        elif kind in {FINISH, GUESS}:
            done = self._utterances.pop(number).over(perhaps=kind == GUESS)
            self._write(message(DONE, number, msgspec.json.encode(done)) if done else message(MORE, number))

    def _check(self, number: int, opening: Opening) -> None:
        wrong = list(self._engine(opening).check(opening.hints))
        self._write(message(CHECKED, number, msgspec.json.encode(wrong)))

    def _engine(self, opening: Opening) -> Engine:
        engine = self._engines[opening.engine]
        if isinstance(engine, str):
            raise LookupError
        return engine


def _where(error: Exception) -> str:
    """Without its text, which may hold what was said."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"


def _loaded(spec: EngineSpec) -> Engine | str:
    if not spec.name:
        return "its engine ends the process while it loads its model; look whether the model is complete"
    try:
        return load(spec)
    except Exception as error:  # any engine's; the others can listen, and our parent is told why
        return f"{type(error).__name__}: {error}"


def main(specs: bytes) -> None:
    os.nice(BEHIND)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would keep what callers said
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a native library prints is no message
    engines: list[Engine | str] = []
    for place, spec in enumerate(msgspec.json.decode(specs, type=list[EngineSpec]), 1):
        out.write(message(IN_HAND, place))
        engines.append(_loaded(spec))
    told = Ready(tuple(engine if isinstance(engine, str) else engine.streaming for engine in engines))
    out.write(message(READY, payload=msgspec.json.encode(told)))
    worker = Worker(engines, out.write, lambda: bool(select.select([0], [], [], 0)[0]))
    while header := _read(HEADER.size):
        length, kind, number = HEADER.unpack(header)
        worker.take(kind, number, _read(length))


def _read(count: int) -> bytes:
    """So many bytes of the input, or none at its end. No file: what that reads ahead, `select` does not see."""
    found = bytearray()
    while len(found) < count and (more := os.read(0, count - len(found))):
        found += more
    return bytes(found)


if __name__ == "__main__":
    main(sys.argv[1].encode())
