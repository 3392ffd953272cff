"""A whole menu file to a `Flow`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from ivr.engine.flow import Flow, ResumePolicy, ResumeRule
from ivr.engine.loader import (
    escalation,
    hours,
    keep_speech,
    languages,
    slots,
    source,
    speech,
    steps,
    switches,
    values,
    verbs,
    wording,
)
from ivr.engine.loader.accept import accepted
from ivr.engine.loader.bundle import version_of
from ivr.engine.loader.check import check
from ivr.engine.loader.choices import choices
from ivr.engine.loader.draft import Draft
from ivr.engine.loader.mistakes import Mistakes
from ivr.engine.loader.parts import DEFAULT_CHANNELS, assembled
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Items
from ivr.engine.locale.cldr import currency
from ivr.engine.services import ServiceSpec

DEEDS: tuple[Literal["continue", "offer"], ...] = ("continue", "offer")
MINUTES, DAYS = 60.0, 86400.0


def load(
    text: str | bytes,
    name: str,
    services: Mapping[str, ServiceSpec] | frozenset[str] | None = None,
    parts: Mapping[str, str] | None = None,
) -> Flow:
    """The flow that a menu file describes. Raises `MenuMistakes` with all its mistakes, and nothing else.

    `name` is the file's, for messages. `services`: what may be invoked; None: it is not looked at. By full
    declarations, arguments and saved values are checked too. `parts`: the texts of the sub-menus and articles that it
    may use, by file name."""
    mistakes = Mistakes(name)
    fields = source.read(text, mistakes)
    content = text.decode() if isinstance(text, bytes) else text
    draft = Draft(mistakes, services, parts=parts or {})
    spoken = languages.declared(Reader(fields, draft, "a menu file"))
    flow, *others = (_in_language(fields, draft.in_language(language, spoken)) for language in spoken)
    mistakes.raise_if_any()
    used = {file: text for one in (flow, *others) for file, text in one.parts.items()}
    version = version_of(content, used)
    return replace(
        flow,
        source=content,
        version=version,
        parts=used,
        others={other.language: replace(other, version=version) for other in others},
    )


def _in_language(fields: source.Fields, draft: Draft) -> Flow:
    """One reading of the file. What is wrong in each of them is told once."""
    with Reader(fields, draft, "a menu file") as top:
        flow = _flow(top)
    flow = assembled(flow, draft)
    check(flow, draft)
    draft.read_whole()
    return replace(flow, gaps=tuple(dict.fromkeys(draft.gaps)))


def _flow(top: Reader) -> Flow:
    """In the order in which the parts need each other: channels and slots before the steps that use them."""
    draft = top.draft
    top.accept("language", "languages")
    menu = top.need("menu", values.name, "menu", "give the menu a name: menu: support")
    draft.called(menu)
    channels = top.several("channels", values.one_of(steps.CHANNELS)) or DEFAULT_CHANNELS
    draft.channels = channels
    keys_after, consent = escalation.read(top), keep_speech.read(top)
    opening, switched = hours.read(top), switches.read(top)
    draft.slots = slots.read(top)
    always = choices(top, "always")
    found = verbs.read_all(top)
    return Flow(
        menu=menu,
        version="",
        title=top.words("title", menu.replace("_", " "), every=False),
        language=draft.language,
        currency=top.get("currency", values.currency, None) or currency(draft.languages[0]),
        start=top.target("start", "name the first step"),
        channels=tuple(dict.fromkeys(channels)),
        steps=found,
        slots=slots.all_of(draft),
        always=always,
        resume=_resume(top),
        sorry=top.prompt_or("sorry", wording.sorry(draft.language)),
        accepted=accepted(top),
        hours=opening,
        switches=switched,
        keys_after=keys_after,
        speech=speech.bands(top),
        keep_speech=keep_speech.check(consent, draft),
    )


def _resume(top: Reader) -> ResumePolicy:
    with top.reader("resume", top.node("resume"), "write dropped: and unfinished: with their rules") as resume:
        language = top.draft.language
        later = ResumeRule(7 * DAYS, "offer", wording.welcome_back(language))
        at_once = ResumeRule(10 * MINUTES, "continue", wording.cut_off(language))
        unfinished = _rules(resume, "unfinished", (later,))
        dropped = _rules(resume, "dropped", (at_once,))
        offer = resume.prompt_or("offer", wording.offer(language))
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
    do = rule.need("do", values.one_of(DEEDS), DEEDS[0], f"write one of: {', '.join(DEEDS)}")
    lead_in = wording.cut_off if do == "continue" else wording.welcome_back
    return ResumeRule(within, do, rule.prompt_or("say", lead_in(rule.draft.language)))
