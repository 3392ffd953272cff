"""What a back office is asked has one key until it is answered, and another one each time that it is asked anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ivr.engine.flow import InvokeStep
from ivr.engine.step import current_wait
from tests.engine.flows import SUPPORT, SUPPORT_STEPS, Talk, voice, with_steps


def asking() -> Talk:
    return voice().press("1").press("421700")


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
