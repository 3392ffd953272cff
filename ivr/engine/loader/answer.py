"""`answer` and `missing` of a service: which values it gives, and where they stand in its JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ivr.engine.loader import values
from ivr.engine.loader.mistakes import Unfit, did_you_mean, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Fields, Node, Text
from ivr.engine.services import AnswerField

PATH = re.compile(r"(?:[^.\[\]]+|\[\d{1,4}\])(?:\.[^.\[\]]+|\[\d{1,4}\])*", re.ASCII)
NOWHERE: tuple[str | int, ...] = ()
PIECE = re.compile(r"\[(\d+)\]|([^.\[\]]+)", re.ASCII)


def path(text: str) -> tuple[str | int, ...]:
    """Keys and indexes from the outside in: `order.items[0].eta`."""
    if not PATH.fullmatch(text):
        raise Unfit(f"{quoted(text)} is no place in an answer", "write a key, or a way to it: order.items[0].eta")
    return tuple(int(index) if index else key for index, key in PIECE.findall(text))


def answer(declared: Reader) -> Mapping[str, AnswerField]:
    """Values by their own names (a list), or value -> its place (a mapping)."""
    node = declared.node("answer")
    if isinstance(node, Fields):
        with declared.reader("answer", node, "") as every:
            return {name: _field(every, name, entry) for name, _, entry in every.entries()}
    texts = declared.texts("answer")
    return {text.value: AnswerField(declared.checked("answer", text, path, NOWHERE)) for text in texts}


def missing(declared: Reader, answer: Mapping[str, AnswerField]) -> Mapping[str, str] | None:
    """What the values are when there is no such thing; None when nothing is said about it."""
    node = declared.node("missing")
    if node is None:
        return None
    with declared.reader("missing", node, "write what the values are then: missing: {status: unknown}") as every:
        found = {}
        for name, place, _ in every.entries():
            found[name] = every.get(name, values.words, "")
            if name not in answer:
                every.wrong(place, f"{quoted(name)} is no value of answer", did_you_mean(name, answer))
    return found


def _field(every: Reader, name: str, node: Node) -> AnswerField:
    if isinstance(node, Text):
        return AnswerField(every.get(name, path, NOWHERE))
    with every.reader(name, node, "write where it stands: a key, or {path: …, values: …, default: …}") as entry:
        if not entry.has("path"):
            entry.accept("path")
            where = every.checked(name, Text(entry.fields.place, name, True), path, NOWHERE)
        else:
            where = entry.get("path", path, NOWHERE)
        return AnswerField(where, _known(entry), entry.get("default", values.words, None))


def _known(entry: Reader) -> Mapping[str, str] | None:
    """As it comes -> as the menu knows it; None: as it comes."""
    if not entry.has("values"):
        entry.accept("values")
        return None
    with entry.inside("values", "write what comes and what it means: {D: delivered}") as every:
        return {raw: every.get(raw, values.words, "") for raw, _, _ in every.entries()}
