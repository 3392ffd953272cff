"""Rules on where a menu leads: to a person from everywhere, never into silence, not too deep."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator

from ivr.advice.rule import Finding, rule
from ivr.advice.view import ASKS, PERSON, View
from ivr.engine.exits import exits
from ivr.engine.steps import AskSlot, End, Handoff, Menu, SayStep, SendStep, TransferStep, Verify

DEEPEST = 3  # menus one after another; yes-or-no questions are no levels
A_LEVEL = 3  # choices from which a menu is one


@rule(
    "V05",
    "A person from everywhere",
    reason="callers whom the menu does not fit hang up and call again, or write a complaint",
    remedy="add to always: - {key: 0, say: [agent], goto: …} with a step that hands off, calls back or takes a message",
    source="house convention: 0 or “agent” always works; ISO 9241-154 (controllability)",
)
def no_person(view: View) -> Iterator[Finding]:
    if any(view.leads_to_person(choice) for choice in view.flow.always):
        return
    if not view.near_person:
        yield Finding(None, ("menu",), "no step leads to a person", "add a handoff, a callback or a record step")
        return
    for name, step in view.questions.items():
        if not (isinstance(step, Menu) and any(map(view.leads_to_person, step.choices))):
            yield Finding(name, (), "no choice leads to a person from here")


@rule(
    "V07",
    "No end in silence",
    reason="a line that goes dead without a word sounds like a fault, and people call again",
    remedy="let the end say goodbye, or a say come before it",
    source="ISO 9241-154 (suitability for the task)",
)
def silent_end(view: View) -> Iterator[Finding]:
    entries = defaultdict(list)
    for name, step in view.flow.steps.items():
        for way in exits(step):
            entries[way.target].append(name)
    for name, step in view.flow.steps.items():
        said = all(isinstance(view.flow.steps[entry], SayStep) for entry in entries[name])
        if isinstance(step, End) and step.prompt is None and not (said and entries[name]):
            yield Finding(name, ("end",), "hangs up without a word")


@rule(
    "V13",
    "At most three menus deep",
    reason="with every level more callers give up, and fewer remember what they came by",
    remedy="ask what they want in their own words, or bring what is wanted most further up",
    source="ivrsworld; Avaya",
)
def too_deep(view: View) -> Iterator[Finding]:
    for name, depth in _depths(view).items():
        if depth > DEEPEST and _is_level(view, name):
            yield Finding(name, ("menu",), f"is the {depth}th menu that a caller comes to")


def _depths(view: View) -> dict[str, int]:
    """For each step, through how few menus one comes there, itself included."""
    depths = {view.flow.start: int(_is_level(view, view.flow.start))}
    ahead = deque(depths)
    while ahead:
        name = ahead.popleft()
        for way in exits(view.flow.steps[name]):
            if way.target is None:
                continue
            depth = depths[name] + _is_level(view, way.target)
            if depth < depths.get(way.target, len(view.flow.steps) + 1):
                depths[way.target] = depth
                ahead.append(way.target)
    return depths


def _is_level(view: View, name: str) -> bool:
    step = view.flow.steps[name]
    return isinstance(step, Menu) and len(view.own(step)) >= A_LEVEL


@rule(
    "V19",
    "Words before a hand-off",
    reason="callers who hear music out of nowhere think that they were put on hold, or cut off",
    remedy="give the step a prompt: that somebody is coming, and that they need not say it all again",
    source="house rule: announce the wait, and what is passed on",
)
def unannounced_handoff(view: View) -> Iterator[Finding]:
    for name, step in view.flow.steps.items():
        if isinstance(step, Handoff) and step.prompt is None:
            yield Finding(name, ("handoff",), "puts the caller into a queue without a word")
        elif isinstance(step, TransferStep) and step.prompt is None:
            yield Finding(name, ("transfer",), "rings somebody else without a word to the caller")


@rule(
    "V20",
    "Another way when nobody is free",
    reason="who waited in vain and is hung up on must call again",
    remedy="let that way lead to a callback, a record step, a message with a link, or a menu that offers to wait",
    source="house rule: offer to call back",
)
def nobody_free(view: View) -> Iterator[Finding]:
    for name, step in view.flow.steps.items():
        if isinstance(step, Handoff) and not _offers_something(view, step.unavailable):
            yield Finding(name, ("unavailable",), "when nobody is free, the contact ends")
        elif isinstance(step, TransferStep) and not _offers_something(view, step.unanswered):
            yield Finding(name, ("unanswered",), "when nobody answers, the contact ends")


@rule(
    "V26",
    "Nobody is put through in writing",
    reason="who reads “I put you through” waits for what cannot come; they can only be told a number",
    remedy="give the prompt a text of its own, and name a number; or ask the channel before, with a branch",
    source="docs/menus.md, transfer",
)
def written_transfer(view: View) -> Iterator[Finding]:
    for name, step in view.flow.steps.items() if view.voice and view.text else ():
        if not isinstance(step, TransferStep):
            continue
        if not step.number:
            yield Finding(name, ("transfer", "to"), f"who writes has no use for {step.to}, and goes on at unanswered")
        elif step.prompt and step.prompt.text == step.prompt.voice:
            yield Finding(name, ("transfer", "prompt"), "who writes is told the same as who calls")


def _offers_something(view: View, start: str) -> bool:
    """Whether, on from here, there is a question, a message, or another person before the end."""
    seen, ahead = {start}, [start]
    while ahead:
        step = view.flow.steps[ahead.pop()]
        if isinstance(step, (*ASKS, *PERSON, SendStep)):
            return True
        fresh = {way.target for way in exits(step) if way.target} - seen
        seen |= fresh
        ahead += fresh
    return False


@rule(
    "V21",
    "Every question can be heard again",
    reason="there was noise, or somebody was speaking; a caller must not be punished for that",
    remedy="add to always: - {key: 9, say: [repeat], do: repeat}",
    source="EN 301 549; house convention: 9 repeats",
)
def no_repeat(view: View) -> Iterator[Finding]:
    if not view.voice or any(choice.do == "repeat" for choice in view.flow.always):
        return
    for name, step in view.questions.items():
        if isinstance(step, AskSlot | Verify) or all(choice.do != "repeat" for choice in step.choices):
            yield Finding(name, (), "cannot be heard again on demand")
            return  # one always-choice mends all of them


@rule(
    "V24",
    "A way to each language",
    reason="a language that nobody can choose helps nobody",
    remedy="add a choice with language: to the first menu or to always, labelled in that language",
    source="house rule",
)
def unreachable_language(view: View) -> Iterator[Finding]:
    chosen = {choice.language for menu in view.menus.values() for choice in menu.choices}
    chosen |= {choice.language for choice in view.flow.always} | set(_set_languages(view))
    for language in view.flow.others:
        if language not in chosen:
            yield Finding(None, ("languages",), f"nothing leads to {language}")


def _set_languages(view: View) -> Iterator[str]:
    for step in view.flow.steps.values():
        values = getattr(step, "values", None)
        if isinstance(values, dict) and "language" in values:
            yield "".join(map(str, values["language"]))
