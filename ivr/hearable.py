"""What may be said at the questions of a menu, and what of it our ears cannot hear.

An engine drops words that it does not know without telling anybody, so each menu is looked through when it is loaded:
by `segue models --check`, by `segue publish`, and by each server for the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ivr.engine.actions import Option
from ivr.engine.flow import Flow
from ivr.engine.questions import all_options_at, always_of, options_at
from ivr.engine.steps import AskSlot, Menu
from recognition.ears import Ears
from recognition.listen import Hints, Kind

Check = Callable[[Hints], Sequence[str]]  # see `recognition.engine.Engine.check`

LOOK = 5.0  # seconds between looks for menus that have come in force

log = logging.getLogger(__name__)


def questions(flow: Flow) -> Iterator[tuple[str, Hints]]:
    """What may be said everywhere, then at each step, with the place in words."""
    yield "always", _hints(flow, "options", always_of(flow))
    for name, step in flow.steps.items():
        match step:
            case Menu(article=None):
                yield f'step "{name}"', _hints(flow, "options", all_options_at(flow, step))
            case Menu():
                yield f'step "{name}"', _hints(flow, "yes_no", options_at(flow, step))  # its words are ours
            case AskSlot(slot=slot) if flow.slots[slot].sensitivity != "secret":
                yield f'step "{name}"', _hints(flow, flow.slots[slot].type, options_at(flow, step))


def unheard(flow: Flow, check: Check) -> list[str]:
    """What `check` has to say of a menu in one language, each once, at the first place that has it."""
    places: dict[str, str] = {}
    for place, hints in questions(flow):
        for problem in check(hints):
            places.setdefault(problem, place)
    return [f"{flow.menu} ({flow.language}), {place}: {problem}" for problem, place in places.items()]


def summary(problems: Sequence[str]) -> str:
    """For who does not read all of them."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}; segue models --check lists all that cannot be heard"


async def watch(ears: Ears, menus: Callable[[], Iterable[Flow]]) -> None:
    """Tell the log once of each version that is served, and of each language that has ears, what they cannot hear.
    For ever."""
    seen: Mapping[str, str] = {}  # menu -> version
    while True:
        flows = list(menus())
        seen = {flow.menu: seen[flow.menu] for flow in flows if flow.menu in seen}
        for flow in (flow for flow in flows if seen.get(flow.menu) != flow.version and "voice" in flow.channels):
            try:
                await _tell(ears, flow)
                seen = {**seen, flow.menu: flow.version}
            except OSError:
                break  # none of their processes is ready yet
        await asyncio.sleep(LOOK)


async def _tell(ears: Ears, flow: Flow) -> None:
    """Of all its languages or, raising `OSError`, of none: who asks again tells nothing twice."""
    heard = [flow.in_language(language) for language in flow.languages if ears.hears(language)]
    for found in [await asyncio.to_thread(unheard, one, ears.check) for one in heard]:
        if found:
            log.warning("%s", summary(found))


def _hints(flow: Flow, kind: Kind, options: Iterable[Option]) -> Hints:
    return Hints(kind, flow.language, {one.id: tuple(dict.fromkeys((one.label, *one.phrases))) for one in options})
