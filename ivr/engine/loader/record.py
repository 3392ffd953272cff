"""`record`: the customer leaves a message, spoken or written."""

from __future__ import annotations

from ivr.engine.flow import RecordStep, SlotSpec
from ivr.engine.loader import values
from ivr.engine.loader.mistakes import quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.steps import slot_name
from ivr.engine.match import MAX_TEXT


def record(step: Reader) -> RecordStep:
    """`{slot: message, prompt: …, longest: 2m, silence: 4s, timeout: 6s}`, with `next` and `failed`."""
    with step.inside("record") as message:
        slot = message.need("slot", values.name, "", "name the slot that the message goes to")
        if slot:
            _note(message, slot)
        prompt = message.prompt("prompt")
        longest = message.get("longest", values.duration, 120.0)
        silence = message.get("silence", values.duration, 4.0)
        timeout = message.get("timeout", values.duration, 6.0)
    failed = step.target("failed", "name the step for when nothing was said")
    return RecordStep(slot, prompt, longest, silence, timeout, step.target("next"), failed)


def _note(message: Reader, slot: str) -> None:
    """A slot that is not declared is made: what people say into a recorder is for agents."""
    draft, place = message.draft, message.place("slot")
    slot_name(message, slot, place)
    message.mention(slot, "saved", place)
    if slot not in draft.slot_places:
        draft.made[slot] = SlotSpec(slot, "text", slot.replace("_", " "), "private", max_length=MAX_TEXT)
    elif (spec := draft.slots.get(slot)) and spec.type != "text":
        message.wrong(place, f"{quoted(slot)} is a {spec.type}, a message is a text", f"declare {slot} as a text")
