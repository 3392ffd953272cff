"""What is pure: hang-up causes, the mark on a leg, events to signals (as captured from Asterisk 22.10)."""

from __future__ import annotations

import pytest

from asterisk import signals
from asterisk.causes import reason
from asterisk.mark import Mark, Tail, parse
from ivr.engine.events import LeftReason


@pytest.mark.parametrize(
    ("ours", "requested", "cause", "tech", "expected"),
    [
        (False, True, 0, 0, "caller"),  # BYE
        (False, True, 16, 0, "caller"),
        (False, True, 31, 480, "caller"),  # BYE with Reason: Q.850;cause=31
        (False, True, 18, 408, "dropped"),  # BYE with Reason: SIP;cause=408, or the session timer ran out
        (False, False, 44, 0, "dropped"),  # rtp_timeout
        (True, False, 44, 0, "dropped"),  # lost while we hung up
        (True, False, 16, 0, "ours"),
        (False, False, 16, 0, "ours"),  # an operator
        (False, True, 127, 487, "caller"),  # CANCEL
        (False, True, 38, 0, "dropped"),  # network out of order
        (False, False, 0, 0, "dropped"),
    ],
)
def test_causes(ours: bool, requested: bool, cause: int, tech: int, expected: LeftReason) -> None:
    assert reason(ours=ours, requested=requested, cause=cause, tech_cause=tech) == expected


def test_a_mark_survives_being_a_channel_variable() -> None:
    mark = Mark("7_12", "4#*", 6, 1, 3, (Tail("7_10", 2), Tail("7_11", 0)), 512)
    assert parse(str(mark)) == mark
    assert mark.asked == 7


@pytest.mark.parametrize(
    "text", ["", "nonsense", "1_0:42", "1_0:42:x:0:0", "1_0:1:2:3:4:5", "1_0::0:0:0:1_0.x:0", "1_0::0:0:0:1_0:0"]
)
def test_what_is_no_mark_of_ours(text: str) -> None:
    assert parse(text) is None


def test_which_keys_are_left() -> None:
    asked = Mark("3_0", "1")
    assert asked.left("42", 3) == "142"
    taken = asked.answered(3, used=2)
    assert taken.left("42", 3) == "142", "the turn was not stored: its keys count again"
    assert taken.left("42", 4) == "2", "the turn was stored: its keys are used"
    ahead = taken.answered(4, used=3)
    assert ahead.left("42", 4) == "2"
    assert ahead.left("42", 5) == ""


def test_a_mark_knows_all_reads_until_their_keys_are_known() -> None:
    """Whoever takes over may be killed while they do so, and the next one too."""
    asked = Mark("3_9", "1", turn=2, before=0, used=1, behind=(Tail("3_8", 2),), sent=70)
    twice = asked.followed().followed()
    assert (twice.read, twice.behind) == ("3_11", (Tail("3_8", 2), Tail("3_9", 0), Tail("3_10", 0)))
    assert (twice.asked, twice.sent, twice.left("42", 3)) == (3, 70, "42")


def test_no_key_shows_in_what_may_be_logged() -> None:
    assert "777" not in repr(Mark("3_0", "777")) + repr(signals.Pressed("777", 0.0))


def test_events_to_signals() -> None:
    leg = {"Channel": "PJSIP/anonymous-00000000", "Uniqueid": "1795301054.0"}
    pressed = {"Event": "DTMFEnd", "Digit": "#", "DurationMs": "100", "Direction": "Received", **leg}
    assert signals.parse(pressed, 2.5) == signals.Pressed("#", 2.5)
    assert signals.parse({**pressed, "Direction": "Sent"}, 2.5) is None
    assert signals.parse({**pressed, "Digit": "D"}, 2.5) is None, "our own way to end a Read"
    done = {"Event": "AsyncAGIExec", "CommandID": "ast-1795301054.0:2_1", "Result": "200%20result%3D0%0A", **leg}
    assert signals.parse(done, 0) == signals.Finished("2_1")
    hangup = {"Event": "Hangup", "Cause": "18", "TechCause": "408", "Cause-txt": "No user responding", **leg}
    assert signals.parse(hangup, 0) == signals.HungUp(18, 408, "No user responding")
    assert signals.parse({"Event": "Hangup", "Cause": "0", **leg}, 0) == signals.HungUp(0, 0, "")
    assert signals.parse({"Event": "Newexten", **leg}, 0) is None


@pytest.mark.parametrize("event", signals.EVENTS)
def test_all_that_we_subscribe_to_is_understood(event: str) -> None:
    assert (
        signals.parse({"Event": event, "Digit": "1", "Direction": "Received", "DialStatus": "ANSWER"}, 0.0) is not None
    )
