"""Questions: tries and what is said between them, what is asked again and what is not, where an answer came from."""

from __future__ import annotations

from ivr.engine.actions import Enqueue, Invoke
from ivr.engine.data import replace
from ivr.engine.events import Input
from ivr.engine.flow import SlotSpec
from ivr.engine.journey import Ask, Slot
from ivr.engine.steps import Menu
from tests.engine.flows import NOON, SUPPORT, SUPPORT_STEPS, chat, voice, with_steps


def test_silence_and_nonsense_are_asked_about_in_other_words_each_time_and_then_a_person_takes_over() -> None:
    talk = voice()
    turns = [talk.journey.turn]
    assert talk.silence().said[:2] == ["Are you there?", "Welcome to Acme."]
    turns.append(talk.journey.turn)
    assert talk.press("7").said[:2] == ["Sorry?", "Welcome to Acme."]
    turns.append(talk.journey.turn)
    assert talk.silence().said == ["I connect you."]
    assert isinstance(talk.last, Enqueue)
    assert turns == [1, 2, 3]


def test_the_last_prompt_of_a_list_serves_all_later_times() -> None:
    menu = SUPPORT_STEPS["welcome"]
    assert isinstance(menu, Menu)
    talk = voice(with_steps(welcome=replace(menu, tries=replace(menu.tries, tries=9))))
    assert [talk.press("7").said[0] for _ in range(4)] == ["Sorry?", *["Once more, please."] * 3]


def test_a_new_step_has_its_own_tries() -> None:
    talk = voice().silence().press("1")
    assert (talk.journey.noinputs, talk.journey.nomatches) == (0, 0)


def test_a_time_is_keyed_in_three_or_four_digits() -> None:
    flow = replace(SUPPORT, slots={**SUPPORT.slots, "order": SlotSpec("order", "time", "the time")})
    talk = voice(flow).press("1")
    assert (talk.collect.keys.min, talk.collect.keys.max) == (3, 4)
    assert talk.press("1430").journey.slots["order"].value == "14:30"


def test_repeating_is_no_failed_try() -> None:
    talk = voice().press("1").press("9")
    assert talk.said == ["Your order number, please."]
    assert (talk.journey.noinputs, talk.journey.nomatches, talk.journey.turn) == (0, 0, 3)


def test_speech_that_was_hardly_heard_is_not_taken() -> None:
    assert voice().send(Input, text="track", mode="speech", confidence=0.4).said[0] == "Sorry?"
    assert voice().send(Input, text="track", mode="speech", confidence=0.8).collect.slot == "order"


def test_a_channel_that_cannot_put_a_question_goes_elsewhere() -> None:
    assert isinstance(voice().press("3").last, Enqueue)
    assert chat().write("3").collect.slot == "note"


def test_an_answer_says_where_it_came_from() -> None:
    talk = voice().press("1").later(7).press("123456")
    assert talk.journey.slots["order"] == Slot("123456", "voice", "call-1", NOON + 7)


def test_a_known_slot_is_not_asked_again_and_the_ledger_says_so() -> None:
    talk = voice().press("1").press("123456").invoke_fails().queue_left("unavailable").press("1")
    assert isinstance(talk.last, Invoke)
    asks = [ask for ask in talk.journey.ledger if ask.slot == "order"]
    assert [(ask.step, ask.known) for ask in asks] == [("track", False), ("track", True)]


def test_a_question_is_in_the_ledger_once_for_each_contact_it_was_put_in() -> None:
    talk = voice().press("1").silence().press("9").leave().later(5).arrive("chat-1", "chat", resume="continue")
    assert [ask for ask in talk.journey.ledger if ask.slot == "order"] == [
        Ask("track", "order", "voice", "call-1", NOON, known=False),
        Ask("track", "order", "chat", "chat-1", NOON + 5, known=False),
    ]
    assert talk.journey.ledger[0] == Ask("welcome", None, "voice", "call-1", NOON, known=False)
