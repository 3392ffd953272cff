"""A webhook of a call: which call it is, which turn of it is answered, and what happened. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping

from ivr.channels import twilio_wire as wire
from ivr.engine.data import Data
from ivr.engine.events import Event, Input, Left, NoInput, QueueLeft, QueueOutcome, Recorded, Requeued

NODE = "twilio"
PATH = r"{epoch:\d{1,6}}.{turn:\d{1,9}}"  # of the address of an action
ABOUT = r"{about:tw-CA[0-9a-f]{32}}"
LEG = r"{leg:CA[0-9a-f]{32}}"
MOST = r".{most:\d{1,6}}"  # seconds in a queue
DONE: Mapping[str, QueueOutcome] = {
    "bridged": "done",
    "leave": "timeout",
    "queue-full": "unavailable",
    "error": "unavailable",
}
LEAST = 1.0  # seconds of a spoken message; less is none

Place = tuple[int, int]  # epoch and turn
Webhook = Callable[["Call"], Awaitable[bytes]]  # answers with a document


class Call(Data, frozen=True):
    contact: str
    form: wire.Form
    epoch: int = 0
    turn: int = 0
    most: int = 0  # seconds in a queue
    about: str = ""  # the customer's contact, where the call is an agent's, or was dialled for the customer
    leg: str = ""  # another agent's call
    language: str = ""  # as the address of the first webhook names it; so the menu
    menu: str = ""

    @classmethod
    def of(cls, form: wire.Form, found: Mapping[str, str]) -> Call:
        """`found`: what the address of the webhook holds. Raises `twilio_wire.WrongForm`."""
        contact = contact_of(wire.call_of(form))
        about = found.get("about", "")
        if not about and (parent := wire.parent_of(form)):
            about = contact_of(parent)
        return cls(
            contact,
            form,
            epoch=int(found.get("epoch", 0)),
            turn=int(found.get("turn", 0)),
            most=int(found.get("most", 0)),
            about=about,
            leg=found.get("leg", ""),
            language=found.get("language", ""),
            menu=found.get("menu", ""),
        )

    @property
    def place(self) -> Place:
        return self.epoch, self.turn

    @property
    def key(self) -> str:
        """Of this place in this call; what is done there is done once."""
        return f"{self.contact}:{self.epoch}.{self.turn}"

    @property
    def event(self) -> str:
        """The id of what happens at this place. Short, since each save of a journey holds the last of them; turns are
        counted through all calls of a journey, so the end of a call's name tells them apart."""
        return f"{self.contact[-8:]}:{self.epoch}.{self.turn}"


def contact_of(call: str) -> str:
    return f"tw-{call}"


def journey_of(contact: str) -> str:
    """The id of the journey that begins with a call, if one does."""
    return hashlib.sha256(contact.encode()).hexdigest()[:32]


def call_of(contact: str) -> str:
    """The CallSid."""
    return contact.removeprefix("tw-")


def event_of(call: Call, at: float) -> Event:
    """What the form of an action says. The id is the place, so that it is handled once."""
    heard, turn = wire.heard(call.form), call.turn
    name, contact = call.event, call.contact
    if heard.recording and heard.seconds >= LEAST:  # by hanging up, too: most people end a message so
        return Recorded(id=name, at=at, contact=contact, turn=turn, recording=heard.recording, seconds=heard.seconds)
    why = wire.ended(call.form) or ""
    if heard.hung_up or (why and not heard.answer):  # who is gone was not silent
        return Left(id=name, at=at, contact=contact, reason="dropped", detail=why or "the line ended")
    if heard.recording:
        return NoInput(id=name, at=at, contact=contact, turn=turn)
    if heard.dial and not heard.talked:
        return Requeued(id=name, at=at, contact=contact, turn=turn)
    if heard.queue or heard.dial:
        outcome = "done" if heard.dial else DONE.get(heard.queue, "unavailable")
        return QueueLeft(id=name, at=at, contact=contact, outcome=outcome, turn=turn)
    if heard.keys:
        return Input(id=name, at=at, contact=contact, text=heard.keys, mode="keys", turn=turn)
    if heard.speech:
        return Input(
            id=name,
            at=at,
            contact=contact,
            text=heard.speech,
            mode="speech",
            confidence=heard.confidence,
            turn=turn,
        )
    return NoInput(id=name, at=at, contact=contact, turn=turn)
