"""`survey`: how content the customer is, from 1 to 5, and why. Put once and never insisted upon: who does not answer
goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ivr.engine.events import Channel
from ivr.engine.flow import SlotSpec
from ivr.engine.loader import values, wording
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.slots import own_words
from ivr.engine.loader.steps import slot_name
from ivr.engine.steps import AskSlot, Prompt, RecordStep, Tries

RATINGS = {str(n): str(n) for n in range(1, 6)}
BY_VOICE: tuple[Literal["record", "skip"], ...] = ("record", "skip")
TIMEOUT, INTERDIGIT = 6.0, 3.0
LONGEST, SILENCE = 60.0, 4.0  # seconds of a spoken comment


def survey(step: Reader) -> AskSlot:
    """`{rate: csat, prompt: …, comment: remark, comment_prompt: …, voice: record}`, and beside it `next`."""
    following = step.target("next")
    with step.inside("survey", "name the slot of the rating: {rate: csat}") as asked:
        rate = asked.need("rate", values.name, "", "name the slot that the rating from 1 to 5 goes to")
        if rate:
            _rating(asked, rate)
        prompt = asked.prompt_or("prompt", wording.rate(step.draft.language))
        after = _comment(asked, following) if asked.has("comment") else following
    return AskSlot(rate, prompt, _once(following), after)


def _rating(asked: Reader, slot: str) -> None:
    draft, place = asked.draft, asked.place("rate")
    slot_name(asked, slot, place)
    if slot in draft.slots:
        asked.wrong(place, f"{slot} is declared under slots, but a survey makes it", "take it from there")
    asked.mention(slot, "asked", place)
    draft.slot_places.setdefault(slot, place)
    draft.made[slot] = SlotSpec(slot, "choice", slot.replace("_", " "), choices=RATINGS)


def _comment(asked: Reader, following: str) -> str:
    """The step that asks for free words, made beside the survey's own. By phone they are recorded, or left out."""
    slot = asked.need("comment", values.name, "", "name the slot that the words go to")
    prompt = asked.prompt_or("comment_prompt", wording.comment(asked.draft.language))
    by_voice = asked.get("voice", values.one_of(BY_VOICE), "skip")
    if slot:
        own_words(asked, "comment", slot, "a comment is a text")
    written, spoken = f"{asked.step}.comment", f"{asked.step}.message"
    fallback: Mapping[Channel, str] = {}
    if "voice" in asked.draft.channels:
        fallback = {"voice": spoken if by_voice == "record" else following}
        if by_voice == "record":
            _make(asked, spoken, _recorded(slot, prompt, following))
    _make(asked, written, AskSlot(slot, prompt, _once(following), following, fallback))
    return written


def _recorded(slot: str, prompt: Prompt, following: str) -> RecordStep:
    return RecordStep(slot, prompt, LONGEST, SILENCE, TIMEOUT, following, following, tries=1)


def _make(asked: Reader, name: str, step: AskSlot | RecordStep) -> None:
    asked.draft.made_steps[name] = step
    asked.draft.step_places[name] = asked.draft.step_places[asked.step or ""]


def _once(following: str) -> Tries:
    return Tries((), (), 1, following, TIMEOUT, INTERDIGIT)
