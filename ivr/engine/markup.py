"""SSML-light: how a wording is to be spoken, in a small part of SSML 1.1 (W3C, Speech Synthesis Markup Language).

    <break time="500ms"/>                               silence, at most ten seconds
    <emphasis level="strong">not</emphasis>             level: strong, moderate (as it is without one) or reduced
    <prosody rate="slow">…</prosody>                    rate: slow, medium or fast
    <say-as interpret-as="digits">4217</say-as>         interpret-as: digits or characters
    <sub alias="Acme Incorporated">Acme Inc.</sub>      what is said in place of what is written

A `<` that begins none of these is a less-than sign, as people write it; `&lt;`, `&gt;` and `&amp;` always stand for
their signs. A wording with marks is kept as well-formed XML, and values are escaped, so nobody can speak in marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Loudness = Literal["normal", "strong", "moderate", "reduced"]

RATES: Mapping[str, float] = {"slow": 0.75, "medium": 1.0, "fast": 1.3}
LOUDNESS: tuple[Loudness, ...] = ("strong", "moderate", "reduced")
READINGS = ("digits", "characters")
LONGEST_BREAK = 10.0  # seconds

ATTRIBUTE = re.compile(r"""\s+([A-Za-z][\w-]*)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
TAG = re.compile(rf"<(/?)([A-Za-z][\w-]*)((?:{ATTRIBUTE.pattern})*)\s*(?P<empty>/?)>")
TIME = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)(ms|s)")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
ENTITY = re.compile("|".join(ENTITIES))
LONE_AMPERSAND = re.compile(r"&(?!(?:lt|gt|quot|apos|amp);)")


@dataclass(frozen=True, slots=True)
class Speech:
    """`rate`: 1 is the usual speed."""

    text: str
    rate: float = 1.0
    loudness: Loudness = "normal"


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


Segment = Speech | Pause


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that a wording may have, and the attribute that it needs; `optional`: it has a meaning without."""

    attribute: str
    values: tuple[str, ...] = ()  # none: a time or any words
    optional: bool = False


MARKS: Mapping[str, Mark] = {
    "break": Mark("time", optional=True),
    "emphasis": Mark("level", LOUDNESS, optional=True),
    "prosody": Mark("rate", tuple(RATES)),
    "say-as": Mark("interpret-as", READINGS),
    "sub": Mark("alias"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """`kind`: whether it opens, closes, or does both at once."""

    name: str
    kind: Literal["open", "close", "empty"]
    attributes: Mapping[str, str]
    written: str


Token = str | Tag


def is_marked(text: str) -> bool:
    return any(isinstance(token, Tag) and token.name in MARKS for token in tokens(text))


def plain(text: str) -> str:
    """The words alone, for eyes."""
    words = "".join(token if isinstance(token, str) else " " * (token.name == "break") for token in _known(text))
    return _unescaped(re.sub(r" {2,}", " ", words))


def escaped(value: str) -> str:
    """A value that is put into a marked wording."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def normal(text: str) -> str:
    """A marked wording as well-formed XML: signs that are no marks are escaped."""
    return "".join(_escaped_text(token) if isinstance(token, str) else token.written for token in _known(text))


def segments(text: str) -> tuple[Segment, ...]:
    """What a voice has to do for a wording whose marks hold together (see `ivr.engine.loader.marks`)."""
    found: list[Segment] = []
    styles: list[tuple[Tag, Speech]] = []
    for token in _known(text):
        style = styles[-1][1] if styles else Speech("")
        match token:
            case Tag(name="break"):
                found.append(Pause(seconds(token.attributes.get("time", "500ms")) or 0.0))
            case Tag(kind="open"):
                styles.append((token, _styled(style, token)))
                if token.name == "sub":
                    found.append(replace(style, text=_unescaped(token.attributes.get("alias", ""))))
            case Tag():
                del styles[-1:]
            case words if not any(tag.name == "sub" for tag, _ in styles):
                reading = next((tag.attributes.get("interpret-as") for tag, _ in styles if tag.name == "say-as"), None)
                found.append(replace(style, text=_read(_unescaped(words), reading)))
            case _:
                pass
    return tuple(_joined(found))


def tokens(text: str) -> Iterator[Token]:
    """Words, and everything that has the form of a mark, known or not."""
    end = 0
    for tag in TAG.finditer(text):
        if tag.start() > end:
            yield text[end : tag.start()]
        end = tag.end()
        kind: Literal["open", "close", "empty"] = "close" if tag[1] else "empty" if tag["empty"] else "open"
        attributes = {found[1]: found[2] or found[3] or "" for found in ATTRIBUTE.finditer(tag[3])}
        yield Tag(tag[2], kind, attributes, tag[0])
    if end < len(text):
        yield text[end:]


def seconds(time: str) -> float | None:
    """Of `500ms` or `1.5s`; None: it is no time, or too long."""
    found = TIME.fullmatch(time)
    length = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else None
    return length if length is not None and length <= LONGEST_BREAK else None


def _known(text: str) -> Iterator[Token]:
    """Whatever is no mark is words."""
    for token in tokens(text):
        yield token.written if isinstance(token, Tag) and token.name not in MARKS else token


def _styled(style: Speech, tag: Tag) -> Speech:
    match tag.name:
        case "prosody":
            return replace(style, rate=RATES.get(tag.attributes.get("rate", ""), 1.0))
        case "emphasis":
            level = tag.attributes.get("level")
            return replace(style, loudness=next((known for known in LOUDNESS if known == level), "moderate"))
        case _:
            return style


def _read(words: str, reading: str | None) -> str:
    match reading:
        case "digits":
            return " ".join("".join(words.split()))
        case "characters":
            return ", ".join(words.replace(" ", "").upper())
        case _:
            return words


def _joined(found: list[Segment]) -> Iterator[Segment]:
    """Neighbours that are spoken alike are one."""
    last: Speech | None = None
    for segment in found:
        if isinstance(segment, Pause):
            if last:
                yield last
            last = None
            yield segment
        elif last and replace(last, text="") == replace(segment, text=""):
            last = replace(last, text=last.text + segment.text)
        else:
            if last:
                yield last
            last = segment
    if last:
        yield last


def _escaped_text(words: str) -> str:
    return LONE_AMPERSAND.sub("&amp;", words).replace("<", "&lt;").replace(">", "&gt;")


def _unescaped(words: str) -> str:
    return ENTITY.sub(lambda entity: ENTITIES[entity[0]], words)
