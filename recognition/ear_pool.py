"""Worker processes that listen, and which utterance goes where.

What was said is kept here until it is understood. So when a worker dies, only the utterance it had in hand is lost;
the others go to the next worker. Who speaks when all are at their limit is told so at once, before anybody has to wait.

An engine that works while somebody speaks gets its sound as it comes. One that does not gets utterances as a whole,
each worker one at a time, in the order in which they ended. A worker with nothing to do may get one already in a pause
that is perhaps its end: a guess, an utterance of its own to the workers. If no more is said, it is what was heard.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from recognition import ear_wire as wire
from recognition.ear_captions import Captions
from recognition.ear_poison import Poison
from recognition.ear_process import EarProcess
from recognition.ear_supervisor import Supervisor
from recognition.ear_utterance import Note, Utterance, Verdict, outcome
from recognition.ear_wire import Done, EngineSpec, Opening
from recognition.listen import Deaf, Heard, Partial

ANSWER: Final = 8.0  # seconds from the end of an utterance to what was heard, come what may
SOON: Final = 2  # utterances for each worker, one in its hand, behind which a guess is still worth while
QUEUE: Final = 1.0  # seconds that one may wait for a worker; who would wait longer, or has, is told that we are busy
START: Final = 3.0  # seconds that one may wait while there is no worker at all: they start, or were all killed
FULL: Final = 1.3  # of the workers' time, since who speaks now has to be understood a second later
COST: Final = 0.05  # seconds of processor time for a second of speech, until we have measured
DEAREST: Final = 0.6  # what costs more was an accident: grammars that were compiled, a model read from a disk
LEARN: Final = 0.1  # how much the last utterance counts against all before
CHECK: Final = 10.0  # seconds to check a question

log = logging.getLogger(__name__)


class Pool:
    """Async context manager: the workers live between. Of one event loop. `note` is told once of each utterance."""

    def __init__(
        self,
        specs: Sequence[EngineSpec],
        count: int,
        python: str = sys.executable,
        note: Note = lambda _what, _seconds: None,
    ) -> None:
        self._note = note
        self._supervisor = Supervisor(specs, count, python, self._told, self._assign_all, self._lost)
        self._workers = self._supervisor.ready
        self._utterances: dict[int, Utterance] = {}
        self._captions = Captions()
        self._checks: dict[int, asyncio.Future[Sequence[str]]] = {}
        self._last = 0  # number
        self._cost = [COST] * len(specs)
        self._poison = Poison()

    async def __aenter__(self) -> Pool:
        self._supervisor.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._supervisor.stop()
        for utterance in list(self._utterances.values()):
            if not utterance.over:  # a guess ends with its utterance
                self._end(utterance, Deaf("failed"))

    @property
    def able(self) -> bool:
        """Whether there are workers, or will be soon as far as we know."""
        return bool(self._workers) or self._supervisor.hopeful

    @property
    def missing(self) -> Mapping[int, str]:
        """Specs that have no engine, and why."""
        return self._supervisor.missing

    @property
    def pids(self) -> list[int]:
        """Of the workers that are ready."""
        return [worker.pid for worker in self._workers]

    def start(self, opening: Opening, tell: Callable[[Verdict], None]) -> Utterance | Deaf:
        """Somebody speaks, or cannot be listened to."""
        if deaf := self._deaf(opening):
            self._note(outcome(deaf), 0.0)
            return deaf
        utterance = self._add(opening, tell)
        self._assign(utterance)
        return utterance

    def grown(self, utterance: Utterance) -> None:
        """Somebody may see what it sounds like so far, where that costs nobody anything."""
        known = utterance.worker or utterance.finished or utterance.guess or utterance.of
        if known or len(self._utterances) > len(self._workers):
            return
        idle = [one for one in self._workers if not one.in_hand and not self._load(one)[1]]
        self._captions.ask(self._number(), utterance, idle)

    def paused(self, utterance: Utterance, silence: bytes) -> None:
        """A guess for an utterance, where it would be begun soon: one, unless something was missing then. Where that
        was in the same pause, what there is is decoded. It goes before who ends later, since most guesses are the
        answer: then nothing is done twice, and it is there a quarter of a second sooner."""
        self._captions.drop(utterance)
        ahead = sum(one.finished and not one.guess for one in self._utterances.values())
        if utterance.tried or utterance.worker or ahead >= SOON * len(self._workers):
            return
        utterance.tried = True
        guess = self._add(utterance.opening, partial(self._guessed, utterance))
        utterance.guess, guess.of = guess, utterance
        guess.ending = wire.FINISH if utterance.short else wire.GUESS
        guess.feed(b"".join([*utterance.sound, silence]))
        guess.finish()

    def finished(self, utterance: Utterance) -> None:
        self._captions.drop(utterance)
        if self._waiting(utterance) > QUEUE and not (utterance.guess or utterance.guessed):
            self._forget(utterance, Deaf("busy"))
            return
        utterance.timers = [asyncio.get_running_loop().call_later(ANSWER, self._late, utterance)]
        self._wait(utterance)
        self._settle(utterance)

    def dropped(self, utterance: Utterance) -> None:
        self._captions.drop(utterance)
        self._forget(utterance, None)

    async def check(self, opening: Opening) -> Sequence[str]:
        """Raises `OSError` where no worker is ready to answer in time."""
        if not self._workers:
            raise ConnectionError("no process that listens is ready; ask again in a few seconds")
        number, answer = self._number(), asyncio.get_running_loop().create_future()
        self._checks[number] = answer
        try:
            self._workers[0].send(wire.CHECK, number, msgspec.json.encode(opening))
            async with asyncio.timeout(CHECK):
                wrong: Sequence[str] = await answer
                return wrong
        finally:
            del self._checks[number]

    def _number(self) -> int:
        self._last = self._last % 0xFFFFFFFF + 1
        return self._last

    def _add(self, opening: Opening, tell: Callable[[Verdict], None]) -> Utterance:
        number = self._number()
        utterance = self._utterances[number] = Utterance(self, number, opening, tell)
        return utterance

    def _guessed(self, utterance: Utterance, verdict: Verdict) -> None:
        """A guess that failed is none."""
        if isinstance(verdict, Partial):
            return
        utterance.guess = None
        utterance.guessed = verdict if isinstance(verdict, Heard) else None
        if utterance.finished and not utterance.over:
            self._settle(utterance)
        elif utterance.guessed:
            utterance.tell_guess(utterance.guessed)

    def _unfinished(self, guess: Utterance) -> None:
        """It is none, and has cost little."""
        self._end(guess, None)
        if (utterance := guess.of) is None or utterance.guess is not guess:
            return
        utterance.guess, utterance.tried, utterance.short = None, False, True
        if utterance.finished:
            self._settle(utterance)
        else:
            utterance.tell_guess(None)

    def _settle(self, utterance: Utterance) -> None:
        """It is over: what was guessed holds, or soon will."""
        if utterance.guessed:
            self._end(utterance, utterance.guessed)
        elif utterance.worker:
            utterance.send()
        else:
            self._assign(utterance)

    def _deaf(self, opening: Opening) -> Deaf | None:
        if not self.able or opening in self._poison:
            return Deaf("failed")
        return Deaf("busy") if self._busy(opening.engine) else None

    def _busy(self, engine: int) -> bool:
        """Whether one more would be too many: never the only one. While workers start, it can wait for them."""
        if not self._workers or not self._utterances:
            return False
        speaking = sum(self._cost[one.opening.engine] for one in self._utterances.values() if not one.finished)
        return speaking + self._cost[engine] > FULL * len(self._workers) or self._waiting() > QUEUE

    def _waiting(self, ended: Utterance | None = None) -> float:
        """Seconds of a calm machine until a worker is free for who ends now. How slow this one is, nobody knows before:
        whoever has waited for too long is told so as well."""
        ahead = [one for one in self._utterances.values() if one.finished and not one.guess and one is not ended]
        return sum(one.seconds * self._cost[one.opening.engine] for one in ahead) / max(1, len(self._workers))

    def _assign(self, utterance: Utterance) -> None:
        """To a worker, when its turn has come."""
        if not self._workers or utterance.worker or utterance.guess:
            return
        streaming = self._workers[0].engines[utterance.opening.engine] is True
        if not streaming and not utterance.finished:
            return
        worker = min(self._workers, key=self._load)
        if not streaming and self._load(worker)[0]:
            return
        utterance.worker = worker
        worker.send(wire.OPEN, utterance.number, msgspec.json.encode(utterance.opening))
        utterance.send()

    def _load(self, worker: EarProcess) -> tuple[int, int]:
        """How many utterances it has to finish, and how many it has; one that was dropped may still be in its hand."""
        with_it = [one for one in self._utterances.values() if one.worker is worker]
        return sum(one.finished for one in with_it), len(with_it) + bool(worker.in_hand)

    def _assign_all(self) -> None:
        waiting = [one for one in self._utterances.values() if not one.worker]
        for utterance in sorted(waiting, key=lambda one: one.timers[0].when() if one.timers else float("inf")):
            self._assign(utterance)

    def _told(self, kind: bytes, number: int, payload: bytes) -> None:
        if kind == wire.CHECKED and number in self._checks:
            self._checks[number].set_result(msgspec.json.decode(payload, type=list[str]))
        utterance = self._utterances.get(number)
        if self._captions.told(kind, number, payload) or utterance is None:
            return
        if kind == wire.PARTIAL:
            utterance.tell(Partial(payload.decode()))
        elif kind == wire.DONE:
            done = msgspec.json.decode(payload, type=Done)
            self._learn(utterance, done.seconds)
            self._end(utterance, Heard(done.alternatives))
        elif kind == wire.MORE:
            self._unfinished(utterance)
        elif kind == wire.FAILED:
            log.warning("an utterance could not be decoded: %s", payload.decode())
            self._end(utterance, Deaf("failed"))

    def _learn(self, utterance: Utterance, seconds: float) -> None:
        engine = utterance.opening.engine
        self._cost[engine] += LEARN * (min(DEAREST, seconds / max(utterance.seconds, 1.0)) - self._cost[engine])

    def _wait(self, utterance: Utterance) -> None:
        """For a worker, with patience, which begins anew."""
        for timer in utterance.timers[1:]:
            timer.cancel()
        patience = QUEUE if self._workers else START
        utterance.timers[1:] = [asyncio.get_running_loop().call_later(patience, self._impatient, utterance)]

    def _impatient(self, utterance: Utterance) -> None:
        if not utterance.worker and not utterance.guess:
            self._forget(utterance, Deaf("busy" if self._workers else "failed"))

    def _late(self, utterance: Utterance) -> None:
        log.warning("an utterance was not decoded within %.0f s; is the machine overloaded?", ANSWER)
        self._forget(utterance, Deaf("failed"))

    def _forget(self, utterance: Utterance, verdict: Deaf | None) -> None:
        if utterance.worker:
            utterance.worker.send(wire.DROP, utterance.number)
        self._end(utterance, verdict)

    def _end(self, utterance: Utterance, verdict: Heard | Deaf | None) -> None:
        utterance.over = True
        del self._utterances[utterance.number]
        for timer in utterance.timers:
            timer.cancel()
        utterance.resume()
        self._assign_all()
        if not utterance.of:
            self._note(outcome(verdict), utterance.waited)
        if verdict:
            utterance.tell(verdict)

    def _lost(self, worker: EarProcess, by_itself: bool) -> None:
        lost = [one for one in self._utterances.values() if one.worker is worker]
        log.warning("a process that listens ended and is started again; utterances that it had: %d", len(lost))
        for utterance in lost:
            utterance.worker, utterance.sent = None, 0
        for utterance in lost if self._workers else self._utterances.values():
            if utterance.finished:
                self._wait(utterance)
        guilty, captioned = self._utterances.get(worker.in_hand), self._captions.died(worker)
        if by_itself and (opening := guilty.opening if guilty else captioned):
            self._poison.killed(opening)
        if guilty:
            self._end(guilty, Deaf("failed"))
        self._assign_all()
