"""The verbs that are one step each: one mapping of the file to one `Step`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, get_args

from ivr.engine.events import Channel
from ivr.engine.loader import languages, values, wording
from ivr.engine.loader.choices import choices
from ivr.engine.loader.conditions import conditions
from ivr.engine.loader.draft import UNKNOWN
from ivr.engine.loader.mistakes import Place, Unfit, did_you_mean, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Fields, Node, Text
from ivr.engine.loader.speech import confirm, whether
from ivr.engine.services import ServiceSpec, informed_step
from ivr.engine.steps import (
    AskSlot,
    Branch,
    Condition,
    End,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    SayStep,
    SendStep,
    SetStep,
    Step,
    Template,
    Tries,
)

CHANNELS: tuple[Channel, ...] = get_args(Channel)
WAYS: tuple[Literal["sms", "email"], ...] = ("sms", "email")
LANGUAGE, NUMBER = "language", "customer.number"  # in a set: no slots
RESERVED = {"channel", "trust", "link", "code", "language"}  # have a meaning of their own in conditions and templates


def _menu(step: Reader) -> Menu:
    with step.inside("menu") as menu:
        prompt = menu.prompt("prompt")
        found = choices(menu, "choices")
        if not found:
            menu.missing("choices", "write at least one choice: - {key: 1, label: …, goto: …}")
        return Menu(prompt, found, tries(menu), open=menu.get("open", whether, False))


def _ask(step: Reader) -> AskSlot:
    with step.inside("ask") as ask:
        slot = ask.need("slot", values.name, "", "name the slot that the answer goes to")
        if slot:
            ask.mention(slot, "asked", ask.place("slot"))
        prompt = ask.prompt("prompt")
        limits = tries(ask)
        fallback, asked_back = _fallback(ask), confirm(ask)
    return AskSlot(slot, prompt, limits, step.target("next"), fallback, asked_back)


def _fallback(ask: Reader) -> Mapping[Channel, str]:
    """Where the channels go that do not put this question."""
    node = ask.node("fallback")
    with ask.reader("fallback", node, "write a channel and a step: {voice: person}") as fallback:
        return {channel: step for channel in CHANNELS if (step := fallback.target(channel, None))}


def tries(question: Reader, exhausted: str | None = None, timeout: float = 6.0) -> Tries:
    """`exhausted`: where the last try leads, when the question itself does not say it."""
    return Tries(
        no_input=question.prompts("no_input", wording.no_input(question.draft.language)),
        no_match=question.prompts("no_match", wording.no_match(question.draft.language)),
        tries=question.get("tries", values.whole(1, 20), 3),
        exhausted=_exhausted(question) if exhausted is None else exhausted,
        timeout=question.get("timeout", values.duration, timeout),
        interdigit=question.get("interdigit", values.duration, 3.0),
    )


def _exhausted(question: Reader) -> str:
    remedy = 'name the step after the last try, here or for all questions by a top-level "exhausted:"'
    default = question.draft.exhausted
    return question.target("exhausted", None if default else remedy) or default


def _say(step: Reader) -> SayStep:
    return SayStep(step.prompt("say"), step.target("next"))


def _invoke(step: Reader) -> InvokeStep:
    with step.inside("invoke") as invoke:
        service = invoke.need("service", values.words, "", "name a service of services.yaml")
        spec = spec_of(invoke, service)
        given = arguments(invoke, spec)
        timeout = invoke.get("timeout", values.duration, None)
        if spec and timeout and timeout > spec.timeout:
            problem = f"service {service} gets no more than {spec.timeout:g} s"
            invoke.wrong(invoke.place("timeout"), problem, "shorten this, or raise its timeout in services.yaml")
        filler = invoke.prompt_or("filler", None)
        save = _save(invoke, spec)
    found = InvokeStep(service, given, timeout, filler, save, step.target("done"), step.target("failed"))
    return informed_step(found, spec)


def spec_of(invoke: Reader, service: str) -> ServiceSpec | None:
    """The declaration of a service; None when there is none, or only its name is known."""
    services = invoke.draft.services
    if services is not None and service and service not in services:
        remedy = did_you_mean(service, services)
        invoke.wrong(invoke.place("service"), f"service {quoted(service)} is not declared", remedy)
    return services.get(service) if isinstance(services, Mapping) else None


def arguments(invoke: Reader, spec: ServiceSpec | None) -> Mapping[str, Template]:
    """What a service gets, under `with:`."""
    with invoke.reader("with", invoke.node("with"), 'write what it gets: {order: "{order_number}"}') as given:
        found = {name: given.template(name, node, "passed") for name, _, node in given.entries()}
    if spec:
        for name in sorted(spec.in_url - found.keys()):
            invoke.wrong(invoke.place("with"), f"service {spec.name} needs {name}", f'write with: {{{name}: "…"}}')
        for name in sorted(found.keys() - spec.in_url) if not spec.has_body else ():
            remedy = did_you_mean(name, spec.in_url)
            invoke.wrong(invoke.place("with"), f"service {spec.name} takes no {quoted(name)}", remedy)
    return found


def _save(invoke: Reader, spec: ServiceSpec | None) -> Mapping[str, str]:
    pairs = saved(invoke, values.words)
    for _, value, place in pairs:
        if spec and value and value not in spec.answer:
            remedy = did_you_mean(value, spec.answer)
            invoke.wrong(place, f"service {spec.name} does not answer {quoted(value)}", remedy)
    return {slot: value for slot, value, _ in pairs}


def saved(reader: Reader, parse: Callable[[str], str]) -> list[tuple[str, str, Place]]:
    """`save`: values kept under their own names (a list), or under others (a mapping of slot to value). The slot, the
    value, and where that is written."""
    node = reader.node("save")
    if isinstance(node, Fields):
        with reader.reader("save", node, "") as save:
            pairs = [(slot, save.get(slot, parse, ""), place) for slot, place, _ in save.entries()]
    else:
        pairs = [(text.value, text.value, text.place) for text in reader.texts("save")]
    for slot, _, place in pairs:
        slot_name(reader, slot, place)
        reader.mention(slot, "saved", place)
    return pairs


def slot_name(reader: Reader, name: str, place: Place) -> None:
    """Adds a mistake when a slot cannot have this name."""
    try:
        values.name(name)
        if name in RESERVED:
            raise Unfit(f"{quoted(name)} has a meaning of its own", "give the slot another name")
    except Unfit as unfit:
        reader.wrong(place, unfit.problem, unfit.remedy)


def _send(step: Reader) -> SendStep:
    with step.inside("send") as send:
        by = send.need("by", values.one_of(WAYS), WAYS[0], f"write by: {' or '.join(WAYS)}")
        node = send.node("text")
        text = send.template("text", node, "sent") if node else ()
        if node is None:
            send.missing("text", "write what is sent; {link} in it becomes the address of the link")
        to_step = send.target("to_step", None) or None
    return SendStep(by, text, to_step, step.target("next"), step.target("failed", None) or None)


def _handoff(step: Reader) -> Handoff:
    with step.inside("handoff") as handoff:
        queue = handoff.need("queue", values.name, "", "name the queue in which the customer waits")
        skills = handoff.several("skills", values.name)
        prompt = handoff.prompt_or("prompt", None)
        node = handoff.node("whisper")
        whisper = handoff.template("whisper", node, "told") if node else ()
        timeout = handoff.get("timeout", values.duration, 300.0)
    unavailable = step.target("unavailable", "name the step for when nobody is there or comes in time")
    return Handoff(queue, skills, prompt, whisper, timeout, unavailable, step.target("done", None) or None)


def _set(step: Reader) -> SetStep:
    with step.inside("set", 'write slots and their values: {wanted: "yes", order_number: null}') as slots:
        made = {slot: _value(slots, slot, place, node) for slot, place, node in slots.entries()}
        if not made:
            slots.missing("set", "write at least one slot and its value")
    return SetStep(made, step.target("next"))


def _value(slots: Reader, slot: str, place: Place, node: Node) -> Template:
    """What a slot is set to; nothing (null) forgets it. A value without parts must fit the slot's type."""
    if slot == LANGUAGE:
        return _spoken(slots, node)
    if slot == NUMBER:
        return slots.template(slot, node, "reached")
    slot_name(slots, slot, place)
    if isinstance(node, Text) and node.empty:
        slots.mention(slot, "forgotten", place)
        return ()
    slots.mention(slot, "set", place)
    value = slots.template(slot, node, "copied", into=slot)
    spec = slots.draft.slots.get(slot)
    if spec and isinstance(node, Text) and all(isinstance(part, str) for part in value):
        whole = Text(node.place, "".join(map(str, value)), node.plain)
        return (slots.checked(slot, whole, lambda text: values.fits(spec, text), ""),)
    return value


def _spoken(slots: Reader, node: Node) -> Template:
    """`set: {language: de-DE}`: what is spoken from then on; null: the menu's first language."""
    if isinstance(node, Text) and node.empty:
        return ()
    value = slots.template(LANGUAGE, node, "passed")
    if all(isinstance(part, str) for part in value) and isinstance(node, Text):
        return (slots.checked(LANGUAGE, node, partial(languages.one_of, slots.draft), ""),)
    return value


def _branch(step: Reader) -> Branch:
    cases: list[tuple[tuple[Condition, ...], str]] = []
    otherwise: str | None = None
    remedy = "write a list: - {if: {…}, goto: …}, and at its end - {else: …}"
    for item in step.list_of("branch", remedy):
        with item:
            if otherwise is not None:
                item.wrong(item.fields.place, "nothing can come behind else", "put this case before it")
            if item.has("else"):
                otherwise = item.target("else")
            else:
                cases.append((conditions(item), item.target("goto")))
    if otherwise is None:
        step.wrong(step.place("branch"), "else is missing", "write at the end of the list: - {else: …}")
    return Branch(tuple(cases), otherwise or UNKNOWN)


def _goto(step: Reader) -> Goto:
    return Goto(step.target("goto"))


def _end(step: Reader) -> End:
    return End(step.prompt("end") if step.node("end") else None)


VERBS: Mapping[str, Callable[[Reader], Step]] = {
    "menu": _menu,
    "ask": _ask,
    "say": _say,
    "invoke": _invoke,
    "send": _send,
    "handoff": _handoff,
    "set": _set,
    "branch": _branch,
    "goto": _goto,
    "end": _end,
}
