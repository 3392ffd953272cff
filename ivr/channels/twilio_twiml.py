"""Actions to TwiML, pure. Beside `twilio_agent_twiml` the only importer of the library's TwiML classes, which check
nothing: a test does.

One document is a turn: the says, then one verb that waits or ends. What is said is nested in the Gather, so that it can
be interrupted. Reference: twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from twilio.twiml import GenericNode, TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, Enqueue, Gather, VoiceResponse
from twilio.twiml.voice_response import Say as SayVerb

from ivr.channels.twilio_ssml import speak_marked, takes_marks
from ivr.engine import actions as act

LONGEST = 64_000  # bytes that Twilio reads of a document (error 11750)
HINTS, HINT = 500, 100  # most hints of a Gather, and the most characters of one
LONGEST_GATHER = 60  # seconds
RING = 30  # seconds that an agent is rung
ROUND = 16  # seconds of music for who waits
PAUSE = 10  # seconds of silence between two words, when there is no time for music
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
XML = '<?xml version="1.0" encoding="UTF-8"?>'
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


@dataclass(frozen=True, slots=True)
class Ways:
    """Where things are found: `action` of the wait that the document ends with, `music` of a queue (a dot and the
    seconds that one may wait come behind it); `sound` gives the address of a say that we have as audio, or None.
    `voices`: language -> a voice of Twilio's; `ears`: its model of speech recognition, empty: its default."""

    action: str
    music: str = ""
    sound: Callable[[act.Say], str | None] = lambda _say: None
    voices: Mapping[str, str] = field(default_factory=dict)
    ears: str = ""


class TooLong(Exception):
    """More than Twilio reads; the menu says too much at once."""


def document(actions: Sequence[act.Action], ways: Ways) -> bytes:
    """Says followed by one wait or a hang-up, as one document. Raises `TooLong`."""
    says = [action for action in actions if isinstance(action, act.Say)]
    response = VoiceResponse()
    match actions[-1]:
        case act.Collect() as wait:
            gather = _gather(wait, ways)
            _speak(gather, says, ways)
            response.append(gather)
        case act.Enqueue() as wait:
            _speak(response, says, ways)
            response.append(_enqueue(wait, ways))
        case act.Record() as wait:
            _speak(response, says, ways)
            response.record(
                action=ways.action,
                method="POST",
                max_length=max(1, math.ceil(wait.longest)),
                timeout=max(1, math.ceil(wait.silence)),
                finish_on_key=wait.terminators,
                play_beep=True,
                trim="do-not-trim",
                recording_status_callback=RECORDED,
                recording_status_callback_method="POST",
                recording_status_callback_event="completed",
            )
            response.redirect(ways.action, method="POST")  # where nothing was said, Record tells nothing and goes on
        case act.Hangup():
            _speak(response, says, ways)
            response.hangup()
        case other:
            raise AssertionError(f"{type(other).__name__} is carried out by the driver, not by a channel")
    return written(response)


def redirect(to: str, says: Iterable[act.Say] = (), ways: Ways | None = None) -> bytes:
    """Say something, and ask again there."""
    response = VoiceResponse()
    _speak(response, says, ways or Ways(""))
    response.redirect(to, method="POST")
    return written(response)


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
    response = VoiceResponse()
    heard: TwiML = response
    if pressed:
        heard = Gather(input="dtmf", num_digits=1, finish_on_key="", timeout=1, action=pressed, method="POST")
        response.append(heard)
    _speak(heard, (words,), ways)
    if left >= ROUND:
        heard.append(GenericNode("Play", music))
    response.pause(length=1 if left >= ROUND else min(PAUSE, left))
    return written(response)


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
    text = NO_XML.sub("", XML + _xml(response)).encode()
    if len(text) > LONGEST:
        raise TooLong(f"the document of this turn has {len(text)} bytes; Twilio reads {LONGEST}")
    return text


def _xml(verb: TwiML) -> str:
    """As the library's own `to_xml`, byte for byte, in a tenth of its time, which was a seventh of a turn's."""
    attributes = "".join(f' {name}="{_attribute(value)}"' for name, value in sorted(verb.attrs.items()))
    inside = (verb.value or "").translate(IN_TEXT)
    inside += "".join(one.translate(IN_TEXT) if isinstance(one, str) else _xml(one) for one in verb.verbs)
    return f"<{verb.name}{attributes}>{inside}</{verb.name}>" if inside else f"<{verb.name}{attributes} />"


def _attribute(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).translate(IN_ATTRIBUTE)


def _gather(wait: act.Collect, ways: Ways) -> Gather:
    """One value is Twilio's time for the first key and between keys: the longer. An empty answer comes back too."""
    keys = wait.keys
    by_ear = wait.speech and not wait.secret
    single = keys.max == 0 and all(len(option) == 1 for option in keys.options)
    options = {
        "input": "dtmf speech" if by_ear else "dtmf",
        "action": ways.action,
        "method": "POST",
        "action_on_empty_result": True,
        "timeout": min(LONGEST_GATHER, max(1, math.ceil(wait.timeout))),
        "finish_on_key": "" if single else keys.terminator,
    }
    if single or keys.max:
        options["num_digits"] = 1 if single else keys.max
    if by_ear:
        options |= {"language": wait.language, "profanity_filter": False}
        # A model wants to be told when the speaker has finished (warning 13335).
        ended = math.ceil(wait.interdigit)
        options |= {"speech_model": ways.ears, "speech_timeout": ended} if ways.ears else {"speech_timeout": "auto"}
        if hints := _hints(wait):
            options["hints"] = hints
    return Gather(**options)


def _hints(wait: act.Collect) -> str:
    phrases = chain.from_iterable((o.label, *o.phrases) for o in (*wait.options, *wait.always))
    words = dict.fromkeys(phrase.replace(",", " ")[:HINT].strip() for phrase in phrases)
    return ",".join([*TYPES.get(wait.type or "", ()), *(word for word in words if word)][:HINTS])


def _enqueue(wait: act.Enqueue, ways: Ways) -> Enqueue:
    music = f"{ways.music}.{math.ceil(wait.timeout)}"
    return Enqueue(name=wait.queue, action=ways.action, method="POST", wait_url=music, wait_url_method="POST")


def _speak(into: TwiML, says: Iterable[act.Say], ways: Ways) -> None:
    for say in says:
        if (address := ways.sound(say)) is not None:
            into.append(GenericNode("Play", address))
        elif NO_XML.sub("", say.text).strip():  # a Say of nothing is an error
            into.append(_say(say, ways))


def _say(say: act.Say, ways: Ways) -> SayVerb:
    """A voice speaks one language: with a voice of Twilio's its own, else the language's default."""
    voice = ways.voices.get(say.language)
    if voice is None:
        return SayVerb(say.text, language=say.language)
    if say.markup is None or not takes_marks(voice):
        return SayVerb(say.text, voice=voice)
    marked = SayVerb(voice=voice)
    speak_marked(marked, say.markup, voice)
    return marked
