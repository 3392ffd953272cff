"""What menu files declare about hearing: what is read, and the mistakes."""

from __future__ import annotations

import pytest

from ivr.engine.flow import Bands
from ivr.engine.loader import load_services
from ivr.engine.loader.menu import load
from ivr.engine.steps import AskSlot, InvokeStep, Menu
from tests.engine.test_declarations import MENU, read, told

ASK = "ask: {slot: order, prompt: Which order?, %s}\n    next: bye"
SERVICES = """
allow: [shop.example]
services:
  orders.status: {url: "https://shop.example/{order}", answer: [status]}
  orders.note: {url: "https://shop.example/{order}", method: POST, answer: [status]}
"""


def test_how_sure_is_sure() -> None:
    assert read().speech == Bands(0.8, 0.5)
    assert read("speech: {accept: 0.9}").speech == Bands(0.9, 0.5)
    assert read("speech: {accept: 1, confirm: 0.65}").speech == Bands(1.0, 0.65)


@pytest.mark.parametrize(
    ("head", "mistake"),
    [
        ("speech: {accept: 80}", 'accept: "80" is not between 0 and 1; write it as 0.8'),
        ("speech: {confirm: 0.9}", "confirm 0.9 is more than accept 0.8; let accept be at least as much"),
        ("speech: {acept: 0.9}", '"acept" is no key of speech; did you mean "accept"?'),
        ("speech: yes", "speech: a mapping is wanted here; write {accept: 0.8, confirm: 0.5}"),
    ],
)
def test_mistakes_in_it(head: str, mistake: str) -> None:
    assert told(head) == [mistake]


def test_a_slot_says_how_it_is_told_in_a_sentence_and_a_question_whether_it_asks_back() -> None:
    flow = read("slots: {order: {type: digits, say: ['order {}', 'my number is {} please']}}", ASK % "confirm: always")
    assert flow.slots["order"].say == ("order {}", "my number is {} please")
    asked = flow.steps["first"]
    assert isinstance(asked, AskSlot)
    assert asked.confirm == "always"


@pytest.mark.parametrize("frame", ["order", "'{}'", "'order {} {}'", "'order {number}'"])
def test_a_frame_has_words_and_one_place(frame: str) -> None:
    (mistake,) = told(f"slots: {{order: {{type: digits, say: {frame}}}}}", ASK % "tries: 2")
    assert mistake.endswith("shows no place for the value; write words around one {}: order number {}")


def test_mistakes_in_a_confirmation() -> None:
    slots = "slots: {order: {type: digits}}"
    assert told(slots, ASK % "confirm: alway") == ['confirm: "alway" is not known; did you mean "always"?']


def test_an_open_question() -> None:
    menu = read(verb=MENU.replace("{prompt", "{open: true, prompt")).steps["first"]
    assert isinstance(menu, Menu)
    assert menu.open
    assert told(verb=MENU.replace("{prompt", "{open: maybe, prompt")) == [
        'open: "maybe" is neither true nor false; write true or false'
    ]


def test_a_correction_is_said_and_works_everywhere() -> None:
    (choice,) = read("always: [{say: [oops], do: correct}]").always
    assert (choice.id, choice.key, choice.do, choice.phrases) == ("correct", None, "correct", ("oops",))
    assert told("always: [{key: 5, say: [oops], do: correct}]") == [
        "corrections are said, not pressed; take the key away"
    ]
    assert told("always: [{do: correct}]") == ["say is missing; write what customers say then: say: [that is wrong]"]
    (mistake,) = told(
        verb=MENU.replace("{key: 2, label: ask, goto: person}", "{label: oops, say: [oops], do: correct}")
    )
    assert mistake == "corrections work everywhere; write this choice under always:"


@pytest.mark.parametrize(("service", "safe"), [("orders.status", True), ("orders.note", False)])
def test_what_only_looks_something_up_may_be_asked_again(service: str, safe: bool) -> None:
    services = load_services(SERVICES, "services.yaml")
    text = f"""
menu: m
start: look
exhausted: bye
steps:
  look:
    invoke: {{service: {service}, with: {{order: "1"}}, save: [status]}}
    done: bye
    failed: bye
  bye:
    end: Goodbye.
"""
    step = load(text, "m.yaml", services).steps["look"]
    assert isinstance(step, InvokeStep)
    assert step.safe is safe
