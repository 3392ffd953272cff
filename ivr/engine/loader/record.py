"""`record`: the customer leaves a message, spoken or written."""

from __future__ import annotations

from ivr.engine.loader import values
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.slots import own_words
from ivr.engine.steps import RecordStep


def record(step: Reader) -> RecordStep:
    """`{slot: message, prompt: …, longest: 2m, silence: 4s, timeout: 6s}`, with `next` and `failed`."""
    with step.inside("record") as message:
        slot = message.need("slot", values.name, "", "name the slot that the message goes to")
        if slot:
            own_words(message, "slot", slot, "a message is a text")
        prompt = message.prompt("prompt")
        longest = message.get("longest", values.duration, 120.0)
        silence = message.get("silence", values.duration, 4.0)
        timeout = message.get("timeout", values.duration, 6.0)
    failed = step.target("failed", "name the step for when nothing was said")
    return RecordStep(slot, prompt, longest, silence, timeout, step.target("next"), failed)
