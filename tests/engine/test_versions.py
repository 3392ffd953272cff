"""A journey comes back to a newer version: to its step, to where that was moved, with what may still be known."""

from __future__ import annotations

from ivr.engine.data import replace
from ivr.engine.journey import Slot
from ivr.engine.step import summary
from tests.engine.flows import FOUND, NOON, SUPPORT, SUPPORT_SLOTS, SUPPORT_STEPS, Talk, voice

STEPS = {name if name != "track" else "order": step for name, step in SUPPORT.steps.items()}
NEWER = replace(SUPPORT, version="v2", steps=STEPS, moved={"track": "order", "lost": "nowhere"})


def dropped(step: str) -> Talk:
    talk = voice().at(step)
    talk.silence()
    return talk.leave("dropped").later(60)


def test_a_newer_version_takes_a_journey_over_where_it_kept_the_step() -> None:
    talk = voice().press("1").leave()
    talk.flow = replace(SUPPORT, version="v2")
    talk.arrive("call-2", resume="continue")
    assert (talk.journey.version, talk.journey.step) == ("v2", "track")


def test_where_it_has_not_we_say_so_and_begin_again_with_the_answers_there_are() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).leave()
    kept = {name: s for name, s in SUPPORT_STEPS.items() if name not in {"ask_link", "link_or_not"}}
    talk.flow = replace(SUPPORT, version="v2", steps=kept)
    slots = talk.journey.slots
    talk.arrive("call-2", resume="continue")
    assert talk.said[:2] == ["I am sorry, our menu has changed since. Let us begin again.", "Welcome to Acme."]
    assert (talk.journey.version, talk.journey.slots) == ("v2", slots)


def test_a_step_that_was_moved_is_gone_on_with_where_it_is_now() -> None:
    talk = dropped("track")
    talk.flow = NEWER
    talk.arrive("call-2", resume="continue")
    assert (talk.journey.version, talk.journey.step, talk.journey.noinputs) == ("v2", "order", 0)
    assert talk.said == ["We were cut off.", "Your order number, please."]


def test_an_offer_to_go_on_leads_there_too() -> None:
    talk = dropped("track")
    talk.flow = NEWER
    talk.arrive("call-2", resume="offer")
    talk.press("1")
    assert (talk.journey.step, talk.said) == ("order", ["Your order number, please."])


def test_a_link_leads_there_too() -> None:
    talk = dropped("welcome")
    talk.flow = NEWER
    talk.arrive("chat-1", "chat", resume="continue", step="track")
    assert talk.journey.step == "order"


def test_a_map_to_nowhere_is_no_way_on() -> None:
    talk = dropped("track")
    talk.flow = replace(NEWER, moved={"track": "nowhere"})
    talk.arrive("call-2", resume="continue")
    assert talk.journey.step == "welcome"
    assert talk.said[0] == "I am sorry, our menu has changed since. Let us begin again."


def test_an_answer_to_a_slot_that_is_gone_is_forgotten() -> None:
    talk = dropped("track")
    pin, order = (Slot(value, "voice", "call-1", NOON) for value in ("4711", "12345678"))
    talk.journey = replace(talk.journey, slots={"pin": pin, "order": order})
    talk.flow = replace(NEWER, slots={spec.name: spec for spec in SUPPORT_SLOTS if spec.name != "pin"})
    talk.arrive("call-2", resume="continue")
    assert list(talk.journey.slots) == ["order"]
    assert "4711" not in summary(talk.flow, talk.journey)
