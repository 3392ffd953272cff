"""A schema of TwiML, made of the type declarations of Twilio's Node library, and a few rules that types do not have.

`faults(document)` names everything that Twilio would refuse or take otherwise than it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from xml.etree import ElementTree as ET

from tests.twilio.published import TWILIO, file

LONGEST = 64_000  # bytes, error 11750
INTERFACE = re.compile(r"export interface (\w+) \{(.*?)\n    \}", re.DOTALL)
PROPERTY = re.compile(r'^\s+"?([\w:.-]+)"?\?: (.+);$', re.MULTILINE)
ALIAS = re.compile(r"^    type (\w+) = (.+);$", re.MULTILINE)
METHOD = re.compile(
    r"^\s+\w+\((?:attributes\??: (?:VoiceResponse\.)?(\w+)[^)]*)?.*\): VoiceResponse\.(\w+);$", re.MULTILINE
)
NESTED = re.compile(r'new VoiceResponse\.(\w+)\(this\.\w+\.ele\("([\w:-]+)"')
TEXT = {
    "Say",
    "Play",
    "Redirect",
    "Number",
    "Client",
    "Identity",
    "Sip",
    "Queue",
    "Enqueue",
    "Conference",
    "Dial",
    "Task",
}
BLOCKING = {"Record", "Enqueue", "Redirect", "Hangup", "Reject", "Leave"}  # what stands behind them is never reached
ADDRESSES = {"action", "url", "waitUrl", "statusCallback", "recordingStatusCallback"}
PLAIN = re.compile(r"[A-Za-z0-9/:._-]+")  # what signatures cannot be wrong about


@dataclass
class Element:
    """`children`: element name -> class of it."""

    children: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, set[str] | str] = field(default_factory=dict)  # name -> values, or a type's name


@cache
def schema() -> Mapping[str, Element]:
    """Class -> what may be in and on it."""
    types, script = (file(TWILIO, f"lib/twiml/VoiceResponse.{kind}") for kind in ("d.ts", "js"))
    values = {name: set(re.findall(r'"([^"]*)"', union)) for name, union in ALIAS.findall(types)}
    fields: dict[str, dict[str, set[str] | str]] = {}
    for name, body in INTERFACE.findall(types):
        found = {key: values.get(kind.removesuffix("[]"), kind) for key, kind in PROPERTY.findall(body)}
        fields.setdefault(name, {}).update(found)
    elements: dict[str, Element] = {}
    for name, body in _classes(types):
        elements.setdefault(name, Element())
        for attributes, child in METHOD.findall(body):
            elements.setdefault(child, Element()).attributes.update(fields.get(attributes, {}))
    for name, body in _classes(script):
        elements.setdefault(name, Element()).children.update({tag: child for child, tag in NESTED.findall(body)})
    return elements


def _classes(text: str) -> Iterator[tuple[str, str]]:
    starts = list(re.finditer(r"class (\w+) extends [\w.]+ \{", text))
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield start[1], text[start.end() : end.start() if end else None]


def faults(document: bytes) -> list[str]:
    """What is wrong with a document; nothing for a right one."""
    if len(document) > LONGEST:
        return [f"{len(document)} bytes are more than Twilio reads"]
    try:
        root = ET.fromstring(document)
    except ET.ParseError as error:
        return [f"no XML: {error}"]
    if root.tag != "Response":
        return [f"{root.tag} instead of Response"]
    return list(_wrong(root, "VoiceResponse"))


def _wrong(node: ET.Element, kind: str) -> Iterator[str]:
    known = schema()[kind]
    for name, value in node.attrib.items():
        yield from _attribute(node.tag, name.replace("{http://www.w3.org/XML/1998/namespace}", "xml:"), value, known)
    texts = [node.text or "", *(child.tail or "" for child in node)]
    if node.tag not in TEXT and not kind.startswith("Ssml") and any(text.strip() for text in texts):
        yield f"text in {node.tag}"
    for child in node:
        if child.tag not in known.children:
            yield f"{child.tag} in {node.tag}"
        else:
            yield from _wrong(child, known.children[child.tag])
    yield from _rules(node)


def _attribute(tag: str, name: str, value: str, known: Element) -> Iterator[str]:
    if name not in known.attributes:
        yield f"{tag} has no attribute {name}"
        return
    kind = known.attributes[name]
    if isinstance(kind, set):
        parts = value.split() if kind and value not in kind else [value]
        if not parts or any(part not in kind for part in parts):
            yield f"{name}={value!r} of {tag} is none of its values"
    elif kind == "boolean" and value not in {"true", "false"}:
        yield f"{name}={value!r} of {tag} is neither true nor false"
    elif kind == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        yield f"{name}={value!r} of {tag} is no number"
    if name in ADDRESSES and not PLAIN.fullmatch(value.partition("#")[0]):
        yield f"{name}={value!r} of {tag} has characters that are signed in several ways"


def _rules(node: ET.Element) -> Iterator[str]:
    """What types cannot say."""
    children = list(node)
    for n, child in enumerate(children[:-1]):
        empty = child.tag == "Record" and children[n + 1].tag == "Redirect"  # what comes when nothing was said
        if (child.tag in BLOCKING and not empty) or (child.tag == "Dial" and "action" in child.attrib):
            yield f"{children[n + 1].tag} behind {child.tag} is never reached"
    if children and children[-1].tag == "Gather" and children[-1].get("actionOnEmptyResult") != "true":
        yield "Gather that says nothing of silence, and nothing behind it"
    match node.tag:
        case "Dial" if not children and not (node.text or "").strip():
            yield "Dial of nobody"
        case "Gather" | "Record" if "action" not in node.attrib:
            yield f"{node.tag} without an action asks the same address again for ever"
        case "Gather" if node.get("speechModel") and node.get("speechTimeout") == "auto":
            yield "speechTimeout=auto with a speechModel"
        case "Say" | "Play" if not "".join(node.itertext()).strip() and "digits" not in node.attrib:
            yield f"{node.tag} of nothing"
