"""Ears: the listener of a server. Finds speech in the sound of its calls, and has it understood by worker processes.

ear.py         one call: frames in, what was told out
vad.py, endpoint.py, echo.py, dtmf.py   what is speech, where it ends, our own echo, keys in the sound
ear_pool.py, ear_utterance.py   what was said goes to a worker process; limits, guesses, crashes
ear_captions.py, ear_poison.py  what it sounds like so far; questions that end processes
ear_supervisor.py   worker processes are kept running
ear_process.py, ear_wire.py, ear_worker.py   one of them: from here, between, and from within
engine.py      what an engine is that lives in there
kept.py        what may be kept of it, where the customer agreed
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from ivr.engine.languages import lookup, primary
from recognition.ear import CallEar
from recognition.ear_pool import CHECK, Pool
from recognition.ear_utterance import Note
from recognition.ear_wire import EngineSpec, Opening
from recognition.kept import Keeper, Kept
from recognition.listen import Asked, Heard, Hints, Told
from recognition.vad import RATES, Vad

__all__ = ["Ears", "EngineSpec", "engines"]


def engines(vosk: Mapping[str, Path], moonshine: Path | None = None) -> list[EngineSpec]:
    """Which engine hears which language: Vosk where there is a model directory for it, else Moonshine for English,
    from its package unless a folder is given; where neither is there, nobody."""
    found = [EngineSpec("vosk", language, str(folder.absolute())) for language, folder in vosk.items()]
    english = any(primary(language) == "en" for language in vosk)
    if not english and (moonshine or importlib.util.find_spec("moonshine_voice")):
        found.append(EngineSpec("moonshine", "en", str(moonshine.absolute()) if moonshine else ""))
    return found


class Ears:
    """A `recognition.listen.Listener`; async context manager. `processes`: how many listen, None: one for each core,
    0: nobody listens. Their models load while the server already serves; who speaks meanwhile waits a little.
    `keeper` gets what was said where that may be kept; without one nothing is. `note`: see `Pool`."""

    def __init__(
        self,
        specs: Sequence[EngineSpec],
        processes: int | None = None,
        python: str = sys.executable,
        keeper: Keeper | None = None,
        note: Note = lambda _what, _seconds: None,
    ) -> None:
        count = len(os.sched_getaffinity(0)) if processes is None else processes
        self._specs = specs if count else ()
        self._pool = Pool(self._specs, count if specs else 0, python, note)
        self._keeper = keeper
        self._vad: Vad | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        if self._specs:
            self._vad = await asyncio.to_thread(Vad)
            await self._pool.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._pool.__aexit__(*exc)

    @property
    def pids(self) -> list[int]:
        """The processes that are ready to listen."""
        return self._pool.pids

    @property
    def trouble(self) -> str:
        """What is wrong with what is set up, and what to do about it; calls are answered by keys meanwhile. Empty:
        nothing, as far as we know."""
        if self._specs and not self._pool.able:
            return "the processes that listen do not start: the log says why"
        missing = ((self._specs[place], why) for place, why in self._pool.missing.items())
        return "; ".join(f"{spec.name} does not hear {spec.language}: {why}" for spec, why in missing)

    def hears(self, language: str) -> bool:
        return self._pool.able and self._engine(language) is not None

    def open(self, rate: int, tell: Callable[[Told], None]) -> CallEar:
        if rate not in RATES:
            raise ValueError(f"a call of {rate} Hz cannot be listened to; use one of {RATES}")
        if self._vad is None:
            raise RuntimeError("nobody listens: ask `hears` first, between __aenter__ and __aexit__")
        return CallEar(rate, tell, self._vad.open(rate), self._pool, self._engine, self._keep, self._vad.ask)

    def check(self, hints: Hints) -> Sequence[str]:
        """Blocking, so never in the event loop. Raises `OSError` where no process is ready to answer."""
        engine = self._engine(hints.language)
        if engine is None or self._loop is None:
            return [f"there is no engine for {hints.language}, so it is keys only"]
        asked = asyncio.run_coroutine_threadsafe(self._pool.check(Opening(engine, RATES[0], hints)), self._loop)
        return asked.result(CHECK + 1)

    def _keep(self, asked: Asked, opening: Opening, pcm: bytes, heard: Heard) -> None:
        if self._keeper:
            engine, language = self._specs[opening.engine].name, opening.hints.language
            kept = Kept(asked.menu, asked.step, language, engine, opening.rate, pcm, heard.alternatives, heard.cut)
            self._keeper(kept)

    def _engine(self, language: str) -> int | None:
        """The place of the engine for a language among the specs."""
        there = {spec.language: place for place, spec in enumerate(self._specs) if place not in self._pool.missing}
        found = lookup(language, there)
        return None if found is None else there[found]
