"""Say what listens to callers in each language of the menus, and how to get a model where nothing does.

With --check the models are loaded, and the phrases of the menus that they cannot hear are listed. The exit code is 1
when something that is set up cannot be used, with --check when there are such phrases, and with --strict when a
language is keys only: callers can do everything by keys, so that is no fault unless you want it to be one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence

from ivr import settings
from ivr.engine.flow import Flow
from ivr.engine.languages import lookup
from ivr.flows import read_folder, spoken_by_phone
from ivr.hearable import unheard
from ivr.settings import Settings
from recognition.ears import engines
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
    for language in unused(setting.vosk, spoken_by_phone(flows.values())):
        print(f"IVR_VOSK_MODELS: no menu speaks {language} by phone")
    wrong = any(one.wrong for one in found)
    if chosen.check:
        wrong |= not _check(found, flows.values())
    keys = [one.language for one in found if one.spec is None]
    if keys:
        print(f"keys only, whatever callers say: {', '.join(keys)}")
    wrong |= chosen.strict and (bool(keys) or setting.ears == 0)
    return 1 if wrong else 0


def _check(heard: Sequence[Listening], flows: Iterable[Flow]) -> bool:
    """Whether all phrases can be heard in these languages."""
    able = [one for one in heard if one.spec and not one.wrong]
    found = cannot_hear(able, flows)
    for line in found:
        print(line)
    if found:
        print(f"{len(found)} of what callers may say cannot be heard")
    elif able:
        print(f"all phrases can be heard: {', '.join(one.language for one in able)}")
    else:
        print("nothing to check: no language has a model")
    return not found


def cannot_hear(able: Iterable[Listening], flows: Iterable[Flow]) -> list[str]:
    """What of menus the models of these languages do not know; they are loaded for it."""
    menus = list(flows)
    return [line for one in able for line in _unheard(one, menus)]


def heard(setting: Settings, flows: Iterable[Flow]) -> list[Listening]:
    """For each language that is spoken by phone."""
    return listening(sorted(spoken_by_phone(flows)), engines(setting.vosk, setting.moonshine))


def unused(languages: Iterable[str], spoken: Iterable[str]) -> list[str]:
    """Those for which something is set up though nobody speaks them: mostly a slip of the pen (`kr` for `ko`)."""
    known = list(languages)
    asked = {lookup(language, known) for language in spoken}
    return [language for language in known if language not in asked]


def _unheard(one: Listening, flows: Iterable[Flow]) -> Iterator[str]:
    from recognition.ear_worker import load  # with native code, which nothing else here needs

    if one.spec is None:
        return
    engine = load(one.spec)
    for flow in flows:
        if "voice" in flow.channels and one.language in flow.languages:
            yield from unheard(flow.in_language(one.language), engine.check)
