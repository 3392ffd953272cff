"""Actions to TwiML, pure. The verbs of a turn are written here, those that are seldom needed by the library's classes,
which check nothing either: a test does, with the library as its oracle.

One document is a turn: the says, then one verb that waits or ends. What is said is nested in the Gather, so that it can
be interrupted. Reference: twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Literal

from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, VoiceResponse
from twilio.twiml.voice_response import Say as SayVerb

from ivr.channels.twilio_dial import put_through
from ivr.channels.twilio_ssml import speak_marked, takes_marks
from ivr.engine import actions as act
from ivr.engine.data import Data, empty
from ivr.engine.once import once

LONGEST = 64_000  # bytes that Twilio reads of a document (error 11750)
HINTS, HINT = 500, 100  # most hints of a Gather, and the most characters of one
LONGEST_GATHER = 60  # seconds
RING = 30  # seconds that an agent is rung
ROUND = 16  # seconds of music for who waits
PAUSE = 10  # seconds of silence between two words, when there is no time for music
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
XML = '<?xml version="1.0" encoding="UTF-8"?>'
MARKS = re.compile('[&<>"\t\n\r]')  # what an attribute writes otherwise; most have none, and looking is quicker
IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
IN_ATTRIBUTE = IN_TEXT | str.maketrans({'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"})
RECORDED = "/twilio/recording"
TYPES: Mapping[str, tuple[str, ...]] = {  # what callers say to a question of that type; tokens of the Gather's hints
    "digits": ("$OOV_CLASS_DIGIT_SEQUENCE",),
    "number": ("$OPERAND",),
    "money": ("$MONEY",),
    "date": ("$DAY", "$MONTH", "$YEAR"),
    "time": ("$TIME",),
}


class Ways(Data, frozen=True):
    """Where things are found: `action` of the wait that the document ends with, `music` of a queue (a dot and the
    seconds that one may wait come behind it); `sound` gives the address of a say that we have as audio, or None.
    `voices`: language -> a voice of Twilio's; `ears`: its model of speech recognition, empty: its default. `place`: of
    a transfer, its epoch and turn; `ours`: our number, which it may show."""

    action: str
    music: str = ""
    sound: Callable[[act.Say], str | None] = lambda _say: None
    voices: Mapping[str, str] = empty()
    ears: str = ""
    place: str = ""
    ours: str = ""


class TooLong(Exception):
    """More than Twilio reads; the menu says too much at once."""


def document(actions: Sequence[act.Action], ways: Ways) -> bytes:
    """Says followed by one wait or a hang-up, as one document. Raises `TooLong`."""
    says = _says([action for action in actions if isinstance(action, act.Say)], ways)
    match actions[-1]:
        case act.Collect() as wait:
            return _response(_gather(wait, ways, says))
        case act.Enqueue() as wait:
            return _response(says + _enqueue(wait, ways))
        case act.Transfer() as wait:
            return _response(says + _xml(put_through(wait, ways.place, ways.ours)))
        case act.Record() as wait:  # where nothing was said, Record tells nothing and goes on
            return _response(says + _record(wait, ways) + _redirect(ways.action))
        case act.Hangup():
            return _response(says + _verb("Hangup", {}))
        case other:
            raise AssertionError(f"{type(other).__name__} is carried out by the driver, not by a channel")


def redirect(to: str, says: Iterable[act.Say] = (), ways: Ways | None = None) -> bytes:
    """Say something, and ask again there."""
    return _response(_says(says, ways or Ways("")) + _redirect(to))


def said(words: act.Say, ways: Ways) -> bytes:
    """For who is dialled, before they are put through."""
    return _response(_says((words,), ways))


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
    heard = _says((words,), ways) + (_verb("Play", {}, _text(music)) if left >= ROUND else "")
    if pressed:
        taken = {
            "input": "dtmf",
            "numDigits": "1",
            "finishOnKey": "",
            "timeout": "1",
            "action": pressed,
            "method": "POST",
        }
        heard = _verb("Gather", taken, heard)
    return _response(heard + _verb("Pause", {"length": "1" if left >= ROUND else str(min(PAUSE, left))}))


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


def written(response: VoiceResponse | MessagingResponse) -> bytes:
    return _written(_xml(response))


def _response(verbs: str) -> bytes:
    return _written(f"<Response>{verbs}</Response>" if verbs else "<Response />")


def _written(response: str) -> bytes:
    text = _in_xml(XML + response).encode()
    if len(text) > LONGEST:
        raise TooLong(f"the document of this turn has {len(text)} bytes; Twilio reads {LONGEST}")
    return text


def _xml(verb: TwiML) -> str:
    """As the library's own `to_xml`, byte for byte, in a tenth of its time."""
    inside = _text(verb.value or "") + "".join(_text(one) if isinstance(one, str) else _xml(one) for one in verb.verbs)
    attributes = {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in verb.attrs.items()
    }
    return _verb(verb.name, attributes, inside)


def _verb(name: str, attributes: Mapping[str, str], inside: str = "") -> str:
    """`inside` is XML already. The verbs of a turn are written by this alone: the library's classes took a seventh of
    a turn's time."""
    written = _attributes(attributes)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written} />"


def _attributes(attributes: Mapping[str, str]) -> str:
    if MARKS.search("".join(attributes.values())):
        attributes = {key: value.translate(IN_ATTRIBUTE) for key, value in attributes.items()}
    return "".join([f' {key}="{value}"' for key, value in sorted(attributes.items())])


def _text(words: str) -> str:
    return words.translate(IN_TEXT) if MARKS.search(words) else words


def _in_xml(text: str) -> str:
    """Without what XML has no place for. All that can be printed has one."""
    return text if text.isprintable() else NO_XML.sub("", text)


def _redirect(to: str) -> str:
    return _verb("Redirect", {"method": "POST"}, _text(to))


def _gather(wait: act.Collect, ways: Ways, says: str) -> str:
    by_ear = wait.speech and not wait.secret
    means = _means(
        by_ear,
        wait.keys,
        wait.timeout,
        wait.options,
        wait.always,
        wait.type,
        wait.language,
        wait.interdigit,
        ways.ears,
    )
    asked = f"<Gather{_attributes({'action': ways.action})}{means}"
    return f"{asked}>{says}</Gather>" if says else f"{asked} />"


@once
def _means(
    by_ear: bool,  # `once` knows no names
    keys: act.Keys,
    timeout: float,
    options: tuple[act.Option, ...],
    always: tuple[act.Option, ...],
    type_: act.SlotType | None,
    language: str,
    pause: float,
    model: str,
) -> str:
    """All attributes of a Gather but its action, which comes first and is another one each time. One value is Twilio's
    time for the first key and between keys: the longer. An empty answer comes back too."""
    single = keys.max == 0 and all(len(option) == 1 for option in keys.options)
    attributes = {
        "actionOnEmptyResult": "true",
        "input": "dtmf speech" if by_ear else "dtmf",
        "method": "POST",
        "timeout": str(min(LONGEST_GATHER, max(1, math.ceil(timeout)))),
        "finishOnKey": "" if single else keys.terminator,
    }
    if single or keys.max:
        attributes["numDigits"] = "1" if single else str(keys.max)
    if by_ear:
        attributes |= {"language": language, "profanityFilter": "false", "speechTimeout": "auto"}
        if model:  # it wants to be told when the speaker has finished (warning 13335)
            attributes |= {"speechModel": model, "speechTimeout": str(math.ceil(pause))}
        if hints := _hints(options, always, type_):
            attributes["hints"] = hints
    return _attributes(attributes)


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
    return _verb("Record", attributes)


def _hints(options: tuple[act.Option, ...], always: tuple[act.Option, ...], type_: act.SlotType | None) -> str:
    phrases = chain.from_iterable((o.label, *o.phrases) for o in (*options, *always))
    words = dict.fromkeys(phrase.replace(",", " ")[:HINT].strip() for phrase in phrases)
    return ",".join([*TYPES.get(type_ or "", ()), *(word for word in words if word)][:HINTS])


def _enqueue(wait: act.Enqueue, ways: Ways) -> str:
    music = f"{ways.music}.{math.ceil(wait.timeout)}"
    attributes = {"action": ways.action, "method": "POST", "waitUrl": music, "waitUrlMethod": "POST"}
    return _verb("Enqueue", attributes, _text(wait.queue))


def _says(says: Iterable[act.Say], ways: Ways) -> str:
    return "".join([_say(say, ways) for say in says])


def _say(say: act.Say, ways: Ways) -> str:
    if (address := ways.sound(say)) is not None:
        return _verb("Play", {}, _text(address))
    voice = ways.voices.get(say.language)
    return _known(say, voice) if say.fixed else _spoken(say, voice)


def _spoken(say: act.Say, voice: str | None) -> str:
    """A voice speaks one language: with a voice of Twilio's its own, else the language's default."""
    if not _in_xml(say.text).strip():  # a Say of nothing is an error
        return ""
    if voice is None:
        return _verb("Say", {"language": say.language}, _text(say.text))
    if say.markup is None or not takes_marks(voice):
        return _verb("Say", {"voice": voice}, _text(say.text))
    marked = SayVerb(voice=voice)
    speak_marked(marked, say.markup, voice)
    return _xml(marked)


_known = once(_spoken)  # what a menu says in the same words each time
