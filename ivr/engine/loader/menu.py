"""A whole menu file to a `Flow`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal, get_args

from ivr.engine.actions import SlotType
from ivr.engine.events import Channel
from ivr.engine.flow import Flow, ResumePolicy, ResumeRule, Sensitivity, ServiceSpec, SlotSpec, Step
from ivr.engine.loader import source, steps, values, wording
from ivr.engine.loader.check import check
from ivr.engine.loader.mistakes import Mistakes
from ivr.engine.loader.reader import Draft, Reader, one_of
from ivr.engine.loader.source import Fields, Items
from ivr.engine.match import MAX_TEXT, fold

TYPES: tuple[SlotType, ...] = get_args(SlotType)
SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)
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
    draft.slots = _slots(top)
    always = steps.choices(top, "always")
    found = _steps(top)
    return Flow(
        menu=menu,
        version=hashlib.sha256(content).hexdigest()[:12],
        title=top.get("title", values.words, menu.replace("_", " ")),
        language=top.get("language", values.language, "en-US"),
        start=top.target("start", "name the first step"),
        channels=tuple(dict.fromkeys(channels)),
        steps=found,
        slots={**_undeclared(draft), **draft.slots},
        always=always,
        resume=_resume(top),
        sorry=top.prompt_or("sorry", wording.SORRY),
        source=content.decode(),
        lines={step: place.line for step, place in draft.step_places.items()},
    )


def _steps(top: Reader) -> Mapping[str, Step]:
    found = {}
    with top.inside("steps", "write at least one step") as every:
        for name, place, node in every.entries():
            top.draft.step_places[name] = place
            every.checked("the name of a step", source.Text(place, name, True), values.name, "")
            reader = every.reader(name, node, "write a step: its verb, and where it goes next")
            found[name] = steps.read(Reader(reader.fields, top.draft, "step", name, reader.quiet))
        if not found:
            every.missing("steps", "write at least one step")
    return found


def _slots(top: Reader) -> dict[str, SlotSpec]:
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
    kind = slot.need("type", one_of(TYPES), None, f"write one of: {', '.join(TYPES)}")
    if kind is None:
        slot.accept("length", "choices", "least", "most", "title", "sensitivity")
        return None
    shortest, longest = 1, MAX_TEXT if kind == "text" else 32
    if kind in {"digits", "text"}:
        shortest, longest = slot.get("length", values.length, (shortest, longest))
    least, most = _limits(slot, kind) if kind in {"number", "money", "date"} else (None, None)
    return SlotSpec(
        name=name,
        type=kind,
        title=slot.get("title", values.words, name.replace("_", " ")),
        sensitivity=slot.get("sensitivity", one_of(SENSITIVITIES), "public"),
        min_length=shortest,
        max_length=longest,
        choices=_slot_choices(slot) if kind == "choice" else {},
        least=least,
        most=most,
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
            found = {id_: labels.get(id_, values.words, "") for id_, _, _ in labels.entries()}
    else:
        found = {fold(label).replace(" ", "_"): label for label in slot.several("choices", values.words)}
    if not found:
        slot.missing("choices", "list what can be chosen: {express: express delivery, standard: standard delivery}")
    return found


def _undeclared(draft: Draft) -> Mapping[str, SlotSpec]:
    """Slots that a step saves or sets and nobody declared: public texts."""
    made = {mention.slot for mention in draft.mentions if mention.how in {"saved", "set"}}
    names = (made | draft.slot_places.keys()) - draft.slots.keys()
    return {name: SlotSpec(name, "text", name.replace("_", " "), max_length=MAX_TEXT) for name in sorted(names)}


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
