"""`keep_speech`: the slot in which customers agree that what they say is kept for a while, to find mistakes."""

from __future__ import annotations

from ivr.engine.loader.draft import Draft
from ivr.engine.loader.mistakes import Place, did_you_mean, quoted
from ivr.engine.loader.reader import Reader

FILLED_OTHERWISE = {"saved": "a back office", "set": "the menu"}


def read(top: Reader) -> tuple[str, Place] | None:
    """The slot's name and where it is written; None: nothing that is said in this menu is ever kept."""
    with top.reader("keep_speech", top.node("keep_speech"), "write {consent: a slot}") as keep:
        if keep.quiet:
            return None
        name = keep.need("consent", str, "", "name the yes_no slot in which customers agree")
        return (name, keep.place("consent")) if name else None


def check(found: tuple[str, Place] | None, draft: Draft) -> str | None:
    """The name, once all steps are read. Nobody can agree but the customer."""
    if found is None:
        return None
    name, place = found
    spec = draft.slots.get(name) if name in draft.slot_places else None
    if spec is None:
        near = did_you_mean(name, tuple(draft.slot_places)) if draft.slot_places else "declare it under slots"
        draft.mistakes.add(place, f"slot {quoted(name)} is not declared", near)
        return None
    if spec.type != "yes_no":
        draft.mistakes.add(place, f"{name} is a {spec.type}, no yes or no", f"declare it as {name}: {{type: yes_no}}")
    ways = {mention.how for mention in draft.mentions if mention.slot == name}
    for way, who in FILLED_OTHERWISE.items():
        if way in ways:
            problem = f"{name} is filled by {who}, but customers agree by themselves"
            draft.mistakes.add(place, problem, "fill it by asking for it only")
    return name
