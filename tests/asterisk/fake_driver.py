"""A driver with one small dialogue, whose records are a file: they outlive a process that is killed.

choice: 1 an order number is asked for, 2 a person, 3 a slow back office, 4 a queue that nobody set up, 5 somebody
outside, 7 a message, 9 goodbye
number: four to six keys; then `choice` again
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, cast

from context_bridge.contract import StoreUnavailable
from ivr.driver import Arrival, Leg, Saying
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Keys, Record, Say, Transfer
from ivr.engine.events import (
    Event,
    Input,
    Left,
    NoInput,
    QueueOutcome,
    Recorded,
    TransferAnswered,
    TransferEnded,
    Unheard,
)
from ivr.engine.journey import Journey, Status

CHOICE = Say("Welcome to the weather station. Press one for your parcel, two for somebody who knows.")
NUMBER = Say("Now your parcel's number, followed by the hash key, if you would be so kind.")
ON_ITS_WAY = Say("It left the harbour yesterday morning and is on its way.")
FILLER = Say("Looking that up in our old green ledgers, bear with us.")
SPEAK = Say("Leave word for the lighthouse keeper after the beep.")
SILENT = Say("Nothing reached my ears just now.")
ALONE = Say("Everybody is out to lunch today.")
THANKS = Say("Thank you for talking with our colleague.")
GOODBYE = Say("Farewell and good night.")
WHISPER = "A caller with a parcel question."
PROMPTS = (SPEAK, CHOICE, NUMBER, ON_ITS_WAY, FILLER, SILENT, ALONE, THANKS, GOODBYE)


class FakeDriver:
    """`timeout`: seconds of silence until `NoInput`. `slow`: what the back office waits for. `before_answer`: awaited
    after a turn is stored and before its actions are returned (where a test kills us). `speech`: whether questions may
    be answered by words."""

    def __init__(self, file: Path, timeout: float = 60.0, interdigit: float = 2.0) -> None:
        self.file, self.timeout, self.interdigit = file, timeout, interdigit
        self.queue_timeout = self.longest = 60.0
        self.transfer_to: tuple[str, str, Mapping[str, str]] = ("+442079460018", "caller", {})
        self.available = self.speech = True
        self.slow = asyncio.Event()
        self.before_answer: Callable[[], Awaitable[None]] | None = None
        self.changed = asyncio.Event()
        self._legs: dict[str, Leg] = {}
        self._ids = itertools.count(1)
        self._records: dict[str, Any] = {"contacts": {}, "events": []}
        if file.exists():
            self._records = json.loads(file.read_text())

    # What a test asks

    @property
    def events(self) -> list[list[str]]:
        """[contact, what, value] in order."""
        return cast("list[list[str]]", self._records["events"])

    def seen(self, what: str) -> list[str]:
        return [value for _, kind, value in self.events if kind == what]

    async def until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    # The interface

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        self._store()
        said = (arrival.menu, str(arrival.number), arrival.presentation, arrival.language)
        self._note(arrival.contact, "arrived", " ".join(filter(None, said)))
        return self._save(arrival.contact, "choice", "live", CHOICE)

    async def advance(self, event: Event, say: Saying | None = None) -> tuple[Action, ...]:
        self._store()
        contact = event.contact
        record = self._records["contacts"].get(contact)
        if record is None or record["status"] == "over":
            return (Hangup("moved"),)
        if isinstance(event, Left):
            record["status"] = "over"
            self._note(contact, "left", event.reason)
            return ()
        if isinstance(event, Input | NoInput | Recorded | Unheard | TransferEnded) and event.turn not in (
            None,
            record["turn"],
        ):
            return self._again(contact)
        actions = await self._turn(contact, record, event, say)
        if self.before_answer:
            await self.before_answer()
        return actions

    async def _turn(self, contact: str, record: Any, event: Event, say: Saying | None) -> tuple[Action, ...]:
        match record["step"], event:
            case "outside", TransferAnswered():
                self._note(contact, "answered", str(event.turn))
                record["status"] = "transferred"
                return self._again(contact)
            case "outside", TransferEnded(outcome=outcome):
                self._note(contact, "transferred", outcome)
                return self._save(contact, "choice", "live", THANKS if outcome == "answered" else ALONE, CHOICE)
            case "message", NoInput():
                self._note(contact, "noinput", "message")
                return self._save(contact, "choice", "live", SILENT, CHOICE)
            case _, NoInput():
                self._note(contact, "noinput", record["step"])
                return self._save(contact, record["step"], "live", SILENT, *self._question(record["step"]))
            case step, Unheard(reason=reason):
                self._note(contact, "unheard", reason)
                return self._save(contact, step, "live", SILENT, *self._question(step))
            case "message", Recorded(recording=recording):
                self._note(contact, "message", recording)
                return self._save(contact, "choice", "live", ON_ITS_WAY, CHOICE)
            case "number", Input(text=text):
                self._note(contact, "number", text)
                return self._save(contact, "choice", "live", ON_ITS_WAY, CHOICE)
            case "choice", Input(text=text, option=option):
                self._note(contact, "choice", text)
                return await self._chosen(contact, option or text, say)
        raise AssertionError(f"{event} in {record}")

    async def _chosen(self, contact: str, key: str, say: Saying | None) -> tuple[Action, ...]:
        match key:
            case "1":
                return self._save(contact, "number", "live", NUMBER)
            case "2" | "4":
                return self._save(contact, "support" if key == "2" else "nowhere", "queued")
            case "3":
                if say:
                    await say((FILLER,))
                await self.slow.wait()
                return self._save(contact, "number", "live", NUMBER)
            case "5":
                return self._save(contact, "outside", "live")
            case "7":
                return self._save(contact, "message", "live", SPEAK)
            case "9":
                return self._save(contact, "end", "finished", GOODBYE)
            case "8":
                raise RuntimeError(f"a mistake with {key}")
        return self._save(contact, "choice", "live", CHOICE)

    async def current(self, contact: str) -> tuple[Journey, tuple[Action, ...]] | None:
        self._store()
        record = self._records["contacts"].get(contact)
        if record is None or record["status"] in ("over", "finished"):
            return None
        status = cast("Status", record["status"])
        return Journey(f"j-{contact}", "test", "1", turn=record["turn"], status=status), self._again(contact)

    async def open_contacts(self, node: str) -> list[str]:
        self._store()
        return [contact for contact, record in self._records["contacts"].items() if record["status"] != "over"]

    async def join(self, contact: str, agent: str) -> bool:
        self._note(contact, "joined", agent)
        self._records["contacts"][contact]["status"] = "with_agent"
        return True

    async def release(self, contact: str, outcome: QueueOutcome) -> None:
        self._note(contact, "released", outcome)
        said = THANKS if outcome == "done" else ALONE
        actions = self._save(contact, "choice", "live", said, CHOICE)
        if leg := self._legs.get(contact):
            await leg.released(actions)

    async def tell(self, contact: str, text: str, sender: str) -> None:
        raise NotImplementedError("a call takes no written words")

    async def pop(self, journey: str) -> dict[str, object] | None:
        return None

    async def waiting(self) -> list[dict[str, object]]:
        return []

    def attach(self, contact: str, leg: Leg) -> None:
        self._legs[contact] = leg

    def detach(self, contact: str) -> None:
        self._legs.pop(contact, None)

    def leg(self, contact: str) -> Leg:
        return self._legs[contact]

    def new_event_id(self) -> str:
        return f"e-{os.getpid()}-{next(self._ids)}"

    def now(self) -> float:
        return 1_800_000_000.0

    # The records

    def _question(self, step: str) -> tuple[Say, ...]:
        return {"choice": (CHOICE,), "number": (NUMBER,), "message": (SPEAK,), "end": (GOODBYE,)}.get(step, ())

    def _again(self, contact: str) -> tuple[Action, ...]:
        record = self._records["contacts"][contact]
        return (*self._question(record["step"]), self._wait(record))

    def _wait(self, record: Any) -> Action:
        turn, step = record["turn"], record["step"]
        match step:
            case "end":
                return Hangup()
            case "message":
                return Record(turn, step, step, longest=self.longest, silence=2.0, timeout=3.0)
            case "support" | "nowhere":
                return Enqueue(turn, step, step, (), WHISPER, "asked for a person", self.queue_timeout)
            case "outside":
                to, caller_id, headers = self.transfer_to
                return Transfer(turn, step, to, caller_id, headers, WHISPER, self.queue_timeout)
        keys = Keys(min=4, max=6) if step == "number" else Keys(options=tuple("123456789*"))
        return Collect(turn, step, None, None, (), (), keys, self.timeout, self.interdigit, speech=self.speech)

    def _save(self, contact: str, step: str, status: str, *says: Say) -> tuple[Action, ...]:
        record = self._records["contacts"].setdefault(contact, {"turn": 0})
        record.update(step=step, status=status, turn=record["turn"] + 1)
        self._write()
        return (*says, self._wait(record))

    def _note(self, contact: str, what: str, value: str) -> None:
        self.events.append([contact, what, value])
        self._write()

    def _write(self) -> None:
        half = self.file.with_suffix(".half")
        half.write_text(json.dumps(self._records))
        half.replace(self.file)
        self.changed.set()

    def _store(self) -> None:
        if not self.available:
            raise StoreUnavailable("the fake store is switched off")
