"""What a back office is asked has one key until it is answered, and another one each time that it is asked anew."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.engine.data import replace
from ivr.engine.step import current_wait
from ivr.engine.steps import InvokeStep
from tests.engine.flows import SUPPORT, SUPPORT_STEPS, Talk, voice, with_steps
from tests.engine.test_verify import BANK, PHONE, PIN, at_the_pin, guess

PAY = InvokeStep("cards.pay", {}, 3.0, None, {}, done="inside", failed="person")
TILL = replace(BANK, steps={**BANK.steps, "pin": replace(PIN, done="pay"), "pay": PAY})


def asking() -> Talk:
    return voice().press("1").press("421700")


def paying() -> Talk:
    """Behind a proof, and then the line is lost."""
    return guess(at_the_pin(TILL), ok="yes")


def lost(talk: Talk, contact: str, trust: int = 1) -> Talk:
    talk.leave("dropped")
    return talk.arrive(contact, resume="continue", reach=PHONE, trust=trust)


def test_what_waits_for_an_answer_keeps_its_key() -> None:
    talk = asking()
    assert talk.invoke.key
    assert current_wait(SUPPORT, talk.journey)[-1] == talk.invoke


@pytest.mark.parametrize("resume", ["continue", "offer"])
def test_who_was_lost_meanwhile_goes_on_with_the_same_asking(resume: str) -> None:
    talk = asking()
    key = talk.invoke.key
    for contact in ("call-2", "call-3"):
        talk.leave("dropped").arrive(contact, resume=resume)
        if resume == "offer":
            talk.press("1")
        assert talk.invoke.key == key


def test_who_was_lost_behind_a_proof_goes_on_with_the_same_asking_when_they_have_proved_it_again() -> None:
    talk = paying()
    key = talk.invoke.key
    for contact in ("call-2", "call-3"):  # and the line is lost once more while they prove it
        lost(talk, contact)
        assert talk.said[-1] == "Your PIN?"
    assert talk.press("1234").invoke.key != key  # to check a PIN is another matter
    assert talk.invoked(ok="yes").invoke.key == key


def test_who_need_not_prove_it_in_the_end_goes_on_with_the_same_asking() -> None:
    talk = paying()
    key = talk.invoke.key
    assert lost(lost(talk, "call-2"), "call-3", trust=3).invoke.key == key


def test_who_goes_elsewhere_instead_of_proving_it_again_asks_anew() -> None:
    talk = paying()
    key = talk.invoke.key
    lost(talk, "call-2").press("0").queue_left("done").press("1")
    assert guess(talk, ok="yes").invoke.key != key


def test_what_is_asked_keeps_its_key_where_a_new_version_has_renamed_the_step() -> None:
    talk = asking()
    key = talk.invoke.key
    steps = {name if name != "look_up" else "find": step for name, step in SUPPORT_STEPS.items()}
    talk.flow = replace(SUPPORT, version="v2", steps=steps, moved={"look_up": "find"})
    talk.leave("dropped").arrive("call-2", resume="continue")
    assert (talk.journey.step, talk.invoke.key) == ("find", key)


def test_what_is_asked_behind_a_proof_keeps_its_key_too_where_its_step_was_renamed_meanwhile() -> None:
    talk = paying()
    key = talk.invoke.key
    lost(talk, "call-2")
    steps = {name if name != "pay" else "charge": step for name, step in TILL.steps.items()}
    steps["pin"] = replace(PIN, done="charge")
    talk.flow = replace(TILL, version="v2", steps=steps, moved={"pay": "charge"})
    lost(talk, "call-3")
    assert guess(talk, ok="yes").invoke.key == key


def test_who_starts_over_asks_anew() -> None:
    talk = asking()
    key = talk.invoke.key
    talk.leave("dropped").arrive("call-2", resume="offer").press("2").press("1").press("421700")
    assert talk.invoke.key != key


def test_another_answer_is_another_asking() -> None:
    talk = voice().press("2").press("1234")
    key = talk.invoke.key
    talk.invoke_fails().press("1234")
    assert talk.invoke.key != key


def test_a_step_that_asks_again_by_itself_asks_anew() -> None:
    look_up = SUPPORT_STEPS["look_up"]
    assert isinstance(look_up, InvokeStep)
    changes: dict[str, Any] = {"failed": "look_up"}
    talk = voice(with_steps(look_up=replace(look_up, **changes))).press("1").press("421700")
    key = talk.invoke.key
    assert talk.invoke_fails().invoke.key != key
