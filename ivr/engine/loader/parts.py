"""The files that a menu is made of beside its own: sub-menus are read, checked and put in where they are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ivr.engine.events import Channel
from ivr.engine.flow import Flow, ResumePolicy
from ivr.engine.loader import articles, languages, slots, source, submenus, values, verbs, wording
from ivr.engine.loader.check import check
from ivr.engine.loader.draft import Call, Draft
from ivr.engine.loader.mistakes import MenuMistakes, Mistakes, did_you_mean, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.submenus import Part
from ivr.engine.services import ServiceSpec

DEFAULT_CHANNELS: tuple[Channel, ...] = ("voice", "chat", "sms")
ARTICLES = articles.FOLDER
DONE = ("done",)
MOST_STEPS = 10_000
CALLERS_OWN = ("resume", "always", "channels", "title", "sorry", "hours", "switches", "escalation", "currency")


SUBMENU = re.compile(r"^submenu[ \t]*:", re.MULTILINE)


def file_of(submenu: str) -> str:
    return f"{submenu}.yaml"


def is_submenu(text: str) -> bool:
    """Whether a file beside the menus is one of their parts."""
    return SUBMENU.search(text) is not None


def check_part(
    file: str,
    parts: Mapping[str, str],
    services: Mapping[str, ServiceSpec] | frozenset[str] | None = None,
    channels: tuple[Channel, ...] = DEFAULT_CHANNELS,
) -> frozenset[str]:
    """Check one of `parts` by itself, as a file that no menu uses yet. The files that it is made of. Raises
    `MenuMistakes`."""
    mistakes = Mistakes(file)
    used: set[str] = set()
    draft = Draft(mistakes, services, channels, parts=parts, within=(file,))
    spoken = languages.declared(Reader(source.read(parts[file], mistakes), draft, "a sub-menu file"))
    read = articles.read if file.startswith(ARTICLES) else read_part
    for language in spoken:
        alone = replace(draft.in_language(language, spoken), alone=True)
        read(parts[file], alone)
        used |= alone.used.keys()
    return frozenset(used)


def assembled(flow: Flow, draft: Draft) -> Flow:
    """The flow with its sub-menus in it, and of what it is made."""
    parts = {name: _part(call, name, draft) for name, call in draft.calls.items()}
    flow = submenus.inlined(flow, draft, parts)
    if len(flow.steps) > MOST_STEPS:  # parts that call parts can grow without end on a page of text
        place = next(iter(draft.calls.values())).place
        problem = f"with all its sub-menus this has {len(flow.steps):,} steps, more than {MOST_STEPS:,}"
        draft.mistakes.add(place, problem, "call sub-menus less often, or make menus of them")
    places = {step: (place.file, place.line) for step, place in draft.step_places.items()}
    return replace(flow, places=places, parts=dict(draft.used), articles=dict(draft.articles))


def _part(call: Call, step: str, draft: Draft) -> Part | None:
    """The part that is called; None when it cannot be had, which is told to whoever must mend it."""
    file = file_of(call.part)
    if not call.part:
        return None
    if file not in draft.parts:
        known = (name.removesuffix(".yaml") for name in draft.parts if not name.startswith(ARTICLES))
        problem = f"there is no sub-menu {quoted(call.part)}: no file {file}"
        draft.mistakes.add(call.place, problem, did_you_mean(call.part, known), step)
        return None
    if file in draft.within:
        circle = ", ".join([*draft.within[draft.within.index(file) :], file])
        problem = f"sub-menus call each other in a circle: {circle}"
        draft.mistakes.add(call.place, problem, "a sub-menu must not come back to itself; go on in its caller", step)
        return None
    if file not in draft.read:
        draft.read[file] = _read(file, draft)
    part: Part | None = draft.read[file]
    return part


def _read(file: str, caller: Draft) -> Part | None:
    """None: it has mistakes, which are now among the caller's."""
    text = caller.parts[file]
    caller.used[file] = text
    draft = caller.for_part(file)
    try:
        part = read_part(text, draft)
    except MenuMistakes as error:
        caller.mistakes.include(error)
        return None
    return part


def read_part(text: str, draft: Draft) -> Part:
    """A sub-menu's file. Raises `MenuMistakes`."""
    file = draft.within[-1]
    if file not in draft.parsed:
        draft.parsed[file] = source.read(text, draft.mistakes)
    with Reader(draft.parsed[file], draft, "a sub-menu file") as top:
        languages.of_part(top, "sub-menu")
        part = _file(top)
    part = replace(part, flow=assembled(part.flow, draft))
    check(part.flow, draft)
    draft.read_whole()
    draft.mistakes.raise_if_any()
    return part


def _file(top: Reader) -> Part:
    draft = top.draft
    name = top.need("submenu", values.name, "submenu", "give the sub-menu a name: submenu: identify")
    draft.called(name)
    if (file := draft.within[-1]) != file_of(name):
        problem = f"the sub-menu {name} is in the file {file}"
        top.wrong(top.place("submenu"), problem, f"call the file {file_of(name)}, or the sub-menu as the file")
    for key in (key for key in CALLERS_OWN if top.has(key)):
        top.accept(key)
        top.wrong(top.place(key), f"a sub-menu has no {key}: the menu that calls it has", "take it away")
    draft.exhausted = top.target("exhausted", None)
    draft.slots = slots.read(top)
    takes, gives = top.several("takes", values.name), top.several("gives", values.name)
    _results(top)
    start = top.target("start", "name the first step")
    steps = verbs.read_all(top)
    _mention(top, takes, gives)
    for result in submenus.left_out(draft.returns, draft.ends.values()):
        top.wrong(top.place("returns"), f"no step returns {quoted(result)}", f"write one, with return: {result}")
    flow = Flow(
        menu=name,
        version="",
        title=name,
        language=draft.language,
        start=start,
        channels=draft.channels,
        steps=steps,
        slots=slots.all_of(draft),
        always=(),
        resume=ResumePolicy((), (), wording.offer(draft.language)),
        sorry=wording.sorry(draft.language),
    )
    return Part(flow, draft, takes, gives)


def _results(top: Reader) -> None:
    """What it may return, for the steps to come: beside a call, a result stands where a verb may stand."""
    top.draft.returns = top.several("returns", values.name) or DONE
    for result in (result for result in top.draft.returns if result in verbs.VERBS):
        top.wrong(top.place("returns"), f"{quoted(result)} is the name of a verb", "give the result another name")


def _mention(top: Reader, takes: tuple[str, ...], gives: tuple[str, ...]) -> None:
    for slot in takes:
        top.mention(slot, "set", top.place("takes"))
    for slot in gives:
        top.mention(slot, "tested", top.place("gives"))
