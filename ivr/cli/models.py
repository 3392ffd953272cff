"""Say what listens to callers in each language of the menus, and how to get a model where nothing does.

With --check the models are loaded, and the phrases of the menus that they cannot hear are listed. The exit code is 1
when something that is set up cannot be used, with --check when there are such phrases, and with --strict when a
language is keys only: callers can do everything by keys, so that is no fault unless you want it to be one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ivr import settings
from ivr.engine.actions import Option
from ivr.engine.flow import AskSlot, Flow, Menu
from ivr.engine.questions import all_options_at, always_of, options_at
from ivr.flows import read_folder
from ivr.settings import Settings
from recognition.ears import engines
from recognition.listen import Hints, Kind
from recognition.models import Listening, listening


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="load the models, and look for words they do not know")
    parser.add_argument("--strict", action="store_true", help="a language that nobody listens to is a fault")


def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    flows, _ = read_folder(setting.menus, setting.services)
    found = heard(setting, flows.values())
    if setting.ears == 0:
        print("nobody listens, since IVR_EARS is 0; without it this would hold:")
    for one in found:
        print(f"{one.language:8} {one.state}")
    wrong = any(one.wrong for one in found)
    if chosen.check:
        wrong |= not _check([one for one in found if one.spec and not one.wrong], flows)
    keys = [one.language for one in found if one.spec is None]
    if keys:
        print(f"keys only, whatever callers say: {', '.join(keys)}")
    wrong |= chosen.strict and (bool(keys) or setting.ears == 0)
    return 1 if wrong else 0


def _check(heard: Sequence[Listening], flows: Mapping[str, Flow]) -> bool:
    """Whether all phrases can be heard in these languages."""
    unheard = [line for one in heard for line in _unheard(one, flows)]
    for line in unheard:
        print(line)
    if unheard:
        print(f"{len(unheard)} phrase{'s' * (len(unheard) != 1)} cannot be heard")
    elif heard:
        print(f"all phrases can be heard: {', '.join(one.language for one in heard)}")
    else:
        print("nothing to check: no language has a model")
    return not unheard


def heard(setting: Settings, flows: Iterable[Flow]) -> list[Listening]:
    """For each language that is spoken by phone."""
    spoken = {language for flow in flows if "voice" in flow.channels for language in flow.languages}
    return listening(sorted(spoken), engines(setting.vosk, setting.moonshine))


def _unheard(one: Listening, flows: Mapping[str, Flow]) -> Iterator[str]:
    """Each phrase once a menu, at the first place that has it."""
    from recognition.ear_worker import load  # with native code, which nothing else here needs

    if one.spec is None:
        return
    engine = load(one.spec)
    for flow in flows.values():
        if "voice" not in flow.channels or one.language not in flow.languages:
            continue
        places = {
            problem: place
            for place, hints in reversed(list(questions(flow.in_language(one.language))))
            for problem in engine.check(hints)
        }
        yield from (f"{flow.menu} ({one.language}), {place}: {problem}" for problem, place in places.items())


def questions(flow: Flow) -> Iterator[tuple[str, Hints]]:
    """What may be said everywhere, then at each step, with the place in words."""
    yield "always", _hints(flow, "options", always_of(flow))
    for name, step in flow.steps.items():
        match step:
            case Menu():
                yield f'step "{name}"', _hints(flow, "options", all_options_at(flow, step))
            case AskSlot(slot=slot) if flow.slots[slot].sensitivity != "secret":
                yield f'step "{name}"', _hints(flow, flow.slots[slot].type, options_at(flow, step))


def _hints(flow: Flow, kind: Kind, options: Iterable[Option]) -> Hints:
    return Hints(kind, flow.language, {one.id: tuple(dict.fromkeys((one.label, *one.phrases))) for one in options})
