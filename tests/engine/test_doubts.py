"""Answers that were not heard for sure: asked back about, before they count."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ivr.engine.data import replace
from ivr.engine.events import Alternative, Input
from ivr.engine.flow import Bands, SlotSpec
from ivr.engine.journey import Journey
from ivr.engine.step import current_wait
from ivr.engine.steps import AskSlot, Menu
from tests.engine.flows import SUPPORT, Talk, chat, prompt, tries, voice, with_steps

AMOUNT = SlotSpec("amount", "money", "the amount")


def says(talk: Talk, text: str, confidence: float = 1.0, *others: Alternative, option: str | None = None) -> Talk:
    return talk.send(Input, text=text, mode="speech", confidence=confidence, others=others, option=option)


def asking(slot: SlotSpec, **fields: Any) -> Talk:
    flow = with_steps(welcome=AskSlot(slot.name, prompt("Well?"), tries(), "bye", **fields))
    return voice(replace(flow, slots={**SUPPORT.slots, slot.name: slot}))


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(0.8, "Your order number, please."), (0.79, "Did you say track a parcel?"), (0.49, "Sorry?")],
)
def test_what_is_surely_heard_counts_what_may_be_is_asked_back_and_what_is_not_is_no_answer(
    confidence: float, said: str
) -> None:
    assert says(voice(), "track", confidence).said[0] == said


def test_yes_takes_what_was_asked_back_about_by_ear_and_by_key() -> None:
    assert says(says(voice(), "track", 0.6), "yeah sure").collect.slot == "order"
    assert says(voice(), "track", 0.6).press("1").collect.slot == "order"


def test_the_keys_of_yes_and_no_are_told_where_the_answer_was_not_understood() -> None:
    talk = says(voice(), "track", 0.6)
    assert talk.said == ["Did you say track a parcel?"]
    says(talk, "hm what")
    assert talk.said == ["Did you say track a parcel?", "Press 1 for yes, 2 for no."]


def test_no_offers_the_next_best_once_and_then_puts_the_question_again() -> None:
    talk = says(voice(), "track", 0.7, Alternative("new card", 0.52))
    says(talk, "no")
    assert talk.said == ["Or did you say change a card?"]
    assert talk.journey.nomatches == 0
    says(talk, "no")
    assert talk.said[:2] == ["Sorry?", "Welcome to Acme."]
    assert (talk.journey.nomatches, talk.journey.misheard, talk.journey.doubt) == (1, 1, None)


def test_no_by_key_counts_as_misheard_so_that_the_keys_are_offered_in_the_end() -> None:
    talk = voice()
    for _ in range(2):
        says(talk, "track", 0.6).press("2")
    assert "Please use the keys of your phone." in talk.said
    assert not talk.collect.speech


@pytest.mark.parametrize("answer", ["no, I said new card", "no, new card", "new card", "no I meant a new card"])
def test_what_was_meant_may_be_said_at_once(answer: str) -> None:
    flow = with_steps()
    menu = flow.steps["welcome"]
    assert isinstance(menu, Menu)
    talk = says(voice(flow), "track", 0.6)
    if "a new card" in answer:
        flow = with_steps(
            welcome=replace(menu, choices=(*menu.choices[:1], replace(menu.choices[1], phrases=("a new card",))))
        )
        talk = says(voice(flow), "track", 0.6)
    assert says(talk, answer).collect.slot == "pin"


def test_two_that_are_both_likely_are_asked_apart() -> None:
    talk = says(voice(), "track", 0.9, Alternative("new card", 0.8))
    assert talk.said == ["Did you say track a parcel, or change a card?"]
    assert says(talk, "change a card").collect.slot == "pin"
    talk = says(voice(), "track", 0.9, Alternative("new card", 0.8)).press("1")
    assert talk.collect.slot == "order"
    talk = says(voice(), "track", 0.9, Alternative("new card", 0.8))
    assert says(talk, "neither").said[:2] == ["Sorry?", "Welcome to Acme."]


def test_two_ways_to_say_the_same_are_no_choice() -> None:
    assert says(voice(), "track", 0.85, Alternative("where is my order", 0.8)).collect.slot == "order"


def test_an_option_that_its_recognizer_knows_needs_no_words() -> None:
    assert says(voice(), "wears my auto", 0.9, option="track").collect.slot == "order"


def test_numbers_are_read_back_in_groups_dates_and_amounts_as_people_say_them() -> None:
    order = says(says(voice(), "track"), "four two one seven eight eight two", 0.6)
    assert order.said == ["Did you say 4 2 1 7, 8 8 2?"]
    assert says(order, "yes").journey.slots["order"].value == "4217882"
    amount = says(asking(AMOUNT), "nine ninety nine", 1.0)
    assert amount.said == ["Did you say 9 dollars and 99 cents?"]
    day = says(asking(SlotSpec("on", "date", "the day")), "december third twenty twenty six", 0.6)
    assert day.said == ["Did you say December 3, 2026?"]


def test_a_number_that_was_heard_in_two_ways_is_read_back_best_first() -> None:
    talk = says(says(voice(), "track"), "4217882", 0.95, Alternative("4217883", 0.9))
    assert talk.said == ["Did you say 4 2 1 7, 8 8 2?"]
    assert says(talk, "no").said == ["Or did you say 4 2 1 7, 8 8 3?"]
    assert says(talk, "yes").journey.slots["order"].value == "4217883"


def test_a_corrected_number_is_read_back_again_only_where_it_was_not_surely_heard() -> None:
    talk = says(says(voice(), "track"), "4217882", 0.6)
    assert says(talk, "no, I said 4217883", 0.6).said == ["Did you say 4 2 1 7, 8 8 3?"]
    assert says(talk, "no, 4217884", 0.95).journey.slots["order"].value == "4217884"


def test_a_question_may_always_ask_back_or_never() -> None:
    count = SlotSpec("count", "number", "how many")
    assert says(asking(count, confirm="always"), "7", 1.0).said == ["Did you say 7?"]
    assert says(asking(count, confirm="never"), "7", 0.5).said == ["Goodbye."]
    assert asking(count, confirm="always").press("7").said == ["Goodbye."], "keys are sure"


def test_yes_is_not_asked_back_about() -> None:
    sure = SlotSpec("sure", "yes_no", "whether you are sure")
    assert says(asking(sure), "yes", 0.5).journey.slots["sure"].value == "yes"
    assert says(asking(sure), "yes", 0.6, Alternative("no", 0.55)).said[0] == "Sorry?"


def test_the_menu_says_how_sure_is_sure() -> None:
    strict = replace(SUPPORT, speech=Bands(accept=0.95, confirm=0.7))
    assert says(voice(strict), "track", 0.9).said == ["Did you say track a parcel?"]
    assert says(voice(strict), "track", 0.6).said[0] == "Sorry?"


def test_a_secret_is_never_said_back() -> None:
    talk = says(says(voice(), "new card"), "1 2 3 4", 0.6)
    assert talk.journey.slots["pin"].value == "1234"
    assert talk.journey.doubt is None


def test_to_hear_the_question_again_needs_no_certainty_but_to_start_over_does() -> None:
    assert says(voice(), "again", 0.6).said[0] == "Welcome to Acme."
    assert says(voice(), "start over", 0.6).said == ["Did you say start over?"]
    talk = says(says(voice(), "track", 0.6), "again")
    assert talk.said == ["Did you say track a parcel?"]
    assert says(talk, "operator").enqueue.queue == "support"


def test_silence_repeats_the_question_back_and_in_the_end_leads_to_a_person() -> None:
    talk = says(voice(), "track", 0.6).silence()
    assert talk.said == ["Are you there?", "Did you say track a parcel?", "Press 1 for yes, 2 for no."]
    talk.silence().silence()
    assert talk.said == ["I connect you."]


def test_what_is_asked_back_about_outlives_a_lost_line() -> None:
    talk = says(voice(), "track", 0.6).leave("dropped")
    talk.journey = msgspec.json.decode(msgspec.json.encode(talk.journey), type=Journey)
    talk.later(30).arrive("call-2", resume="continue")
    assert talk.said == ["We were cut off.", "Did you say track a parcel?"]
    assert current_wait(talk.flow, talk.journey)[-1] == talk.last
    assert says(talk, "yes").collect.slot == "order"


def test_it_goes_on_in_a_chat_as_buttons() -> None:
    talk = says(voice(), "track", 0.6).leave().arrive("chat-1", "chat", resume="continue")
    assert [option.label for option in talk.collect.options] == ["Yes", "No"]
    assert talk.send(Input, text="yes", mode="button").collect.slot == "order"


def test_it_is_asked_back_again_after_the_offer_to_go_on() -> None:
    talk = says(voice(), "track", 0.6).leave().later(7200).arrive("call-2", resume="offer")
    assert talk.said == ["Welcome back.", "Go on or start over?", "Press 1 to go on, 2 to start over."]
    assert talk.press("1").said == ["Did you say track a parcel?"]


@pytest.mark.parametrize(("trust", "said"), [(0, "Your order number, please."), (2, "Did you say 4 2 1, 7 8 8?")])
def test_a_private_number_is_not_said_back_to_somebody_else(trust: int, said: str) -> None:
    talk = says(says(voice(), "track"), "421788", 0.6).leave("dropped")
    assert talk.arrive("call-2", resume="continue", trust=trust).said[-1] == said


def test_nothing_is_asked_back_of_who_writes() -> None:
    assert chat().write("track").collect.slot == "order"


def test_an_answer_that_a_newer_menu_does_not_know_is_no_answer() -> None:
    talk = says(voice(), "track", 0.6).leave("dropped")
    menu = SUPPORT.steps["welcome"]
    assert isinstance(menu, Menu)
    newer = with_steps(welcome=replace(menu, choices=menu.choices[1:]))
    talk.flow = replace(newer, version="v2")
    assert talk.arrive("call-2", resume="continue").said[:2] == ["We were cut off.", "Welcome to Acme."]
