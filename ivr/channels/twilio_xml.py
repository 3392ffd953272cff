"""TwiML as XML, pure. The verbs that a turn needs are written by `verb` alone, since the library's classes took a
seventh of a turn's time; others by these classes, which check nothing either. A test does, by what they write."""

from __future__ import annotations

import re
from collections.abc import Mapping

from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

LONGEST = 64_000  # bytes that Twilio reads of a document (error 11750)
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
XML = '<?xml version="1.0" encoding="UTF-8"?>'
MARKS = re.compile('[&<>"\t\n\r]')  # what an attribute writes otherwise; most have none, and looking is quicker
IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
IN_ATTRIBUTE = IN_TEXT | str.maketrans({'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"})


class TooLong(Exception):
    """More than Twilio reads; the menu says too much at once."""


def whole(verbs: str) -> bytes:
    """Around verbs that are XML already. Raises `TooLong`."""
    response = f"<Response>{verbs}</Response>" if verbs else "<Response />"
    text = in_xml(XML + response).encode()
    if len(text) > LONGEST:
        raise TooLong(f"the document of this turn has {len(text)} bytes; Twilio reads {LONGEST}")
    return text


def written(response: VoiceResponse | MessagingResponse) -> bytes:
    return whole("".join(map(_inside, response.verbs)))


def of_library(made: TwiML) -> str:
    """As the library's own `to_xml`, byte for byte, in a tenth of its time."""
    inside = escaped(made.value or "") + "".join(map(_inside, made.verbs))
    attributes = {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in made.attrs.items()
    }
    return verb(made.name, attributes, inside)


def _inside(part: TwiML | str) -> str:
    return escaped(part) if isinstance(part, str) else of_library(part)


def verb(name: str, attributes: Mapping[str, str], inside: str = "") -> str:
    """`inside` is XML already."""
    opened = f"<{name}{attributes_of(attributes)}"
    return f"{opened}>{inside}</{name}>" if inside else f"{opened} />"


def attributes_of(attributes: Mapping[str, str]) -> str:
    """In the order of their names, each behind a space."""
    if MARKS.search("".join(attributes.values())):
        attributes = {key: value.translate(IN_ATTRIBUTE) for key, value in attributes.items()}
    return "".join([f' {key}="{value}"' for key, value in sorted(attributes.items())])


def escaped(words: str) -> str:
    return words.translate(IN_TEXT) if MARKS.search(words) else words


def in_xml(text: str) -> str:
    """Without what XML has no place for. All that can be printed has one."""
    return text if text.isprintable() else NO_XML.sub("", text)
