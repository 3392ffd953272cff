"""Conversation files are read, or refused with every mistake."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.conversation import Call, ConversationMistakes, load, needs, seconds

DROPPED = """
conversation: The line drops and she phones again
menu: support
caller: "+14155550134"
services:
  orders.status: [fails, {status: on its way}]
customers:
  Ada Jones: "+14155550134"
turns:
  - call: voice
    hears: [Welcome to Acme, track an order]
  - press: 007#
    hears_not: welcome
  - drop
  - wait: 2m
  - call: {channel: chat, number: withheld, language: de}
  - open_link:
    hears: order
  - known: {order_number: 0042, pin: null}
    status: dropped
"""


def test_a_file_says_what_the_customer_does_and_must_hear() -> None:
    found = load(DROPPED, "dropped.yaml")
    assert [turn.shown for turn in found.turns] == [
        "call voice",
        "press 007#",
        "drop",
        "wait 2m",
        "call",
        "open_link",
        "then",
    ]
    assert found.turns[0].hears == ("Welcome to Acme", "track an order")
    assert found.turns[-1].known == {"order_number": "0042", "pin": None}  # as written, not as YAML's octal number
    assert found.services == {"orders.status": (None, {"status": "on its way"})}
    assert found.turns[4].act == Call("chat", None, "de")
    assert needs(found) == {"call", "voice", "chat", "language", "press", "drop", "wait", "open_link"}


def test_every_mistake_of_a_file_is_told_at_once_with_its_place_and_remedy() -> None:
    with pytest.raises(ConversationMistakes) as caught:
        load(
            "conversaton: typo\nmenu: m\nturns:\n  - prss: 1\n  - press: x\n  - wait: 2 weeks\n  - call: fax\n"
            "  - {press: 1, wait: 2s}\n  - hears: nothing happened\n  - drop: now\n  - call: {number: 12-34}\n",
            "bad.yaml",
        )
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["1", "1", "4", "5", "6", "7", "8", "9", "10", "11"]
    assert lines[0].startswith("bad.yaml:1:1: ")
    assert "`conversaton` is not known here; did you mean `conversation`?" in str(caught.value)
    assert all("; " in line for line in lines)


@given(st.text() | st.text("-:{}[]\n &*'\"#acdehlnoprstuvw").map(lambda text: "turns:\n" + text))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    with suppress(ConversationMistakes):
        assert load(text, "any.yaml").turns


@pytest.mark.parametrize(("text", "length"), [("90", 90), ("30s", 30), ("1.5m", 90), ("3h", 10800), ("8d", 691200)])
def test_durations(text: str, length: float) -> None:
    assert seconds(text) == length


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(ConversationMistakes, match=r"c\.yaml:3:5: this is no time in a zone"):
        load("conversation: c\nmenu: m\nat: 2026-12-24 18:00\nturns:\n  - call: voice\n", "c.yaml")
