"""Words for a channel, in a language, and for whom they are."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import Say
from ivr.engine.data import replace
from ivr.engine.events import Channel
from ivr.engine.flow import Sensitivity
from ivr.engine.formats import formatted
from ivr.engine.journey import Contact, Journey, Slot, Visit
from ivr.engine.render import for_agent, for_customer, for_send, for_service, for_slot, say, summary
from ivr.engine.steps import Format, Prompt, Ref
from ivr.engine.words import MASK, words_of
from tests.engine.flows import NOON, SUPPORT, prompt

CONTACT = Contact("call-2", "voice", trust=1, customer_name="Ann")
SLOTS = {
    "order": Slot("123456", "voice", "call-1", NOON),
    "pin": Slot("4217", "voice", "call-2", NOON),
    "day": Slot("tue", "voice", "call-1", NOON),
    "status": Slot("shipped", None, None, NOON),
}
JOURNEY = Journey("j", "support", "v1", status="live", contact=CONTACT, slots=SLOTS)
ALL = (Ref("order"), "|", Ref("pin"), "|", Ref("day"), "|", Ref("status"), "|", Ref("eta"), "|", Ref("customer.name"))


@pytest.mark.parametrize(
    ("form", "value", "spoken", "written"),
    [
        ("digits", "4217", "4 2 1 7", "4217"),
        ("digits", "AB 42", "A B 4 2", "AB 42"),
        ("date", "2026-12-01", "December 1, 2026", "Dec 1, 2026"),
        ("date", "soon", "soon", "soon"),
        ("money", "12.50", "12 dollars and 50 cents", "$12.50"),
        ("money", "1.01", "1 dollar and 1 cent", "$1.01"),
        ("money", "0.50", "50 cents", "$0.50"),
        ("money", "0", "0 dollars", "$0.00"),
        ("money", "1250.5", "1250 dollars and 50 cents", "$1,250.50"),
        ("money", "-5.00", "minus 5 dollars", "-$5.00"),
        ("money", "a lot", "a lot", "a lot"),
        ("number", "3.5", "3.5", "3.5"),
        ("plain", "4217", "4217", "4217"),
    ],
)
def test_formats(form: Format, value: str, spoken: str, written: str) -> None:
    words = words_of("en-US")
    assert formatted(words, form, value, spoken=True) == spoken
    assert formatted(words, form, value, spoken=False) == written


@pytest.mark.parametrize(
    ("language", "day", "price"),
    [
        ("en", "December 1, 2026", "$12.50"),
        ("en-GB", "1 December 2026", "£12.50"),
        ("de-DE", "ersten Dezember 2026", "12,50 €"),
        ("es-ES", "1 de diciembre de 2026", "12,50 €"),
        ("fr-FR", "1er décembre 2026", "12,50 €"),
        ("ko-KR", "2026년 12월 1일", "₩12"),
    ],
)
def test_formats_by_language(language: str, day: str, price: str) -> None:
    words = words_of(language)
    assert formatted(words, "date", "2026-12-01", spoken=True) == day
    assert formatted(words, "money", "12.50", spoken=False) == price


@given(st.sampled_from(["plain", "digits", "date", "money", "number"]), st.text(), st.booleans())
def test_any_value_has_words(form: Format, value: str, spoken: bool) -> None:
    assert isinstance(formatted(words_of("en-US"), form, value, spoken=spoken), str)


# Who may see what


@pytest.mark.parametrize(
    ("trust", "contact", "order"),
    [
        (0, "call-2", "your order number"),
        (1, "call-2", "your order number"),
        (2, "call-2", "123456"),
        (0, "call-1", "123456"),
    ],
)
def test_a_customer_hears_private_slots_only_with_proof_or_in_the_contact_they_gave_it_in(
    trust: int, contact: str, order: str
) -> None:
    journey = replace(JOURNEY, contact=replace(CONTACT, trust=trust, id=contact))
    assert for_customer(SUPPORT, journey, ALL) == f"{order}|your PIN|Tuesday|shipped|the day|Ann"


def test_a_customer_never_hears_a_secret_slot_whatever_they_have_proven() -> None:
    journey = replace(JOURNEY, contact=replace(CONTACT, trust=4))
    for form in get_args(Format):
        assert for_customer(SUPPORT, journey, (Ref("pin", form),)) == "your PIN"


def test_an_agent_sees_all_but_secrets() -> None:
    assert for_agent(SUPPORT, JOURNEY, ALL) == f"123456|{MASK}|Tuesday|shipped|unknown|Ann"


def test_a_service_gets_values_as_they_are() -> None:
    assert for_service(SUPPORT, JOURNEY, ALL) == "123456|4217|tue|shipped||Ann"
    assert for_service(SUPPORT, JOURNEY, (Ref("order", "digits"),)) == "123456"


@pytest.mark.parametrize(
    ("target", "kept"),
    [("public", f"{MASK}{MASK}shipped"), ("private", f"123456{MASK}shipped"), ("secret", "1234564217shipped")],
)
def test_what_is_sensitive_is_only_copied_to_where_it_stays_so(target: Sensitivity, kept: str) -> None:
    flow = replace(SUPPORT, slots={**SUPPORT.slots, "copy": replace(SUPPORT.slots["order"], sensitivity=target)})
    assert for_slot(flow, JOURNEY, (Ref("order"), Ref("pin"), Ref("status")), "copy") == kept


def test_a_slot_that_the_flow_does_not_declare_is_nobodys_to_see() -> None:
    journey = replace(JOURNEY, slots={"old": Slot("4217", "voice", "call-2", NOON)})
    assert for_customer(SUPPORT, journey, (Ref("old"),)) == ""
    assert for_agent(SUPPORT, journey, (Ref("old"),)) == MASK
    assert "4217" not in summary(SUPPORT, journey)


def test_a_link_is_left_to_the_driver_and_cannot_be_smuggled_in() -> None:
    journey = replace(JOURNEY, slots={"status": Slot("see {link}", "chat", "call-2", NOON)})
    assert for_send(SUPPORT, journey, ("Here: ", Ref("link"), " ", Ref("status"))) == "Here: {link} see link"


def test_a_message_from_a_call_is_for_eyes() -> None:
    status = (Ref("status", "spell"),)
    assert for_customer(SUPPORT, JOURNEY, status) == "S, H, I, P, P, E, D"
    assert for_send(SUPPORT, JOURNEY, status) == "shipped"


# Summary


def test_the_summary_is_one_sentence_of_choices_and_answers() -> None:
    path = (
        Visit("welcome", "voice", NOON, "parcels"),
        Visit("track", "voice", NOON),
        Visit("x", "chat", NOON, "cards"),
    )
    journey = replace(JOURNEY, path=path)
    answers = f"order number 123456, PIN {MASK}, the day of the week Tuesday"
    assert summary(SUPPORT, journey) == f"Chose parcels, cards; gave {answers}."
    assert summary(SUPPORT, replace(journey, path=())) == f"Gave {answers}."
    assert summary(SUPPORT, replace(journey, path=(), slots={})) == "Nothing chosen or given yet."


def test_the_summary_stays_short() -> None:
    path = tuple(Visit("s", "chat", NOON, f"choice {n}") for n in range(50))
    journey = replace(JOURNEY, path=path, slots={"note": Slot("x" * 1000, "chat", "c", NOON)})
    assert len(summary(SUPPORT, journey)) < 250
    assert "choice 49" in summary(SUPPORT, journey)


def test_a_summary_for_the_customer_holds_nothing_they_may_not_hear() -> None:
    assert for_customer(SUPPORT, JOURNEY, (Ref("journey.summary"),)) == "Gave the day of the week Tuesday."


# Says


@pytest.mark.parametrize(
    ("channel", "said"),
    [("voice", Say("Hello.", "hello.wav", fixed=True)), ("chat", Say("Hi Ann", None)), ("sms", Say("Hi Ann", None))],
)
def test_a_prompt_has_a_wording_for_ears_and_one_for_eyes(channel: Channel, said: Say) -> None:
    journey = replace(JOURNEY, contact=replace(CONTACT, channel=channel))
    hello = Prompt(("Hello.",), ("Hi ", Ref("customer.name")), "hello.wav")
    assert say(SUPPORT, journey, hello) == (said,)


def test_a_prompt_without_words_for_the_channel_is_not_said() -> None:
    assert say(SUPPORT, JOURNEY, None) == ()
    assert say(SUPPORT, JOURNEY, prompt(text=("Only to read.",))) == ()
    assert say(SUPPORT, JOURNEY, prompt(Ref("nothing"))) == ()
