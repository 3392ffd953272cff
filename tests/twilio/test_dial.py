"""Whom a document dials, and what goes with the call."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from ivr.channels.twilio_dial import MOST_HEADERS, put_through
from ivr.engine.actions import Transfer

LAB = "sip:lab@pbx.example"


def headers_of(headers: dict[str, str]) -> str:
    """Those that go with the call, as they stand in its address."""
    dial = put_through(Transfer(3, "lab", LAB, "caller", headers, "", 30.0), "0.3", "")
    address, _, query = str(dial.verbs[0].value).partition("?")
    assert address == LAB
    return query


def test_headers_that_are_too_many_characters_for_twilio_are_left_out_whole(caplog: pytest.LogCaptureFixture) -> None:
    name = "김영희" * 30  # 90 characters, 810 as they are quoted
    given = {"X-Order": "4217", "X-Customer": name, "X-Summary": name, "X-Last": "two words"}
    query = headers_of(given)
    assert len(query) <= MOST_HEADERS
    assert dict(parse_qsl(query)) == {name: value for name, value in given.items() if name != "X-Summary"}
    assert "header X-Summary is left out" in caplog.text
    assert name not in caplog.text


@pytest.mark.parametrize(("characters", "fits"), [(MOST_HEADERS - len("X-A="), True), (MOST_HEADERS - 3, False)])
def test_all_that_twilio_takes_is_used(characters: int, fits: bool) -> None:
    assert bool(headers_of({"X-A": "a" * characters})) is fits
