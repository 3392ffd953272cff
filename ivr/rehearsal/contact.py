"""One contact of a rehearsal: what an adapter would hold, and what the customer has heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Record, Say, Transfer, Wait
from ivr.engine.events import Channel
from ivr.stage import VirtualClock
from recognition.keys import Answer as KeyAnswer
from recognition.keys import KeyPad


@dataclass(slots=True)
class Contact:
    """One contact of the rehearsal, as an adapter would hold it: the driver's `Leg`."""

    id: str
    channel: Channel
    clock: VirtualClock
    keypad: KeyPad = field(default_factory=KeyPad)
    wait: Wait | None = None
    deadline: float | None = None  # when the wait gives up; text channels wait for ever
    said: list[str] = field(default_factory=list)
    with_agent: bool = False
    keyed: KeyAnswer | None = None  # an answer out of type-ahead, not given to the driver yet
    ended: str | None = None

    def perform(self, actions: tuple[Action, ...]) -> None:
        self.wait, self.deadline, self.with_agent = None, None, False
        for action in actions:
            match action:
                case Say():
                    self.said.append(action.text)
                case Collect():
                    self.wait = action
                    if self.channel == "voice":
                        now = self.clock()
                        self.keyed = self.keypad.begin(action.keys, action.timeout, action.interdigit, now, now)
                case Record():
                    self.wait = action
                    self.deadline = self.clock() + action.timeout if self.channel == "voice" else None
                case Enqueue() | Transfer():
                    self.wait, self.deadline = action, self.clock() + action.timeout
                case Hangup():
                    self.ended = action.reason
                case _:
                    raise AssertionError(f"the driver must carry out {type(action).__name__} itself")

    async def say(self, says: tuple[Say, ...]) -> None:
        self.said += [say.text for say in says]

    async def moved(self) -> None:
        self.ended = "moved"

    async def joined(self, agent: str) -> None:
        self.said.append(f"[{agent} joins]")
        self.deadline, self.with_agent = None, True

    async def released(self, actions: tuple[Action, ...]) -> None:
        self.perform(actions)

    async def message(self, text: str, sender: str) -> None:
        self.said.append(f"[{sender}] {text}")

    @property
    def gives_up(self) -> float | None:
        """When the wait is over; None: never."""
        return self.keypad.deadline if isinstance(self.wait, Collect) else self.deadline
