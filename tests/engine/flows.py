"""Flows to test with: a support line written out, and random ones; and `Talk`, which plays a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ivr.engine.actions import Action, Collect, Enqueue, Invoke, Say, Send
from ivr.engine.data import replace
from ivr.engine.events import (
    AgentJoined,
    Arrived,
    Event,
    Input,
    Invoked,
    InvokeFailed,
    Left,
    LeftReason,
    NoInput,
    Passed,
    QueueLeft,
    QueueOutcome,
    Requeued,
)
from ivr.engine.flow import Flow, ResumePolicy, ResumeRule, SlotSpec
from ivr.engine.journey import Journey
from ivr.engine.step import step
from ivr.engine.steps import (
    AskSlot,
    Branch,
    Choice,
    Condition,
    End,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    Ref,
    SayStep,
    SendStep,
    SetStep,
    Step,
    Template,
    Tries,
)

NOON = 1_800_000_000.0  # 2027-01-15 08:00 UTC, a Friday
MINUTE, DAY = 60.0, 86400.0


def prompt(*parts: str | Ref, text: Template | None = None, audio: str | None = None) -> Prompt:
    return Prompt(parts, parts if text is None else text, audio)


def tries(number: int = 3, exhausted: str = "person") -> Tries:
    return Tries(
        no_input=(prompt("Are you there?"), prompt("I still hear nothing.")),
        no_match=(prompt("Sorry?"), prompt("Once more, please.")),
        tries=number,
        exhausted=exhausted,
        timeout=6.0,
        interdigit=3.0,
    )


SUPPORT_STEPS: Mapping[str, Step] = {
    "welcome": Menu(
        prompt("Welcome to Acme.", text=("Hello, this is Acme.",), audio="welcome.wav"),
        (
            Choice("track", "1", "track a parcel", ("where is my order", "track"), goto="track"),
            Choice("card", "2", "change a card", ("new card",), goto="pin"),
            Choice("note", "3", "leave a message", goto="note"),
        ),
        tries(),
    ),
    "track": AskSlot("order", prompt("Your order number, please.", text=("Order number?",)), tries(), "look_up"),
    "look_up": InvokeStep(
        "orders.status",
        {"order": (Ref("order"),)},
        3.0,
        prompt("One moment."),
        {"status": "state", "eta": "eta"},
        done="tell",
        failed="sorry",
    ),
    "tell": SayStep(
        prompt("Order ", Ref("order", "digits"), " is ", Ref("status"), ". It comes on ", Ref("eta", "date"), "."),
        "ask_link",
    ),
    "ask_link": AskSlot("wants_link", prompt("Shall I send you a link?"), tries(), "link_or_not"),
    "link_or_not": Branch((((Condition("wants_link", "is", ("yes",)),), "send"),), "bye"),
    "send": SendStep("sms", ("Follow it here: ", Ref("link")), "tell", "sent", failed="unsent"),
    "sent": SayStep(prompt("It is on its way."), "bye"),
    "unsent": SayStep(prompt("We have no number of yours."), "bye"),
    "pin": AskSlot("pin", prompt("Your PIN, please."), tries(), "check_pin"),
    "check_pin": InvokeStep("cards.check", {"pin": (Ref("pin"),)}, 3.0, None, {}, done="person", failed="forget_pin"),
    "forget_pin": SetStep({"pin": ()}, "pin"),
    "note": AskSlot("note", prompt("What is it about?"), tries(), "day", fallback={"voice": "person"}),
    "day": AskSlot("day", prompt("Which day?"), tries(), "bye"),
    "sorry": SayStep(prompt("I cannot find it."), "person"),
    "person": Handoff(
        "support",
        ("orders",),
        prompt("I connect you."),
        (Ref("customer.name"), ", order ", Ref("order"), ", PIN ", Ref("pin"), ". ", Ref("journey.summary")),
        120.0,
        unavailable="nobody",
    ),
    "nobody": SayStep(prompt("Nobody is free."), "welcome"),
    "circle": Goto("circle"),
    "bye": End(prompt("Goodbye.")),
}

SUPPORT_SLOTS = (
    SlotSpec("order", "digits", "your order number", "private", min_length=6, max_length=10),
    SlotSpec("status", "text", "the status", max_length=1000),
    SlotSpec("eta", "date", "the day"),
    SlotSpec("wants_link", "yes_no", "a link"),
    SlotSpec("pin", "digits", "your PIN", "secret", min_length=4, max_length=4),
    SlotSpec("note", "text", "your message", max_length=1000),
    SlotSpec("day", "choice", "the day of the week", choices={"mon": "Monday", "tue": "Tuesday"}),
)  # fmt: skip

ALWAYS = (
    Choice("person", "0", "", ("agent", "operator"), goto="person"),
    Choice("repeat", "9", "", ("again",), do="repeat"),
    Choice("start_over", "*", "", ("start over",), do="start_over"),
)

RESUME = ResumePolicy(
    dropped=(ResumeRule(10 * MINUTE, "continue", prompt("We were cut off.")),),
    unfinished=(ResumeRule(7 * DAY, "offer", prompt("Welcome back.")),),
    offer=prompt("Go on or start over?"),
)

SUPPORT = Flow(
    menu="support",
    version="v1",
    title="Acme support",
    language="en-US",
    start="welcome",
    channels=("voice", "chat", "sms"),
    steps=SUPPORT_STEPS,
    slots={spec.name: spec for spec in SUPPORT_SLOTS},
    always=ALWAYS,
    resume=RESUME,
    sorry=prompt("Something is wrong on our side."),
)
FOUND = {"state": "shipped", "eta": "2026-12-01"}  # what its back office knows of an order


@dataclass
class Talk:
    """A conversation with a flow. Each method is an event; `said` and `wait` are the answer to the last one."""

    flow: Flow = SUPPORT
    now: float = NOON
    contact: str = "call-1"
    actions: tuple[Action, ...] = ()
    journey: Journey = field(default_factory=lambda: Journey("j1", "support", "v1"))
    _ids: count[int] = field(default_factory=count)

    def send(self, kind: type[Event], **fields: Any) -> Talk:
        return self.happens(kind(**{"id": f"e{next(self._ids)}", "at": self.now, "contact": self.contact, **fields}))

    def happens(self, event: Event) -> Talk:
        self.journey, self.actions = step(self.flow, self.journey, event)
        return self

    def arrive(self, contact: str = "call-1", channel: str = "voice", resume: str = "fresh", **fields: Any) -> Talk:
        self.contact = contact
        return self.send(Arrived, channel=channel, resume=resume, **fields)

    def press(self, keys: str, **fields: Any) -> Talk:
        return self.send(Input, text=keys, mode="keys", **fields)

    def write(self, text: str, **fields: Any) -> Talk:
        return self.send(Input, text=text, mode="text", **fields)

    def silence(self) -> Talk:
        return self.send(NoInput)

    def invoked(self, **result: str) -> Talk:
        return self.send(Invoked, turn=self.journey.turn, result=result)

    def invoke_fails(self) -> Talk:
        return self.send(InvokeFailed, turn=self.journey.turn, reason="timeout")

    def agent_joins(self, agent: str) -> Talk:
        return self.send(AgentJoined, agent=agent)

    def requeued(self, passed: Passed | None = None) -> Talk:
        return self.send(Requeued, passed=passed)

    def queue_left(self, outcome: QueueOutcome) -> Talk:
        return self.send(QueueLeft, outcome=outcome)

    def leave(self, reason: LeftReason = "caller") -> Talk:
        return self.send(Left, reason=reason)

    def later(self, seconds: float) -> Talk:
        self.now += seconds
        return self

    @property
    def said(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]

    @property
    def sent(self) -> list[Send]:
        return [action for action in self.actions if isinstance(action, Send)]

    @property
    def last(self) -> Action:
        return self.actions[-1]

    @property
    def collect(self) -> Collect:
        assert isinstance(self.last, Collect)
        return self.last

    @property
    def invoke(self) -> Invoke:
        assert isinstance(self.last, Invoke)
        return self.last

    @property
    def enqueue(self) -> Enqueue:
        assert isinstance(self.last, Enqueue)
        return self.last

    def at(self, name: str) -> Talk:
        """Put the journey at a step, as a link does."""
        return self.send(Arrived, channel="voice", step=name)


def voice(flow: Flow = SUPPORT) -> Talk:
    return Talk(flow).arrive()


def chat(flow: Flow = SUPPORT) -> Talk:
    return Talk(flow).arrive("chat-1", "chat")


def with_fields(step: Step, **fields: Any) -> Step:
    """The step with some fields exchanged, whichever kind it is."""
    return replace(step, **fields)


def with_steps(**steps: Step) -> Flow:
    """The support line with some steps exchanged."""
    return replace(SUPPORT, steps={**SUPPORT_STEPS, **steps})
