"""Who comes back late is asked whether to go on or to start over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.engine.actions import Enqueue, Keys
from tests.engine.flows import DAY, Talk, voice


def offered() -> Talk:
    return voice().press("1").silence().leave().later(DAY).arrive("call-2", resume="offer")


def test_an_offer_asks_before_it_goes_on() -> None:
    talk = offered()
    assert talk.said == ["Welcome back.", "Go on or start over?", "Press 1 to go on, 2 to start over."]
    assert talk.collect.keys == Keys(options=("1", "2", "0", "9", "*"))
    assert [option.id for option in talk.collect.options] == ["go_on", "start_over"]
    assert talk.press("1").said == ["Your order number, please."]
    assert not talk.journey.offering


@pytest.mark.parametrize("miss", [Talk.silence, lambda talk: talk.press("7")], ids=["noinput", "nomatch"])
def test_an_offer_that_gets_no_answer_is_made_three_times_then_we_go_on(miss: Callable[[Talk], Talk]) -> None:
    talk = offered()
    for _ in range(2):
        assert miss(talk).said[0] == "Go on or start over?"
    assert miss(talk).said == ["Your order number, please."]
    assert (talk.journey.noinputs, talk.journey.nomatches) == (0, 0)


def test_starting_over_forgets_all_but_the_ledger() -> None:
    talk = voice().press("1").press("123456").leave().arrive("call-2", resume="offer")
    journey = talk.journey
    talk.press("2")
    assert talk.said[0] == "Welcome to Acme."
    assert (talk.journey.id, talk.journey.slots, talk.journey.step) == (journey.id, {}, "welcome")
    assert [visit.step for visit in talk.journey.path] == ["welcome"]
    assert talk.journey.ledger[: len(journey.ledger)] == journey.ledger


def test_what_always_works_works_in_an_offer_too() -> None:
    assert offered().press("9").said[0] == "Go on or start over?"
    assert isinstance(offered().press("0").last, Enqueue)
    assert offered().press("*").said[0] == "Welcome to Acme."
