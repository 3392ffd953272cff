"""Listening to a caller: a channel of Asterisk's that spies on the caller's and brings us what they say, one way.

The call itself stays where it is: its keys and prompts are Asterisk's, and outlive us (docs/decisions/0011). When our
server dies the tap goes with its connection, and the caller notices nothing; who comes next opens another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from asterisk.ami import AMI, AMIRefused, Event
from asterisk.media import RATE, Media

WAYS = ("WebSocket", "AudioSocket")  # the better one first: its sound comes to the port that all the rest uses
CONNECTION = "segue"  # its name in websocket_client.conf
OPTIONS = "qouEl"  # no beep; only what the caller says; exactly this channel; end with it; drop nothing that is late
ANSWER = 3000  # milliseconds for Asterisk to connect to us
AGAIN = 60.0  # seconds until what has failed is tried again
LATE = 0.1  # seconds by which what comes through a tap may be late; else the next question opens another
AT_ONCE, MUTE = 1.0, 3  # seconds; so many taps in a row that ended at once and without a sound: nobody spies
REMEDY = (
    "Asterisk must load app_chanspy and chan_websocket or chan_audiosocket, let us originate (manager.conf), and reach "
    "us (websocket_client.conf or IVR_ASTERISK_MEDIA)"
)
NO_WAY = f"Asterisk cannot let us hear callers, so they are served by keys: {REMEDY}"

log = logging.getLogger(__name__)


def dial(way: str, token: str, media: Media) -> str:
    """What Asterisk must call to reach us; the token tells which call this is."""
    to = {
        "WebSocket": f"{CONNECTION}/c(slin)v(token={token})",
        "AudioSocket": f"{media.address}/{token}/c(slin)",
    }
    return f"{way}/{to[way]}"


class Taps:
    """Of all calls of one Asterisk: knows which ways lead to us. `clock`: seconds."""

    def __init__(self, ami: AMI, media: Media, clock: Callable[[], float]) -> None:
        self.ami, self.media, self.clock = ami, media, clock
        self.trouble = ""  # in words; empty: none that we know of
        self._ways = list(WAYS)
        self._again = 0.0
        self._mute = 0  # taps in a row that ended at once
        self._trying: dict[str, Tap] = {}  # by token
        ami.on("OriginateResponse", self._answered)

    def renew(self) -> None:
        """Another link to Asterisk, which may have learnt something."""
        self._ways = list(WAYS)
        self._mute = 0
        self._trying.clear()

    @property
    def way(self) -> str | None:
        """The one to take; None while there is none."""
        if not self._ways and self.clock() >= self._again:
            self._ways = list(WAYS)
        return self._ways[0] if self._ways else None

    def try_way(self, tap: Tap, way: str, channel: str, token: str) -> None:
        """`tap.failed` is called when it leads nowhere."""
        self._trying[token] = tap
        sent = self.ami.send(
            "Originate",
            ActionID=token,
            Channel=dial(way, token, self.media),
            Application="ChanSpy",
            Data=f"{channel},{OPTIONS}",
            Timeout=ANSWER,
            Async="true",
        )
        sent.add_done_callback(lambda future: self._refused(token, None if future.cancelled() else future.exception()))

    def give_up(self, token: str) -> None:
        """Nobody waits for it any more."""
        self.media.forget(token)
        self._trying.pop(token, None)

    def is_no_way(self, way: str) -> None:
        """It has led nowhere: calls take another one, as long as there is one."""
        if way in self._ways:
            self._ways.remove(way)
            self._again = self.clock() + AGAIN
            self._tell("" if self._ways else NO_WAY)

    def ended(self, seconds: float, *, heard: bool) -> None:
        """A tap has come to its end by itself, so long after it was opened; `heard`: there was a sound in it."""
        self._mute = 0 if heard or seconds > AT_ONCE else self._mute + 1
        if heard:
            self._tell("")
        elif self._mute >= MUTE:
            self._ways.clear()
            self._again = self.clock() + AGAIN
            self._tell(NO_WAY)

    def _answered(self, event: Event) -> None:
        tap = self._trying.pop(event.get("ActionID", ""), None)
        if tap and event.get("Response") != "Success":
            tap.failed()

    def _refused(self, token: str, error: BaseException | None) -> None:
        if isinstance(error, AMIRefused) and (tap := self._trying.pop(token, None)):
            tap.failed()

    def _tell(self, trouble: str) -> None:
        """Each once."""
        if trouble != self.trouble:
            self.trouble = trouble
            log.warning("%s", trouble or "callers on Asterisk are heard again")


class Tap:
    """Of the call on `channel`. `feed` gets its sound, 20 ms at a time."""

    def __init__(self, taps: Taps, channel: str, feed: Callable[[bytes], None]) -> None:
        self._taps, self._channel, self._feed = taps, channel, feed
        self._token = self._way = ""
        self._since = 0.0  # it was opened
        self._first = 0.0  # sound came
        self._heard = 0.0  # seconds of sound

    def open(self) -> bool:
        """Begin to listen, unless we do and hear at once what is said. False: there is no way now."""
        if self._token and self._late() < LATE:
            return True
        self.close()
        if (way := self._taps.way) is None:
            return False
        self._token, self._way = self._taps.media.expect(self), way
        self._heard, self._since = 0.0, self._taps.clock()
        self._taps.try_way(self, way, self._channel, self._token)
        return True

    def close(self) -> None:
        """Asterisk ends the spying channel when its connection is gone."""
        self._taps.give_up(self._token)
        self._token = ""

    def failed(self) -> None:
        """Asterisk did not connect; the next way may be open."""
        if self._token:
            self.close()
            self._taps.is_no_way(self._way)
            self.open()

    def _late(self) -> float:
        """Seconds by which sound comes late since something stood still: ChanSpy never catches up."""
        return self._taps.clock() - self._first - self._heard if self._heard else 0.0

    # The `Guest`

    def frame(self, pcm: bytes) -> None:
        if not self._heard:
            self._first = self._taps.clock()
        self._heard += len(pcm) / 2 / RATE
        self._feed(pcm)

    def lost(self) -> None:
        self._token = ""
        self._taps.ended(self._taps.clock() - self._since, heard=self._heard > 0)
