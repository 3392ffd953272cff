"""The slots of a file: declared ones, and those that a step fills without a declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from ivr.engine.actions import SlotType
from ivr.engine.flow import Sensitivity, SlotSpec
from ivr.engine.loader import steps, values
from ivr.engine.loader.draft import Draft
from ivr.engine.loader.mistakes import quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Fields, Items
from ivr.engine.loader.speech import frames
from ivr.engine.match import MAX_TEXT, fold

TYPES: tuple[SlotType, ...] = get_args(SlotType)
SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)


def read(top: Reader) -> dict[str, SlotSpec]:
    """What stands under `slots:`."""
    if not top.has("slots"):
        top.node("slots")
        return {}
    found = {}
    with top.inside("slots", "write slots by name: {order_number: {type: digits}}") as slots:
        for name, place, node in slots.entries():
            steps.slot_name(slots, name, place)
            top.draft.slot_places[name] = place
            with slots.reader(name, node, "write its type: {type: digits}") as slot:
                if spec := _slot(slot, name):
                    found[name] = spec
    return found


def _slot(slot: Reader, name: str) -> SlotSpec | None:
    """None when its type could not be read, on which all else depends."""
    kind = slot.need("type", values.one_of(TYPES), None, f"write one of: {', '.join(TYPES)}")
    if kind is None:
        slot.accept("length", "choices", "least", "most", "title", "sensitivity", "say")
        return None
    shortest, longest = 1, MAX_TEXT if kind == "text" else 32
    if kind in {"digits", "text"}:
        shortest, longest = slot.get("length", values.length, (shortest, longest))
    least, most = _limits(slot, kind) if kind in {"number", "money", "date", "time"} else (None, None)
    return SlotSpec(
        name=name,
        type=kind,
        title=slot.words("title", name.replace("_", " ")),
        sensitivity=slot.get("sensitivity", values.one_of(SENSITIVITIES), "public"),
        min_length=shortest,
        max_length=longest,
        choices=_slot_choices(slot) if kind == "choice" else {},
        least=least,
        most=most,
        say=frames(slot),
    )


def _limits(slot: Reader, kind: SlotType) -> tuple[str | None, str | None]:
    least = slot.get("least", lambda text: values.canonical(kind, text), None)
    most = slot.get("most", lambda text: values.canonical(kind, text), None)
    if least and most and values.before(kind, most, least):
        slot.wrong(slot.place("least"), f"least {least} is more than most {most}", "exchange the two")
    return least, most


def _slot_choices(slot: Reader) -> Mapping[str, str]:
    """Labels by id (a mapping), or labels alone (a list), whose ids are made of their words."""
    node = slot.node("choices")
    if isinstance(node, Fields):
        with slot.reader("choices", node, "") as labels:
            found = {id_: labels.words(id_, "") for id_, _, _ in labels.entries()}
    else:
        items = node.items if isinstance(node, Items) else (node,) if node else ()
        first = slot.draft.languages[0]
        found = {
            fold(slot.word("choices", item, "", first)).replace(" ", "_"): slot.word("choices", item, "")
            for item in items
        }
    if not found:
        slot.missing("choices", "list what can be chosen: {express: express delivery, standard: standard delivery}")
    return found


def own_words(reader: Reader, key: str, slot: str, why: str) -> None:
    """The slot under `key` gets what somebody says in their own words, so it must be a text: `why`. One that is not
    declared is made: it is for agents."""
    draft, place = reader.draft, reader.place(key)
    steps.slot_name(reader, slot, place)
    reader.mention(slot, "saved", place)
    if slot not in draft.slot_places:
        draft.made[slot] = SlotSpec(slot, "text", slot.replace("_", " "), "private", max_length=MAX_TEXT)
    elif (spec := draft.slots.get(slot)) and spec.type != "text":
        reader.wrong(place, f"{quoted(slot)} is a {spec.type}, {why}", f"declare {slot} as a text")


def all_of(draft: Draft) -> Mapping[str, SlotSpec]:
    """The slots of a flow: declared by its author, made by composite steps, or just filled."""
    return {**_undeclared(draft), **draft.made, **draft.slots}


def _undeclared(draft: Draft) -> Mapping[str, SlotSpec]:
    """Slots that a step saves or sets and nobody declared: public texts."""
    made = {mention.slot for mention in draft.mentions if mention.how in {"saved", "set"}}
    names = (made | draft.slot_places.keys()) - draft.slots.keys() - draft.made.keys()
    return {name: SlotSpec(name, "text", name.replace("_", " "), max_length=MAX_TEXT) for name in sorted(names)}
