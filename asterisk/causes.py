"""Why a call ended, out of what Asterisk says at its end. Measured on Asterisk 22; causes are those of Q.850."""

from __future__ import annotations

from ivr.engine.events import LeftReason

RTP_TIMEOUT = 44  # "requested channel not available": what `rtp_timeout` in pjsip.conf ends a silent line with
SIP_TIMEOUT = 408  # the far end answers no SIP any more, or its carrier says that the radio link is gone

# (hung up by us, the far end asked for it, Q.850 cause, SIP status): None stands for any. The first that fits.
TABLE: tuple[tuple[bool | None, bool | None, int | None, int | None, LeftReason], ...] = (
    (None, None, RTP_TIMEOUT, None, "dropped"),
    (None, None, None, SIP_TIMEOUT, "dropped"),
    (True, None, None, None, "ours"),
    (None, True, 0, None, "caller"),  # a BYE without a reason
    (None, True, 16, None, "caller"),  # normal clearing
    (None, True, 31, None, "caller"),  # normal, unspecified
    (None, True, 127, None, "caller"),  # CANCEL before the answer
    (None, True, None, None, "dropped"),  # a BYE that names a fault of the network
    (None, None, 16, None, "ours"),  # nobody out there asked: the dialplan or an operator ended it
    (None, None, None, None, "dropped"),
)


def reason(*, ours: bool, requested: bool, cause: int, tech_cause: int) -> LeftReason:
    """`ours`: we sent Hangup; `requested`: a HangupRequest came before; `cause`, `tech_cause`: Cause and TechCause of
    the Hangup event, 0 where there is none."""
    seen = (ours, requested, cause, tech_cause)
    for *expected, found in TABLE:
        if all(want is None or want == got for want, got in zip(expected, seen, strict=True)):
            return found
    raise AssertionError("the last row fits everything")
