"""Proofs: who may try, how often, and whose tier goes up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.engine.actions import Collect, Invoke, Send
from ivr.engine.data import replace
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.guard import proof_before
from ivr.engine.journey import Slot
from ivr.engine.step import summary
from ivr.engine.steps import CODE_SERVICE, Branch, Choice, Condition, End, Handoff, Menu, Ref, Step, Verify
from tests.engine.flows import SUPPORT, SUPPORT_STEPS, Talk, prompt, tries

CLOSED, VALID = 15 * 60.0, 10 * 60.0  # seconds, as docs/menus.md promises
PIN = Verify(
    "pin", prompt("Your PIN?"), tries(3, "person"), "cards.check", {"pin": (Ref("pin"),)}, 3.0, "inside", "person"
)
CODE = replace(
    PIN,
    slot="code.code",
    prompt=prompt("The code?"),
    service=CODE_SERVICE,
    arguments={},
    send="sms",
    text=("Your code is ", Ref("code"), ". Not for ", Ref("note"), "."),
)
STEPS: dict[str, Step] = {
    "welcome": Menu(
        prompt("Hello."),
        (
            Choice("pin", "1", "enter", goto="pin"),
            Choice("code", "2", "get a code", goto="code"),
            Choice("other", "3", "enter elsewhere", goto="other"),
        ),
        tries(),
    ),
    "pin": PIN,
    "other": PIN,
    "code": CODE,
    "inside": Menu(prompt("You are in."), (Choice("back", "1", "go back", goto="welcome"),), tries()),
    "person": Handoff("support", (), None, (Ref("journey.summary"),), 60.0, "welcome", "welcome"),
    "bye": End(),
}
SLOTS = {**SUPPORT.slots, "code.code": SlotSpec("code.code", "digits", "the code", "secret", 6, 6)}
BANK = replace(SUPPORT, steps={**SUPPORT_STEPS, **STEPS}, slots=SLOTS)
PHONE = {"sms": "+15550100"}


def at_the_pin(flow: Flow = BANK, **fields: Any) -> Talk:
    return Talk(flow).arrive(reach=PHONE, **fields).press("1")


def guess(talk: Talk, pin: str = "1234", ok: str = "no") -> Talk:
    return talk.press(pin).invoked(ok=ok)


def trust(talk: Talk) -> int:
    assert talk.journey.contact is not None
    return talk.journey.contact.trust


def test_a_right_pin_raises_the_tier_and_leaves_no_trace() -> None:
    talk = at_the_pin(trust=1)
    assert talk.said == ["Your PIN?"]
    assert talk.collect.secret
    talk.press("1234")
    turn = talk.journey.turn
    assert talk.invoke == Invoke(turn, "pin", "cards.check", {"pin": "1234"}, 3.0, key=f"j1:{turn}")
    assert trust(talk) == 1
    talk.invoked(ok="yes")
    assert (talk.journey.step, trust(talk)) == ("inside", 3)
    assert "1234" not in repr(talk.journey)
    assert talk.journey.proofs == {}


def test_who_has_proven_it_is_not_asked_again_in_this_contact_but_in_the_next() -> None:
    talk = guess(at_the_pin(), ok="yes").press("1").press("1")
    assert talk.journey.step == "inside"
    talk.leave().arrive("call-2").press("1")  # arrives fresh
    assert (talk.journey.step, trust(talk)) == ("pin", 0)


def test_a_higher_tier_is_never_lowered() -> None:
    step_up = replace(BANK, steps={**BANK.steps, "pin": replace(PIN, trust=4)})
    assert trust(guess(at_the_pin(step_up, trust=3), ok="yes")) == 4
    assert trust(at_the_pin(trust=4)) == 4


def test_a_wrong_pin_is_asked_for_again_and_after_the_last_try_we_go_elsewhere() -> None:
    talk = guess(at_the_pin())
    assert talk.said == ["Sorry?", "Your PIN?"]
    talk = guess(guess(talk))
    assert (talk.journey.step, trust(talk)) == ("person", 0)
    assert "1234" not in repr(talk.journey)


@pytest.mark.parametrize("answer", [{}, {"ok": ""}, {"ok": "true"}, {"ok": "maybe"}, {"OK": "yes"}])
def test_any_answer_but_yes_is_a_no(answer: dict[str, str]) -> None:
    talk = at_the_pin().press("1234").invoked(**answer)
    assert (talk.journey.step, trust(talk)) == ("pin", 0)
    assert talk.journey.proofs["cards.check"].misses == 1


def test_when_nobody_can_check_it_we_go_elsewhere_and_it_was_no_miss() -> None:
    talk = at_the_pin().press("1234").invoke_fails()
    assert talk.journey.step == "person"
    assert talk.journey.proofs["cards.check"].misses == 0
    assert "pin" not in talk.journey.slots


@pytest.mark.parametrize("comes_back", ["drop", "fresh", "chat", "other step"])
def test_nobody_gains_a_try(comes_back: str) -> None:
    talk = guess(guess(at_the_pin()))
    match comes_back:
        case "drop":
            talk.leave("dropped").arrive("call-2", resume="continue")
        case "fresh":
            talk.leave().arrive("call-2").press("1")
        case "chat":
            talk.arrive("chat-1", "chat", resume="offer").write("2").write("enter")
        case "other step":
            talk.arrive("call-2").press("3")
    assert isinstance(talk.last, Collect)
    assert talk.collect.secret
    assert guess(talk).journey.step == "person"


def test_who_hangs_up_before_the_answer_has_used_the_try() -> None:
    talk = at_the_pin()
    for n in range(2, 4):
        talk.press("1234").leave().arrive(f"call-{n}", resume="continue")
        assert (talk.journey.step, "pin" in talk.journey.slots) == ("pin", False)
    talk.press("1234").leave().arrive("call-4", resume="continue")
    assert talk.journey.step == "person"


def test_what_one_contact_gave_proves_nothing_in_the_next() -> None:
    talk = at_the_pin().press("1234")
    turn = talk.journey.turn
    talk.arrive("call-2", resume="continue")
    assert talk.said[-1] == "Your PIN?"
    talk.invoked(ok="yes")
    assert (talk.journey.step, trust(talk)) == ("pin", 0)
    assert turn < talk.journey.turn


def test_after_the_last_miss_nobody_may_try_for_a_quarter_of_an_hour() -> None:
    talk = guess(guess(guess(at_the_pin())))
    talk.arrive("call-2").press("1")
    assert talk.journey.step == "person"
    talk.later(CLOSED - 1).arrive("call-3").press("3")
    assert talk.journey.step == "person"
    talk.later(1).arrive("call-4").press("1")
    assert talk.journey.step == "pin"
    assert guess(guess(talk)).journey.step == "pin"
    assert guess(talk).journey.step == "person"


def test_silence_is_no_guess() -> None:
    talk = at_the_pin().silence().silence().silence()
    assert talk.journey.step == "person"
    talk.arrive("call-2").press("1")
    assert talk.journey.step == "pin"


def test_an_answer_while_the_pin_is_checked_changes_nothing() -> None:
    talk = at_the_pin().press("1234")
    before = talk.journey
    assert talk.press("9999").journey == before
    assert talk.silence().journey == before
    assert isinstance(talk.last, Invoke)


def test_a_person_can_be_had_at_a_proof() -> None:
    assert at_the_pin().press("0").journey.step == "person"


def test_a_code_is_sent_once_and_taken_once() -> None:
    talk = Talk(BANK).arrive(reach=PHONE).press("2")
    assert talk.sent == [Send("sms", "Your code is {code}. Not for your message.", code=f"{CODE_SERVICE}.sms.2")]
    talk.press("123456")
    assert talk.invoke.service == CODE_SERVICE
    assert talk.invoke.arguments == {"journey": "j1", "name": f"{CODE_SERVICE}.sms.2", "code": "123456"}
    talk.leave("dropped").arrive("call-2", resume="continue", reach=PHONE)
    assert not talk.sent
    talk.press("654321").invoked(ok="yes")
    assert (talk.journey.step, trust(talk)) == ("inside", 3)
    talk.arrive("call-3", reach=PHONE).press("2")
    assert [send.code for send in talk.sent] == [f"{CODE_SERVICE}.sms.{talk.journey.turn}"]


def test_a_code_is_good_for_ten_minutes() -> None:
    talk = Talk(BANK).arrive(reach=PHONE).press("2")
    talk.later(VALID).press("123456").invoked(ok="yes")
    assert (talk.journey.step, trust(talk)) == ("code", 0)
    assert len(talk.sent) == 1  # another one
    assert guess(talk, "111111", "yes").journey.step == "inside"


def test_without_an_address_there_is_no_code() -> None:
    assert Talk(BANK).arrive().press("2").journey.step == "person"


def test_customers_words_hold_no_code() -> None:
    talk = Talk(BANK).arrive(reach=PHONE)
    talk.journey = replace(talk.journey, slots={"note": Slot("{code}", "chat", "c", 0.0)})
    assert talk.press("2").sent[0].text == "Your code is {code}. Not for code."


def test_agents_see_nothing_of_it() -> None:
    talk = at_the_pin().press("1234")
    assert "1234" not in summary(BANK, talk.journey)
    assert summary(BANK, talk.invoked(ok="no").journey) == "Chose enter."


# What somebody may do who wants in and has no PIN
GUESSES = ("guess", "guess, hang up", "guess, unchecked")
TRICKS = (*GUESSES, "hang up", "start over", "chat", "other step", "silence", "wait")


def play(talk: Talk, trick: str, n: int) -> None:
    match trick:
        case "guess":
            talk.invoked(ok="no")
        case "guess, unchecked":
            talk.invoke_fails()
        case "guess, hang up" | "hang up":
            talk.leave("dropped").arrive(f"call-{n}", resume="continue")
        case "start over":
            talk.leave().arrive(f"call-{n}")
        case "chat":
            talk.arrive(f"chat-{n}", "chat", resume="offer").write("2")
        case "other step":
            talk.arrive(f"call-{n}").press("3")
        case "silence":
            talk.silence()
        case _:
            talk.later(CLOSED / 2)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TRICKS), min_size=5, max_size=40))
def test_whatever_they_try_they_have_three_guesses_in_a_quarter_of_an_hour_and_no_higher_tier(did: list[str]) -> None:
    talk, guesses = Talk(BANK).arrive(reach=PHONE), list[float]()
    for n, trick in enumerate(did):
        talk.later(61.0)
        if talk.journey.step == "person":
            talk.queue_left("done")
        if talk.journey.step == "welcome":
            talk.press("1")
        if talk.journey.step in {"pin", "other"} and trick in GUESSES:
            talk.press("1234")
            guesses += [talk.now] * (trick != "guess, unchecked")
        play(talk, trick, n)
        assert trust(talk) == 0
        assert "1234" not in repr((talk.journey.path, talk.journey.ledger, talk.journey.proofs))
    for last in guesses:
        assert sum(last - CLOSED < at <= last for at in guesses) <= 3


def behind_the_pin() -> Talk:
    talk = guess(at_the_pin(), ok="yes")
    talk.leave("dropped")
    return talk.arrive(contact="call-2", resume="continue", reach=PHONE, trust=1)


def test_who_comes_back_behind_a_proof_gives_it_again_and_goes_on_where_they_were() -> None:
    talk = behind_the_pin()
    assert "You are in." not in talk.said
    assert talk.said[-1] == "Your PIN?"
    guess(talk, ok="yes")
    assert (talk.journey.step, trust(talk), talk.journey.owed) == ("inside", 3, None)


def test_who_loses_the_line_while_proving_it_again_still_goes_on_there() -> None:
    talk = behind_the_pin()
    talk.leave("dropped")
    talk.arrive(contact="call-3", resume="continue", reach=PHONE, trust=1)
    assert talk.said[-1] == "Your PIN?"
    assert guess(talk, ok="yes").journey.step == "inside"


def test_who_cannot_prove_it_again_does_not_get_in() -> None:
    talk = behind_the_pin()
    for _ in range(3):
        guess(talk)
    assert (talk.journey.step, talk.journey.owed) == ("person", None)


def test_who_comes_with_the_tier_is_not_asked_again() -> None:
    talk = guess(at_the_pin(), ok="yes")
    talk.leave("dropped")
    talk.arrive(contact="chat-1", channel="chat", resume="continue", reach=PHONE, trust=3)
    assert talk.journey.step == "inside"


def test_a_branch_on_the_tier_is_a_guard_too() -> None:
    """Nobody is led round the proof by a way that is open to the proven only."""
    gate = Branch((((Condition("trust", "at_least", ("3",)),), "inside"),), "welcome")
    steps = {**BANK.steps, "gate": gate}
    flow = replace(BANK, steps=steps, start="gate")
    assert proof_before(flow, "inside", 1) == "pin"
    assert proof_before(flow, "inside", 3) is None
    assert proof_before(flow, "welcome", 0) is None
