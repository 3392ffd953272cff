"""Actions to TwiML, pure: one document is a turn, the says, then one verb that waits or ends. What is said is nested in
the Gather, so that it can be interrupted. Reference: twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, VoiceResponse
from twilio.twiml.voice_response import Say as SayVerb

from ivr.channels.twilio_dial import put_through
from ivr.channels.twilio_gather import gather
from ivr.channels.twilio_ssml import speak_marked, takes_marks
from ivr.channels.twilio_xml import NO_XML, escaped, in_xml, of_library, verb, whole, written
from ivr.engine import actions as act
from ivr.engine.data import Data, empty

RING = 30  # seconds that an agent is rung
ROUND = 16  # seconds of music for who waits
PAUSE = 10  # seconds of silence between two words, when there is no time for music
RECORDED = "/twilio/recording"


class Ways(Data, frozen=True):
    """Where things are found: `action` of the wait that the document ends with, `music` of a queue (a dot and the
    seconds that one may wait come behind it); `sound` gives the address of a say that we have as audio, or None.
    `voices`: language -> a voice of Twilio's; `ears`: its model of speech recognition, empty: its default. `place`: of
    a transfer, its epoch and turn; `ours`: our number, which it may show; `stand_in`: what it shows where it would show
    the caller's, who has none."""

    action: str
    music: str = ""
    sound: Callable[[act.Say], str | None] = lambda _say: None
    voices: Mapping[str, str] = empty()
    ears: str = ""
    place: str = ""
    ours: str = ""
    stand_in: str = ""


def document(actions: Sequence[act.Action], ways: Ways) -> bytes:
    """Says followed by one wait or a hang-up, as one document. Raises `TooLong`."""
    says = _says([action for action in actions if isinstance(action, act.Say)], ways)
    match actions[-1]:
        case act.Collect() as wait:
            return whole(gather(wait, ways.action, ways.ears, says))
        case act.Enqueue() as wait:
            return whole(says + _enqueue(wait, ways))
        case act.Transfer() as wait:
            return whole(says + of_library(put_through(wait, ways.place, ways.ours, ways.stand_in)))
        case act.Record() as wait:  # where nothing was said, Record tells nothing and goes on
            return whole(says + _record(wait, ways) + _redirect(ways.action))
        case act.Hangup():
            return whole(says + verb("Hangup", {}))
        case other:
            raise AssertionError(f"{type(other).__name__} is carried out by the driver, not by a channel")


def redirect(to: str, says: Iterable[act.Say] = (), ways: Ways | None = None) -> bytes:
    """Say something, and ask again there."""
    return whole(_says(says, ways or Ways("")) + _redirect(to))


def later(words: act.Say, seconds: int, to: str, ways: Ways) -> bytes:
    """Say something, and ask there in so many seconds."""
    return whole(_says((words,), ways) + verb("Pause", {"length": str(seconds)}) + _redirect(to))


def said(words: act.Say, ways: Ways) -> bytes:
    """For who is dialled, before they are put through."""
    return whole(_says((words,), ways))


def listen(socket: str, action: str) -> bytes:
    """Give the call's sound to a WebSocket, both ways, until that is closed; then ask at `action`."""
    response = VoiceResponse()
    connect = Connect(action=action, method="POST")
    connect.stream(url=socket)
    response.append(connect)
    return written(response)


def leave() -> bytes:
    """Out of the queue: the call goes on elsewhere."""
    response = VoiceResponse()
    response.leave()
    return written(response)


def waiting(words: act.Say, left: int, music: str, pressed: str, ways: Ways) -> bytes:
    """For who waits in a queue, for `left` seconds more at most: words and music, after which Twilio asks again.
    `pressed`: where a key leads that is pressed meanwhile; empty: nowhere."""
    heard = _says((words,), ways) + (verb("Play", {}, escaped(music)) if left >= ROUND else "")
    if pressed:
        taken = {
            "input": "dtmf",
            "numDigits": "1",
            "finishOnKey": "",
            "timeout": "1",
            "action": pressed,
            "method": "POST",
        }
        heard = verb("Gather", taken, heard)
    return whole(heard + verb("Pause", {"length": "1" if left >= ROUND else str(min(PAUSE, left))}))


def reject(reason: Literal["busy", "rejected"]) -> bytes:
    """Do not take the call: a busy tone, or word that the number is not in service. It costs nothing."""
    response = VoiceResponse()
    response.reject(reason=reason)
    return written(response)


def nothing() -> bytes:
    """For what asks for no answer."""
    return written(VoiceResponse())


def messages(texts: Iterable[str]) -> bytes:
    """The answer to a message: these, as one message each; none of them is no answer."""
    response = MessagingResponse()
    for text in texts:
        response.message(NO_XML.sub("", text))
    return written(response)


def _redirect(to: str) -> str:
    return verb("Redirect", {"method": "POST"}, escaped(to))


def _record(wait: act.Record, ways: Ways) -> str:
    attributes = {
        "action": ways.action,
        "method": "POST",
        "maxLength": str(max(1, math.ceil(wait.longest))),
        "timeout": str(max(1, math.ceil(wait.silence))),
        "finishOnKey": wait.terminators,
        "playBeep": "true",
        "trim": "do-not-trim",
        "recordingStatusCallback": RECORDED,
        "recordingStatusCallbackMethod": "POST",
        "recordingStatusCallbackEvent": "completed",
    }
    return verb("Record", attributes)


def _enqueue(wait: act.Enqueue, ways: Ways) -> str:
    music = f"{ways.music}.{math.ceil(wait.timeout)}"
    attributes = {"action": ways.action, "method": "POST", "waitUrl": music, "waitUrlMethod": "POST"}
    return verb("Enqueue", attributes, escaped(wait.queue))


def _says(says: Iterable[act.Say], ways: Ways) -> str:
    return "".join([_say(say, ways) for say in says])


def _say(say: act.Say, ways: Ways) -> str:
    if (address := ways.sound(say)) is not None:
        return verb("Play", {}, escaped(address))
    voice = ways.voices.get(say.language)
    return _known(say, voice) if say.fixed else _spoken(say, voice)


def _spoken(say: act.Say, voice: str | None) -> str:
    """A voice speaks one language: with a voice of Twilio's its own, else the language's default."""
    if not in_xml(say.text).strip():  # a Say of nothing is an error
        return ""
    if voice is None:
        return verb("Say", {"language": say.language}, escaped(say.text))
    if say.markup is None or not takes_marks(voice):
        return verb("Say", {"voice": voice}, escaped(say.text))
    marked = SayVerb(voice=voice)
    speak_marked(marked, say.markup, voice)
    return of_library(marked)


_known = lru_cache(maxsize=4096)(_spoken)  # what a menu says in the same words each time
