"""What happens between two questions: back offices, messages, branches."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Send
from ivr.engine.data import replace
from ivr.engine.steps import Branch, Condition, Ref, SendStep, SetStep
from tests.engine.flows import FOUND, Talk, voice, with_steps


def test_an_invoke_that_fails_or_gives_half_an_answer_goes_where_the_author_said() -> None:
    asking = voice().press("1").press("123456")
    assert replace(asking).invoke_fails().said == ["I cannot find it.", "I connect you."]
    for result in ({"state": "shipped"}, {"state": "shipped", "eta": "soon"}, {"state": " ", "eta": "2026-12-01"}):
        talk = replace(asking).invoked(**result)
        assert talk.said[0] == "I cannot find it."
        assert set(talk.journey.slots) == {"order"}


def test_a_value_that_is_known_to_be_empty_is_no_failure_and_is_forgotten() -> None:
    talk = voice().press("1").press("123456").invoked(state="shipped", eta="")
    assert "I cannot find it." not in talk.said
    assert talk.journey.slots["status"].value == "shipped"
    assert "eta" not in talk.journey.slots


def test_a_wrong_pin_can_be_forgotten_and_asked_again() -> None:
    talk = voice().press("2").press("4217")
    assert talk.invoke.arguments == {"pin": "4217"}
    assert talk.invoke_fails().collect.slot == "pin"
    assert "pin" not in talk.journey.slots


def test_nothing_is_sent_where_we_have_no_address() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).press("1")
    assert (talk.sent, talk.said[0]) == ([], "We have no number of yours.")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition("channel", "is", ("voice",)), True),
        (Condition("channel", "in", ("chat", "sms")), False),
        (Condition("trust", "at_least", ("2",)), True),
        (Condition("trust", "at_least", ("3",)), False),
        (Condition("amount", "at_least", ("9.50",)), True),
        (Condition("amount", "at_most", ("9.50",)), False),
        (Condition("when", "at_most", ("2026-12-31",)), True),
        (Condition("amount", "is_not", ("10.00",)), False),
        (Condition("nothing", "is_not", ("10.00",)), True),
        (Condition("nothing", "known", ()), False),
        (Condition("nothing", "known", ("no",)), True),
        (Condition("amount", "known", ()), True),
        (Condition("nothing", "at_most", ("1",)), False),
    ],
)
def test_conditions(condition: Condition, holds: bool) -> None:
    flow = with_steps(
        welcome=SetStep({"amount": ("10.00",), "when": ("2026-12-01",)}, "fork"),
        fork=Branch((((condition,), "track"),), "note"),
    )
    talk = Talk(flow).arrive(channel="voice", trust=2)
    assert (talk.journey.step == "track") == holds


def test_a_message_without_a_link_says_so() -> None:
    flow = with_steps(send=SendStep("sms", ("Order ", Ref("order")), None, "bye"))
    talk = Talk(flow).arrive(reach={"sms": "+1"}).press("1").press("123456").invoked(**FOUND).press("1")
    assert talk.sent == [Send("sms", "Order 123456", None, link=False)]
