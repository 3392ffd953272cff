"""Several answers in one sentence are not asked for again."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Behind
from ivr.engine.data import replace
from ivr.engine.events import Input
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.sentence import parsed
from ivr.engine.steps import AskSlot, Choice, Menu, SetStep
from ivr.engine.words import words_of
from recognition.listen import hints_of
from tests.engine.flows import NOON, SUPPORT, Talk, chat, prompt, tries, voice

ORDER = SlotSpec("order", "digits", "your order number", min_length=4, max_length=10, say=("order number {}",))
ZIP = SlotSpec("zip", "digits", "your zip code", min_length=5, max_length=5, say=("zip code {}", "zip {} please"))
DAY = SlotSpec("on", "date", "the day", most="2027-01-15")
PIN = SlotSpec("pin", "digits", "your PIN", "secret", min_length=4, max_length=4)
SLOTS = (ORDER, ZIP, DAY, PIN)


def line(*asked: str) -> Flow:
    """A menu behind whose first choice these slots are asked, one after the other, and then the PIN."""
    steps = {
        f"ask_{slot}": AskSlot(slot, prompt(f"{slot}?"), tries(), f"ask_{following}")
        for slot, following in zip(asked, (*asked[1:], "pin"), strict=True)
    }
    menu = Menu(
        prompt("Welcome."),
        (
            Choice("track", "1", "track an order", ("track", "track order", "track my order"), goto="noted"),
            Choice("hours", "2", "hear our hours", ("hours",), goto="bye"),
        ),
        tries(),
    )
    noted = SetStep({"wish": ("track",)}, f"ask_{asked[0]}")
    last = AskSlot("pin", prompt("PIN?"), tries(), "bye")
    specs = {**SUPPORT.slots, **{spec.name: spec for spec in SLOTS}, "wish": SlotSpec("wish", "text", "wish")}
    return replace(
        SUPPORT, steps={**SUPPORT.steps, "welcome": menu, "noted": noted, **steps, "ask_pin": last}, slots=specs
    )


def says(talk: Talk, text: str, confidence: float = 1.0, option: str | None = None) -> Talk:
    return talk.send(Input, text=text, mode="speech", confidence=confidence, option=option)


def known(talk: Talk) -> dict[str, str]:
    return {name: slot.value for name, slot in talk.journey.slots.items() if slot.channel}


def test_an_order_and_a_day_are_told_with_the_wish() -> None:
    talk = says(voice(line("order", "on")), "track order four two one seven from Tuesday")
    assert known(talk) == {"order": "4217", "on": "2027-01-12"}
    assert talk.collect.slot == "pin"
    assert [(ask.slot, ask.known) for ask in talk.journey.ledger][1:3] == [("order", True), ("on", True)]


def test_ears_learn_what_may_be_told_with_an_option() -> None:
    """And nothing secret."""
    talk = voice(line("order", "on"))
    order = Behind("digits", ORDER.say, 4, 10)
    assert talk.collect.behind == {"track": (order, Behind("date"))}
    assert (hints := hints_of(talk.collect))
    assert hints.behind == talk.collect.behind
    assert chat(line("order", "on")).collect.behind == {}


def test_the_recognizer_may_know_the_wish_and_the_words_the_number() -> None:
    talk = says(voice(line("order")), "where did 4217 go", option="track")
    assert known(talk) == {"order": "4217"}


def test_two_numbers_are_told_apart_by_their_frames_only() -> None:
    both = line("order", "zip")
    assert known(says(voice(both), "track order 90210")) == {}
    assert known(says(voice(both), "track order number 4217 zip code 90210")) == {"order": "4217", "zip": "90210"}
    assert known(says(voice(both), "track order zip 90210 please")) == {"zip": "90210"}


def test_what_was_not_surely_heard_is_read_back_as_a_whole() -> None:
    talk = says(voice(line("order", "on")), "track order 4217 from january twelfth twenty twenty seven", 0.6)
    assert talk.said == ["Did you say track an order, 4 2 1 7, January 12, 2027?"]
    assert known(says(talk, "yes")) == {"order": "4217", "on": "2027-01-12"}


def test_who_writes_is_understood_as_well() -> None:
    talk = chat(line("order")).write("track order 4217")
    assert (known(talk), talk.collect.slot) == ({"order": "4217"}, "pin")


def test_at_a_question_what_follows_may_be_told_too() -> None:
    talk = says(says(voice(line("order", "on")), "track"), "it's 4217 from January twelfth twenty twenty seven")
    assert known(talk) == {"order": "4217", "on": "2027-01-12"}


def test_a_secret_is_in_no_sentence() -> None:
    talk = says(voice(line("order")), "track order number 421799 pin 1234")
    assert "pin" not in talk.journey.slots
    assert known(talk) == {}, "two numbers could be meant"


def test_what_is_known_is_not_changed_by_the_way() -> None:
    talk = says(voice(line("order", "on")), "track order 4217")
    talk.at("welcome")
    says(talk, "track order 9999")
    assert talk.journey.slots["order"].value == "4217"


def test_an_option_among_other_words_is_asked_back_about() -> None:
    talk = says(voice(line("order")), "I would like to know the hours on Sunday")
    assert talk.said == ["Did you say hear our hours?"]
    assert says(voice(line("order")), "no idea what").said[0] == "Sorry?"


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en-US", "track my order for four two one seven", "4217"),
        ("de-DE", "Bestellung viertausendzweihundertsiebzehn verfolgen", "4217"),
        ("es-ES", "seguir mi pedido cuatro dos uno siete por favor", "4217"),
        ("fr-FR", "suivre ma commande quatre deux un sept", "4217"),
        ("ko-KR", "주문 사이일칠 배송 조회", "4217"),
    ],
)
def test_a_number_is_found_in_the_sentences_of_each_language(language: str, text: str, value: str) -> None:
    assert parsed(text, (ORDER,), "speech", words_of(language), NOON).values == {"order": value}


@pytest.mark.parametrize(
    ("text", "value", "sure"),
    [
        ("track order for two one seven", "4217", True),
        ("where is my order for 217", "4217", True),
        ("order won two three to", "1232", True),
        ("track my order for 4217", "4217", False),
        ("order 4217 to my office", "4217", False),
        ("oh 4217 is my order", "4217", False),
    ],
)
def test_what_sounds_like_a_digit_is_one_where_the_number_needs_it(text: str, value: str, sure: bool) -> None:
    told = parsed(text, (ORDER,), "speech", words_of("en-US"), NOON)
    assert (told.values, told.sure) == ({"order": value}, sure)
    assert parsed("track order for 217", (ORDER,), "text", words_of("en-US"), NOON).values == {}


def test_a_year_is_part_of_its_date_and_no_order() -> None:
    told = parsed("december third 2026 for 99812", (ORDER, DAY), "speech", words_of("en-US"), NOON)
    assert told.values == {"order": "99812", "on": "2026-12-03"}


def test_a_long_speech_is_not_searched() -> None:
    text = "well " * 50 + "4217"
    assert parsed(text, (ORDER,), "speech", words_of("en-US"), NOON).values == {}
