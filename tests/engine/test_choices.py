"""Menus: by which words and keys a choice is taken, how choices are read out and shown."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Enqueue, Invoke, Keys, Option, Say
from ivr.engine.data import replace
from ivr.engine.events import Input
from tests.engine.flows import SUPPORT, Talk, chat, voice


@pytest.mark.parametrize(
    "text", ["1", "one", "ONE", "Track a PARCEL!", "where is my order?", "track", " Where is my Order "]
)
def test_a_choice_is_taken_by_key_number_label_phrase_or_id(text: str) -> None:
    assert chat().write(text).collect.slot == "order"


@pytest.mark.parametrize("keys", ["track a parcel", "one", "track", "11", "1#", "", "7"])
def test_by_keys_only_its_key_counts(keys: str) -> None:
    assert voice().press(keys).said[0] == "Sorry?"


def test_options_are_buttons_in_a_chat_and_a_line_in_a_text_message() -> None:
    talk = chat()
    assert talk.said == ["Hello, this is Acme."]
    assert talk.collect.options[0] == Option("track", "1", "track a parcel", ("where is my order", "track"))
    sms = Talk().arrive("sms-1", "sms")
    assert sms.said == ["Hello, this is Acme.", "1 track a parcel, 2 change a card, 3 leave a message"]


def test_an_always_choice_is_read_out_only_if_it_has_a_label() -> None:
    flow = replace(SUPPORT, always=(replace(SUPPORT.always[0], label="talk to an agent"), *SUPPORT.always[1:]))
    assert voice(flow).said[-1] == "To talk to an agent, press 0."
    assert voice(flow).press("1").said == ["Your order number, please."]


def test_a_recording_stands_for_the_words_by_phone_only() -> None:
    assert voice().actions[0] == Say("Welcome to Acme.", "welcome.wav", fixed=True)
    assert chat().actions[0] == Say("Hello, this is Acme.", fixed=True)


def test_zero_reaches_a_person_even_where_many_digits_are_asked_for() -> None:
    talk = voice().press("1")
    assert talk.collect.keys == Keys(options=("0", "9", "*"), min=6, max=10)
    assert isinstance(talk.press("0").last, Enqueue)


def test_a_value_goes_before_what_always_works_but_not_in_free_text() -> None:
    flow = replace(SUPPORT, slots={**SUPPORT.slots, "order": replace(SUPPORT.slots["order"], min_length=1)})
    assert isinstance(voice(flow).press("1").press("0").last, Invoke)
    talk = chat().write("leave a message")
    assert isinstance(replace(talk).write("Operator!").last, Enqueue)
    assert talk.write("I lost my operator").collect.slot == "day"


def test_a_button_answers_by_its_id() -> None:
    talk = chat().send(Input, text="card", mode="button")
    assert talk.collect.slot == "pin"
    assert talk.collect.secret


def test_a_choice_slot_lists_its_choices() -> None:
    talk = voice().at("day")
    assert talk.said[-3:] == ["Which day?", "For Monday, press 1.", "For Tuesday, press 2."]
    assert talk.collect.keys == Keys(options=("1", "2", "0", "9", "*"))
    assert talk.press("2").journey.slots["day"].value == "tue"
