"""A whole menu file to a `Flow`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal

from ivr.engine.events import Channel
from ivr.engine.flow import Flow, ResumePolicy, ResumeRule
from ivr.engine.loader import slots, source, steps, values, verbs, wording
from ivr.engine.loader.accept import accepted
from ivr.engine.loader.check import check
from ivr.engine.loader.mistakes import Mistakes
from ivr.engine.loader.reader import Draft, Reader, one_of
from ivr.engine.loader.source import Items
from ivr.engine.services import ServiceSpec

DEFAULT_CHANNELS: tuple[Channel, ...] = ("voice", "chat", "sms")
DEEDS: tuple[Literal["continue", "offer"], ...] = ("continue", "offer")
MINUTES, DAYS = 60.0, 86400.0
CONTINUE = ResumeRule(10 * MINUTES, "continue", wording.CONTINUE)
OFFER = ResumeRule(7 * DAYS, "offer", wording.WELCOME_BACK)


def load(text: str | bytes, name: str, services: Mapping[str, ServiceSpec] | frozenset[str] | None = None) -> Flow:
    """The flow that a menu file describes. Raises `MenuMistakes` with all its mistakes, and nothing else.

    `name` is the file's, for messages. `services`: what may be invoked; None: it is not looked at. By full
    declarations, arguments and saved values are checked too."""
    mistakes = Mistakes(name)
    draft = Draft(mistakes, services)
    fields = source.read(text, mistakes)
    content = text if isinstance(text, bytes) else text.encode()
    with Reader(fields, draft, "a menu file") as top:
        flow = _flow(top, content)
    check(flow, draft)
    mistakes.raise_if_any()
    return flow


def _flow(top: Reader, content: bytes) -> Flow:
    """In the order in which the parts need each other: channels and slots before the steps that use them."""
    draft = top.draft
    menu = top.need("menu", values.name, "menu", "give the menu a name: menu: support")
    channels = top.several("channels", one_of(steps.CHANNELS)) or DEFAULT_CHANNELS
    draft.channels = channels
    draft.exhausted = top.target("exhausted", None)
    draft.slots = slots.read(top)
    always = steps.choices(top, "always")
    found = verbs.read_all(top)
    return Flow(
        menu=menu,
        version=hashlib.sha256(content).hexdigest()[:12],
        title=top.get("title", values.words, menu.replace("_", " ")),
        language=top.get("language", values.language, "en-US"),
        start=top.target("start", "name the first step"),
        channels=tuple(dict.fromkeys(channels)),
        steps=found,
        slots=slots.all_of(draft),
        always=always,
        resume=_resume(top),
        sorry=top.prompt_or("sorry", wording.SORRY),
        source=content.decode(),
        accepted=accepted(top),
        places={step: (None, place.line) for step, place in draft.step_places.items()},
    )


def _resume(top: Reader) -> ResumePolicy:
    with top.reader("resume", top.node("resume"), "write dropped: and unfinished: with their rules") as resume:
        unfinished = _rules(resume, "unfinished", (OFFER,))
        dropped = _rules(resume, "dropped", (CONTINUE,))
        offer = resume.prompt_or("offer", wording.OFFER)
    # A lost line that is long ago is like any other unfinished matter.
    longest = dropped[-1].within if dropped else 0.0
    return ResumePolicy((*dropped, *(rule for rule in unfinished if rule.within > longest)), unfinished, offer)


def _rules(resume: Reader, key: str, default: tuple[ResumeRule, ...]) -> tuple[ResumeRule, ...]:
    node = resume.node(key)
    if node is None:
        if resume.has(key):
            resume.missing(key, "write a rule: {within: 7d, do: offer}")
        return default
    found: list[ResumeRule] = []
    for item in node.items if isinstance(node, Items) else (node,):
        with resume.reader(key, item, "write a rule: {within: 7d, do: offer}") as rule:
            found.append(_rule(rule))
            if len(found) > 1 and not found[-2].within < found[-1].within:
                rule.wrong(rule.place("within"), "the rule before it reaches as far", "put the shortest first")
    return tuple(found)


def _rule(rule: Reader) -> ResumeRule:
    within = rule.need("within", values.duration, 1.0, "write how long it holds, such as 10m or 7d")
    do = rule.need("do", one_of(DEEDS), DEEDS[0], f"write one of: {', '.join(DEEDS)}")
    lead_in = wording.CONTINUE if do == "continue" else wording.WELCOME_BACK
    return ResumeRule(within, do, rule.prompt_or("say", lead_in))
